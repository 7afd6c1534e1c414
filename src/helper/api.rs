//! Regcred's door for machines, as far as this program goes through it.

mod said;

use crate::address::percent_encoded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::identity;
use crate::run;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::web::{Answer, Request, Web};
use regcred_scan::{LARGEST_REPORT, Report};
use said::{left_out, parsed, yes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::thread;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

const WHOM: &str = "Regcred";

/// Regcred, asked as one pipeline.
pub struct Api {
    web: Web,
    server: String,
    headers: Vec<(&'static str, HeaderValue)>,
}

#[derive(Deserialize)]
pub struct Credential {
    pub username: String,
    pub secret: Secret,
    pub delivery: String,
}

#[derive(Default, Deserialize)]
pub struct ForKubelet {
    /// By what images have to begin with. Nothing when there is no credential.
    pub auth: Option<BTreeMap<String, Login>>,
    #[serde(default)]
    pub deliveries: Vec<String>,
    /// What is not in it, and why: a sentence each.
    #[serde(skip)]
    pub left_out: Vec<String>,
}

pub struct Listed {
    /// The user name for each server. Of two users on one server it is the first.
    pub usernames: BTreeMap<String, String>,
    /// What is not listed, and why: a sentence each.
    pub left_out: Vec<String>,
}

#[derive(Deserialize)]
pub struct Login {
    pub username: String,
    pub password: Secret,
}

impl Api {
    /// Finds out who is asking and is then ready to ask.
    pub fn open(settings: &Settings, variables: &Variables) -> Result<Self, Failure> {
        let (server, web) = reach(settings)?;
        let token = identity::pipeline_token(&web, &server, settings, variables)?;
        Self::with(web, server, &token, variables)
    }

    /// The same as the pipeline that the identity token stands for.
    pub fn open_as(
        pipeline: &str,
        jwt: &Secret,
        settings: &Settings,
        variables: &Variables,
    ) -> Result<Self, Failure> {
        let (server, web) = reach(settings)?;
        let token = exchange(&web, &server, pipeline, &mut || Ok(jwt.clone()))?;
        Self::with(web, server, &token, variables)
    }

    fn with(
        web: Web,
        server: String,
        token: &Secret,
        variables: &Variables,
    ) -> Result<Self, Failure> {
        let mut headers = vec![("authorization", identity::bearer("Bearer", token)?)];
        headers.extend(run::claims(variables));
        Ok(Self { web, server, headers })
    }

    /// The credential for a server, as the client named it.
    ///
    /// # Errors
    /// `NotFound` when there is none, else what Regcred said.
    pub fn credential(&self, server: &str, settings: &Settings) -> Result<Credential, Failure> {
        let mut path = format!(
            "/api/v1/credential?server={}&intent={}",
            percent_encoded(server),
            settings.intent.word()
        );
        if let Some(repository) = settings.repository_at(server) {
            path.push_str("&repository=");
            path.push_str(&percent_encoded(repository));
        }
        parsed(&self.ask(&path, None).map_err(absence_meant)?)
    }

    /// The servers that there are credentials for, and their users.
    pub fn usernames(&self) -> Result<Listed, Failure> {
        #[derive(Deserialize)]
        struct Rows {
            credentials: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            server: String,
            username: String,
        }
        let answer = self.ask("/api/v1/credentials", None)?;
        let rows: Rows = parsed(&answer)?;
        let mut usernames = BTreeMap::new();
        for row in rows.credentials {
            usernames.entry(row.server).or_insert(row.username);
        }
        Ok(Listed { usernames, left_out: left_out(&answer) })
    }

    /// What the kubelet may pull the image with; that there is none is no error. `cache` is what it
    /// shares the answer by.
    pub fn for_kubelet(&self, image: &str, cache: &str) -> Result<ForKubelet, Failure> {
        let path = format!("/api/v1/kubelet?image={}&cache={cache}", percent_encoded(image));
        match self.ask(&path, None).map_err(absence_meant) {
            Err(Failure::NotFound) => Ok(ForKubelet::default()),
            Err(failure) => Err(failure),
            Ok(answer) => {
                let found: ForKubelet = parsed(&answer)?;
                Ok(ForKubelet { left_out: left_out(&answer), ..found })
            }
        }
    }

    /// Tells how it went with what a delivery handed out.
    pub fn report(&self, delivery: &str, outcome: &'static str) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Outcome {
            outcome: &'static str,
        }
        let path = format!("/api/v1/deliveries/{}/outcome", percent_encoded(delivery));
        self.ask(&path, Some(&body(&Outcome { outcome })?)).map(|_| ())
    }

    /// Tells what the pipeline's files name; `allow_empty`: also where no file is left.
    pub fn declare(&self, report: &Report, allow_empty: bool) -> Result<(), Failure> {
        let body = body(report)?;
        if body.len() > LARGEST_REPORT {
            return Err(Failure::here(
                "Nothing was sent: the report is larger than 256 KiB. Scan and send fewer folders at a time.",
            ));
        }
        let empty = if allow_empty { "?empty=true" } else { "" };
        self.ask(&format!("/api/v1/pipelines/self/definitions{empty}"), Some(&body)).map(|_| ())
    }

    fn ask(&self, path: &str, body: Option<&[u8]>) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.server);
        let request = Request { whom: WHOM, url: &url, headers: &self.headers, body };
        yes(self.web.send(&request)?)
    }
}

/// A pipeline token for an identity token, which `fresh` gives. It is asked again before each further
/// try: such a token may work once, and of a try without an answer nobody knows whether it did.
pub fn exchange(
    web: &Web,
    server: &str,
    pipeline: &str,
    fresh: &mut dyn FnMut() -> Result<Secret, Failure>,
) -> Result<Secret, Failure> {
    #[derive(Serialize)]
    struct Offered<'a> {
        pipeline: &'a str,
        token: &'a str,
    }
    #[derive(Deserialize)]
    struct Issued {
        token: Secret,
    }
    let url = format!("{server}/api/v1/token");
    let pipeline = pipeline.trim();
    let answer = web.send_anew(WHOM, &url, &mut || {
        let jwt = fresh()?;
        body(&Offered { pipeline, token: jwt.expose() })
    })?;
    let issued: Issued = parsed(&yes(answer)?)?;
    Ok(issued.token)
}

fn reach(settings: &Settings) -> Result<(String, Web), Failure> {
    let server = settings.server()?;
    let web = Web::new(settings.timeout, settings.ca_file.as_deref(), Box::new(thread::sleep))?;
    Ok((server, web.through(settings.proxies.clone())))
}

fn body(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let bytes = serde_json::to_vec(value).map(Zeroizing::new);
    bytes.map_err(|_| Failure::here("The request cannot be written as JSON."))
}

/// Only where the question was for a credential is its absence an answer that clients act on.
fn absence_meant(failure: Failure) -> Failure {
    match failure {
        Failure::Absent(_) => Failure::NotFound,
        failure => failure,
    }
}

#[cfg(test)]
mod tests;

//! Regcred's door for machines, as far as this program goes through it.

use crate::address::percent_encoded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::identity;
use crate::run;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::web::{Answer, Request, Web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::thread;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

/// Who is asked, in a sentence.
const WHOM: &str = "Regcred";

/// Regcred, asked as one pipeline.
pub struct Api {
    web: Web,
    server: String,
    headers: Vec<(&'static str, HeaderValue)>,
}

/// What a pipeline gets.
#[derive(Deserialize)]
pub struct Credential {
    /// Who signs in.
    pub username: String,
    /// With what.
    pub secret: Secret,
    /// The receipt.
    pub delivery: String,
}

/// What the kubelet gets.
#[derive(Default, Deserialize)]
pub struct ForKubelet {
    /// By what images have to begin with. Nothing when there is no credential.
    pub auth: Option<BTreeMap<String, Login>>,
    /// The receipts.
    #[serde(default)]
    pub deliveries: Vec<String>,
}

/// A user name and a password.
#[derive(Deserialize)]
pub struct Login {
    /// Who signs in.
    pub username: String,
    /// With what.
    pub password: Secret,
}

impl Api {
    /// Finds out who is asking and is then ready to ask.
    ///
    /// # Errors
    /// A sentence for a setting that is missing, or what the other side said.
    pub fn open(settings: &Settings, variables: &Variables) -> Result<Self, Failure> {
        let (server, web) = reach(settings)?;
        let token = identity::pipeline_token(&web, &server, settings, variables)?;
        Self::with(web, server, &token, variables)
    }

    /// The same as the pipeline that the identity token stands for.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_as(
        pipeline: &str,
        jwt: &Secret,
        settings: &Settings,
        variables: &Variables,
    ) -> Result<Self, Failure> {
        let (server, web) = reach(settings)?;
        let token = exchange(&web, &server, pipeline, jwt)?;
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
        if let Some(repository) = &settings.repository {
            path.push_str("&repository=");
            path.push_str(&percent_encoded(repository));
        }
        parsed(&self.ask(&path, None).map_err(absence_meant)?)
    }

    /// The user name for each server. Of two users on one server it is the first.
    ///
    /// # Errors
    /// What Regcred said.
    pub fn usernames(&self) -> Result<BTreeMap<String, String>, Failure> {
        #[derive(Deserialize)]
        struct Listed {
            credentials: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            server: String,
            username: String,
        }
        let listed: Listed = parsed(&self.ask("/api/v1/credentials", None)?)?;
        let mut usernames = BTreeMap::new();
        for row in listed.credentials {
            usernames.entry(row.server).or_insert(row.username);
        }
        Ok(usernames)
    }

    /// What the kubelet may pull the image with. `cache` is what it shares the answer by.
    ///
    /// # Errors
    /// What Regcred said. That there is none is no error.
    pub fn for_kubelet(&self, image: &str, cache: &str) -> Result<ForKubelet, Failure> {
        let path = format!("/api/v1/kubelet?image={}&cache={cache}", percent_encoded(image));
        match self.ask(&path, None).map_err(absence_meant) {
            Err(Failure::NotFound) => Ok(ForKubelet::default()),
            answer => parsed(&answer?),
        }
    }

    /// Tells how it went with what a delivery handed out.
    ///
    /// # Errors
    /// What Regcred said.
    pub fn report(&self, delivery: &str, outcome: &'static str) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Outcome {
            outcome: &'static str,
        }
        let path = format!("/api/v1/deliveries/{}/outcome", percent_encoded(delivery));
        self.ask(&path, Some(&body(&Outcome { outcome })?)).map(|_| ())
    }

    fn ask(&self, path: &str, body: Option<&[u8]>) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.server);
        let request = Request { whom: WHOM, url: &url, headers: &self.headers, body };
        yes(self.web.send(&request)?)
    }
}

/// A pipeline token for an identity token.
///
/// # Errors
/// What Regcred said.
pub fn exchange(web: &Web, server: &str, pipeline: &str, jwt: &Secret) -> Result<Secret, Failure> {
    #[derive(Serialize)]
    struct Offered<'a> {
        pipeline: &'a str,
        token: &'a str,
    }
    #[derive(Deserialize)]
    struct Issued {
        token: Secret,
    }
    let body = body(&Offered { pipeline, token: jwt.expose() })?;
    let url = format!("{server}/api/v1/token");
    let request = Request { whom: WHOM, url: &url, headers: &[], body: Some(&body) };
    let issued: Issued = parsed(&yes(web.send(&request)?)?)?;
    Ok(issued.token)
}

fn reach(settings: &Settings) -> Result<(String, Web), Failure> {
    let server = settings.server()?;
    let web = Web::new(settings.timeout, settings.ca_file.as_deref(), Box::new(thread::sleep))?;
    Ok((server, web))
}

fn body(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let bytes = serde_json::to_vec(value).map(Zeroizing::new);
    bytes.map_err(|_| Failure::here("The request cannot be written as JSON."))
}

fn parsed<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, Failure> {
    // The parser's own words would repeat what stands there.
    serde_json::from_slice(&answer.body).map_err(|_| {
        Failure::Refused("Regcred answered something that this program cannot read.".to_owned())
    })
}

/// The answer, if it is not a no.
fn yes(answer: Answer) -> Result<Answer, Failure> {
    #[derive(Deserialize)]
    struct Problem {
        error: Details,
    }
    #[derive(Deserialize)]
    struct Details {
        #[serde(default)]
        code: String,
        message: String,
    }
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok().map(|said| said.error);
    let is_absent = problem.as_ref().is_some_and(|said| said.code == "not_found");
    let message = problem.map(|said| on_one_line(&said.message)).filter(|said| !said.is_empty());
    let sentence = message.unwrap_or_else(|| {
        format!("{WHOM} answered with status {status}, and not why. Is REGCRED_URL its address?")
    });
    Err(match status {
        404 if is_absent => Failure::Absent(sentence),
        429 | 500..=599 => Failure::Passing(sentence),
        _ => Failure::Refused(sentence),
    })
}

/// Only where the question was for a credential is its absence an answer that clients act on.
fn absence_meant(failure: Failure) -> Failure {
    match failure {
        Failure::Absent(_) => Failure::NotFound,
        failure => failure,
    }
}

fn on_one_line(message: &str) -> String {
    let shown = message.chars().map(|c| if c.is_control() { ' ' } else { c });
    shown.take(500).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;

//! The create and edit form of a credential: what was typed, and the rules for it.

mod doubt;
mod draft;
mod google_path;
mod stored;
mod suggestion;
#[cfg(test)]
mod tests;

pub use doubt::Asked;
pub use draft::CredentialDraft;
pub use suggestion::{alternatives, first_part, suggested_name};

use super::credential::{Access, CredentialSettings, KEY_FILE_USERNAME, Method};
use super::moment::Day;
use super::registry::{self, HostProblem, ParsedRegistry, RegistryHost};
use super::registry_kind::{RegistryKind, UsernameRule};
use super::typed_text::{
    LINE_MAX, labels, name_problem, text_problem, username_problem, word_problem,
};
use super::user;
use crate::error::FieldError;
use serde::{Deserialize, Serialize};

/// What was typed, as it was typed; it comes back when a save fails. It has no field for a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CredentialForm {
    pub name: String,
    pub description: String,
    /// `registry_url`; on edit what the page showed, which may not differ.
    pub registry_url: String,
    pub method: String,
    pub username: String,
    pub email: String,
    pub paths: String,
    pub access: String,
    pub expires_on: String,
    pub owner: String,
    pub environment: String,
    pub labels: String,
    pub review_on: String,
    pub rotate_every_days: String,
    pub is_protected: bool,
    /// `is_insecure`: a check box; only at creation.
    pub is_insecure: bool,
    /// `is_staged`: a check box; only on edit. The new secret waits until somebody switches to it.
    pub is_staged: bool,
    /// `also`: other Google hosts for the same key, ticked or typed; only at creation.
    pub also: Vec<String>,
    /// `anyway`: the button that saves what was asked about. It is pressed anew each time.
    #[serde(skip)]
    pub is_sure: bool,
}

pub const DESCRIPTION_MAX: usize = 1000;
const LABELS_MAX: usize = 20;
const LABEL_MAX: usize = 50;
/// The longest text of labels: the most and the longest ones, with room for commas and spaces between them.
const LABELS_TEXT_MAX: usize = 2 * LABELS_MAX * LABEL_MAX;
/// The most other hosts that one key is stored for at once.
const ALSO_MAX: usize = 20;
/// The longest of these hosts, so that its name leaves room for the credential's.
const ALSO_HOST_MAX: usize = 80;
const PATH_KEPT: &str = "The path in the address became the repository path.";
const PATH_DROPPED: &str =
    "The path in the address was dropped, because a repository path was entered.";

const PLAIN_HTTP: &str = "Plain HTTP sends the secret unencrypted. Use https, or select “Insecure registry” under More options.";
const SAYS_HTTPS: &str = "The address is for https, by its scheme or port 443. Clear “Insecure registry”, or type the address with http://.";
pub const NOT_GOOGLES: &str = "The key works only with Google's registries. Enter one of their hosts without a path, for example europe-docker.pkg.dev.";

impl CredentialForm {
    pub fn check(&self) -> Result<CredentialDraft, Vec<FieldError>> {
        self.check_for(RegistryHost::parse(&self.registry_url))
    }

    /// The same for a credential that exists: its host was accepted once and cannot change, so it is not judged again.
    pub fn check_stored(&self) -> Result<CredentialDraft, Vec<FieldError>> {
        self.check_for(RegistryHost::read(&self.registry_url))
    }

    fn check_for(
        &self,
        parsed: Result<ParsedRegistry, HostProblem>,
    ) -> Result<CredentialDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut at = |field: &str, message: String| errors.push(FieldError::new(field, message));

        let name = self.name.trim().to_owned();
        name_problem(&name, "credential").into_iter().for_each(|m| at("name", m));
        // As it is stored: a browser sends two characters for each line break.
        let description = self.description.trim().replace("\r\n", "\n");
        text_problem(&description, DESCRIPTION_MAX, true)
            .into_iter()
            .for_each(|m| at("description", m));
        for (field, value, max) in [
            ("owner", &self.owner, LINE_MAX),
            ("environment", &self.environment, LINE_MAX),
            ("labels", &self.labels, LABELS_TEXT_MAX),
        ] {
            word_problem(value, max).into_iter().for_each(|m| at(field, m));
        }
        let parsed = parsed
            .map(|parsed| parsed.marked(self.is_insecure))
            .map_err(|problem| at("registry_url", problem.to_string()))
            .ok();
        let host = parsed.as_ref().map(|parsed| &parsed.host);
        let scheme = parsed.as_ref().and_then(|parsed| scheme_problem(parsed, self.is_insecure));
        if let Some((field, message)) = scheme {
            at(field, message.to_owned());
        }
        let method = Method::from_word(&self.method);
        if method.is_none() {
            at("method", "Choose an authentication method.".to_owned());
        }
        let (username, filled_in) =
            self.username(method, host).map_err(|m| at("username", m)).unwrap_or_default();
        let also = self.other_hosts(method, host).map_err(|m| at("also", m)).unwrap_or_default();
        let email = self.email.trim().to_owned();
        if !email.is_empty() {
            let problem = user::email_problem(&email).map(str::to_owned);
            let problem = problem.or_else(|| word_problem(&email, LINE_MAX));
            problem.into_iter().for_each(|m| at("email", m));
        }
        let mut paths = registry::path_scope(&self.paths)
            .map_err(|problem| at("paths", problem.to_string()))
            .unwrap_or_default();
        // What stands in the address is the repository path if there is no other one.
        let in_address = parsed.as_ref().and_then(|parsed| parsed.path.clone());
        let in_address = in_address.filter(|_| paths.is_empty());
        for (field, said) in [("paths", &paths[..]), ("registry_url", in_address.as_slice())] {
            if let Some(Err(problem)) = host.map(|host| host.named_in(said)) {
                at(field, problem.to_string());
            }
        }
        let access = Access::from_word(&self.access);
        if access.is_none() {
            at("access", "Choose the access: pull, or pull and push.".to_owned());
        }
        let mut day = |field: &str, text: &str| {
            let text = text.trim();
            let day = Day::parse(text);
            if day.is_none() && !text.is_empty() {
                at(field, Day::problem(text).to_owned());
            }
            day
        };
        let expires_on = day("expires_on", &self.expires_on);
        let review_on = day("review_on", &self.review_on);
        let rotate = self.rotate_every_days.trim();
        let rotate_every_days = rotate.parse::<u32>().ok().filter(|n| (1..=3650).contains(n));
        if rotate_every_days.is_none() && !rotate.is_empty() {
            at(
                "rotate_every_days",
                "Enter a number of days from 1 to 3650, or leave it blank.".to_owned(),
            );
        }
        let labels = labels(&self.labels);
        if labels.len() > LABELS_MAX || labels.iter().any(|l| l.chars().count() > LABEL_MAX) {
            let message =
                format!("Use at most {LABELS_MAX} labels of at most {LABEL_MAX} characters each.");
            at("labels", message);
        }

        match (errors.is_empty(), parsed, method, access) {
            (true, Some(parsed), Some(method), Some(access)) => {
                let mut changes = parsed.changes;
                if let Some(path) = parsed.path {
                    if paths.is_empty() {
                        changes.push(PATH_KEPT.to_owned());
                        paths.push(path);
                    } else {
                        changes.push(PATH_DROPPED.to_owned());
                    }
                }
                changes.extend(filled_in);
                let settings = CredentialSettings {
                    name,
                    description,
                    method,
                    username,
                    email,
                    paths,
                    access,
                    expires_on,
                    owner: self.owner.trim().to_owned(),
                    environment: self.environment.trim().to_owned(),
                    labels,
                    review_on,
                    rotate_every_days,
                    is_protected: self.is_protected,
                };
                let (host, is_insecure) = (parsed.host, self.is_insecure);
                Ok(CredentialDraft { settings, host, is_insecure, changes, also })
            }
            _ => Err(errors),
        }
    }

    /// The user name to store, and a sentence when it is not what was typed.
    fn username(
        &self,
        method: Option<Method>,
        host: Option<&RegistryHost>,
    ) -> Result<(String, Option<String>), String> {
        if method == Some(Method::GcpServiceAccountKey) {
            return Ok((KEY_FILE_USERNAME.to_owned(), None));
        }
        let typed = self.username.trim();
        let kind = host.map_or(RegistryKind::SelfHosted, RegistryKind::recognise);
        match (kind.advice().username, typed) {
            (UsernameRule::Fixed(name), "") => {
                let label = kind.label();
                let filled_in = format!("The username was filled in: for {label} it is {name}.");
                Ok((name.to_owned(), Some(filled_in)))
            }
            (UsernameRule::Fixed(name), _) if typed != name => Err(format!(
                "{} Leave it blank to have it filled in.",
                kind.advice().wants_username
            )),
            _ => username_problem(typed).map_or_else(|| Ok((typed.to_owned(), None)), Err),
        }
    }

    /// The other hosts that the key is for, without the credential's own.
    fn other_hosts(
        &self,
        method: Option<Method>,
        own: Option<&RegistryHost>,
    ) -> Result<Vec<RegistryHost>, String> {
        let mut hosts = Vec::new();
        if method != Some(Method::GcpServiceAccountKey) {
            return Ok(hosts);
        }
        for typed in self.also.iter().filter(|typed| !typed.trim().is_empty()) {
            let host = google_host(typed, self.is_insecure).ok_or(NOT_GOOGLES)?;
            if own != Some(&host) && !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        if hosts.len() > ALSO_MAX {
            return Err(format!("Choose at most {ALSO_MAX} other hosts at once."));
        }
        Ok(hosts)
    }
}

/// What is said when the credential for one of the other hosts would have a name that is taken.
pub fn copy_taken(copy: &CredentialDraft) -> String {
    format!(
        "A credential with the name {} already exists. Choose another name, or {}",
        copy.settings.name,
        clear(copy.host.as_str())
    )
}

/// Whether that is said of this host. The name in the sentence can contain other hosts, so only its end counts.
pub fn is_about_copy_for(sentence: &str, host: &str) -> bool {
    sentence.ends_with(&format!(" or {}", clear(host)))
}

fn clear(host: &str) -> String {
    format!("clear {host}.")
}

/// Where the address and the mark of an insecure registry contradict each other, and how.
fn scheme_problem(
    parsed: &ParsedRegistry,
    is_insecure: bool,
) -> Option<(&'static str, &'static str)> {
    if parsed.is_http && !is_insecure {
        return Some(("registry_url", PLAIN_HTTP));
    }
    (parsed.is_https && is_insecure).then_some(("is_insecure", SAYS_HTTPS))
}

/// The host of Google's that was typed; `None` for anything else.
fn google_host(typed: &str, is_insecure: bool) -> Option<RegistryHost> {
    let parsed = RegistryHost::parse(typed).ok()?.marked(is_insecure);
    let is_said_otherwise = if is_insecure { parsed.is_https } else { parsed.is_http };
    let is_googles = RegistryKind::recognise(&parsed.host).takes_key_file();
    let fits = parsed.path.is_none() && parsed.host.as_str().len() <= ALSO_HOST_MAX;
    (is_googles && fits && !is_said_otherwise).then_some(parsed.host)
}

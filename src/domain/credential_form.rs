//! The create and edit form of a credential: what was typed, and the rules for it.

use super::credential::{Access, KEY_FILE_USERNAME, Method};
use super::moment::Day;
use super::registry::{self, RegistryHost};
use super::typed_text::{LINE_MAX, labels, name_problem, text_problem, username_problem};
use super::user;
use crate::error::FieldError;
use serde::{Deserialize, Serialize};

/// What was typed, as it was typed; it comes back when a save fails. It has no field for a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CredentialForm {
    /// `name`
    pub name: String,
    /// `description`
    pub description: String,
    /// `registry_url`; on edit what the page showed, which may not differ.
    pub registry_url: String,
    /// `method`: the word of a [`Method`].
    pub method: String,
    /// `username`
    pub username: String,
    /// `email`
    pub email: String,
    /// `paths`: prefixes separated by commas or line breaks.
    pub paths: String,
    /// `access`: the word of an [`Access`].
    pub access: String,
    /// `expires_on`: a day.
    pub expires_on: String,
    /// `owner`
    pub owner: String,
    /// `environment`
    pub environment: String,
    /// `labels`: separated by commas.
    pub labels: String,
    /// `review_on`: a day.
    pub review_on: String,
    /// `rotate_every_days`
    pub rotate_every_days: String,
    /// `is_protected`: a check box.
    pub is_protected: bool,
    /// `is_insecure`: a check box; only at creation.
    pub is_insecure: bool,
    /// `is_staged`: a check box; only on edit. The new secret waits until somebody switches to it.
    pub is_staged: bool,
    /// `also`: check boxes of other Google hosts for the same key; only at creation.
    pub also: Vec<String>,
}

/// A form that keeps every rule that needs no database and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialDraft {
    /// 1 to 100 characters, trimmed.
    pub name: String,
    /// At most 1,000 characters.
    pub description: String,
    /// Canonical.
    pub host: RegistryHost,
    /// What was changed to make the host canonical, for the page after the save.
    pub host_changes: Vec<String>,
    /// How the registry is convinced.
    pub method: Method,
    /// Without a colon; fixed for a key file.
    pub username: String,
    /// Empty or an address.
    pub email: String,
    /// Canonical prefixes.
    pub paths: Vec<String>,
    /// What it can do.
    pub access: Access,
    /// The last day it works.
    pub expires_on: Option<Day>,
    /// Who answers for it.
    pub owner: String,
    /// Where it is used.
    pub environment: String,
    /// At most 20, of at most 50 characters each.
    pub labels: Vec<String>,
    /// When to look again.
    pub review_on: Option<Day>,
    /// 1 to 3,650.
    pub rotate_every_days: Option<u32>,
    /// Needs an approval to grant push.
    pub is_protected: bool,
    /// Plain HTTP.
    pub is_insecure: bool,
}

/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 1000;

impl CredentialDraft {
    /// The same, with `name` to answer for it when nobody was named.
    pub fn owned_by(mut self, name: &str) -> Self {
        if self.owner.is_empty() {
            name.clone_into(&mut self.owner);
        }
        self
    }
}

impl CredentialForm {
    /// Every broken rule at its field, or the draft.
    pub fn check(&self) -> Result<CredentialDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut at = |field: &str, message: String| errors.push(FieldError::new(field, message));

        let name = self.name.trim().to_owned();
        name_problem(&name, "credential").into_iter().for_each(|m| at("name", m));
        for (field, value, max) in [
            ("description", &self.description, DESCRIPTION_MAX),
            ("owner", &self.owner, LINE_MAX),
            ("environment", &self.environment, LINE_MAX),
            ("labels", &self.labels, 1000),
        ] {
            text_problem(value, max, field == "description").into_iter().for_each(|m| at(field, m));
        }
        let parsed = RegistryHost::parse(&self.registry_url)
            .map_err(|problem| at("registry_url", problem.to_string()))
            .ok();
        if let Some(parsed) = &parsed
            && parsed.is_http
            && !self.is_insecure
        {
            at(
                "registry_url",
                "Plain HTTP sends the secret unencrypted. Use https, or tick “Insecure registry” under More options.".to_owned(),
            );
        }
        let method = Method::from_word(&self.method);
        if method.is_none() {
            at("method", "Choose how this registry is signed in to.".to_owned());
        }
        let username = if method == Some(Method::GcpServiceAccountKey) {
            KEY_FILE_USERNAME.to_owned()
        } else {
            let username = self.username.trim().to_owned();
            username_problem(&username).into_iter().for_each(|m| at("username", m));
            username
        };
        let email = self.email.trim().to_owned();
        if !email.is_empty() {
            user::email_problem(&email).into_iter().for_each(|m| at("email", m.to_owned()));
        }
        let mut paths = registry::path_scope(&self.paths)
            .map_err(|problem| at("paths", problem.to_string()))
            .unwrap_or_default();
        let access = Access::from_word(&self.access);
        if access.is_none() {
            at("access", "Choose what this credential can do.".to_owned());
        }
        let mut day = |field: &str, text: &str| {
            let text = text.trim();
            let day = Day::parse(text);
            if day.is_none() && !text.is_empty() {
                at(
                    field,
                    "This is not a day. Write it as year-month-day, such as 2027-01-31.".to_owned(),
                );
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
        if labels.len() > 20 || labels.iter().any(|l| l.chars().count() > 50) {
            at("labels", "Use at most 20 labels of at most 50 characters each.".to_owned());
        }

        match (errors.is_empty(), parsed, method, access) {
            (true, Some(parsed), Some(method), Some(access)) => {
                let mut host_changes = parsed.changes;
                if let Some(path) = parsed.path {
                    if paths.is_empty() {
                        host_changes.push("Its path became the repository path.".to_owned());
                        paths.push(path);
                    } else {
                        host_changes
                            .push("Its path was dropped: a repository path was given.".to_owned());
                    }
                }
                Ok(CredentialDraft {
                    name,
                    description: self.description.trim().replace("\r\n", "\n"),
                    host: parsed.host,
                    host_changes,
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
                    is_insecure: self.is_insecure,
                })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> CredentialForm {
        CredentialForm {
            name: " ghcr ".into(),
            registry_url: "https://GHCR.io/acme/".into(),
            method: "password".into(),
            username: "acme-bot".into(),
            access: "pull".into(),
            ..CredentialForm::default()
        }
    }

    fn fields(form: &CredentialForm) -> Vec<String> {
        form.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
    }

    #[test]
    fn what_people_paste_becomes_canonical_and_its_path_a_scope() {
        let draft = form().check().unwrap();
        assert_eq!((draft.name.as_str(), draft.host.as_str()), ("ghcr", "ghcr.io"));
        assert_eq!(draft.paths, ["acme"]);
        assert!(!draft.host_changes.is_empty());
    }

    #[test]
    fn each_broken_rule_is_told_at_its_field() {
        let bad = CredentialForm {
            name: "x".repeat(101),
            description: "x".repeat(100_000),
            registry_url: "hub.docker.com".into(),
            method: "ssh".into(),
            username: "a:b".into(),
            email: "nobody".into(),
            access: String::new(),
            expires_on: "2026-02-30".into(),
            rotate_every_days: "0".into(),
            ..form()
        };
        let fields = fields(&bad);
        for field in [
            "name",
            "description",
            "registry_url",
            "method",
            "username",
            "email",
            "access",
            "expires_on",
            "rotate_every_days",
        ] {
            assert!(fields.iter().any(|f| f == field), "{field}");
        }
    }

    #[test]
    fn a_label_has_fifty_characters_at_most() {
        let labels = |text: &str| CredentialForm { labels: format!("shop, {text}"), ..form() };
        assert!(labels(&"ä".repeat(50)).check().is_ok());
        assert_eq!(fields(&labels(&"x".repeat(51))), ["labels"]);
    }

    #[test]
    fn plain_http_needs_the_insecure_mark() {
        let plain = CredentialForm { registry_url: "http://registry.example.com".into(), ..form() };
        assert_eq!(fields(&plain), ["registry_url"]);
        assert!(CredentialForm { is_insecure: true, ..plain }.check().is_ok());
    }

    #[test]
    fn a_key_file_fixes_the_user_name() {
        let key = CredentialForm {
            method: "gcp_service_account_key".into(),
            username: "me:x".into(),
            ..form()
        };
        assert_eq!(key.check().unwrap().username, "_json_key");
    }
}

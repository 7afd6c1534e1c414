//! The registries of the demo: their addresses are real or examples, and their secrets are words.

use crate::domain::credential::{Access, Method};
use crate::domain::credential_form::CredentialForm;
use crate::domain::moment::Day;
use crate::domain::secret::Secret;
use crate::vault::SecretInput;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

pub(super) const HUB: &str = "Docker Hub";
pub(super) const GITHUB: &str = "GitHub packages";
pub(super) const GITLAB: &str = "GitLab images";
pub(super) const GOOGLE: &str = "Google images";
pub(super) const AMAZON: &str = "Amazon production";
pub(super) const AZURE: &str = "Azure production";
pub(super) const QUAY: &str = "Quay mirror";
pub(super) const HARBOR: &str = "Harbor releases";
pub(super) const LAB: &str = "Lab registry";
pub(super) const NVIDIA: &str = "NVIDIA base images";
pub(super) const OLD: &str = "Old registry";
pub(super) const SPARE: &str = "IBM spare";
/// The account of a member, for a registry that has another credential.
pub(super) const PERSONAL: &str = "Docker Hub of Ben";

/// The one secret that two of them have, which their pages say.
const SHARED: &str = "made-up words for two, not a secret";

/// A credential of the demo. Days count from today.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registry {
    pub(super) name: &'static str,
    url: &'static str,
    username: &'static str,
    access: Access,
    paths: &'static str,
    description: &'static str,
    environment: &'static str,
    labels: &'static str,
    expires: Option<i64>,
    review: Option<i64>,
    rotate: &'static str,
    /// Blank for words of its own.
    secret: &'static str,
    is_protected: bool,
    is_insecure: bool,
}

const USUAL: Registry = Registry {
    name: "",
    url: "",
    username: "acme-bot",
    access: Access::Pull,
    paths: "",
    description: "",
    environment: "any",
    labels: "",
    expires: None,
    review: None,
    rotate: "",
    secret: "",
    is_protected: false,
    is_insecure: false,
};

/// 12 registries, of which one has two credentials.
pub(super) const ACME: [Registry; 13] = [
    Registry {
        name: HUB,
        url: "docker.io",
        username: "acmebuilds",
        description: "Base images for every build, without the limit for strangers.",
        labels: "shared, base images",
        expires: Some(210),
        ..USUAL
    },
    Registry {
        name: GITHUB,
        url: "ghcr.io",
        access: Access::PullAndPush,
        paths: "acme",
        description: "Images of pull requests.",
        environment: "development",
        rotate: "180",
        secret: "github_pat_MADE_UP_FOR_THE_DEMO",
        ..USUAL
    },
    Registry {
        name: GITLAB,
        url: "registry.gitlab.com",
        username: "gitlab+deploy-token-7",
        paths: "acme",
        labels: "shared",
        expires: Some(20),
        ..USUAL
    },
    Registry {
        name: GOOGLE,
        url: "europe-docker.pkg.dev",
        paths: "acme-images/apps",
        description: "The key of the service account ci@acme-images.",
        // Nobody said which, and pipelines of two receive it.
        environment: "",
        review: Some(-10),
        rotate: "60",
        ..USUAL
    },
    Registry {
        name: AMAZON,
        url: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        username: "AWS",
        // Of the form that the registry's tokens have: {"payload":"made up for the demo"}.
        secret: "eyJwYXlsb2FkIjoibWFkZSB1cCBmb3IgdGhlIGRlbW8ifQ==",
        environment: "production",
        labels: "production",
        expires: Some(-12),
        ..USUAL
    },
    Registry {
        name: AZURE,
        url: "acme.azurecr.io",
        username: "acme-pull",
        description: "What the clusters run.",
        environment: "production",
        labels: "production",
        expires: Some(5),
        is_protected: true,
        ..USUAL
    },
    Registry {
        name: QUAY,
        url: "quay.io",
        username: "acme+mirror",
        description: "Images that the scanner reads.",
        ..USUAL
    },
    Registry {
        name: HARBOR,
        url: "harbor.example.com",
        username: "robot$releases",
        access: Access::PullAndPush,
        paths: "acme/releases",
        description: "Signed releases. Customers pull from here.",
        environment: "production",
        labels: "production, customers",
        expires: Some(120),
        is_protected: true,
        ..USUAL
    },
    Registry {
        name: LAB,
        url: "http://registry.lab.example.com:5000",
        username: "lab",
        access: Access::PullAndPush,
        description: "Under a desk. It speaks plain HTTP.",
        environment: "development",
        review: Some(-3),
        is_insecure: true,
        ..USUAL
    },
    Registry { name: NVIDIA, url: "nvcr.io", username: "$oauthtoken", expires: Some(300), ..USUAL },
    Registry {
        name: OLD,
        url: "registry.old.example.com",
        username: "admin",
        description: "To be switched off. Two pipelines still use it.",
        labels: "legacy",
        expires: Some(-45),
        secret: SHARED,
        ..USUAL
    },
    Registry {
        name: SPARE,
        url: "de.icr.io",
        username: "iamapikey",
        labels: "spare",
        secret: SHARED,
        ..USUAL
    },
    Registry {
        name: PERSONAL,
        url: "docker.io",
        username: "ben",
        description: "Until the team has an account for the scanner.",
        ..USUAL
    },
];

pub(super) const LABS: [Registry; 2] = [
    Registry { name: HUB, url: "docker.io", username: "acmelabs", expires: Some(45), ..USUAL },
    Registry {
        name: GITHUB,
        url: "ghcr.io",
        access: Access::PullAndPush,
        paths: "acme-labs",
        ..USUAL
    },
];

impl Registry {
    /// The form as somebody filled it in who knows what they do.
    pub(super) fn form(&self, today: Day) -> CredentialForm {
        let day = |days: Option<i64>| days.map(|days| today.plus_days(days).to_text());
        CredentialForm {
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            registry_url: self.url.to_owned(),
            method: self.method().word().to_owned(),
            username: self.username.to_owned(),
            paths: self.paths.to_owned(),
            access: self.access.word().to_owned(),
            expires_on: day(self.expires).unwrap_or_default(),
            environment: self.environment.to_owned(),
            labels: self.labels.to_owned(),
            review_on: day(self.review).unwrap_or_default(),
            rotate_every_days: self.rotate.to_owned(),
            is_protected: self.is_protected,
            is_insecure: self.is_insecure,
            is_sure: true,
            ..CredentialForm::default()
        }
    }

    pub(super) fn secret(&self) -> SecretInput {
        match self.method() {
            Method::Password => password(&self.words()),
            Method::GcpServiceAccountKey => {
                SecretInput { key_text: key_file().as_str().into(), ..SecretInput::default() }
            }
        }
    }

    fn words(&self) -> String {
        match self.secret {
            "" => format!("made-up words for {}, not a secret", self.name),
            words => words.to_owned(),
        }
    }

    fn method(&self) -> Method {
        if self.name == GOOGLE { Method::GcpServiceAccountKey } else { Method::Password }
    }
}

pub(super) fn password(words: &str) -> SecretInput {
    SecretInput { password: Secret::from(words), ..SecretInput::default() }
}

/// A service account key in the form that Google makes, with words in the place of the key.
fn key_file() -> String {
    // 0 is how a key in DER begins, too.
    let words = STANDARD.encode("0 is how this begins. It is no key: it was made up for the demo.");
    let key = format!("-----BEGIN PRIVATE KEY-----\n{words}\n-----END PRIVATE KEY-----\n");
    let file = json!({
        "type": "service_account",
        "project_id": "acme-images",
        "private_key_id": "made-up-for-the-demo",
        "private_key": key,
        "client_email": "ci@acme-images.iam.gserviceaccount.com",
    });
    file.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn two_have_the_same_secret_and_no_others() {
        let different: BTreeSet<String> = ACME.iter().map(Registry::words).collect();
        assert_eq!(different.len(), ACME.len() - 1);
    }

    #[test]
    fn each_registry_breaks_no_rule_of_the_form() {
        let today = Day::parse("2026-11-29").expect("a day");
        for registry in ACME.iter().chain(&LABS) {
            let checked = registry.form(today).check();
            assert!(checked.is_ok(), "{}: {checked:?}", registry.name);
        }
    }
}

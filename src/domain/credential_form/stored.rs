//! The form of a credential that exists.

use super::CredentialForm;
use crate::domain::credential::Credential;
use crate::domain::moment::Day;

impl From<&Credential> for CredentialForm {
    fn from(credential: &Credential) -> Self {
        let summary = &credential.summary;
        let day = |day: Option<Day>| day.map(Day::to_text).unwrap_or_default();
        let rotate = credential.rotate_every_days.map(|days| days.to_string());
        Self {
            name: summary.name.clone(),
            description: summary.description.clone(),
            registry_url: summary.host.as_str().to_owned(),
            method: summary.method.word().to_owned(),
            username: summary.username.clone(),
            email: credential.email.clone(),
            paths: summary.paths.join(", "),
            access: summary.access.word().to_owned(),
            expires_on: day(summary.expires_on),
            owner: credential.owner.clone(),
            environment: credential.environment.clone(),
            labels: credential.labels.join(", "),
            review_on: day(credential.review_on),
            rotate_every_days: rotate.unwrap_or_default(),
            is_protected: credential.is_protected,
            is_insecure: summary.is_insecure,
            ..Self::default()
        }
    }
}

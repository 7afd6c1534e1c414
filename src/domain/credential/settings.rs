//! The settings of a credential: what people can change on its form, but for the secret.

use super::{Access, Credential, Method};
use crate::domain::audit::{Field, FieldChange};
use crate::domain::counted::count;
use crate::domain::moment::Day;

/// What the form of a credential decides, on creation and on every later save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSettings {
    pub name: String,
    pub description: String,
    pub method: Method,
    /// Without a colon; fixed for a key file, and by some registries.
    pub username: String,
    pub email: String,
    pub paths: Vec<String>,
    pub access: Access,
    pub expires_on: Option<Day>,
    pub owner: String,
    pub environment: String,
    pub labels: Vec<String>,
    pub review_on: Option<Day>,
    pub rotate_every_days: Option<u32>,
    pub is_protected: bool,
}

impl CredentialSettings {
    fn values(&self) -> [(Field, String); 14] {
        let day = |day: Option<Day>| day.map(Day::to_text).unwrap_or_default();
        let rotate = self.rotate_every_days.map(|days| count(days.into(), "day"));
        [
            (Field::Name, self.name.clone()),
            (Field::Description, self.description.clone()),
            (Field::Method, self.method.label().to_owned()),
            (Field::Username, self.username.clone()),
            (Field::Email, self.email.clone()),
            (Field::Paths, self.paths.join(", ")),
            (Field::Access, self.access.label().to_owned()),
            (Field::ExpiresOn, day(self.expires_on)),
            (Field::Owner, self.owner.clone()),
            (Field::Environment, self.environment.clone()),
            (Field::Labels, self.labels.join(", ")),
            (Field::ReviewOn, day(self.review_on)),
            (Field::RotateEvery, rotate.unwrap_or_default()),
            (Field::Protected, if self.is_protected { "Yes" } else { "No" }.to_owned()),
        ]
    }

    /// The value of a field, as people read it; `None` for what is no setting.
    pub fn value(&self, field: Field) -> Option<String> {
        self.values().into_iter().find(|(one, _)| *one == field).map(|(_, value)| value)
    }

    /// What a save of `after` over these changes.
    pub fn diff(&self, after: &Self) -> Vec<FieldChange> {
        let pairs = self.values().into_iter().zip(after.values());
        pairs
            .filter(|((_, from), (_, to))| from != to)
            .map(|((field, from), (_, to))| FieldChange { field, from: Some(from), to: Some(to) })
            .collect()
    }
}

impl From<&Credential> for CredentialSettings {
    fn from(credential: &Credential) -> Self {
        let shown = &credential.summary;
        Self {
            name: shown.name.clone(),
            description: shown.description.clone(),
            method: shown.method,
            username: shown.username.clone(),
            email: credential.email.clone(),
            paths: shown.paths.clone(),
            access: shown.access,
            expires_on: shown.expires_on,
            owner: credential.owner.clone(),
            environment: credential.environment.clone(),
            labels: credential.labels.clone(),
            review_on: credential.review_on,
            rotate_every_days: credential.rotate_every_days,
            is_protected: credential.is_protected,
        }
    }
}

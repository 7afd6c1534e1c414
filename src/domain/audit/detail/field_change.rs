//! What a save of a credential changed.

use serde::{Deserialize, Serialize};

crate::domain::words! {
    /// What a save of a credential can change.
    pub enum Field {
        Name = "name", "Name";
        Description = "description", "Description";
        Method = "method", "Authentication method";
        Username = "username", "Username";
        Email = "email", "Email";
        Paths = "paths", "Repository path";
        Access = "access", "Access";
        ExpiresOn = "expires_on", "Expires on";
        Owner = "owner", "Owner";
        Environment = "environment", "Environment";
        Labels = "labels", "Labels";
        ReviewOn = "review_on", "Review date";
        RotateEvery = "rotate_every_days", "Rotate every";
        Protected = "is_protected", "Protected";
        TokenService = "token_service", "Token service";
        /// The secret. No event holds its value.
        Secret = "secret", "Password or key";
        State = "state", "State";
    }
}

impl Field {
    /// Whether it decides who may have the secret, and what for.
    pub fn is_guard(self) -> bool {
        matches!(self, Self::Protected | Self::Access | Self::Paths | Self::TokenService)
    }

    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.label() == label)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: Field,
    /// What it was; `None` for a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it became; `None` for a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl FieldChange {
    pub fn secret() -> Self {
        Self { field: Field::Secret, from: None, to: None }
    }

    /// The field with what it was and what it became: "Username: acme-bot → acme-ci". Of a secret only
    /// the field.
    pub fn before_and_after(&self) -> String {
        let label = self.field.label();
        let said = |text: &str| if text.is_empty() { "none".to_owned() } else { short(text) };
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{label}: {} → {}", said(from), said(to)),
            _ => label.to_owned(),
        }
    }

    /// The field, and of what guards a secret also from what to what: it matters which way it went.
    pub(super) fn to_text(&self) -> String {
        let label = self.field.label();
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if self.field.is_guard() => {
                let said = |text: &str| if text.is_empty() { "none" } else { text }.to_owned();
                let (from, to) = (said(from), said(to));
                format!("{label} from {from} to {to}")
            }
            _ => label.to_owned(),
        }
    }
}

/// The longest value that a line about a change has, in characters.
const VALUE_MAX: usize = 60;

/// The text in one line, cut where it is long.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= VALUE_MAX {
        return line;
    }
    line.chars().take(VALUE_MAX - 1).chain(['…']).collect()
}

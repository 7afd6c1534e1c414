//! What an audit event adds to who did what. It is data, so that programs can read it.

use super::refusal::{Sum, Tally};
use crate::domain::credential::Access;
use crate::domain::moment::Day;
use crate::domain::trust_rule::Provider;
use crate::domain::user::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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

    /// The field, and of what guards a secret also from what to what: it matters which way it went.
    fn to_text(&self) -> String {
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

/// What an audit event adds to who did what to which noun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    #[default]
    Nothing,
    /// The words of an event that was written before events held data.
    Text(String),
    Changed(Vec<FieldChange>),
    Registry(String),
    TokenService(String),
    Version(i64),
    Versions {
        from: i64,
        to: i64,
    },
    /// A credential that a pipeline was granted, or no longer is.
    Grant {
        credential: Uuid,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Access>,
        /// The last day of its approval.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Day>,
    },
    /// The public half of a pipeline's token.
    Token(String),
    Provider(Provider),
    Role(Role),
    Roles {
        from: Role,
        to: Role,
        /// As in `Kept`.
        #[serde(default, skip_serializing_if = "is_none")]
        kept: u64,
    },
    /// How many things a person made or approved that go on working after they left.
    Kept(u64),
    /// When the backup was made that was restored, and how many of its tokens were revoked.
    Restored {
        made_at: String,
        revoked: u64,
    },
    Account {
        is_admin: bool,
    },
    Keys {
        from: String,
        to: String,
    },
    /// What was refused or only looked at.
    Refused(Tally),
    Sums(Vec<Sum>),
    /// How many trust rules stop.
    Rules(u64),
    /// Links of a chain, both ends included.
    Links {
        first: i64,
        last: i64,
    },
}

/// Whether there is nothing to count.
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Detail {
    /// How much was kept, if there is something to say of it.
    pub fn kept(count: u64) -> Self {
        if count == 0 { Self::Nothing } else { Self::Kept(count) }
    }

    pub fn to_stored(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            // Nothing in it can fail: its keys are texts.
            data => serde_json::to_string(data).unwrap_or_default(),
        }
    }

    /// What was stored. What is not data of ours is a text.
    pub fn from_stored(stored: &str) -> Self {
        if stored.is_empty() {
            return Self::Nothing;
        }
        serde_json::from_str(stored).unwrap_or_else(|_| Self::Text(stored.to_owned()))
    }

    pub fn to_text(&self) -> String {
        match self {
            Self::Nothing | Self::Account { is_admin: false } => String::new(),
            Self::Text(text)
            | Self::Registry(text)
            | Self::TokenService(text)
            | Self::Token(text) => text.clone(),
            Self::Changed(changes) => {
                let texts: Vec<String> = changes.iter().map(FieldChange::to_text).collect();
                texts.join(", ")
            }
            Self::Version(version) => format!("version {version}"),
            Self::Versions { from, to } => format!("from version {from} to {to}"),
            Self::Grant { name, intent, until, .. } => {
                let intent = intent.map(|intent| intent.label().to_lowercase());
                let until = until.map(|day| format!("until {}", day.to_text()));
                let parts: Vec<String> =
                    [Some(name.clone()), intent, until].into_iter().flatten().collect();
                parts.join(", ")
            }
            Self::Provider(provider) => provider.label().to_owned(),
            Self::Role(role) => role.word().to_owned(),
            Self::Roles { from, to, kept: 0 } => format!("from {} to {}", from.word(), to.word()),
            Self::Roles { from, to, kept } => {
                format!("from {} to {}, {kept} kept", from.word(), to.word())
            }
            Self::Kept(count) => format!("{count} kept"),
            Self::Restored { made_at, revoked: 0 } => format!("made at {made_at}"),
            Self::Restored { made_at, revoked } => {
                format!("made at {made_at}, tokens revoked: {revoked}")
            }
            Self::Account { is_admin: true } => "instance admin".to_owned(),
            Self::Keys { from, to } => format!("from {from} to {to}"),
            Self::Refused(tally) => tally.to_text(),
            Self::Sums(sums) => sums.iter().map(Sum::to_text).collect::<Vec<_>>().join(", "),
            Self::Rules(1) => "1 trust rule".to_owned(),
            Self::Rules(count) => format!("{count} trust rules"),
            Self::Links { first, last } => format!("links {first} to {last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_detail() -> Vec<(Detail, &'static str)> {
        let change = |field, from: &str, to: &str| FieldChange {
            field,
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
        };
        let grant = |intent, until: Option<&str>| Detail::Grant {
            credential: Uuid::max(),
            name: "ghcr".to_owned(),
            intent,
            until: until.and_then(Day::parse),
        };
        let roles = |kept| Detail::Roles { from: Role::Owner, to: Role::Viewer, kept };
        let restored =
            |revoked| Detail::Restored { made_at: "2026-11-21T09:30:00Z".to_owned(), revoked };
        let changes = vec![change(Field::Labels, "a, b", "a"), FieldChange::secret()];
        vec![
            (Detail::Nothing, ""),
            (Detail::Text("Name, Username".to_owned()), "Name, Username"),
            (Detail::Changed(changes), "Labels, Password or key"),
            (
                Detail::Changed(vec![
                    change(Field::Protected, "Yes", "No"),
                    change(Field::Paths, "acme", ""),
                ]),
                "Protected from Yes to No, Repository path from acme to none",
            ),
            (Detail::Registry("ghcr.io".to_owned()), "ghcr.io"),
            (
                Detail::TokenService("https://auth.example.com:443".to_owned()),
                "https://auth.example.com:443",
            ),
            (Detail::Version(3), "version 3"),
            (Detail::Versions { from: 2, to: 1 }, "from version 2 to 1"),
            (grant(Some(Access::PullAndPush), None), "ghcr, pull and push"),
            (grant(None, Some("2027-01-31")), "ghcr, until 2027-01-31"),
            (grant(None, None), "ghcr"),
            (Detail::Token("abc".to_owned()), "abc"),
            (Detail::Provider(Provider::GitHub), "GitHub Actions"),
            (Detail::Role(Role::Owner), "owner"),
            (roles(0), "from owner to viewer"),
            (roles(2), "from owner to viewer, 2 kept"),
            (Detail::Kept(3), "3 kept"),
            (restored(0), "made at 2026-11-21T09:30:00Z"),
            (restored(2), "made at 2026-11-21T09:30:00Z, tokens revoked: 2"),
            (Detail::Account { is_admin: true }, "instance admin"),
            (Detail::Account { is_admin: false }, ""),
            (Detail::Keys { from: "a".to_owned(), to: "b".to_owned() }, "from a to b"),
            (Detail::Rules(1), "1 trust rule"),
            (Detail::Rules(3), "3 trust rules"),
            (Detail::Links { first: 1, last: 500 }, "links 1 to 500"),
        ]
    }

    #[test]
    fn a_detail_is_read_as_it_was_stored_and_says_one_thing() {
        for (detail, text) in every_detail() {
            assert_eq!(Detail::from_stored(&detail.to_stored()), detail);
            assert_eq!(detail.to_text(), text);
        }
    }

    #[test]
    fn a_detail_of_an_older_version_is_its_text() {
        for text in ["ghcr.io", "Name, Username", "{", "{}", "[]", "{\"unknown\":1}", "12"] {
            let read = Detail::from_stored(text);
            assert_eq!((read.to_text().as_str(), read.to_stored().as_str()), (text, text));
        }
    }

    #[test]
    fn a_changed_secret_has_no_value() {
        let stored = Detail::Changed(vec![FieldChange::secret()]).to_stored();
        assert_eq!(stored, r#"{"changed":[{"field":"secret"}]}"#);
    }
}

//! What an operator sees of a row before it is taken for ours: all that decides in it, but no secret and
//! no hash of one.

use super::Authentic;
use super::checks::hex;
use crate::domain::moment::Moment;
use crate::domain::trust_rule::Provider;
use crate::store::shape;
use sea_orm::{IdenStatic, ModelTrait, Value};
use std::fmt;
use uuid::Uuid;

/// The columns that are shown. Of any other it can be seen that it was changed, and nothing else.
const SHOWN: &[&str] = &[
    "access",
    "approved_at",
    "approved_by",
    "approved_epoch",
    "approved_until",
    "approver",
    "audience",
    "branches",
    "chain",
    "changes",
    "claims",
    "created_at",
    "created_by",
    "created_by_id",
    "credential_id",
    "cursor_link",
    "cursor_receipt",
    "destroyed_at",
    "disabled_at",
    "email",
    "email_key",
    "ended_at",
    "ends_at",
    "events",
    "expires_at",
    "expires_on",
    "forks",
    "format",
    "granted_by",
    "host",
    "id",
    "identities",
    "identity_epoch",
    "intent",
    "is_admin",
    "is_insecure",
    "is_narrow",
    "is_protected",
    "issuer",
    "link",
    "made_by_id",
    "method",
    "name",
    "needs_approval",
    "paths",
    "person_id",
    "pipeline_id",
    "project_id",
    "proof",
    "proposed_by",
    "provider",
    "repositories",
    "revision",
    "revoked_at",
    "role",
    "secret_version",
    "seq",
    "shown_to",
    "slug",
    "staged_at",
    "stopped_at",
    "token_service",
    "transport",
    "until",
    "until_link",
    "until_receipt",
    "url",
    "username",
    "version",
];
/// The only one of which nothing is told: passwords can be guessed.
const UNTOLD: &str = "password_hash";

/// A value of a row, for who looks at it.
#[derive(Clone, PartialEq, Eq)]
pub enum Shown {
    /// The whole of it.
    Plain(String),
    /// One that is not to be seen: who shows the row shows only a digest of it.
    Hidden(Vec<u8>),
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.debug_tuple("Plain").field(text).finish(),
            Self::Hidden(_) => f.write_str("Hidden(..)"),
        }
    }
}

pub(super) fn shown<E: Authentic>(row: &E::Model) -> Vec<(&'static str, Shown)> {
    // What a rule for Drone has in its place is a salt.
    let provider = value_of::<E>(row, "provider").and_then(plain);
    let has_public_key = provider.as_deref() == Some(Provider::Woodpecker.word());
    let columns = E::DECIDING.iter().map(|column| (IdenStatic::as_str(column), *column));
    let columns = columns.filter(|(name, _)| *name != UNTOLD);
    let shown = columns.filter_map(|(name, column)| {
        let is_shown = SHOWN.contains(&name) || name == "public_key" && has_public_key;
        Some((name, told(name, row.get(column), is_shown)?))
    });
    shown.collect()
}

/// Where the row belongs, as it says.
pub(super) fn project_of<E: Authentic>(row: &E::Model) -> Option<Uuid> {
    let column = match shape::of::<E>().ok()?.name {
        "project" => "id",
        "chain_head" | "destination" => "chain",
        _ => "project_id",
    };
    match value_of::<E>(row, column)? {
        Value::Uuid(Some(id)) if !id.is_nil() => Some(id),
        _ => None,
    }
}

/// What it says in the column, if that is one that decides.
pub(super) fn value_of<E: Authentic>(row: &E::Model, name: &str) -> Option<Value> {
    let mut columns = E::DECIDING.iter();
    columns.find(|column| IdenStatic::as_str(*column) == name).map(|column| row.get(*column))
}

fn told(name: &str, value: Value, is_shown: bool) -> Option<Shown> {
    Some(match value {
        Value::String(Some(text)) if !is_shown => Shown::Hidden(text.into_bytes()),
        Value::Bytes(Some(bytes)) if !is_shown => Shown::Hidden(bytes),
        Value::BigInt(Some(at)) if name.ends_with("_at") => Shown::Plain(Moment(at).to_rfc3339()),
        value => {
            let text = plain(value)?;
            if is_shown { Shown::Plain(text) } else { Shown::Hidden(text.into_bytes()) }
        }
    })
}

fn plain(value: Value) -> Option<String> {
    match value {
        Value::String(text) => text,
        Value::Bytes(Some(bytes)) => Some(hex(&bytes)),
        Value::BigInt(Some(number)) => Some(number.to_string()),
        Value::Bool(Some(is_set)) => Some(if is_set { "yes" } else { "no" }.to_owned()),
        Value::Uuid(Some(id)) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::entity::{person, trust_rule};

    #[test]
    fn a_column_that_is_shown_is_there_and_none_that_proves_who_somebody_is() {
        let columns = Store::deciding_columns().unwrap();
        for name in SHOWN {
            assert!(columns.iter().any(|(_, column, _)| column == name), "{name}");
        }
        for name in [
            "password_hash",
            "secret_hash",
            "token_hash",
            "salt",
            "data",
            "id_hash",
            "public_key",
            "value",
        ] {
            assert!(columns.iter().any(|(_, column, _)| *column == name), "{name}");
            assert!(!SHOWN.contains(&name), "{name}");
        }
        assert!(SHOWN.is_sorted());
    }

    fn rule(provider: &str, claims: &str) -> trust_rule::Model {
        trust_rule::Model {
            id: Uuid::from_u128(1),
            project_id: Uuid::from_u128(2),
            pipeline_id: Uuid::from_u128(3),
            provider: provider.to_owned(),
            issuer: String::new(),
            audience: String::new(),
            claims: claims.to_owned(),
            public_key: Some("AAAA".to_owned()),
            created_at: 0,
            created_by: String::new(),
            last_used_at: None,
            created_by_id: Some(Uuid::from_u128(4)),
            ended_at: None,
            identity_epoch: 0,
            intent: "pull".to_owned(),
            shown_to: Some(Uuid::from_u128(5)),
            title: String::new(),
            mac: None,
        }
    }

    #[test]
    fn every_deciding_column_of_a_rule_is_seen_whole_or_by_its_digest() {
        let claims = format!("{{{}\"repo.id\":\"7\"}}", " ".repeat(500));
        for (provider, key) in [
            ("woodpecker", Shown::Plain("AAAA".to_owned())),
            ("drone", Shown::Hidden(b"AAAA".to_vec())),
        ] {
            let row = rule(provider, &claims);
            let says = shown::<trust_rule::Entity>(&row);
            let of = |name: &str| says.iter().find(|(of, _)| *of == name).map(|(_, is)| is.clone());
            assert_eq!(of("public_key"), Some(key), "{provider}");
            assert_eq!(of("claims"), Some(Shown::Plain(claims.clone())));
            for name in ["created_by_id", "shown_to"] {
                assert!(matches!(of(name), Some(Shown::Plain(_))), "{name}");
            }
            // All of them but the one that is empty.
            assert_eq!(says.len(), trust_rule::Entity::DECIDING.len() - 1);
            assert_eq!(project_of::<trust_rule::Entity>(&row), Some(Uuid::from_u128(2)));
        }
    }

    #[test]
    fn nothing_is_told_of_a_password_and_nothing_hidden_is_logged() {
        let row = person::Model {
            id: Uuid::from_u128(1),
            email: "dana@example.com".to_owned(),
            email_key: "dana@example.com".to_owned(),
            name: "Dana".to_owned(),
            password_hash: "hunter2".to_owned(),
            is_admin: false,
            disabled_at: None,
            created_at: 0,
            mac: None,
        };
        let says = shown::<person::Entity>(&row);
        assert!(says.iter().all(|(name, _)| *name != "password_hash"));
        assert!(!format!("{says:?}").contains("hunter2"));
        let hidden = Shown::Hidden(b"hunter2".to_vec());
        assert_eq!(format!("{hidden:?}"), "Hidden(..)");
    }
}

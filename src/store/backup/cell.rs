//! One value: from a row, as JSON, and back.

use super::super::shape::Kind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::Value;
use sea_orm::{DbErr, QueryResult};
use serde_json::Value as Json;
use uuid::Uuid;

/// The value of a row at this place.
pub(super) fn read(row: &QueryResult, at: usize, kind: Kind) -> Result<Value, DbErr> {
    Ok(match kind {
        Kind::Uuid => Value::Uuid(row.try_get_by_index(at)?),
        Kind::Text => Value::String(row.try_get_by_index(at)?),
        Kind::Integer => Value::Int(row.try_get_by_index(at)?),
        Kind::Bigint => Value::BigInt(row.try_get_by_index(at)?),
        Kind::Boolean => Value::Bool(row.try_get_by_index(at)?),
        Kind::Bytes => Value::Bytes(row.try_get_by_index(at)?),
    })
}

/// The value as JSON.
pub(super) fn to_json(value: Value) -> Json {
    match value {
        Value::Uuid(value) => Json::from(value.map(|id| id.to_string())),
        Value::String(value) => Json::from(value),
        Value::Int(value) => Json::from(value),
        Value::BigInt(value) => Json::from(value),
        Value::Bool(value) => Json::from(value),
        Value::Bytes(value) => Json::from(value.map(|bytes| STANDARD.encode(bytes))),
        // `read` gives no other.
        _ => Json::Null,
    }
}

/// The value that the JSON says; `None` when it is not of that kind.
pub(super) fn from_json(json: &Json, kind: Kind) -> Option<Value> {
    if json.is_null() {
        return Some(nothing(kind));
    }
    Some(match kind {
        Kind::Uuid => Value::Uuid(Some(Uuid::parse_str(json.as_str()?).ok()?)),
        Kind::Text => Value::String(Some(json.as_str()?.to_owned())),
        Kind::Integer => Value::Int(Some(i32::try_from(json.as_i64()?).ok()?)),
        Kind::Bigint => Value::BigInt(Some(json.as_i64()?)),
        Kind::Boolean => Value::Bool(Some(json.as_bool()?)),
        Kind::Bytes => Value::Bytes(Some(STANDARD.decode(json.as_str()?).ok()?)),
    })
}

fn nothing(kind: Kind) -> Value {
    match kind {
        Kind::Uuid => Value::Uuid(None),
        Kind::Text => Value::String(None),
        Kind::Integer => Value::Int(None),
        Kind::Bigint => Value::BigInt(None),
        Kind::Boolean => Value::Bool(None),
        Kind::Bytes => Value::Bytes(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was() {
        let text = "line\nbreak, \"quote\", \u{0} and ü".to_owned();
        for (kind, value) in [
            (Kind::Uuid, Value::Uuid(Some(Uuid::max()))),
            (Kind::Text, Value::String(Some(text))),
            (Kind::Text, Value::String(Some(String::new()))),
            (Kind::Integer, Value::Int(Some(i32::MIN))),
            (Kind::Bigint, Value::BigInt(Some(i64::MAX))),
            (Kind::Bigint, Value::BigInt(Some(i64::MIN))),
            (Kind::Boolean, Value::Bool(Some(false))),
            (Kind::Bytes, Value::Bytes(Some((0..=255).collect()))),
            (Kind::Bytes, Value::Bytes(Some(Vec::new()))),
        ] {
            let line = to_json(value.clone()).to_string();
            assert!(!line.contains('\n'), "{line}");
            let json: Json = serde_json::from_str(&line).unwrap();
            assert_eq!(from_json(&json, kind), Some(value), "{line}");
            assert_eq!(from_json(&to_json(nothing(kind)), kind), Some(nothing(kind)));
        }
    }

    #[test]
    fn a_value_of_another_kind_is_none() {
        for (json, kind) in [
            ("\"x\"", Kind::Uuid),
            ("\"-\"", Kind::Bytes),
            ("1", Kind::Text),
            ("\"1\"", Kind::Bigint),
            ("1.5", Kind::Integer),
            ("2147483648", Kind::Integer),
            ("9223372036854775808", Kind::Bigint),
            ("0", Kind::Boolean),
            ("[]", Kind::Text),
        ] {
            let json: Json = serde_json::from_str(json).unwrap();
            assert_eq!(from_json(&json, kind), None, "{json} {kind:?}");
        }
    }
}

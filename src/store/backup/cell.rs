//! One value: from a row, as JSON, and back.

use super::super::shape::ColumnKind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::Value;
use sea_orm::{DbErr, QueryResult};
use serde_json::Value as Json;
use uuid::Uuid;

pub(super) fn read(row: &QueryResult, at: usize, kind: ColumnKind) -> Result<Value, DbErr> {
    Ok(match kind {
        ColumnKind::Uuid => Value::Uuid(row.try_get_by_index(at)?),
        ColumnKind::Text => Value::String(row.try_get_by_index(at)?),
        ColumnKind::Integer => Value::Int(row.try_get_by_index(at)?),
        ColumnKind::Bigint => Value::BigInt(row.try_get_by_index(at)?),
        ColumnKind::Boolean => Value::Bool(row.try_get_by_index(at)?),
        ColumnKind::Bytes => Value::Bytes(row.try_get_by_index(at)?),
    })
}

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
pub(super) fn from_json(json: &Json, kind: ColumnKind) -> Option<Value> {
    if json.is_null() {
        return Some(nothing(kind));
    }
    Some(match kind {
        ColumnKind::Uuid => Value::Uuid(Some(Uuid::parse_str(json.as_str()?).ok()?)),
        ColumnKind::Text => Value::String(Some(json.as_str()?.to_owned())),
        ColumnKind::Integer => Value::Int(Some(i32::try_from(json.as_i64()?).ok()?)),
        ColumnKind::Bigint => Value::BigInt(Some(json.as_i64()?)),
        ColumnKind::Boolean => Value::Bool(Some(json.as_bool()?)),
        ColumnKind::Bytes => Value::Bytes(Some(STANDARD.decode(json.as_str()?).ok()?)),
    })
}

fn nothing(kind: ColumnKind) -> Value {
    match kind {
        ColumnKind::Uuid => Value::Uuid(None),
        ColumnKind::Text => Value::String(None),
        ColumnKind::Integer => Value::Int(None),
        ColumnKind::Bigint => Value::BigInt(None),
        ColumnKind::Boolean => Value::Bool(None),
        ColumnKind::Bytes => Value::Bytes(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was() {
        let text = "line\nbreak, \"quote\", \u{0} and ü".to_owned();
        for (kind, value) in [
            (ColumnKind::Uuid, Value::Uuid(Some(Uuid::max()))),
            (ColumnKind::Text, Value::String(Some(text))),
            (ColumnKind::Text, Value::String(Some(String::new()))),
            (ColumnKind::Integer, Value::Int(Some(i32::MIN))),
            (ColumnKind::Bigint, Value::BigInt(Some(i64::MAX))),
            (ColumnKind::Bigint, Value::BigInt(Some(i64::MIN))),
            (ColumnKind::Boolean, Value::Bool(Some(false))),
            (ColumnKind::Bytes, Value::Bytes(Some((0..=255).collect()))),
            (ColumnKind::Bytes, Value::Bytes(Some(Vec::new()))),
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
            ("\"x\"", ColumnKind::Uuid),
            ("\"-\"", ColumnKind::Bytes),
            ("1", ColumnKind::Text),
            ("\"1\"", ColumnKind::Bigint),
            ("1.5", ColumnKind::Integer),
            ("2147483648", ColumnKind::Integer),
            ("9223372036854775808", ColumnKind::Bigint),
            ("0", ColumnKind::Boolean),
            ("[]", ColumnKind::Text),
        ] {
            let json: Json = serde_json::from_str(json).unwrap();
            assert_eq!(from_json(&json, kind), None, "{json} {kind:?}");
        }
    }
}

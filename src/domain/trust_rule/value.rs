//! What kind of value a token has for a claim: told apart, so that a refusal can say what it was.

use crate::domain::proof::fact;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ValueKind {
    #[default]
    Absent,
    /// It has it, and says that there is no value.
    Null,
    Empty,
    /// A text, a whole number, or true or false: what can be compared.
    Plain,
    /// A text that is too long, or has characters in it that cannot be seen.
    Unreadable,
    Fraction,
    /// A number that is too large to be read exactly.
    Huge,
    List,
    Object,
}

impl ValueKind {
    pub fn of(value: Option<&Value>) -> Self {
        match value {
            None => Self::Absent,
            Some(Value::Null) => Self::Null,
            Some(Value::String(text)) if text.is_empty() => Self::Empty,
            Some(Value::Array(_)) => Self::List,
            Some(Value::Object(_)) => Self::Object,
            Some(plain) if fact(Some(plain)).is_some() => Self::Plain,
            Some(Value::Number(number)) => {
                let is_whole = number.as_f64().is_some_and(|number| number.fract() == 0.0);
                if is_whole { Self::Huge } else { Self::Fraction }
            }
            Some(_) => Self::Unreadable,
        }
    }

    /// What the claim is instead of a value that can be compared, as in "the claim is absent";
    /// nothing for one that can be.
    pub fn instead(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Absent => Some("absent"),
            Self::Null => Some("null"),
            Self::Empty => Some("empty"),
            Self::Unreadable => Some("too long, or contains invisible characters"),
            Self::Fraction => Some("a number that is not whole"),
            Self::Huge => Some("a number that is too large to be compared"),
            Self::List => Some("a list"),
            Self::Object => Some("an object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_kind_of_value_is_told_from_the_others() {
        for (value, kind) in [
            (json!(null), ValueKind::Null),
            (json!(""), ValueKind::Empty),
            (json!("ci"), ValueKind::Plain),
            (json!(7001), ValueKind::Plain),
            (json!(7001.0), ValueKind::Plain),
            (json!(true), ValueKind::Plain),
            (json!(1.5), ValueKind::Fraction),
            (json!(u64::MAX), ValueKind::Plain),
            (json!(1e300), ValueKind::Huge),
            (json!(-9.1e15), ValueKind::Huge),
            (json!("x".repeat(600)), ValueKind::Unreadable),
            (json!("a\nb"), ValueKind::Unreadable),
            (json!(["ci"]), ValueKind::List),
            (json!([]), ValueKind::List),
            (json!({}), ValueKind::Object),
        ] {
            assert_eq!(ValueKind::of(Some(&value)), kind, "{value:.40}");
        }
        assert_eq!(ValueKind::of(None), ValueKind::Absent);
    }
}

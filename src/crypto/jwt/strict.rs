//! JSON that has one reading only: no object names a member twice, at any depth.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::JwtProblem;

/// The object that the bytes spell, whole. `DuplicateClaim` when a name is repeated, `Malformed` for
/// all else, nesting of more than 127 levels included.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, JwtProblem> {
    let is_repeated = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Once { is_repeated: &is_repeated }.deserialize(&mut reader);
    if is_repeated.get() {
        return Err(JwtProblem::DuplicateClaim);
    }
    // Read again for the values: `serde_json` would have kept the last of each name without a word.
    read.and_then(|()| serde_json::from_slice(bytes)).map_err(|_| JwtProblem::Malformed)
}

#[derive(Clone, Copy)]
struct Once<'a> {
    is_repeated: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Values in which no name stands.
macro_rules! passed_over {
    ($($visit:ident: $value:ty),+) => {
        $(fn $visit<E>(self, _: $value) -> Result<(), E> {
            Ok(())
        })+
    };
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    passed_over!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        // As text, not as it is spelled: `\u0061ud` is `aud`.
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                self.is_repeated.set(true);
                return Err(A::Error::custom("a name is repeated"));
            }
            members.next_value_seed(self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<JwtProblem> {
        object(text.as_bytes()).err()
    }

    #[test]
    fn an_object_is_read_whole() {
        let read = object(br#" {"a":{"b":[1,-2,3.5,true,null,"x"]},"b":{"a":1}} "#).unwrap();
        assert_eq!(read["a"]["b"][2], 3.5);
        assert_eq!(read["b"]["a"], 1);
    }

    #[test]
    fn a_name_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":3}"#,
            r#"{"aud":1,"\u0061ud":1}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"{"x":[[{"y":{"":1,"":2}}]]}"#,
        ] {
            assert_eq!(problem(text), Some(JwtProblem::DuplicateClaim), "{text}");
        }
    }

    #[test]
    fn one_name_in_several_objects_is_no_repetition() {
        assert_eq!(problem(r#"{"a":{"a":[{"a":1},{"a":2}]}}"#), None);
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in ["", "{", "{}{}", "[]", "1", "null", "{\"a\":1e999}", "{\"a\":NaN}", "{a:1}"] {
            assert_eq!(problem(text), Some(JwtProblem::Malformed), "{text}");
        }
        assert_eq!(object(b"{\"a\":\"\xff\"}").err(), Some(JwtProblem::Malformed));
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let deep = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(problem(&deep(100)), None);
        assert_eq!(problem(&deep(100_000)), Some(JwtProblem::Malformed));
    }
}

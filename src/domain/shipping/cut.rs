//! Events that are too long for a message of syslog: what is longest is shortened first, with a mark, so that
//! the message stays valid in its format.

use super::Format;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// What stands behind a text that was shortened.
pub(super) const MARK: &str = "[cut]";
/// Texts of so many bytes stay as they are: ids, times, addresses and words are no longer.
const SHORTEST: usize = 40;
/// How many entries a list has at most, from one try to the next: texts are shortened first.
const ENTRIES: [usize; 7] = [usize::MAX, 32, 16, 8, 4, 1, 0];
/// The fields that may have any number of entries.
const OPEN: [&str; 4] = ["detail", "claimed", "proven", "unmapped"];

/// The text, with a mark when it is longer than so many bytes and the mark.
pub(super) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest.saturating_add(MARK.len()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}{MARK}", &text[..text.floor_char_boundary(longest)]))
}

/// What is written with texts that are as long as fits into so many bytes; `None` when even the shortest
/// do not fit.
pub(super) fn fitting(room: usize, written: impl Fn(usize) -> String) -> Option<String> {
    let whole = written(usize::MAX);
    if whole.len() <= room {
        return Some(whole);
    }
    let mut found = Some(written(SHORTEST)).filter(|text| text.len() <= room)?;
    let (mut fits, mut too_long) = (SHORTEST, room.max(SHORTEST) + 1);
    while fits + 1 < too_long {
        let middle = fits + (too_long - fits) / 2;
        let text = written(middle);
        if text.len() <= room {
            (fits, found) = (middle, text);
        } else {
            too_long = middle;
        }
    }
    Some(found)
}

/// The event as `written` writes it, in so many bytes. One that was shortened says so in `cut`, for OCSF
/// in `unmapped`.
pub(super) fn json(
    format: Format,
    event: &Value,
    room: usize,
    written: impl Fn(&Value) -> String,
) -> String {
    let whole = written(event);
    if whole.len() <= room {
        return whole;
    }
    let shortened = |longest, entries| written(&shorter(format, event, longest, entries));
    let mut tries = ENTRIES.into_iter();
    tries
        .find_map(|entries| fitting(room, |longest| shortened(longest, entries)))
        .unwrap_or_else(|| shortened(SHORTEST, 0))
}

fn shorter(format: Format, event: &Value, longest: usize, entries: usize) -> Value {
    let Value::Object(fields) = event else { return event.clone() };
    let mut fields: Map<String, Value> = fields
        .iter()
        .map(|(name, value)| {
            // Elsewhere the format says which fields there are.
            let entries = if OPEN.contains(&name.as_str()) { entries } else { usize::MAX };
            (name.clone(), shorter_value(value, longest, entries))
        })
        .collect();
    if format == Format::Ocsf {
        let rest = fields.entry("unmapped").or_insert_with(|| json!({}));
        if let Value::Object(rest) = rest {
            rest.insert("cut".to_owned(), json!(true));
        }
    } else {
        fields.insert("cut".to_owned(), json!(true));
    }
    Value::Object(fields)
}

fn shorter_value(value: &Value, longest: usize, entries: usize) -> Value {
    match value {
        Value::String(text) => json!(cut(text, longest)),
        Value::Array(all) => {
            let some = all.iter().take(entries);
            some.map(|one| shorter_value(one, longest, entries)).collect()
        }
        Value::Object(fields) => {
            let some = fields.iter().take(entries);
            let some = some.map(|(name, value)| {
                (cut(name, longest).into_owned(), shorter_value(value, longest, entries))
            });
            Value::Object(some.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_two_characters_and_only_when_that_is_shorter() {
        assert_eq!(cut("abcdefgh", 3), "abcdefgh");
        assert_eq!(cut("abcdefghi", 3), "abc[cut]");
        assert_eq!(cut("€€€€", 5), "€[cut]");
        assert_eq!(cut("€€€€", usize::MAX), "€€€€");
    }

    #[test]
    fn the_longest_texts_are_cut_first_and_as_little_as_fits() {
        let event =
            json!({ "a": "a".repeat(100), "b": "b".repeat(900), "detail": "c".repeat(800) });
        let whole = event.to_string();
        for room in [whole.len(), 1_000, 700] {
            let text = json(Format::Json, &event, room, Value::to_string);
            assert!(text.len() <= room && text.len() + 4 > room, "{room}: {text}");
            let found: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(found["a"], event["a"], "the shortest is whole");
            assert_eq!(found["cut"] == true, room < whole.len());
        }
    }

    #[test]
    fn of_many_entries_the_first_stay() {
        let many: Vec<Value> = (0..200).map(|one| json!({ "field": one, "to": "x" })).collect();
        let event = json!({ "event_id": "e", "detail": { "changed": many } });
        let text = json(Format::Json, &event, 300, Value::to_string);
        assert!(text.len() <= 300, "{text}");
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found["event_id"], "e");
        assert_eq!(found["detail"]["changed"].as_array().unwrap().len(), 8);
        let event = json!({ "class_uid": 3004, "metadata": { "uid": "e" }, "unmapped": event });
        let text = json(Format::Ocsf, &event, 300, Value::to_string);
        let found: Value = serde_json::from_str(&text).unwrap();
        assert!(text.len() <= 300 && found["unmapped"]["cut"] == true, "{text}");
        assert_eq!((&found["class_uid"], &found["metadata"]["uid"]), (&json!(3004), &json!("e")));
    }
}

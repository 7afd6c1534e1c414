//! Functions of bake files that look into texts, lists and mappings.

use super::syntax::Line;
use super::value::Value;

/// The value of the call; nothing if it is none of these, or of something that is not known.
pub(super) fn call(name: &str, given: &[Value]) -> Option<Value> {
    match (name, given) {
        ("strlen", [text]) => Some(number(text.known()?.chars().count())),
        ("length", [Value::List(items)]) => Some(number(items.len())),
        ("length", [Value::Map(entries)]) => Some(number(entries.len())),
        ("length", [text]) => Some(number(text.known()?.chars().count())),
        ("contains" | "sethaselement", [Value::List(items), wanted]) => {
            contains(items, wanted).map(Value::Flag)
        }
        ("setsubtract", [Value::List(items), Value::List(others)]) => {
            let mut left = Vec::new();
            for item in items {
                if !contains(others, &item.is)? {
                    left.push(item.clone());
                }
            }
            Some(Value::List(left))
        }
        ("lookup", [Value::Map(entries), key, default]) => {
            let key = key.known()?;
            let found = entries.iter().find(|(known, _)| *known == key);
            Some(found.map_or_else(|| default.clone(), |(_, value)| value.is.clone()))
        }
        ("element", [Value::List(items), at]) if !items.is_empty() => {
            let at: usize = at.known()?.parse().ok()?;
            items.get(at % items.len()).map(|item| item.is.clone())
        }
        ("keys", [Value::Map(entries)]) => {
            let key = |(key, _): &(String, Line<Value>)| item(Value::Text(key.clone()));
            Some(Value::List(entries.iter().map(key).collect()))
        }
        ("values", [Value::Map(entries)]) => {
            Some(Value::List(entries.iter().map(|(_, value)| value.clone()).collect()))
        }
        ("merge", _) => merged(given),
        ("substr", [text, from, length]) => {
            let text = text.known()?;
            let from: usize = from.known()?.parse().ok()?;
            let most = length.known()?.parse().unwrap_or(usize::MAX);
            Some(Value::Text(text.chars().skip(from).take(most).collect()))
        }
        _ => None,
    }
}

fn item(is: Value) -> Line<Value> {
    Line { line: 0, is }
}

fn number(number: usize) -> Value {
    Value::Text(number.to_string())
}

fn contains(items: &[Line<Value>], wanted: &Value) -> Option<bool> {
    let wanted = wanted.known()?;
    let mut is_open = false;
    for item in items {
        match item.is.known() {
            Some(text) if text == wanted => return Some(true),
            Some(_) => {}
            None => is_open = true,
        }
    }
    (!is_open).then_some(false)
}

/// One mapping of all; of several entries with a key, the last one counts.
fn merged(given: &[Value]) -> Option<Value> {
    let mut all: Vec<(String, Line<Value>)> = Vec::new();
    for map in given {
        let Value::Map(entries) = map else { return None };
        for (key, value) in entries {
            match all.iter_mut().find(|(known, _)| known == key) {
                Some((_, known)) => *known = value.clone(),
                None => all.push((key.clone(), value.clone())),
            }
        }
    }
    Some(Value::Map(all))
}

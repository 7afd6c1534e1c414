//! Functions that bake files can call, as far as names are made with them.

use super::syntax::Line;
use super::value::Value;

pub(super) fn call(name: &str, given: &[Value]) -> Value {
    let open = || given.iter().map(Value::open).find(|one| !is_nameless(one));
    let unknown = || open().unwrap_or_else(|| Value::Unknown(format!("{name}()")));
    let text = |at: usize| given.get(at).map(Value::to_text).unwrap_or_default();
    let known = |at: usize| given.get(at).and_then(known);
    let compared = |at: usize| given.get(at).and_then(Value::known);
    if let ("equal" | "notequal", Some(a), Some(b)) = (name, compared(0), compared(1)) {
        return Value::Flag((a == b) == (name == "equal"));
    }
    if let Some(value) = super::collections::call(name, given) {
        return value;
    }
    match (name, known(0), known(1)) {
        ("and", Some(a), Some(b)) => Value::Flag(a == "true" && b == "true"),
        ("or", Some(a), Some(b)) => Value::Flag(a == "true" || b == "true"),
        ("not", Some(a), _) => Value::Flag(a != "true"),
        ("lower", Some(a), _) => Value::Text(a.to_lowercase()),
        ("upper", Some(a), _) => Value::Text(a.to_uppercase()),
        ("trimspace", Some(a), _) => Value::Text(a.trim().to_owned()),
        ("trimprefix", Some(a), Some(b)) => {
            Value::Text(a.strip_prefix(&b).unwrap_or(&a).to_owned())
        }
        ("trimsuffix", Some(a), Some(b)) => {
            Value::Text(a.strip_suffix(&b).unwrap_or(&a).to_owned())
        }
        ("replace", Some(a), Some(b)) => Value::Text(a.replace(&b, &text(2))),
        ("split", Some(a), Some(b)) => Value::List(
            b.split(a.as_str()).map(|part| item(Value::Text(part.to_owned()))).collect(),
        ),
        ("join", Some(a), _) => match given.get(1) {
            Some(list @ Value::List(_)) => Value::Text(texts(list).join(&a)),
            _ => unknown(),
        },
        ("concat" | "flatten" | "setunion" | "distinct", ..) => {
            let lists = given.iter().map(|list| match list {
                Value::List(items) => items.clone(),
                other => vec![item(other.clone())],
            });
            Value::List(lists.flatten().collect())
        }
        ("compact", ..) => match given {
            [Value::List(items)] => {
                let is_something = |one: &&Line<Value>| known_or_open(&one.is);
                Value::List(items.iter().filter(is_something).cloned().collect())
            }
            _ => unknown(),
        },
        ("coalesce", ..) => {
            given.iter().find(|one| known_or_open(one)).cloned().unwrap_or(Value::Null)
        }
        ("try", ..) => given.first().cloned().unwrap_or(Value::Null),
        ("format", Some(form), _) => {
            Value::Text(formatted(&form, given.get(1..).unwrap_or_default()))
        }
        ("formatlist", Some(form), _) => format_list(&form, given.get(1..).unwrap_or_default()),
        _ => unknown(),
    }
}

fn item(is: Value) -> Line<Value> {
    Line { line: 0, is }
}

fn is_nameless(value: &Value) -> bool {
    matches!(value, Value::Unknown(name) if name.is_empty())
}

fn known(value: &Value) -> Option<String> {
    match value {
        Value::List(_)
        | Value::Map(_)
        | Value::Unknown(_)
        | Value::Unset { is_empty: false, .. } => None,
        Value::Text(text) if text.contains(crate::variables::HOLE) => None,
        other => Some(other.to_text()),
    }
}

/// Whether it is not empty, as far as that is known.
fn known_or_open(value: &Value) -> bool {
    let is_unset = matches!(value, Value::Unset { .. });
    !is_unset && known(value).is_none_or(|text| !text.is_empty())
}

fn texts(list: &Value) -> Vec<String> {
    list.texts(0).into_iter().map(|(_, text)| text).collect()
}

/// `%s` and its like, in order.
fn formatted(form: &str, given: &[Value]) -> String {
    let mut given = given.iter();
    let (mut out, mut rest) = (String::new(), form);
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        let mut chars = behind.chars();
        match chars.next() {
            Some('%') | None => out.push('%'),
            Some(_) => out.push_str(&given.next().map(Value::to_text).unwrap_or_default()),
        }
        rest = chars.as_str();
    }
    out + rest
}

/// One text for each item of the lists among the values.
fn format_list(form: &str, given: &[Value]) -> Value {
    let longest = given.iter().filter_map(|one| match one {
        Value::List(items) => Some(items.len()),
        _ => None,
    });
    let longest = longest.max().unwrap_or(1);
    let of = |at: usize| {
        let each = |one: &Value| match one {
            Value::List(items) => items.get(at).map_or(Value::Null, |item| item.is.clone()),
            other => other.clone(),
        };
        let values: Vec<Value> = given.iter().map(each).collect();
        item(Value::Text(formatted(form, &values)))
    };
    Value::List((0..longest).map(of).collect())
}

//! What an expression can be.

use crate::variables::{HOLE, hole, holes, without_holes};
use crate::yaml::Node;

/// Longer is no name of anything; values that repeat one another would grow without end.
const LONGEST: usize = 10_000;

/// A value, as far as the files tell.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Flag(bool),
    /// With a hole for each part that is not known.
    Text(String),
    /// A list or a mapping. Expressions in it are not replaced yet.
    Node(Node),
    Unknown {
        name: String,
        /// Only its value is missing. Else it also decides between others.
        is_plain: bool,
    },
}

impl Value {
    pub(super) fn unknown(name: impl Into<String>) -> Self {
        Self::Unknown { name: name.into(), is_plain: true }
    }

    /// A text that may have holes.
    pub(super) fn text(text: String) -> Self {
        if text.len() > LONGEST { Self::unknown("") } else { Self::Text(text) }
    }

    /// What depends on the other in a way that cannot be followed.
    pub(super) fn depends_on(other: &Self) -> Self {
        Self::Unknown { name: other.unknown_name().unwrap_or_default(), is_plain: false }
    }

    /// The name of the first part that is not known.
    pub(super) fn unknown_name(&self) -> Option<String> {
        match self {
            Self::Unknown { name, .. } => Some(name.clone()),
            Self::Text(text) => holes(text).into_iter().next(),
            _ => None,
        }
    }

    /// As it stands in a longer text.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.clone(),
            Self::Node(_) => hole(""),
            Self::Unknown { name, .. } => hole(name),
        }
    }

    /// Whether a condition takes it for true; nothing if that is not known.
    pub(super) fn is_true(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) if text.contains(HOLE) => {
                let is_more = !without_holes(text, |_| String::new()).is_empty();
                is_more.then_some(true)
            }
            Self::Text(text) => Some(!text.is_empty() && text != "0"),
            Self::Node(_) => Some(true),
            Self::Unknown { .. } => None,
        }
    }

    /// The text, if all of it is known.
    pub(super) fn known(&self) -> Option<String> {
        match self {
            Self::Node(_) | Self::Unknown { .. } => None,
            Self::Text(text) if text.contains(HOLE) => None,
            other => Some(other.to_text()),
        }
    }

    /// Whether it says yes, as the inputs of actions do; nothing if that is not known.
    pub(super) fn says_yes(&self) -> Option<bool> {
        let text = self.known()?;
        Some(text.trim().eq_ignore_ascii_case("true"))
    }
}

/// The value of a scalar without expressions. Numbers without quotes are numbers: `3.10` is 3.1 for GitHub.
pub(super) fn scalar(node: &Node) -> Value {
    let Some(text) = node.text() else {
        return if node.is_null() { Value::Null } else { Value::Node(node.clone()) };
    };
    if !node.is_plain() {
        return Value::Text(text.to_owned());
    }
    match text {
        "true" | "True" | "TRUE" => Value::Flag(true),
        "false" | "False" | "FALSE" => Value::Flag(false),
        text => Value::Text(number(text).unwrap_or_else(|| text.to_owned())),
    }
}

/// A decimal number as GitHub prints it.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // Longer ones would be rounded.
    if whole.is_empty() || digits.len() > 15 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let part = part.trim_end_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{dot}{part}"))
}

//! What can stand behind a name in `${…}`.

use super::name_at;
use super::patterns::{Side, cut, replaced};

/// What is to be done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation<'a> {
    /// `:-` `-` `:=` `=`
    Default { word: &'a str, also_empty: bool },
    /// `:+` `+`
    Instead { word: &'a str, also_empty: bool },
    /// `:?` `?`
    Required { also_empty: bool },
    /// `#` `##` `%` `%%`
    Cut { pattern: &'a str, side: Side, longest: bool },
    /// `/` `//`
    Replace { pattern: &'a str, with: &'a str, all: bool },
    /// `^^` `,,` `^` `,`
    Case { upper: bool, all: bool },
    /// `:from` `:from:length`
    Part { from: usize, length: Option<usize> },
    /// Another, which nobody here knows.
    Unreadable,
}

/// The name and what is behind it.
pub(super) fn split(inside: &str) -> (&str, Option<Operation<'_>>) {
    let name = name_at(inside);
    let rest = &inside[name.len()..];
    if name.is_empty() {
        // `${1}`, `${a.b}` or nonsense: named whole.
        return (inside, Some(Operation::Unreadable));
    }
    if rest.is_empty() {
        return (name, None);
    }
    (name, Some(operation(rest).unwrap_or(Operation::Unreadable)))
}

fn operation(rest: &str) -> Option<Operation<'_>> {
    let (also_empty, signed) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let operator = signed.chars().next()?;
    let word = &signed[operator.len_utf8()..];
    match operator {
        '-' | '=' => return Some(Operation::Default { word, also_empty }),
        '+' => return Some(Operation::Instead { word, also_empty }),
        '?' => return Some(Operation::Required { also_empty }),
        '0'..='9' if also_empty => {
            let (from, length) = match signed.split_once(':') {
                Some((from, length)) => (from, Some(length.trim().parse().ok()?)),
                None => (signed, None),
            };
            return Some(Operation::Part { from: from.trim().parse().ok()?, length });
        }
        _ if also_empty => return None,
        _ => {}
    }
    let doubled = word.strip_prefix(operator);
    let (longest, pattern) = (doubled.is_some(), doubled.unwrap_or(word));
    match operator {
        '#' => Some(Operation::Cut { pattern, side: Side::Front, longest }),
        '%' => Some(Operation::Cut { pattern, side: Side::Back, longest }),
        '/' => {
            let (pattern, with) = pattern.split_once('/').unwrap_or((pattern, ""));
            Some(Operation::Replace { pattern, with, all: longest })
        }
        '^' if pattern.is_empty() => Some(Operation::Case { upper: true, all: longest }),
        ',' if pattern.is_empty() => Some(Operation::Case { upper: false, all: longest }),
        _ => None,
    }
}

impl Operation<'_> {
    /// The value after it, for those that change a value. `word` replaces the variables in a pattern.
    pub(super) fn done_to(self, value: &str, word: &dyn Fn(&str) -> String) -> String {
        match self {
            Self::Cut { pattern, side, longest } => cut(value, &word(pattern), side, longest),
            Self::Replace { pattern, with, all } => {
                replaced(value, &word(pattern), &word(with), all)
            }
            Self::Case { upper, all } => cased(value, upper, all),
            Self::Part { from, length } => {
                let part = value.chars().skip(from);
                part.take(length.unwrap_or(usize::MAX)).collect()
            }
            _ => value.to_owned(),
        }
    }
}

fn cased(value: &str, upper: bool, all: bool) -> String {
    let change = |text: &str| if upper { text.to_uppercase() } else { text.to_lowercase() };
    if all {
        return change(value);
    }
    let first = value.chars().next().map_or(0, char::len_utf8);
    change(&value[..first]) + &value[first..]
}

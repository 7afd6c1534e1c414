//! What `$(…)` gives, where the commands in it say so plainly.

use super::words::Command;
use crate::variables::{HOLE, hole};

/// The name of what a command prints, where nobody knows it.
pub(super) const PRINTED: &str = "()";

/// Letters as `tr` is told them.
const LARGE: [&str; 3] = ["A-Z", "[A-Z]", "[:upper:]"];
const SMALL: [&str; 3] = ["a-z", "[a-z]", "[:lower:]"];

/// The word that the commands print, with its variables; a hole if that cannot be told.
pub(super) fn of(commands: &[Command]) -> String {
    let text = match commands {
        [print, change] if change.is_piped && makes_small(&change.words) => {
            word(&print.words).and_then(small)
        }
        [print] => repeated(&print.words),
        _ => None,
    };
    text.unwrap_or_else(|| hole(PRINTED))
}

/// What `echo` and `printf` print, as long as it is one word.
pub(super) fn word(words: &[String]) -> Option<&str> {
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    match words[..] {
        ["echo" | "printf", word] => Some(word),
        ["printf", form, word] if form.starts_with('%') => Some(word),
        _ => None,
    }
}

fn makes_small(words: &[String]) -> bool {
    match words {
        [program, from, to] if program == "tr" => {
            LARGE.contains(&from.as_str()) && SMALL.contains(&to.as_str())
        }
        [program, script] if program == "awk" => script.contains("tolower("),
        _ => false,
    }
}

/// The word in lower case: `${NAME,,}` for each variable. Nothing if more is done to one.
fn small(word: &str) -> Option<String> {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find(['$', HOLE]) {
        out.push_str(&rest[..at].to_lowercase());
        rest = &rest[at..];
        if rest.starts_with(HOLE) {
            let end = at_end_of_hole(rest)?;
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let inside = rest[1..].strip_prefix('{');
        let from = inside.unwrap_or(&rest[1..]);
        let is_other = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        let (name, behind) = from.split_at(from.find(is_other).unwrap_or(from.len()));
        rest = if inside.is_some() { behind.strip_prefix('}')? } else { behind };
        if name.is_empty() {
            return None;
        }
        out.push_str(&format!("${{{name},,}}"));
    }
    out.push_str(&rest.to_lowercase());
    Some(out)
}

fn at_end_of_hole(text: &str) -> Option<usize> {
    let end = hole("").chars().last()?;
    text.find(end).map(|at| at + end.len_utf8())
}

/// `printf 'NAME@sha256:%s ' *`: a name for each of what nobody knows.
fn repeated(words: &[String]) -> Option<String> {
    let [program, form, _, ..] = words else { return None };
    let form = form.trim();
    let is_one_name = program == "printf"
        && form.ends_with("%s")
        && form.matches('%').count() == 1
        && !form.starts_with('%')
        && !form.contains(char::is_whitespace);
    is_one_name.then(|| form.replace("%s", &hole(PRINTED)))
}

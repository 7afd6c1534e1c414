//! What a script writes for the steps behind it, to `$GITHUB_ENV` and `$GITHUB_OUTPUT`.

use super::scope::{Output, Scope};
use super::value::Value;
use crate::variables::{Lookup, Syntax, hole, substitute};
use crate::yaml::Node;

/// Keeps what the step sets. Where its value is made when the step runs, nobody knows it.
pub(super) fn keep(step: &Node, scope: &mut Scope) {
    let Some(run) = step.get("run").and_then(Node::text) else { return };
    let run = scope.put_in(run);
    let is_certain = step.get("if").is_none();
    let step = step.get("id").and_then(Node::text).unwrap_or_default();
    for (name, value) in assignments(&run, "GITHUB_ENV", scope) {
        let value = value.filter(|_| is_certain).unwrap_or_else(|| hole(&format!("env.{name}")));
        scope.env.push((name, Value::text(value)));
    }
    for (name, value) in assignments(&run, "GITHUB_OUTPUT", scope) {
        if let Some(value) = value.filter(|_| is_certain && !step.is_empty()) {
            scope.outputs.push(Output { step: step.to_owned(), name, value: Value::text(value) });
        }
    }
}

/// `echo "NAME=value" >> $FILE`, each name once. No value if it is not plain, or differs between lines.
fn assignments(run: &str, file: &str, scope: &Scope) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for line in run.lines().filter(|line| line.contains(file)) {
        let Some((before, _)) = line.rsplit_once(">>") else { continue };
        let words = before.trim().trim_start_matches("echo ").trim();
        let Some((name, value)) = words.split_once('=') else { continue };
        let is_single = words.starts_with('\'');
        let (name, value) = (unquoted(name), unquoted(value));
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            continue;
        }
        let value = plain(&value, is_single, run, scope);
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if *known != value => *known = None,
            Some(_) => {}
            None => found.push((name, value)),
        }
    }
    found
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

/// The value, with those of the environment in it.
fn plain(value: &str, is_single: bool, run: &str, scope: &Scope) -> Option<String> {
    if is_single {
        return Some(value.to_owned());
    }
    let is_made = ["$(", "`", "\"", "'"].iter().any(|sign| value.contains(sign));
    let lookup = |name: &str| {
        // The script may set it itself.
        if run.contains(&format!("{name}=")) { Lookup::Unknown } else { scope.variable(name) }
    };
    (!is_made).then(|| substitute(value, Syntax::SHELL, &lookup))
}

//! What the files of several systems have alike.

use crate::found::{Findings, Kind, Place};
use crate::reference::is_host;
use crate::variables::{HOLE, Lookup, Syntax, substitute};
use crate::yaml::{LARGEST, Node};

/// The registry of an image's name, maybe a hole; empty for Docker Hub.
pub(super) fn registry_of(name: &str) -> &str {
    match name.split_once('/') {
        Some((first, _)) if first.contains(HOLE) || is_host(first) => first,
        None if name.starts_with(HOLE) => name,
        _ => "",
    }
}

/// A login to the registry of an image, with a password that may stand there.
pub(super) fn login(
    name: &str,
    password: Option<(&str, &Node)>,
    place: Place,
    found: &mut Findings,
) {
    if let Some((key, node)) = password {
        let path = format!("{}.{key}", place.path);
        let at = place.line(node.line()).path(path);
        found.password(&at.path.clone(), node.text().unwrap_or_default(), at);
    }
    found.registry(Kind::LogsIn, registry_of(name), place);
}

/// Each `$NAME` and `${NAME}` becomes a hole, unless its value is known.
pub(super) fn filled(text: &str, lookup: &dyn Fn(&str) -> Lookup) -> String {
    substitute(text, Syntax { positional: false, ..Syntax::SHELL }, lookup)
}

/// `%NAME%` is a variable of Windows: `value` says what is put there.
pub(super) fn with_percent_values(text: &str, value: &dyn Fn(&str) -> String) -> String {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    replacing(text, "%", &|_, behind| {
        let (name, after) = behind.split_once('%').filter(|(name, _)| is_name(name))?;
        Some((value(name), after))
    })
}

/// What is put in the place of a form, and what is behind it.
type Reading<'a> = &'a dyn for<'t> Fn(&str, &'t str) -> Option<(String, &'t str)>;

/// The text with something else for each form that begins so. `read` gets what is before and behind its beginning, and
/// says what is put there and what is behind the form; nothing if it is none, and it stays.
pub(super) fn replacing(text: &str, open: &str, read: Reading<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(open)
        && out.len() < LARGEST
    {
        out.push_str(before);
        match read(before, behind) {
            Some((value, after)) => {
                out.push_str(&value);
                rest = after;
            }
            None => {
                out.push_str(open);
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A script of PowerShell, with the environment's variables as the other shells write them.
pub(super) fn of_powershell(text: &str) -> String {
    text.replace("$env:", "$").replace("${env:", "${")
}

/// The words of a command as a script that begins on the line of the first: each word stays on its line.
pub(super) fn command_line(words: &[(String, usize)]) -> String {
    let mut text = String::new();
    let mut line = words.first().map_or(0, |(_, line)| *line);
    for (word, at) in words {
        while line < *at {
            text.push_str(" \\\n");
            line += 1;
        }
        text.push(' ');
        text.push_str(word);
        line += word.matches('\n').count();
    }
    text
}

/// Whether the program is a shell.
pub(super) fn is_shell(program: &str) -> bool {
    const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];
    SHELLS.contains(&program.rsplit('/').next().unwrap_or(program))
}

/// Whether a shell takes the next word for a script: `-c`, also with others, as `-ec`.
pub(super) fn is_shell_flag(word: &str) -> bool {
    word.starts_with('-') && word.ends_with('c')
}

/// What an image's own program is mostly called, the last part of its repository, as a word of a shell.
pub(super) fn program(image: &str) -> String {
    let mut parts = image.rsplit('/');
    let last = parts.next().unwrap_or(image);
    let last = last.split([':', '@']).next().unwrap_or(last);
    // `quay.io/skopeo/stable`
    let name = if last == "stable" { parts.next().unwrap_or(last) } else { last };
    quoted(name)
}

/// The text as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The beginning of a text in which an expression has to end: what never ends is not looked for again and again.
pub(super) fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_EXPRESSION).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

const LONGEST_EXPRESSION: usize = 500;

/// Variables that are followed.
const MOST_VALUES: usize = 1000;

/// Names and values of an environment: `{NAME: value}` or `[NAME=value]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    values: Vec<(String, String)>,
}

impl Environment {
    /// Adds what the node says; of two values the later one counts.
    pub(super) fn add(&mut self, node: Option<&Node>, put_in: &dyn Fn(&str) -> String) {
        let Some(node) = node else { return };
        if self.values.len() >= MOST_VALUES {
            return;
        }
        for entry in node.entries().iter().take(MOST_VALUES) {
            if let Some(value) = entry.value.text() {
                self.values.push((entry.key.clone(), put_in(value)));
            }
        }
        for item in node.items().iter().take(MOST_VALUES) {
            if let Some((name, value)) = item.text().and_then(|text| text.split_once('=')) {
                self.values.push((name.to_owned(), put_in(value)));
            }
            // A list of mappings, too.
            if item.is_map() {
                self.add(Some(item), put_in);
            }
        }
    }

    pub(super) fn lookup(&self, name: &str) -> Lookup {
        let value = self.values.iter().rev().find(|(known, _)| known == name);
        match value {
            // What it is made of is put in by the shell, or by nobody.
            Some((_, value)) if !value.contains('$') => Lookup::Is(value.clone()),
            _ => Lookup::Unknown,
        }
    }
}

//! From the lines of a file to its instructions: directives, continuations, comments and here-documents.

use super::instructions::words;
use super::split;
use serde_json::Value;

const DIRECTIVES: [&str; 3] = ["syntax", "escape", "check"];

/// What the file consists of. Lines are counted from 0.
pub(super) struct Lines {
    pub escape: char,
    /// The image of the frontend that the file asks for.
    pub syntax: Option<(usize, String)>,
    /// Each with its first line, continued lines joined.
    pub instructions: Vec<(usize, String)>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let escape = directives(text, "#")
            .into_iter()
            .find(|(_, key, _)| key == "escape")
            .filter(|(_, _, value)| value == "`")
            .map_or('\\', |_| '`');
        Self { escape, syntax: syntax(text), instructions: instructions(text, escape) }
    }
}

/// `# key=value` at the top of the file, with its line. The first other line ends them, a comment included.
fn directives(text: &str, comment: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        // How a file is made executable is no comment of it.
        if at == 0 && line.starts_with("#!") {
            continue;
        }
        let Some((key, value)) = line.strip_prefix(comment).and_then(|rest| rest.split_once('='))
        else {
            break;
        };
        let (key, value) = (key.trim(), value.trim());
        let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_key || value.is_empty() {
            break;
        }
        let key = key.to_ascii_lowercase();
        if DIRECTIVES.contains(&key.as_str()) {
            found.push((at, key, value.to_owned()));
        }
    }
    found
}

/// The frontend: a directive behind `#` or `//`, or a key of JSON. It ends at the first space.
fn syntax(text: &str) -> Option<(usize, String)> {
    let of = |comment: &str| {
        directives(text, comment)
            .into_iter()
            .find(|(_, key, _)| key == "syntax")
            .map(|(line, _, value)| (line, value))
    };
    let (line, value) = of("#").or_else(|| of("//")).or_else(|| {
        let first = serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()?;
        Some((0, first.get("syntax")?.as_str()?.to_owned()))
    })?;
    let image = value.split(' ').next().unwrap_or_default();
    (!image.is_empty()).then(|| (line, image.to_owned()))
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The line without the character that continues it, if one does. Two of them are one and the end.
fn continued(line: &str, escape: char) -> Option<&str> {
    let head = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!head.ends_with(escape)).then_some(head)
}

fn instructions(text: &str, escape: char) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((start, line)) = lines.next() {
        if is_comment(line) {
            continue;
        }
        let mut whole = String::new();
        let mut piece = line.trim_start();
        while let Some(head) = continued(piece, escape) {
            whole.push_str(head);
            // Comments and empty lines may stand between.
            let mut next = lines.by_ref().map(|(_, line)| line);
            piece =
                next.find(|line| !is_comment(line) && !line.trim().is_empty()).unwrap_or_default();
        }
        whole.push_str(piece);
        if whole.trim().is_empty() {
            continue;
        }
        for here in here_documents(&whole, escape) {
            let is_end = |line: &str| {
                let line = if here.drops_tabs { line.trim_start_matches('\t') } else { line };
                line == here.name
            };
            // What is in it is no instruction.
            for (_, line) in lines.by_ref() {
                if is_end(line) {
                    break;
                }
            }
        }
        found.push((start, whole));
    }
    found
}

struct Here {
    name: String,
    drops_tabs: bool,
}

/// The here-documents that an instruction begins.
fn here_documents(instruction: &str, escape: char) -> Vec<Here> {
    if !instruction.contains("<<") {
        return Vec::new();
    }
    let (mut command, mut rest) = split(instruction);
    if command.eq_ignore_ascii_case("onbuild") {
        (command, rest) = split(rest);
    }
    let can_hold = ["run", "copy", "add"].iter().any(|one| command.eq_ignore_ascii_case(one));
    if !can_hold || is_json(behind_flags(rest)) {
        return Vec::new();
    }
    words(rest, escape).iter().filter_map(|word| here(word)).collect()
}

fn behind_flags(mut rest: &str) -> &str {
    while rest.starts_with("--") {
        rest = split(rest).1;
    }
    rest
}

/// Whether it begins with a list of texts in JSON. Any other `[` is a command of the shell.
fn is_json(rest: &str) -> bool {
    let mut lists = serde_json::Deserializer::from_str(rest).into_iter::<Vec<String>>();
    rest.starts_with('[') && matches!(lists.next(), Some(Ok(_)))
}

/// `<<NAME`, `<<-NAME` or `3<<"NAME"`, as one word.
fn here(word: &str) -> Option<Here> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (drops_tabs, name) = match rest.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, rest),
    };
    let name: String = name.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    (!name.is_empty() && !name.contains('<')).then_some(Here { name, drops_tabs })
}

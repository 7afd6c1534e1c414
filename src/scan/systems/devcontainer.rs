//! `devcontainer.json`: JSON with comments.

mod json;

use crate::buildx;
use crate::found::{Findings, Kind};
use crate::reference::is_host;
use crate::scripts;
use crate::source::Source;
use crate::variables::{Lookup, hole};
use crate::yaml::{Node, Options, Script};

/// Commands, of which the first runs on the host.
const COMMANDS: [&str; 6] = [
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
];

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    source.text = json::plain(&source.text);
    let documents = source.documents(Options::default(), found);
    let source: &Source<'_> = source;
    let Some(document) = documents.first() else { return };
    let root = &document.root;
    if let Some(image) = root.get("image") {
        found.image(Kind::Pulls, &text(image), source.at(image.line()).path("image"));
    }
    for cache in root.at(&["build", "cacheFrom"]).map(Node::one_or_more).unwrap_or_default() {
        for name in buildx::cache(&text(cache)) {
            found.image(Kind::Pulls, &name, source.at(cache.line()).path("build.cacheFrom"));
        }
    }
    for feature in root.get("features").map(Node::entries).unwrap_or_default() {
        // Others are a folder, an archive, or names of an older kind.
        let is_in_registry = feature.key.split_once('/').is_some_and(|(first, _)| is_host(first));
        if is_in_registry && !feature.key.contains("://") && !feature.key.starts_with('.') {
            found.image(Kind::Pulls, &feature.key, source.at(feature.line).path("features"));
        }
    }
    for key in COMMANDS {
        if let Some(command) = root.get(key) {
            commands(source, key, command, found);
        }
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    if variable.starts_with("localEnv") {
        "the environment of the host"
    } else if variable.starts_with("templateOption") {
        "the options of the template"
    } else if variable.starts_with("localWorkspace") || variable.starts_with("devcontainer") {
        "the folder that is opened"
    } else {
        "the environment"
    }
}

/// A command as a text, as a list of words, or several by name.
fn commands(source: &Source<'_>, key: &str, command: &Node, found: &mut Findings) {
    for entry in command.entries() {
        commands(source, key, &entry.value, found);
    }
    let words: Vec<String> = command.items().iter().map(|word| quoted(&text(word))).collect();
    let line = if words.is_empty() { text(command) } else { words.join(" ") };
    if !line.is_empty() {
        let place = source.at(command.line()).path(key);
        let script = Script { text: &line, line: command.line(), keeps_lines: false };
        scripts::commands(script, &|_| Lookup::Unknown, &place, found);
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The text with a hole for each `${localEnv:NAME}`; one with a default has that.
fn text(node: &Node) -> String {
    let text = node.text().unwrap_or_default();
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("${") {
        out.push_str(before);
        let Some((inside, after)) = behind.split_once('}') else {
            return out + "${" + behind;
        };
        rest = after;
        let mut parts = inside.splitn(3, ':');
        match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
            ("localEnv" | "containerEnv", Some(_), Some(default)) => out.push_str(default),
            ("localEnv" | "containerEnv", Some(name), None) => {
                out.push_str(&hole(&format!("localEnv.{name}")))
            }
            ("templateOption", Some(name), None) => {
                out.push_str(&hole(&format!("templateOption.{name}")));
            }
            (name, None, None) if name.contains("orkspaceFolder") || name == "devcontainerId" => {
                out.push_str(&hole(name));
            }
            // One of the shell, in a command.
            _ => {
                out.push_str("${");
                out.push_str(inside);
                out.push('}');
            }
        }
    }
    out + rest
}

//! What Woodpecker and Drone have in common, since one came from the other: containers as steps, plugins with settings,
//! and variables whose values are put into the text of the file before it is read.

pub(super) mod matrix;
mod plugins;
mod settings;
#[cfg(test)]
mod tests;
pub(super) mod text;

use super::common::command_line;
use crate::found::{Findings, Kind, Place};
use crate::scripts;
use crate::source::Source;
use crate::variables::{Lookup, hole, without_holes};
use crate::yaml::{Node, Script};

/// The variable that stands for a secret is named after it, behind this.
pub(super) const SECRET: &str = "from_secret.";

/// Where a variable comes from that is part of how plugins work; nothing for those of the CI.
pub(super) fn origin(variable: &str) -> Option<&'static str> {
    if variable.starts_with(SECRET) {
        return Some("the secrets of the repository or its organization");
    }
    match variable {
        plugins::REGISTRY => Some("the cloud account that the plugin signs in to"),
        plugins::OS | plugins::ARCH | plugins::VARIANT => Some("the setting platforms"),
        _ => None,
    }
}

/// What the names of variables begin with that each run has, in one of the two or in both.
const BUILT_IN: [&str; 12] = [
    "DRONE_",
    "CI_BUILD_",
    "CI_COMMIT_",
    "CI_FORGE_",
    "CI_JOB_",
    "CI_PIPELINE_",
    "CI_PREV_",
    "CI_REPO",
    "CI_STEP_",
    "CI_SYSTEM_",
    "CI_WORKFLOW_",
    "CI_WORKSPACE",
];

/// Whether the CI sets the variable itself.
pub(super) fn is_built_in(variable: &str) -> bool {
    ["CI", "DRONE"].contains(&variable)
        || BUILT_IN.iter().any(|beginning| variable.starts_with(beginning))
}

/// A step, service or clone of a pipeline.
pub(super) struct Step<'a> {
    node: &'a Node,
    place: Place,
}

/// What is known outside of a step.
pub(super) struct Outer<'a> {
    /// The variables that every script has.
    pub known: &'a dyn Fn(&str) -> Lookup,
    /// What the pipeline sets for all of its steps.
    pub environment: Vec<(String, String)>,
    /// Whether steps run in containers: on a machine, `image` names a shell or the machine's image.
    pub has_images: bool,
}

/// The steps under a key: a mapping by name, or a list.
pub(super) fn all<'a>(source: &Source<'_>, root: &'a Node, key: &str) -> Vec<Step<'a>> {
    let Some(node) = root.get(key) else { return Vec::new() };
    let named = node
        .entries()
        .iter()
        .map(|entry| (&entry.value, entry.key.clone(), format!("{key}.{}", entry.key)));
    let numbered = node
        .items()
        .iter()
        .enumerate()
        .map(|(at, item)| (item, format!("step-{at}"), format!("{key}[{at}]")));
    let steps = named.chain(numbered).filter(|(node, ..)| node.is_map());
    let step = |(node, default, path): (&'a Node, String, String)| {
        let name = node.get("name").and_then(Node::text).map_or(default, str::to_owned);
        let place = source.at(node.line()).path(readable(&path)).job(readable(&name));
        Step { node, place }
    };
    steps.map(step).collect()
}

/// A name with its variables as they were written.
fn readable(name: &str) -> String {
    without_holes(name, |variable| format!("${{{variable}}}"))
}

impl Step<'_> {
    /// Adds what the step runs in, and what its plugin or its commands do.
    pub(super) fn read(&self, outer: &Outer<'_>, found: &mut Findings) {
        let image = self.node.get("image").and_then(Node::text).unwrap_or_default();
        // A path is a program of the machine.
        if outer.has_images
            && !image.starts_with('/')
            && let Some(node) = self.node.get("image")
        {
            found.image(Kind::Pulls, image, self.at("image", node.line()));
        }
        let own = pairs(self.node.get("environment"));
        let lookup = |name: &str| {
            let mut set = own.iter().chain(&outer.environment);
            match set.find(|(known, _)| known == name) {
                Some((_, value)) => Lookup::Is(value.clone()),
                None => (outer.known)(name),
            }
        };
        let commands = scripts_in(self.node.get("commands"));
        let place = self.at("commands", self.place.line);
        scripts::commands_of(&commands, &lookup, &place, found);
        if let Some(node) = self.node.get("entrypoint") {
            let words = self.entrypoint();
            let line = words.first().map_or(node.line(), |(_, line)| *line);
            let text = command_line(&words);
            let script = Script { text: &text, line, keeps_lines: true };
            scripts::commands(script, &lookup, &self.at("entrypoint", node.line()), found);
        } else if commands.is_empty() {
            plugins::read(self, image, &own, found);
        }
    }

    fn at(&self, path: &str, line: usize) -> Place {
        let whole = format!("{}.{path}", self.place.path);
        self.place.line(line).path(whole)
    }

    /// The program with its arguments as a shell would be given them, and the line of each.
    fn entrypoint(&self) -> Vec<(String, usize)> {
        let quoted = |node: &Node| {
            let word = node.text()?.replace('\'', "'\\''");
            Some((format!("'{word}'"), node.line()))
        };
        ["entrypoint", "command"]
            .iter()
            .filter_map(|key| self.node.get(key))
            .flat_map(Node::items)
            .filter_map(quoted)
            .collect()
    }
}

/// The scripts of a field that takes one or several.
fn scripts_in(node: Option<&Node>) -> Vec<Script<'_>> {
    let Some(node) = node else { return Vec::new() };
    if node.is_list() {
        return node.items().iter().flat_map(|item| scripts_in(Some(item))).collect();
    }
    node.script().into_iter().collect()
}

/// `{A: b}`, `[A=b]` or `[{A: b}]`.
pub(super) fn pairs(node: Option<&Node>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for one in node.map(Node::one_or_more).unwrap_or_default() {
        for entry in one.entries() {
            if let Some(text) = value(&entry.value) {
                pairs.push((entry.key.clone(), text));
            }
        }
        if let Some((name, text)) = one.text().and_then(|text| text.split_once('=')) {
            pairs.push((name.to_owned(), text.to_owned()));
        }
    }
    pairs
}

/// The text of a value; a hole for one that is a secret.
fn value(node: &Node) -> Option<String> {
    match node.get("from_secret").and_then(Node::text) {
        Some(secret) => Some(hole(&format!("{SECRET}{secret}"))),
        None => node.text().map(str::to_owned),
    }
}

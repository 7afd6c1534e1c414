//! Woodpecker's workflows: `.woodpecker.yaml`, or each file of `.woodpecker/`.

use super::steps::{self, Outer, matrix, text};
use crate::found::{Findings, Kind};
use crate::source::Source;
use crate::variables::Lookup;
use crate::yaml::{Document, Node, Options};

/// What clones the repository if the file does not say it.
const CLONE: &str = "docker.io/woodpeckerci/plugin-git:2.10.0";
const CLONE_NOTE: &str = "The server can name another image in WOODPECKER_DEFAULT_CLONE_PLUGIN.";
const DOCUMENTS: &str = "Woodpecker reads only the first document of a file.";

/// Built-in variables that every run has.
const ALWAYS: [&str; 19] = [
    "CI",
    "CI_BUILD_NUMBER",
    "CI_COMMIT_REF",
    "CI_COMMIT_SHA",
    "CI_FORGE_TYPE",
    "CI_FORGE_URL",
    "CI_PIPELINE_CREATED",
    "CI_PIPELINE_EVENT",
    "CI_PIPELINE_NUMBER",
    "CI_REPO",
    "CI_REPO_CLONE_URL",
    "CI_REPO_DEFAULT_BRANCH",
    "CI_REPO_NAME",
    "CI_REPO_OWNER",
    "CI_REPO_URL",
    "CI_SYSTEM_HOST",
    "CI_SYSTEM_NAME",
    "CI_SYSTEM_URL",
    "CI_WORKFLOW_NAME",
];

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let Some(root) = root(source, &[], found) else { return };
    let axes = matrix::axes(&root);
    if axes.is_empty() {
        return workflow(source, &root, &[], found);
    }
    for axis in &axes {
        if let Some(root) = self::root(source, axis, found) {
            workflow(source, &root, axis, found);
        }
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    if let Some(origin) = steps::origin(variable) {
        return origin;
    }
    if steps::is_built_in(variable) {
        return "Woodpecker's built-in variables";
    }
    "WOODPECKER_ENVIRONMENT of the server, or the step's environment"
}

/// The workflow with the values of the variables that are known.
fn root(source: &mut Source<'_>, axis: &[(String, String)], found: &mut Findings) -> Option<Node> {
    let mut filled = source.clone();
    filled.text = text::with_values(&source.text, &|name| lookup(name, axis));
    let documents = filled.documents(Options { merges_lists: true }, found);
    source.seen_in = filled.seen_in;
    if let [_, second, ..] = &documents[..] {
        found.note(&source.name, second.root.line(), DOCUMENTS);
    }
    documents.into_iter().next().map(|Document { root, .. }| root)
}

fn lookup(name: &str, axis: &[(String, String)]) -> Lookup {
    text::lookup(name, axis, &ALWAYS)
}

fn workflow(source: &Source<'_>, root: &Node, axis: &[(String, String)], found: &mut Findings) {
    // Before 1.0 the steps were the pipeline.
    let key = if root.get("steps").is_some() { "steps" } else { "pipeline" };
    if root.get(key).is_none() && root.get("services").is_none() {
        return;
    }
    // The local backend runs programs of the agent's machine.
    let backend = root.at(&["labels", "backend"]).and_then(Node::text);
    let outer = Outer {
        known: &|name| lookup(name, axis),
        environment: Vec::new(),
        has_images: backend != Some("local"),
    };
    let clones = steps::all(source, root, "clone");
    let skips_clone = root.get("skip_clone").and_then(Node::flag) == Some(true);
    if clones.is_empty() && !skips_clone && outer.has_images {
        let place = source.at(root.line()).path("clone").job("clone");
        found.image_with(Kind::Implicit, CLONE, place, &[CLONE_NOTE]);
    }
    let services = steps::all(source, root, "services");
    let steps = steps::all(source, root, key);
    let clones = clones.iter().filter(|_| !skips_clone);
    for step in clones.chain(&services).chain(&steps) {
        step.read(&outer, found);
    }
}

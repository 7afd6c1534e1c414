//! Drone's pipelines: `.drone.yml`, with a pipeline in each document, and the form of 0.8 that had one.

use super::steps::{self, Outer, SECRET, matrix, text};
use crate::found::{Findings, Kind};
use crate::source::Source;
use crate::variables::{Lookup, hole};
use crate::yaml::{Node, Options};

const CLONE: &str = "drone/git:latest";
const CLONE_NOTE: &str = "The runner can name another image in DRONE_RUNNER_CLONE_IMAGE.";
const LEGACY_CLONE: &str = "plugins/git:latest";
const PROGRAMS: [&str; 4] = [".jsonnet", ".star", ".starlark", ".script"];
const PROGRAM: &str = "Jsonnet, Starlark and scripts are programs, which are not run here. Name the YAML that they make.";
const OLD: &str = "This is the form of Drone before 0.5, which is not read.";
const TEMPLATE: &str =
    "The pipeline is made from a template that is kept in Drone. Name the YAML that it makes.";

/// Kinds of pipelines whose steps run on a machine, where an image is that machine's.
const MACHINES: [&str; 4] = ["exec", "ssh", "digitalocean", "macstadium"];

/// Variables that every build has.
const ALWAYS: [&str; 22] = [
    "CI",
    "DRONE",
    "DRONE_BRANCH",
    "DRONE_BUILD_CREATED",
    "DRONE_BUILD_EVENT",
    "DRONE_BUILD_NUMBER",
    "DRONE_COMMIT",
    "DRONE_COMMIT_BRANCH",
    "DRONE_COMMIT_REF",
    "DRONE_COMMIT_SHA",
    "DRONE_GIT_HTTP_URL",
    "DRONE_REMOTE_URL",
    "DRONE_REPO",
    "DRONE_REPO_BRANCH",
    "DRONE_REPO_LINK",
    "DRONE_REPO_NAME",
    "DRONE_REPO_NAMESPACE",
    "DRONE_REPO_OWNER",
    "DRONE_REPO_SCM",
    "DRONE_STAGE_NAME",
    "DRONE_SYSTEM_HOST",
    "DRONE_SYSTEM_HOSTNAME",
];

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    if PROGRAMS.iter().any(|ending| source.file_name().ends_with(ending)) {
        return found.unread(&source.name, None, PROGRAM);
    }
    for root in roots(source, &[], found) {
        match root.get("kind").and_then(Node::text) {
            Some("pipeline") => pipeline(source, &root, found),
            Some("template") => found.unread(&source.name, Some(root.line()), TEMPLATE),
            // Secrets, signatures and schedules.
            Some(_) => {}
            None if is_legacy(&root) => legacy(source, &root, found),
            None if root.get("steps").is_some() => pipeline(source, &root, found),
            None if root.get("build").is_some() || root.get("publish").is_some() => {
                found.unread(&source.name, Some(root.line()), OLD);
            }
            None => {}
        }
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    if let Some(origin) = steps::origin(variable) {
        return origin;
    }
    if steps::is_built_in(variable) {
        return "Drone's variables of the build";
    }
    if variable.starts_with(".input.") {
        return "the data that a template is given";
    }
    "the step's environment or its secrets"
}

/// The documents with the values of the variables that are known.
fn roots(source: &mut Source<'_>, axis: &[(String, String)], found: &mut Findings) -> Vec<Node> {
    let mut filled = source.clone();
    filled.text = text::with_values(&source.text, &|name| lookup(name, axis));
    let documents = filled.documents(Options::default(), found);
    source.seen_in = filled.seen_in;
    documents.into_iter().map(|document| document.root).collect()
}

fn lookup(name: &str, axis: &[(String, String)]) -> Lookup {
    text::lookup(name, axis, &ALWAYS)
}

fn pipeline(source: &Source<'_>, root: &Node, found: &mut Findings) {
    let kind = root.get("type").and_then(Node::text).unwrap_or("docker");
    let outer = Outer {
        known: &|name| lookup(name, &[]),
        environment: steps::pairs(root.get("environment")),
        has_images: !MACHINES.contains(&kind),
    };
    let disables_clone = root.at(&["clone", "disable"]).and_then(Node::flag) == Some(true);
    if matches!(kind, "docker" | "kubernetes") && !disables_clone {
        implicit(source, root, CLONE, found);
    }
    for key in ["services", "steps"] {
        for step in steps::all(source, root, key) {
            step.read(&outer, found);
        }
    }
    // Of the machine that an ssh pipeline runs on.
    if let Some(node) = root.at(&["server", "password"])
        && let Some(text) = node.text()
    {
        let place = source.at(node.line()).path("server.password");
        found.password("server.password", text, place);
    }
    let secrets = root.get("image_pull_secrets").map(Node::one_or_more).unwrap_or_default();
    for secret in secrets {
        let name = secret.get("from_secret").unwrap_or(secret).text().unwrap_or_default();
        if !name.is_empty() {
            // Its value is docker's own configuration, with the registries.
            let place = source.at(secret.line()).path("image_pull_secrets");
            found.registry(Kind::LogsIn, &hole(&format!("{SECRET}{name}")), place);
        }
    }
}

fn is_legacy(root: &Node) -> bool {
    root.get("kind").is_none() && root.get("pipeline").is_some()
}

/// One pipeline with its steps by name, which can have a matrix.
fn legacy(source: &mut Source<'_>, root: &Node, found: &mut Findings) {
    let axes = matrix::axes(root);
    if axes.is_empty() {
        return legacy_pipeline(source, root, &[], found);
    }
    for axis in &axes {
        let roots = roots(source, axis, found);
        for root in roots.iter().filter(|root| is_legacy(root)) {
            legacy_pipeline(source, root, axis, found);
        }
    }
}

fn legacy_pipeline(
    source: &Source<'_>,
    root: &Node,
    axis: &[(String, String)],
    found: &mut Findings,
) {
    let outer =
        Outer { known: &|name| lookup(name, axis), environment: Vec::new(), has_images: true };
    let clones = steps::all(source, root, "clone");
    if clones.is_empty() {
        implicit(source, root, LEGACY_CLONE, found);
    }
    let services = steps::all(source, root, "services");
    let steps = steps::all(source, root, "pipeline");
    for step in clones.iter().chain(&services).chain(&steps) {
        step.read(&outer, found);
    }
}

fn implicit(source: &Source<'_>, root: &Node, image: &str, found: &mut Findings) {
    let place = source.at(root.line()).path("clone").job("clone");
    found.image_with(Kind::Implicit, image, place, &[CLONE_NOTE]);
}

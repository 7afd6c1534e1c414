//! Compose files, as the Compose Specification has them; also the first version, whose services are at the top.

mod build;
mod commands;
mod environment;
mod layers;
mod service;

use crate::found::{Findings, Kind};
use crate::source::Source;
use crate::yaml::{Document, Node, Options};
use environment::Environment;

/// Files that include one another go no deeper.
const DEEPEST: usize = 10;

/// Tags of an override file: what is reset is not there.
fn is_reset(node: &Node) -> bool {
    node.tag() == Some("!reset")
}

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let environment = Environment::beside(source);
    read_at(source, &environment, 0, found);
}

pub(super) fn origin(_variable: &str) -> &'static str {
    "the environment or the .env file"
}

fn read_at(source: &mut Source<'_>, environment: &Environment, depth: usize, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    let source: &Source<'_> = source;
    for Document { root, .. } in &documents {
        for service in services(root) {
            service::read(&service::File { source, root, environment }, service, found);
        }
        for model in root.get("models").map(Node::entries).unwrap_or_default() {
            let path = format!("models.{}.model", model.key);
            if let Some(name) = model.value.get("model") {
                let place = source.at(name.line()).path(path).job(model.key.clone());
                let text = environment.text(name);
                found.image(Kind::Pulls, &text, place);
            }
        }
        for include in root.get("include").map(Node::one_or_more).unwrap_or_default() {
            read_included(source, include, environment, depth, found);
        }
    }
}

/// The services: under their key, or at the top in the first version.
fn services(root: &Node) -> &[crate::yaml::Entry] {
    if let Some(services) = root.get("services") {
        return if is_reset(services) { &[] } else { services.entries() };
    }
    let others =
        ["version", "name", "networks", "volumes", "configs", "secrets", "models", "include"];
    let is_first = root.entries().iter().all(|entry| {
        let is_service = entry.value.get("image").is_some() || entry.value.get("build").is_some();
        is_service && !others.contains(&entry.key.as_str())
    });
    if is_first { root.entries() } else { &[] }
}

/// `include: [path]` or `include: [{path: path or list, project_directory: folder}]`.
fn read_included(
    source: &Source<'_>,
    include: &Node,
    environment: &Environment,
    depth: usize,
    found: &mut Findings,
) {
    let paths = match include.get("path") {
        Some(path) => path.one_or_more(),
        None => std::slice::from_ref(include),
    };
    for path in paths {
        let text = environment.text(path);
        // Others are fetched from elsewhere.
        let is_file = !text.is_empty() && !text.contains("://") && !text.starts_with("git@");
        if !is_file || text.contains(crate::variables::HOLE) {
            continue;
        }
        if depth == DEEPEST {
            let reason = "Files are included more than 10 levels deep.";
            found.unread(&source.name, Some(path.line()), reason);
            continue;
        }
        match source.beside(&text) {
            Ok(mut other) => {
                let own = Environment::beside(&other).before(environment);
                read_at(&mut other, &own, depth + 1, found);
            }
            Err(reason) => found.unread(&source.name, Some(path.line()), reason),
        }
    }
}

//! What a service is built from.

use super::environment::Environment;
use super::service::Field;
use crate::buildx;
use crate::dockerfile::{self, Build};
use crate::found::{Findings, Kind};
use crate::variables::hole;
use crate::yaml::{Node, Script};

pub(super) fn read(build: &Field, environment: &Environment, found: &mut Findings) {
    for (key, kind) in
        [("tags", Kind::Builds), ("cache_from", Kind::Pulls), ("cache_to", Kind::Pushes)]
    {
        for item in build.node.get(key).map(Node::one_or_more).unwrap_or_default() {
            let text = environment.text(item);
            let name = if key == "tags" { Some(text) } else { buildx::cache(&text) };
            if let Some(name) = name {
                found.image(kind, &name, build.below(key, item));
            }
        }
    }
    let mut given = Build::default();
    for (name, value, line) in pairs(build.node.get("additional_contexts"), environment) {
        if let Some(image) = value.as_deref().and_then(buildx::context_image) {
            let path = format!("{}.additional_contexts", build.place.path);
            found.image(Kind::Pulls, image, build.place.line(line).path(path));
        }
        given.contexts.push(name);
    }
    for (name, value, _) in pairs(build.node.get("args"), environment) {
        // Without a value it is the one of the environment.
        let value = value.unwrap_or_else(|| hole(&name));
        given.args.push((name, value));
    }
    if let Some(inline) = build.node.get("dockerfile_inline")
        && let Some(script) = inline.script()
    {
        let text = environment.put_in(script.text);
        let place = build.below("dockerfile_inline", inline);
        dockerfile::read(Script { text: &text, ..script }, &place, &given, found);
    }
}

/// `{a: b}` or `[a=b]`, each with its line.
fn pairs(node: Option<&Node>, environment: &Environment) -> Vec<(String, Option<String>, usize)> {
    let Some(node) = node else { return Vec::new() };
    let entries = node.entries().iter().map(|entry| {
        let value = (!entry.value.is_null()).then(|| environment.text(&entry.value));
        (entry.key.clone(), value, entry.value.line())
    });
    let items = node.items().iter().filter_map(|item| {
        let text = item.text()?;
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(environment.put_in(value))),
            None => (text, None),
        };
        Some((name.to_owned(), value, item.line()))
    });
    entries.chain(items).collect()
}

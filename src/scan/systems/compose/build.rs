//! What a service is built from.

use super::environment::Environment;
use super::is_reset;
use super::layers::Layers;
use crate::buildx;
use crate::dockerfile::{self, Build};
use crate::found::{Findings, Kind, Place};
use crate::variables::hole;
use crate::yaml::Script;
use std::collections::HashSet;

pub(super) fn read(build: &Layers, environment: &Environment, found: &mut Findings) {
    for (key, kind) in
        [("tags", Kind::Builds), ("cache_from", Kind::Pulls), ("cache_to", Kind::Pushes)]
    {
        for item in build.below(key).items() {
            let text = environment.text(&item.node);
            let names = if key == "tags" { vec![text] } else { buildx::cache(&text) };
            for name in names {
                found.image(kind, &name, item.place.clone());
            }
        }
    }
    let mut given = Build::default();
    for (name, value, place) in pairs(&build.below("additional_contexts"), environment) {
        if let Some(image) = value.as_deref().and_then(buildx::context_image) {
            found.image(Kind::Pulls, image, place);
        }
        given.contexts.push(name);
    }
    for (name, value, _) in pairs(&build.below("args"), environment) {
        // Without a value it is the one of the environment.
        let value = value.unwrap_or_else(|| hole(&name));
        given.args.push((name, value));
    }
    if let Some(inline) = build.below("dockerfile_inline").nearest()
        && let Some(script) = inline.node.script()
    {
        let text = environment.put_in(script.text);
        let script = Script { text: &text, ..script };
        dockerfile::read(script, &inline.place, &given, found);
    }
}

/// `{a: b}` or `[a=b]`, each name once, with its place.
fn pairs(layers: &Layers, environment: &Environment) -> Vec<(String, Option<String>, Place)> {
    let (mut known, mut pairs) = (HashSet::new(), Vec::new());
    for layer in layers.each() {
        for entry in layer.node.entries() {
            // One that is reset hides those behind it.
            if known.insert(entry.key.clone()) && !is_reset(&entry.value) {
                let value = (!entry.value.is_null()).then(|| environment.text(&entry.value));
                let place = layer.place.line(entry.value.line());
                pairs.push((entry.key.clone(), value, place));
            }
        }
        // The later of two in a list counts.
        for item in layer.node.items().iter().rev() {
            let Some(text) = item.text() else { continue };
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(environment.put_in(value))),
                None => (text, None),
            };
            if known.insert(name.to_owned()) {
                pairs.push((name.to_owned(), value, layer.place.line(item.line())));
            }
        }
    }
    pairs
}

//! One service: its image, its build, and what else of it is an image.

use super::build;
use super::commands;
use super::environment::Environment;
use super::layers::{Field, Layers};
use super::{DEEPEST, is_reset};
use crate::found::{Findings, Kind};
use crate::source::Source;
use crate::yaml::{Entry, Node, Options};
use std::borrow::Cow;
use std::collections::HashSet;

/// The file that a service stands in.
pub(super) struct File<'a, 't> {
    pub source: &'a Source<'t>,
    pub root: &'a Node,
    pub environment: &'a Environment,
}

/// A service with those that it extends, itself first.
struct Service {
    levels: Layers,
}

pub(super) fn read(file: &File<'_, '_>, entry: &Entry, found: &mut Findings) {
    if is_reset(&entry.value) {
        return;
    }
    let service = Service::of(file, entry, found);
    let environment = file.environment;
    let build = service.levels.below("build");
    let mut name = String::new();
    if let Some(image) = service.levels.below("image").nearest() {
        name = environment.text(&image.node);
        let policy = service.levels.below("pull_policy");
        let policy = policy.nearest().map(|policy| environment.text(&policy.node));
        let is_pulled = !matches!(policy.as_deref(), Some("build" | "never"));
        if !build.is_empty() {
            found.image_with(Kind::Builds, &name, image.place.clone(), &service.notes());
        }
        if build.is_empty() || is_pulled {
            found.image_with(Kind::Pulls, &name, image.place.clone(), &service.notes());
        }
    }
    build::read(&build, environment, found);
    commands::read(&service.levels, &name, environment, found);
    for hook in service.levels.below("pre_start").items() {
        image(&hook, "image", environment, found);
    }
    let mut targets = HashSet::new();
    for layer in service.levels.below("volumes").each() {
        // Of two with the same target, the later counts, and that of the nearest service.
        for volume in layer.items().iter().rev() {
            let target = target(&volume.node, environment);
            let is_first = target.is_empty() || targets.insert(target);
            if is_first && volume.node.get("type").and_then(Node::text) == Some("image") {
                image(volume, "source", environment, found);
            }
        }
    }
}

/// Where a volume is put: `{target: /x}` or `source:/x:ro`.
fn target(volume: &Node, environment: &Environment) -> String {
    if let Some(target) = volume.get("target") {
        return environment.text(target);
    }
    let text = environment.text(volume);
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    parts.next().unwrap_or(first).to_owned()
}

/// The image that a key of the field names.
fn image(field: &Field, key: &str, environment: &Environment, found: &mut Findings) {
    if let Some(node) = field.node.get(key) {
        found.image(Kind::Pulls, &environment.text(node), field.below(key, node));
    }
}

impl Service {
    fn of(file: &File<'_, '_>, entry: &Entry, found: &mut Findings) -> Self {
        let name = entry.key.clone();
        let place = |source: &Source<'_>, line, key: &str| {
            source.at(line).path(format!("services.{key}")).job(name.clone())
        };
        let first = place(file.source, entry.line, &entry.key);
        let mut levels = vec![Field { node: entry.value.clone(), place: first }];
        let mut source = Cow::Borrowed(file.source);
        let mut root = file.root.clone();
        let mut node = entry.value.clone();
        let mut before = entry.key.clone();
        while let Some(extends) = node.get("extends").cloned() {
            if levels.len() > DEEPEST {
                let reason = "Services extend one another more than 10 levels deep.";
                found.unread(&source.name, Some(extends.line()), reason);
                break;
            }
            let key = extends.get("service").unwrap_or(&extends);
            let key = file.environment.text(key);
            if let Some(path) = extends.get("file") {
                let other = source.beside(&file.environment.text(path));
                match other {
                    Ok(other) => source = Cow::Owned(other),
                    Err(reason) => {
                        found.unread(&source.name, Some(path.line()), reason);
                        break;
                    }
                }
                let documents = source.to_mut().documents(Options::default(), found);
                let Some(document) = documents.into_iter().next() else { break };
                root = document.root;
            } else if key == before {
                break;
            }
            let Some(base) = super::services(&root).iter().find(|one| one.key == key) else {
                break;
            };
            let base = base.clone();
            let place = place(&source, base.line, &key);
            levels.push(Field { node: base.value.clone(), place });
            (node, before) = (base.value, key);
        }
        Self { levels: Layers::of(levels) }
    }

    fn notes(&self) -> Vec<&'static str> {
        let profiles = self.levels.below("profiles");
        let has_profile = profiles.each().iter().any(|one| !one.node.items().is_empty());
        if has_profile { vec!["The service starts only with a profile."] } else { Vec::new() }
    }
}

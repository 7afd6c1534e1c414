//! One service: its image, its build, and what else of it is an image.

use super::build;
use super::environment::Environment;
use super::{DEEPEST, is_reset};
use crate::found::{Findings, Kind, Place};
use crate::source::Source;
use crate::yaml::{Entry, Node, Options};

/// The file that a service stands in.
pub(super) struct File<'a, 't> {
    pub source: &'a Source<'t>,
    pub root: &'a Node,
    pub environment: &'a Environment,
}

/// A value of a service, and the place that it stands in.
pub(super) struct Field {
    pub node: Node,
    pub place: Place,
}

/// A service with those that it extends, itself first.
struct Service {
    levels: Vec<(Node, Place)>,
}

pub(super) fn read(file: &File<'_, '_>, entry: &Entry, found: &mut Findings) {
    if is_reset(&entry.value) {
        return;
    }
    let service = Service::of(file, entry, found);
    let environment = file.environment;
    let build = service.field("build");
    if let Some(image) = service.field("image") {
        let name = environment.text(&image.node);
        let policy = service.field("pull_policy").map(|policy| environment.text(&policy.node));
        let is_pulled = !matches!(policy.as_deref(), Some("build" | "never"));
        if build.is_some() {
            found.image_with(Kind::Builds, &name, image.place.clone(), &service.notes());
        }
        if build.is_none() || is_pulled {
            found.image_with(Kind::Pulls, &name, image.place, &service.notes());
        }
    }
    if let Some(build) = build {
        build::read(&build, environment, found);
    }
    for hook in service.items("pre_start") {
        image(&hook, "image", environment, found);
    }
    for volume in service.items("volumes") {
        if volume.node.get("type").and_then(Node::text) == Some("image") {
            image(&volume, "source", environment, found);
        }
    }
}

/// The image that a key of the field names.
fn image(field: &Field, key: &str, environment: &Environment, found: &mut Findings) {
    if let Some(node) = field.node.get(key) {
        found.image(Kind::Pulls, &environment.text(node), field.below(key, node));
    }
}

impl Field {
    /// The place of a value inside it.
    pub(super) fn below(&self, key: &str, node: &Node) -> Place {
        let path = format!("{}.{key}", self.place.path);
        self.place.line(node.line()).path(path)
    }
}

impl Service {
    fn of(file: &File<'_, '_>, entry: &Entry, found: &mut Findings) -> Self {
        let name = entry.key.clone();
        let place = |source: &Source<'_>, line, key: &str| {
            source.at(line).path(format!("services.{key}")).job(name.clone())
        };
        let first = place(file.source, entry.line, &entry.key);
        let mut levels = vec![(entry.value.clone(), first)];
        let mut source = file.source.clone();
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
                    Ok(other) => source = other,
                    Err(reason) => {
                        found.unread(&source.name, Some(path.line()), reason);
                        break;
                    }
                }
                let documents = source.documents(Options::default(), found);
                let Some(document) = documents.into_iter().next() else { break };
                root = document.root;
            } else if key == before {
                break;
            }
            let Some(base) = super::services(&root).iter().find(|one| one.key == key) else {
                break;
            };
            let base = base.clone();
            levels.push((base.value.clone(), place(&source, base.line, &key)));
            (node, before) = (base.value, key);
        }
        Self { levels }
    }

    /// The value of a key, of the nearest level that has one.
    fn field(&self, key: &str) -> Option<Field> {
        let (node, place) = self
            .levels
            .iter()
            .find_map(|(level, place)| level.get(key).map(|node| (node.clone(), place)))?;
        let path = format!("{}.{key}", place.path);
        let place = place.line(node.line()).path(path);
        (!is_reset(&node) && !node.is_null()).then_some(Field { node, place })
    }

    /// The items of a list, with their number in the path.
    fn items(&self, key: &str) -> Vec<Field> {
        let Some(list) = self.field(key) else { return Vec::new() };
        let item = |(at, node): (usize, &Node)| {
            let path = format!("{}[{at}]", list.place.path);
            Field { node: node.clone(), place: list.place.line(node.line()).path(path) }
        };
        list.node.items().iter().enumerate().map(item).collect()
    }

    fn notes(&self) -> Vec<&'static str> {
        let has_profile = self.field("profiles").is_some_and(|one| !one.node.items().is_empty());
        if has_profile { vec!["The service starts only with a profile."] } else { Vec::new() }
    }
}

//! A value of a service, with those of the services that it extends: mappings are merged key by key, lists are
//! appended, and of anything else the nearest counts.

use super::is_reset;
use crate::found::Place;
use crate::yaml::Node;

/// A value, and the place that it stands in.
#[derive(Clone)]
pub(super) struct Field {
    pub node: Node,
    pub place: Place,
}

/// The values of one key that count together, the nearest first.
pub(super) struct Layers(Vec<Field>);

impl Layers {
    /// What is reset is not there, nor is what is behind it; what is overridden has nothing behind it.
    pub(super) fn of(fields: impl IntoIterator<Item = Field>) -> Self {
        let mut kept = Vec::new();
        for field in fields {
            if is_reset(&field.node) {
                break;
            }
            let is_last = field.node.tag() == Some("!override");
            if !field.node.is_null() {
                kept.push(field);
            }
            if is_last {
                break;
            }
        }
        Self(kept)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of a key of these mappings.
    pub(super) fn below(&self, key: &str) -> Self {
        Self::of(self.0.iter().filter_map(|field| {
            let node = field.node.get(key)?.clone();
            let place = field.below(key, &node);
            Some(Field { node, place })
        }))
    }

    pub(super) fn nearest(&self) -> Option<&Field> {
        self.0.first()
    }

    /// Each of them.
    pub(super) fn each(&self) -> &[Field] {
        &self.0
    }

    /// The items of all lists, those of the nearest first, with their numbers in the path.
    pub(super) fn items(&self) -> Vec<Field> {
        self.0.iter().flat_map(Field::items).collect()
    }
}

impl Field {
    /// The place of a value inside it.
    pub(super) fn below(&self, key: &str, node: &Node) -> Place {
        let path = format!("{}.{key}", self.place.path);
        self.place.line(node.line()).path(path)
    }

    /// The items of a list, or the value itself.
    pub(super) fn items(&self) -> Vec<Self> {
        if !self.node.is_list() {
            return vec![self.clone()];
        }
        let item = |(at, node): (usize, &Node)| {
            let path = format!("{}[{at}]", self.place.path);
            Self { node: node.clone(), place: self.place.line(node.line()).path(path) }
        };
        let items = self.node.items().iter().enumerate();
        items.filter(|(_, node)| !is_reset(node)).map(item).collect()
    }
}

//! The keys of a pipeline, of all its files together: what counts, what is merged, what `extends` and `!reference` bring.

use super::environment::Variables;
use super::value::Value;
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::rc::Rc;

/// How deep jobs extend one another, and references go.
const DEEPEST: usize = 11;

/// Mappings that one job consists of.
const MOST_LEVELS: usize = 200;

/// References that are followed in one pipeline. Few files have a hundred.
const MOST_REFERENCES: usize = 20_000;

/// Defaults that can stand at the top. Another key there is a job.
const AT_THE_TOP: [&str; 4] = ["after_script", "before_script", "image", "services"];

pub(super) struct Pipeline<'t> {
    /// In the order of the files; of one key, the part that counts before the others stands first.
    keys: Vec<(String, Vec<Value<'t>>)>,
    by_name: HashMap<String, usize>,
    /// Something that it includes could not be read: jobs may have more than what is known.
    pub has_unread: bool,
    /// Variables that it is started with.
    pub given: Vec<(String, String)>,
    /// The variables of all jobs, once they are asked for: then every part is there.
    pub global: OnceCell<Rc<Variables>>,
    references_left: Cell<usize>,
}

/// What a job consists of, itself first, then what it extends.
pub(super) struct Chain<'t> {
    pub levels: Vec<Value<'t>>,
    /// Whether everything that it extends is known.
    pub is_whole: bool,
}

impl<'t> Pipeline<'t> {
    pub(super) fn new(given: Vec<(String, String)>) -> Self {
        Self {
            keys: Vec::new(),
            by_name: HashMap::new(),
            has_unread: false,
            given,
            global: OnceCell::new(),
            references_left: Cell::new(MOST_REFERENCES),
        }
    }

    /// Adds a part that counts only where those before it say nothing.
    pub(super) fn add(&mut self, key: String, value: Value<'t>) {
        match self.by_name.get(&key) {
            Some(at) => self.keys[*at].1.push(value),
            None => {
                self.by_name.insert(key.clone(), self.keys.len());
                self.keys.push((key, vec![value]));
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn parts(&self, key: &str) -> &[Value<'t>] {
        self.by_name.get(key).map(|at| self.keys[*at].1.as_slice()).unwrap_or_default()
    }

    pub(super) fn chain(&self, name: &str) -> Chain<'t> {
        let mut chain = Chain { levels: Vec::new(), is_whole: true };
        self.extend(name, 0, &mut chain);
        chain
    }

    fn extend(&self, name: &str, depth: usize, chain: &mut Chain<'t>) {
        let parts = self.parts(name);
        if parts.is_empty() || depth > DEEPEST || chain.levels.len() > MOST_LEVELS {
            chain.is_whole = false;
            return;
        }
        chain.levels.extend_from_slice(parts);
        let extends = parts.iter().find_map(|part| part.get("extends"));
        let bases = extends.map(|extends| extends.one_or_more()).unwrap_or_default();
        // Of several, the last one counts most.
        for base in bases.iter().rev().filter_map(Value::text) {
            self.extend(base.trim(), depth + 1, chain);
        }
    }

    /// The value of a key of merged mappings: the first one that stands there, and if it is a mapping, those that it is
    /// merged with. Nothing if it is `null`.
    pub(super) fn layers(&self, levels: &[Value<'t>], key: &str) -> Vec<Value<'t>> {
        self.layers_at(levels, key, 0)
    }

    fn layers_at(&self, levels: &[Value<'t>], key: &str, depth: usize) -> Vec<Value<'t>> {
        self.merged(levels.iter().filter_map(|level| level.get(key)), depth)
    }

    /// The value of the first key that has one, of the mappings.
    pub(super) fn first(&self, levels: &[Value<'t>], key: &str) -> Option<Value<'t>> {
        self.layers(levels, key).into_iter().next()
    }

    /// What jobs take that say nothing: `default`, before the same keys at the top.
    pub(super) fn defaults(&self, key: &str) -> Vec<Value<'t>> {
        let defaults = self.layers(self.parts("default"), key);
        if !defaults.is_empty() || !AT_THE_TOP.contains(&key) {
            return defaults;
        }
        self.merged(self.parts(key).iter().cloned(), 0)
    }

    fn merged(&self, values: impl Iterator<Item = Value<'t>>, depth: usize) -> Vec<Value<'t>> {
        let mut found: Vec<Value<'t>> = Vec::new();
        for value in values {
            let layers = self.resolved(value, depth);
            if layers.is_empty() {
                return found;
            }
            for layer in layers {
                let is_map = layer.node.is_map();
                if is_map {
                    found.push(layer);
                    continue;
                }
                if found.is_empty() && !layer.node.is_null() {
                    found.push(layer);
                }
                return found;
            }
        }
        found
    }

    /// The value, or what `!reference [job, key]` stands for.
    pub(super) fn resolved(&self, value: Value<'t>, depth: usize) -> Vec<Value<'t>> {
        if value.node.tag() != Some("!reference") {
            return vec![value];
        }
        let left = self.references_left.get();
        let keys: Vec<String> = value.items().iter().filter_map(Value::text).collect();
        let Some((job, keys)) = keys.split_first().filter(|_| left > 0 && depth < DEEPEST) else {
            return Vec::new();
        };
        self.references_left.set(left - 1);
        let levels = self.chain(job).levels;
        keys.iter().fold(levels, |levels, key| self.layers_at(&levels, key, depth + 1))
    }

    /// The items of a list, those of lists in it and of references among them.
    pub(super) fn items(&self, list: &Value<'t>) -> Vec<Value<'t>> {
        let mut found = Vec::new();
        self.collect(list.clone(), 0, &mut found);
        found
    }

    fn collect(&self, value: Value<'t>, depth: usize, found: &mut Vec<Value<'t>>) {
        if depth > DEEPEST {
            return;
        }
        for value in self.resolved(value, depth) {
            if value.node.is_list() {
                for item in value.items() {
                    self.collect(item, depth + 1, found);
                }
            } else {
                found.push(value);
            }
        }
    }
}

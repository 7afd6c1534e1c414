//! The combinations of `strategy.matrix`.

use super::scope::Scope;
use super::value::Value;
use crate::yaml::Node;

/// GitHub allows 256 jobs of one matrix.
const MOST: usize = 1024;

/// The values of one job of a matrix.
#[derive(Clone, Debug, Default)]
pub(super) struct Combination {
    values: Vec<(String, Node)>,
    /// Keys whose values an expression makes.
    unknown: Vec<String>,
    /// Nobody knows which keys there are.
    is_open: bool,
}

impl Combination {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let found = self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
        found.map(|(_, value)| value)
    }

    /// Whether it may have the key although it is not in the file.
    pub(super) fn could_have(&self, key: &str) -> bool {
        self.is_open || self.unknown.iter().any(|known| known.eq_ignore_ascii_case(key))
    }

    fn set(&mut self, key: &str, value: &Node) {
        match self.values.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value.clone(),
            None => self.values.push((key.to_owned(), value.clone())),
        }
    }

    /// Whether every value of the mapping that has a key here is the same here.
    fn agrees(&self, wanted: &Node, keys: &[String]) -> bool {
        wanted.entries().iter().all(|entry| {
            !keys.contains(&entry.key)
                || self.get(&entry.key).is_some_and(|own| same(own, &entry.value))
        })
    }
}

/// The jobs that a strategy makes; one without a matrix if there is none.
pub(super) fn combinations(strategy: Option<&Node>, scope: &Scope) -> Vec<Option<Combination>> {
    let open = || vec![Some(Combination { is_open: true, ..Combination::default() })];
    let Some(strategy) = strategy else { return vec![None] };
    let Value::Node(strategy) = scope.value(strategy) else { return open() };
    let Some(matrix) = strategy.get("matrix") else { return vec![None] };
    let Value::Node(matrix) = scope.value(matrix) else { return open() };
    let Some((mut all, keys)) = product(&matrix, scope) else { return open() };
    let (excluded, _) = listed(matrix.get("exclude"), scope);
    all.retain(|one| {
        !excluded.iter().any(|wanted| {
            let has_all = wanted.entries().iter().all(|entry| one.get(&entry.key).is_some());
            has_all && one.agrees(wanted, &keys)
        })
    });
    let (included, is_open) = listed(matrix.get("include"), scope);
    let own = all.len();
    for entry in &included {
        let mut is_added = false;
        for one in all.iter_mut().take(own).filter(|one| one.agrees(entry, &keys)) {
            entry.entries().iter().for_each(|entry| one.set(&entry.key, &entry.value));
            is_added = true;
        }
        if !is_added {
            let mut one = Combination::default();
            entry.entries().iter().for_each(|entry| one.set(&entry.key, &entry.value));
            all.push(one);
        }
    }
    if is_open {
        all.iter_mut().for_each(|one| one.is_open = true);
        if all.is_empty() {
            return open();
        }
    }
    all.into_iter().map(Some).collect()
}

/// Every value of a key with every value of the others, and the keys. Nothing if they are too many.
fn product(matrix: &Node, scope: &Scope) -> Option<(Vec<Combination>, Vec<String>)> {
    let (mut keys, mut unknown) = (Vec::new(), Vec::new());
    let mut all = vec![Combination::default()];
    for entry in matrix.entries() {
        if entry.key == "include" || entry.key == "exclude" {
            continue;
        }
        let Value::Node(values) = scope.value(&entry.value) else {
            unknown.push(entry.key.clone());
            continue;
        };
        if all.len() * values.items().len() > MOST {
            return None;
        }
        let with = |one: &Combination, value: &Node| {
            let mut one = one.clone();
            one.set(&entry.key, value);
            one
        };
        all = all
            .iter()
            .flat_map(|one| values.items().iter().map(move |value| with(one, value)))
            .collect();
        keys.push(entry.key.clone());
    }
    if keys.is_empty() && unknown.is_empty() {
        all.clear();
    }
    all.iter_mut().for_each(|one| one.unknown.clone_from(&unknown));
    Some((all, keys))
}

/// The mappings of a list, and whether an expression may make others.
fn listed(node: Option<&Node>, scope: &Scope) -> (Vec<Node>, bool) {
    let Some(node) = node else { return (Vec::new(), false) };
    match scope.value(node) {
        Value::Node(list) => (list.items().to_vec(), false),
        Value::Unknown { .. } | Value::Text(_) => (Vec::new(), true),
        Value::Null | Value::Flag(_) => (Vec::new(), false),
    }
}

fn same(one: &Node, other: &Node) -> bool {
    if one.is_map() || one.is_list() {
        let has = |entry: &crate::yaml::Entry| {
            one.get(&entry.key).is_some_and(|own| same(own, &entry.value))
        };
        let is_list = one.items().len() == other.items().len()
            && one.items().iter().zip(other.items()).all(|(one, other)| same(one, other));
        return one.is_map() == other.is_map() && is_list && other.entries().iter().all(has);
    }
    one.text() == other.text()
}

//! The entries of a mapping: which of two same keys counts, and what `<<` brings in.

use super::limits::check;
use super::node::{Entry, Node, Value};
use super::{Options, Problem};
use std::collections::HashMap;

const MERGE: &str = "<<";

/// A key and a value as they stand there.
pub(super) struct Pending {
    pub key: Node,
    pub value: Node,
}

/// The entries, and the lines of keys that appear twice.
///
/// A key that stands there counts before one that is merged in, wherever it stands. Of several `<<`, the later counts;
/// of the mappings in the list of one, the earlier.
pub(super) fn finished(
    pending: Vec<Pending>,
    options: Options,
) -> Result<(Vec<Entry>, Vec<usize>), Problem> {
    let mut own = Entries::default();
    let mut merged: Vec<Node> = Vec::new();
    for Pending { key, value } in pending {
        let line = key.line;
        if is_merge(&key) && can_merge(&value, options) {
            check(line, value.size, value.height)?;
            merged.push(value);
            continue;
        }
        own.put(Entry { key: key_text(&key), line, value, is_duplicate: false });
    }
    for value in merged.iter().rev() {
        for map in value.one_or_more() {
            for entry in map.entries() {
                own.put_unless_there(entry);
            }
        }
    }
    Ok((own.entries, own.duplicates))
}

#[derive(Default)]
struct Entries {
    entries: Vec<Entry>,
    by_key: HashMap<String, usize>,
    duplicates: Vec<usize>,
}

impl Entries {
    fn put(&mut self, mut entry: Entry) {
        match self.by_key.get(&entry.key) {
            Some(at) => {
                self.duplicates.push(entry.line);
                entry.is_duplicate = true;
                self.entries[*at] = entry;
            }
            None => {
                self.by_key.insert(entry.key.clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    fn put_unless_there(&mut self, entry: &Entry) {
        if !self.by_key.contains_key(&entry.key) {
            self.by_key.insert(entry.key.clone(), self.entries.len());
            self.entries.push(entry.clone());
        }
    }
}

fn is_merge(key: &Node) -> bool {
    match &key.value {
        Value::Scalar(scalar) => scalar.is_plain && scalar.text == MERGE,
        _ => false,
    }
}

/// Whether it is a mapping or a list of them. With lists merged, an alias of a list is one to put in.
fn can_merge(value: &Node, options: Options) -> bool {
    let is_list_of_maps = value.is_list() && value.items().iter().all(Node::is_map);
    value.is_map() || (is_list_of_maps && !(options.merges_lists && value.is_alias))
}

/// A key that is a list or a mapping has no text: nobody asks for it.
fn key_text(key: &Node) -> String {
    match &key.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        _ => String::new(),
    }
}

/// The items, each `<<: *list` replaced by the list's own.
pub(super) fn spliced(items: Vec<Node>) -> Vec<Node> {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        match item.entries() {
            [only] if only.key == MERGE && only.value.is_list() => {
                out.extend_from_slice(only.value.items());
            }
            _ => out.push(item),
        }
    }
    out
}

//! Files that were posted together. They may name one another, and nothing else is there.

use super::{normal, pattern};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that are read because others name them: a few files could name each other without end.
const MOST: usize = 16 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Posted {
    /// By path from the root.
    texts: BTreeMap<String, String>,
    opened: RefCell<BTreeSet<String>>,
    left: Cell<usize>,
}

impl Posted {
    pub(super) fn of<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let texts =
            files.into_iter().filter_map(|(path, text)| Some((normal(path)?, text.to_owned())));
        Self { texts: texts.collect(), opened: RefCell::default(), left: Cell::new(MOST) }
    }

    /// The path that the file was posted with. Browsers leave out the folder: a file that only one has the name of is
    /// that one, unless it is the one that names it.
    pub(super) fn path_of(&self, path: &str, asking: &str) -> Option<&str> {
        if let Some((known, _)) = self.texts.get_key_value(path) {
            return Some(known.as_str());
        }
        let name = file_name(path);
        let mut known = self.texts.keys().filter(|known| file_name(known) == name);
        match (known.next(), known.next()) {
            (Some(only), None) if only.as_str() != asking => Some(only.as_str()),
            _ => None,
        }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.texts.contains_key(path)
    }

    /// The text of a file, because another one names it.
    pub(super) fn text(&self, path: &str) -> Option<Result<String, &'static str>> {
        let text = self.texts.get(path)?;
        self.opened.borrow_mut().insert(path.to_owned());
        let Some(left) = self.left.get().checked_sub(text.len()) else {
            return Some(Err("The files name one another too often. The rest was not read."));
        };
        self.left.set(left);
        Some(Ok(text.clone()))
    }

    pub(super) fn has_opened(&self, path: &str) -> bool {
        normal(path).is_some_and(|path| self.opened.borrow().contains(&path))
    }

    pub(super) fn matching(&self, pattern: &str) -> Vec<String> {
        pattern::among(self.texts.keys(), pattern)
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

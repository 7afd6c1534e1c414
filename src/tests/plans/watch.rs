//! What one instance of the tests asks its database, held against the list.

use super::statements;
use crate::database::setting;
use regcred::store::Store;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What an instance has asked and the list does not have. Dropped, it fails the test, or adds to the
/// list when the tests are told to write it.
#[derive(Default)]
pub struct Watch {
    unknown: Arc<Mutex<BTreeSet<String>>>,
}

impl Watch {
    /// The store, watched.
    pub fn over(&self, store: Store) -> Store {
        let unknown = Arc::clone(&self.unknown);
        store.observed(move |sql| {
            if let Some(line) = statements::line(sql)
                && !statements::is_known(&line)
            {
                unknown.lock().unwrap().insert(line);
            }
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let unknown = std::mem::take(&mut *self.unknown.lock().unwrap());
        if unknown.is_empty() || std::thread::panicking() {
            return;
        }
        if setting("REGCRED_STATEMENTS").as_deref() == Some("write") {
            return statements::add(unknown);
        }
        let lines: Vec<String> = unknown.into_iter().collect();
        panic!(
            "queries whose plans are not asserted (see src/tests/plans.rs):\n{}",
            lines.join("\n")
        );
    }
}

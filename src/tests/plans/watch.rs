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
    /// Every statement, in the order they were asked, while somebody wants to know.
    asked: Arc<Mutex<Option<Vec<String>>>>,
}

impl Watch {
    /// The store, watched.
    pub fn over(&self, store: Store) -> Store {
        let (unknown, asked) = (Arc::clone(&self.unknown), Arc::clone(&self.asked));
        store.observed(move |sql| {
            if let Some(asked) = asked.lock().unwrap().as_mut() {
                asked.push(sql.to_owned());
            }
            if let Some(line) = statements::line(sql)
                && !statements::is_known(&line)
            {
                unknown.lock().unwrap().insert(line);
            }
        })
    }

    /// What the database is asked while the work is done, beside what comes of the work.
    pub async fn asked_by<T>(&self, work: impl Future<Output = T>) -> (T, Vec<String>) {
        *self.asked.lock().unwrap() = Some(Vec::new());
        let done = work.await;
        let asked = self.asked.lock().unwrap().take();
        (done, asked.unwrap_or_default())
    }
}

/// Whether the tests are told to write the lists.
pub fn is_to_write() -> bool {
    setting("REGCRED_STATEMENTS").as_deref() == Some("write")
}

impl Drop for Watch {
    fn drop(&mut self) {
        let unknown = std::mem::take(&mut *self.unknown.lock().unwrap());
        if unknown.is_empty() || std::thread::panicking() {
            return;
        }
        if is_to_write() {
            return statements::add(unknown);
        }
        let lines: Vec<String> = unknown.into_iter().collect();
        panic!(
            "queries whose plans are not asserted (see src/tests/plans.rs):\n{}",
            lines.join("\n")
        );
    }
}

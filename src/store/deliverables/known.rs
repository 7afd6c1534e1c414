//! What was read of rows whose MACs hold, by all that they say. A row that says the same again is neither
//! verified nor read again; one that differs in anything, its MAC included, is another row.

use super::Row;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Rows that are remembered at most, some ten megabytes; then it is begun anew.
const MOST: usize = 4_096;
/// Bytes of the longest that is remembered.
const LONGEST: usize = 4_096;

/// It is good for one set of keys: a row may hold under others and not under these.
#[derive(Default)]
pub(in crate::store) struct Known(RwLock<HashMap<Box<[u8]>, Arc<Row>>>);

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}

impl Known {
    pub(super) fn find(&self, said: &[u8]) -> Option<Arc<Row>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(said).cloned()
    }

    pub(super) fn add(&self, said: &[u8], row: &Arc<Row>) {
        if said.len() > LONGEST {
            return;
        }
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if rows.len() >= MOST {
            rows.clear();
        }
        rows.insert(said.into(), Arc::clone(row));
    }
}

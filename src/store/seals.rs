//! The MACs of rows that decide, as far as this room knows them: others have the keys.

use super::reader::Reader;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Who has the keys.
pub trait RowMacs: Debug + Send + Sync {
    /// The MAC of a row that says this; `None` when it cannot be made.
    fn seal(&self, message: &[u8]) -> Option<String>;

    /// Whether it is the MAC of a row that says this, under any key there was.
    fn holds(&self, message: &[u8], mac: &str) -> bool;

    /// Whether every row was given a MAC once: a row without one was not written by us then.
    fn are_rows_sealed(&self) -> bool;
}

/// What makes and checks the MACs. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Seals {
    macs: Arc<RwLock<Option<Arc<dyn RowMacs>>>>,
    /// The tables of which the log has a word already.
    told: Arc<Mutex<BTreeSet<&'static str>>>,
}

/// A connection that knows how rows are sealed.
pub trait Sealing: ConnectionTrait {
    fn seals(&self) -> &Seals;
}

impl Seals {
    pub(super) fn set(&self, macs: Arc<dyn RowMacs>) {
        *self.macs.write().unwrap_or_else(PoisonError::into_inner) = Some(macs);
    }

    pub(super) fn seal(&self, message: &[u8]) -> Option<String> {
        self.now()?.seal(message)
    }

    /// Whether a row that says this was written by us. Before the keys are there none was. One that
    /// was not is a matter for the log, once for each table.
    pub(super) fn hold(&self, table: &'static str, message: &[u8], mac: Option<&str>) -> bool {
        let Some(macs) = self.now() else { return false };
        let holds = match mac {
            Some(mac) => macs.holds(message, mac),
            None => !macs.are_rows_sealed(),
        };
        if !holds && self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(table) {
            tracing::error!(
                table,
                "A row of this table was changed outside Regcred. Regcred ignores it. Run `regcred doctor` to find it."
            );
        }
        holds
    }

    fn now(&self) -> Option<Arc<dyn RowMacs>> {
        self.macs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Sealing for Reader {
    fn seals(&self) -> &Seals {
        &self.seals
    }
}

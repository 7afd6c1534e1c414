//! The MACs of rows that decide, as far as this room knows them: others have the keys.

use super::reader::Reader;
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long the log says nothing more of a table.
const SILENCE: Duration = Duration::from_secs(60 * 60);

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
    told: Arc<Mutex<Told>>,
}

/// Since when the log has said nothing more of a table, and how often there was something to say.
#[derive(Debug, Default)]
struct Told(BTreeMap<&'static str, (Instant, u64)>);

impl Told {
    /// How often it happened since it was told last, if it is to be told now.
    fn times(&mut self, table: &'static str, now: Instant) -> Option<u64> {
        let Some((since, untold)) = self.0.get_mut(table) else {
            self.0.insert(table, (now, 0));
            return Some(1);
        };
        *untold += 1;
        if now.saturating_duration_since(*since) < SILENCE {
            return None;
        }
        *since = now;
        Some(std::mem::take(untold))
    }
}

/// A connection that knows how rows are sealed.
pub trait Sealing: ConnectionTrait {
    fn seals(&self) -> &Seals;
}

impl Seals {
    pub(super) fn set(&self, macs: Arc<dyn RowMacs>) {
        *self.macs.write().unwrap_or_else(PoisonError::into_inner) = Some(macs);
    }

    /// Whether every row is known to have a MAC: once it is, it stays so.
    pub(super) fn are_rows_sealed(&self) -> bool {
        self.now().is_some_and(|macs| macs.are_rows_sealed())
    }

    pub(super) fn seal(&self, message: &[u8]) -> Option<String> {
        self.now()?.seal(message)
    }

    /// Whether a row that says this was written by us. Before the keys are there none was. One that
    /// was not is a matter for the log.
    pub(super) fn hold(&self, table: &'static str, message: &[u8], mac: Option<&str>) -> bool {
        let Some(macs) = self.now() else { return false };
        let holds = match mac {
            Some(mac) => macs.holds(message, mac),
            None => !macs.are_rows_sealed(),
        };
        if !holds {
            self.tell(table);
        }
        holds
    }

    /// Has the log say that such a row was met: at once, and then once in an hour with a count.
    pub(super) fn tell(&self, table: &'static str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = told.times(table, Instant::now()) {
            tracing::error!(
                table,
                times,
                "A row of this table was changed outside Regcred. Regcred ignores it. Run `regcred doctor` to find it."
            );
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_told_of_again_after_an_hour_with_how_often_it_happened() {
        let (mut told, begin) = (Told::default(), Instant::now());
        assert_eq!(told.times("person", begin), Some(1));
        for minute in 1..60 {
            assert_eq!(told.times("person", begin + Duration::from_secs(60 * minute)), None);
        }
        assert_eq!(told.times("credential", begin + SILENCE), Some(1), "each has its own time");
        assert_eq!(told.times("person", begin + SILENCE), Some(60));
        assert_eq!(told.times("person", begin + SILENCE), None);
    }
}

//! The MACs of rows that decide, as far as this room knows them: others have the keys.

use super::deliverables::Known;
use super::reader::Reader;
use sea_orm::ConnectionTrait;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How long the log says nothing more of a table.
const SILENCE: Duration = Duration::from_secs(60 * 60);

/// Who has the keys.
pub trait RowMacs: Debug + Send + Sync {
    /// The MAC of a row that says this; `None` when it cannot be made.
    fn seal(&self, message: &[u8]) -> Option<String>;

    /// Whether it is the MAC of a row that says this, under any key that rows may be under.
    fn holds(&self, message: &[u8], mac: &str) -> bool;

    /// Whether every row was given a MAC once: a row without one was not written by us then.
    fn are_rows_sealed(&self) -> bool;

    /// What each MAC that is made now begins with; `None` where the key is never another.
    fn prefix(&self) -> Option<String> {
        None
    }

    /// The version of the newest key that is known.
    fn newest_key(&self) -> u32 {
        u32::MAX
    }

    /// Whether the MAC names a newer one.
    fn names_newer_key(&self, _mac: &str) -> bool {
        false
    }

    /// The versions of the keys under which no row is ours any more.
    fn retired_keys(&self) -> BTreeSet<u32> {
        BTreeSet::new()
    }
}

/// Who can read the stored keys again.
#[async_trait::async_trait]
pub trait KeyReader: Debug + Send + Sync {
    /// Has the rows known by the keys that are stored now; whether they are. What went wrong is for the log.
    async fn read(&self) -> bool;
}

/// What makes and checks the MACs. Clones share it, but each counts what it has met by itself.
#[derive(Clone, Debug, Default)]
pub struct Seals {
    macs: Arc<RwLock<Option<Macs>>>,
    reader: Arc<RwLock<Option<Arc<dyn KeyReader>>>>,
    told: Arc<Mutex<Told>>,
    /// The newest key that is known and also stored, as far as somebody has looked for a newer one.
    newest_stored: Arc<AtomicU64>,
    met: Met,
}

/// The keys, and what was read of rows under them.
#[derive(Clone, Debug)]
struct Macs {
    of: Arc<dyn RowMacs>,
    known: Arc<Known>,
}

/// The rows that were met which name a newer key than the known ones.
#[derive(Debug)]
struct Met {
    times: AtomicU64,
    /// How many of them were looked at again, with the keys that they name.
    settled: AtomicU64,
    /// The newest key that was known then.
    known: AtomicU32,
}

impl Default for Met {
    fn default() -> Self {
        let (times, settled) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { times, settled, known: AtomicU32::new(u32::MAX) }
    }
}

impl Clone for Met {
    fn clone(&self) -> Self {
        Self::default()
    }
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
        let macs = Macs { of: macs, known: Arc::default() };
        *self.macs.write().unwrap_or_else(PoisonError::into_inner) = Some(macs);
    }

    /// Whether every row is known to have a MAC: once it is, it stays so.
    pub(super) fn are_rows_sealed(&self) -> bool {
        self.now().is_some_and(|macs| macs.are_rows_sealed())
    }

    pub(super) fn retired_keys(&self) -> BTreeSet<u32> {
        self.now().map(|macs| macs.retired_keys()).unwrap_or_default()
    }

    pub(super) fn seal(&self, message: &[u8]) -> Option<String> {
        self.now()?.seal(message)
    }

    /// What the MAC of every row begins with that is sealed now.
    pub(super) fn prefix(&self) -> Option<String> {
        self.now()?.prefix()
    }

    /// Whether a row that says this was written by us. Before the keys are there none was. One that
    /// was not is a matter for the log. One that names a newer key than the known ones is counted: see
    /// [`Seals::learn`].
    pub(super) fn hold(&self, table: &'static str, message: &[u8], mac: Option<&str>) -> bool {
        let Some(macs) = self.now() else { return false };
        let holds = match mac {
            Some(mac) => macs.holds(message, mac),
            None => !macs.are_rows_sealed(),
        };
        if holds {
            return true;
        }
        let is_newer = mac.is_some_and(|mac| macs.names_newer_key(mac));
        if is_newer {
            self.met.known.fetch_min(macs.newest_key(), Ordering::AcqRel);
            self.met.times.fetch_add(1, Ordering::AcqRel);
        }
        if !is_newer || self.newest_stored.load(Ordering::Acquire) == u64::from(macs.newest_key()) {
            self.tell(table);
        }
        false
    }

    /// How many rows this clone has met that name a newer key than the known ones.
    pub(super) fn met(&self) -> u64 {
        self.met.times.load(Ordering::Acquire)
    }

    /// Notes that so many of them were looked at again, with the keys that they name.
    pub(super) fn settle(&self, rows: u64) {
        self.met.settled.fetch_add(rows, Ordering::AcqRel);
    }

    /// The newest key that was known when a row was met which names a newer one, and which nobody has
    /// looked at again; `None` when there was none.
    pub(super) fn known_to_unsettled(&self) -> Option<u32> {
        let is_settled = self.met() <= self.met.settled.load(Ordering::Acquire);
        (!is_settled).then(|| self.met.known.load(Ordering::Acquire))
    }

    /// Reads the stored keys again, if such a row was met since there were `met` of them: another server
    /// may have made a key that this one has not read yet. Whether it did: then what was not ours may
    /// be, and who needs to know asks again, once.
    pub(super) async fn learn(&self, met: u64) -> bool {
        if self.met() == met || self.key_reader().is_none() {
            return false;
        }
        self.read_again().await;
        true
    }

    /// Reads the stored keys again; whether they were read.
    pub(super) async fn read_again(&self) -> bool {
        let Some(reader) = self.key_reader() else { return false };
        let is_read = reader.read().await;
        // Without the stored keys nobody knows whether somebody else has changed the row.
        if is_read && let Some(newest) = self.newest() {
            self.note_stored(newest);
        }
        is_read
    }

    fn key_reader(&self) -> Option<Arc<dyn KeyReader>> {
        self.reader.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The version of the newest key that is known.
    pub(super) fn newest(&self) -> Option<u32> {
        self.now().map(|macs| macs.newest_key())
    }

    /// Notes that no newer key than that is stored: a row that names one was changed by somebody else.
    pub(super) fn note_stored(&self, newest: u32) {
        self.newest_stored.store(u64::from(newest), Ordering::Release);
    }

    pub(super) fn set_reader(&self, reader: Arc<dyn KeyReader>) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = Some(reader);
    }

    /// The same keys, for who reads the stored ones: it is not among what they share, so that nobody
    /// holds himself.
    pub(super) fn for_reader(&self) -> Self {
        Self { reader: Arc::default(), ..self.clone() }
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
        let macs = self.macs.read().unwrap_or_else(PoisonError::into_inner);
        macs.as_ref().map(|macs| Arc::clone(&macs.of))
    }

    /// What was read of rows that hold under the keys of now.
    pub(super) fn known(&self) -> Option<Arc<Known>> {
        let macs = self.macs.read().unwrap_or_else(PoisonError::into_inner);
        macs.as_ref().map(|macs| Arc::clone(&macs.known))
    }
}

impl Sealing for Reader {
    fn seals(&self) -> &Seals {
        &self.seals
    }
}

#[cfg(test)]
mod tests;

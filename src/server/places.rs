//! Who has the places for connections: so many for each network, and some that strangers never get.
//! Nobody waits for one: when there is none, the network that has most gives one up, or the new
//! connection is told to come back.

mod table;

use crate::domain::delivery::Proved;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use table::{Kind, Table};
use tokio::sync::Notify;

/// How long a connection is left alone that nothing is done for.
const NEW: Duration = Duration::from_millis(500);
/// How long nothing more is logged about those who found no place.
const QUIET: Duration = Duration::from_secs(60);

/// The places of one server.
#[derive(Clone)]
pub(super) struct Places(Arc<Shared>);

struct Shared {
    table: Mutex<Table>,
    refused: Mutex<Refused>,
}

#[derive(Default)]
struct Refused {
    count: u64,
    told: Option<Instant>,
}

/// The state of one connection, as far as it matters to others.
struct Seat {
    /// Requests that are not answered yet: one at most.
    busy: AtomicUsize,
    idle_since: Mutex<Instant>,
    /// Whether the request under way waits for a place of its own, and since when.
    waits_since: Mutex<Option<Instant>>,
    is_known: AtomicBool,
    leave: Notify,
}

/// A place, until it is dropped.
pub(super) struct Held {
    places: Places,
    id: u64,
    host: IpAddr,
    is_of_known: bool,
    seat: Arc<Seat>,
}

/// A request under way. Its connection is not idle until this is dropped.
pub(super) struct Busy(Arc<Seat>);

/// How a request says that it only waits: so long its connection gives way to any other.
#[derive(Clone)]
pub(super) struct StandingBack(Arc<Seat>);

/// A request that waits, until this is dropped.
pub(super) struct Waiting(Arc<Seat>);

impl Places {
    /// That many, for all connections.
    pub(super) fn new(most: usize) -> Self {
        let table = Mutex::new(Table::new(most));
        Self(Arc::new(Shared { table, refused: Mutex::default() }))
    }

    /// A place for a connection from there; `None` when it has to go.
    pub(super) fn take(&self, from: IpAddr, is_proxy: bool, now: Instant) -> Option<Held> {
        let from = from.to_canonical();
        let kind = match (is_proxy, from.is_loopback()) {
            (true, _) => Kind::Proxy,
            (false, true) => Kind::Loopback,
            (false, false) => Kind::Other,
        };
        let seat = Arc::new(Seat::new(now));
        let taken = {
            let mut table = self.table();
            let taken = table.take(from, kind, &seat, now);
            taken.map(|(id, host)| (id, host, table.is_known(host, now)))
        };
        match taken {
            Some((id, host, is_of_known)) => {
                Some(Held { places: self.clone(), id, host, is_of_known, seat })
            }
            None => {
                self.tell(from, now);
                None
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, from: IpAddr, now: Instant) {
        let mut refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.count += 1;
        if refused.told.is_none_or(|told| now.saturating_duration_since(told) >= QUIET) {
            let count = std::mem::take(&mut refused.count);
            refused.told = Some(now);
            tracing::warn!(%from, count, "connections were refused: there are too many");
        }
    }
}

impl Held {
    /// A request has come.
    pub(super) fn begin(&self) -> Busy {
        self.seat.busy.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(&self.seat))
    }

    /// Whether its network was served something for a proof before it came, not long ago.
    pub(super) fn is_of_known(&self) -> bool {
        self.is_of_known
    }

    pub(super) fn standing_back(&self) -> StandingBack {
        StandingBack(Arc::clone(&self.seat))
    }

    /// One of its requests was answered to somebody who had proved who they are: the network keeps
    /// being served when places are few.
    pub(super) fn remember_proof(&self, now: Instant) {
        if !self.seat.is_known.swap(true, Ordering::AcqRel) {
            self.places.table().know(self.host, now);
        }
    }

    /// Waits until somebody else needs the place more.
    pub(super) async fn is_needed(&self) {
        self.seat.leave.notified().await;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.places.table().remove(self.id);
    }
}

impl Seat {
    fn new(now: Instant) -> Self {
        Self {
            busy: AtomicUsize::new(0),
            idle_since: Mutex::new(now),
            waits_since: Mutex::new(None),
            is_known: AtomicBool::new(false),
            leave: Notify::new(),
        }
    }

    fn set_waiting(&self, since: Option<Instant>) {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Since when nothing is done for it; `None` while something is, or may be in a moment.
    fn idle_since(&self, now: Instant) -> Option<Instant> {
        let waits = *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = || self.busy.load(Ordering::Acquire) == 0;
        let idle = || *self.idle_since.lock().unwrap_or_else(PoisonError::into_inner);
        let since = waits.or_else(|| is_idle().then(idle));
        since.filter(|since| now.saturating_duration_since(*since) >= NEW)
    }
}

impl StandingBack {
    pub(super) fn wait(&self) -> Waiting {
        self.0.set_waiting(Some(Instant::now()));
        Waiting(Arc::clone(&self.0))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.set_waiting(None);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.idle_since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.busy.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Stands round the doors of machines: none of them does what it is asked without a proof.
pub(super) async fn note_proof(request: Request, next: Next) -> Response {
    let proved = request.extensions().get::<Proved>().cloned();
    let response = next.run(request).await;
    if let Some(proved) = proved.filter(|_| response.status().is_success()) {
        proved.note();
    }
    response
}

#[cfg(test)]
mod tests;

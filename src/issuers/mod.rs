//! Who issued a token, asked at the source: fetches the keys that issuers publish, keeps them, and
//! verifies tokens with them.
//!
//! # When an issuer is asked
//!
//! Keys are used for ten minutes without asking; after eight they are fetched again, and nobody waits
//! for that. When it fails, the old ones are used for up to a day after they were fetched, and after
//! that tokens of the issuer are refused. So an issuer that is down stops nobody for a day, and a key
//! that it withdraws while it is up is refused after ten minutes. A key it does not seem to have may be
//! new: it is asked again, but at most once a minute, whatever tokens are sent. After a failure it is
//! left alone for half a minute.
//!
//! # Who waits
//!
//! One request fetches and the others wait for it, so many of each issuer and so many of all; who is
//! beyond that is refused at once. Nobody waits for the answer of an issuer that they did not name.
//!
//! Only an issuer that the caller expects is ever asked: a token cannot choose whom this server calls.
//! Clusters whose issuer cannot be reached from here are not covered.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::crypto::jwt::{self, Expect, JwkSet, JwtProblem, Unverified};
use crate::outbound::{Outbound, OutboundProblem};

mod address;
mod discovery;
#[cfg(test)]
pub(crate) mod fuzz;
mod known;
mod problem;
#[cfg(test)]
mod tests;

use discovery::Published;
use known::{Issuer, Known};
pub use problem::{IssuerProblem, Part, Wrong};

/// How long a person waits for an issuer's answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// How many wait for the answers of all issuers, besides those who ask.
const WAITING: usize = 256;

/// A place among those who wait, of the issuer and of all, until it is dropped.
type Waiting = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// The issuers asked so far, at most 256, and what they answered; clones share it. One per process.
#[derive(Clone)]
pub struct Issuers {
    shared: Arc<Shared>,
}

struct Shared {
    outbound: Outbound,
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    known: Mutex<Known>,
    waiting: Arc<Semaphore>,
}

impl Issuers {
    /// Knows nobody yet; `outbound` guards whom it calls.
    pub fn new(outbound: Outbound) -> Self {
        // Not the time of day: setting the clock must not make old keys fresh.
        let start = Instant::now();
        Self::with_clock(outbound, move || {
            i64::try_from(start.elapsed().as_secs()).unwrap_or(i64::MAX)
        })
    }

    /// `clock` counts seconds, from wherever it likes.
    pub(crate) fn with_clock(
        outbound: Outbound,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Self {
        let (known, waiting) = (Mutex::default(), Arc::new(Semaphore::new(WAITING)));
        Self { shared: Arc::new(Shared { outbound, clock: Box::new(clock), known, waiting }) }
    }

    /// The verified claims, or why not. Asks the issuer if need be, and no one but the expected. That
    /// may take many seconds, so `waits` is called first: who asks lets go of what others wait for.
    pub async fn verify(
        &self,
        token: &Unverified<'_>,
        expect: &Expect<'_>,
        waits: &(dyn Fn() + Sync),
    ) -> Result<Map<String, Value>, IssuerProblem> {
        if token.issuer() != expect.issuer {
            return Err(IssuerProblem::Token(JwtProblem::Issuer));
        }
        if !address::is_issuer(expect.issuer) {
            return Err(IssuerProblem::Address);
        }
        let keys = self.keys(expect.issuer, token.key_id(), waits).await?;
        jwt::verify(token, &keys, expect).map_err(IssuerProblem::Token)
    }

    /// Asks the issuer now, whatever is remembered of it, and remembers what it answers. Gives the
    /// address of its keys; a person waits for that, so not for long.
    pub async fn ask(&self, name: &str) -> Result<String, IssuerProblem> {
        if !address::is_issuer(name) {
            return Err(IssuerProblem::Address);
        }
        let (this, issuer, name) = (self.clone(), self.issuer(name), name.to_owned());
        // A task of its own, as below: who no longer waits does not stop it.
        let asked = tokio::spawn(async move {
            let turn = Arc::clone(&issuer.turn).lock_owned().await;
            let place = this.fetch(&issuer, &name).await;
            drop(turn);
            place
        });
        match timeout(PATIENCE, asked).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => Err(IssuerProblem::UNKNOWN),
            Err(_) => Err(IssuerProblem::Unreachable(Part::Metadata, OutboundProblem::TimedOut)),
        }
    }

    /// The issuer's keys, not necessarily with the one asked for.
    async fn keys(
        &self,
        name: &str,
        key_id: Option<&str>,
        waits: &(dyn Fn() + Sync),
    ) -> Result<Arc<JwkSet>, IssuerProblem> {
        let issuer = self.issuer(name);
        if let Some((keys, is_aging)) = issuer.ready(key_id, self.now()) {
            if is_aging {
                self.fetch_meanwhile(&issuer, name);
            }
            return Ok(keys);
        }
        let turn = match Arc::clone(&issuer.turn).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let _waiting = self.place_to_wait(&issuer)?;
                waits();
                Arc::clone(&issuer.turn).lock_owned().await
            }
        };
        // Whoever had the turn before may have fetched what is wanted.
        if let Some((keys, _)) = issuer.ready(key_id, self.now()) {
            return Ok(keys);
        }
        if issuer.is_due(self.now()) {
            waits();
            // What came of it is kept: `settle` tells it.
            let asked = self.begin(&issuer, name, turn).await;
            asked.map_err(|_| IssuerProblem::UNKNOWN)?.ok();
        }
        issuer.settle(key_id, self.now())
    }

    /// Has the keys fetched again while those that are there are used, unless that is being done.
    fn fetch_meanwhile(&self, issuer: &Arc<Issuer>, name: &str) {
        if let Ok(turn) = Arc::clone(&issuer.turn).try_lock_owned()
            && issuer.is_due(self.now())
        {
            drop(self.begin(issuer, name, turn));
        }
    }

    /// Asks the issuer in a task of its own: who goes away while it waits must not spoil it for the
    /// others.
    fn begin(
        &self,
        issuer: &Arc<Issuer>,
        name: &str,
        turn: OwnedMutexGuard<()>,
    ) -> JoinHandle<Result<String, IssuerProblem>> {
        let (this, issuer, name) = (self.clone(), Arc::clone(issuer), name.to_owned());
        tokio::spawn(async move {
            let place = this.fetch(&issuer, &name).await;
            drop(turn);
            place
        })
    }

    fn place_to_wait(&self, issuer: &Issuer) -> Result<Waiting, IssuerProblem> {
        let place = |among: &Arc<Semaphore>| {
            Arc::clone(among).try_acquire_owned().map_err(|_| IssuerProblem::Busy)
        };
        Ok((place(&issuer.waiting)?, place(&self.shared.waiting)?))
    }

    async fn fetch(&self, issuer: &Issuer, name: &str) -> Result<String, IssuerProblem> {
        let asked = self.now();
        let outcome = discovery::fetch(&self.shared.outbound, name).await;
        let (keys, place) = match outcome {
            Ok(Published { keys, place }) => (Ok(keys), Ok(place)),
            Err(problem) => (Err(problem), Err(problem)),
        };
        issuer.keep(keys, asked, self.now());
        place
    }

    fn issuer(&self, name: &str) -> Arc<Issuer> {
        // Whoever panicked left it whole.
        self.shared.known.lock().unwrap_or_else(PoisonError::into_inner).issuer(name)
    }

    fn now(&self) -> i64 {
        (self.shared.clock)()
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuers").finish_non_exhaustive()
    }
}

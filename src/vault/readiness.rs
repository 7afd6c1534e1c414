//! Whether this server can work: asked by what sends requests to it (security 3.8).

use super::Vault;
use crate::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long an answer counts, so that who asks all the time does not make the database busy, and yet
/// is told within a second of what has changed.
const FRESH: Duration = Duration::from_millis(500);
/// How long a write that was read back counts while nothing speaks against it: anybody may ask, and
/// strangers make the disk work no more than this.
const PROVED: Duration = Duration::from_secs(10);
/// How long the database may take: who asks has not much more patience.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    #[error("the server is about to stop")]
    Stopping,
    #[error("the database does not answer")]
    Silent,
    #[error("the database does not take what is written")]
    Unwritten,
    /// The file of the embedded database is not where it was opened.
    #[error("the database file was moved, removed or replaced")]
    Gone,
}

#[derive(Debug, Default)]
pub(super) struct Readiness {
    is_stopping: AtomicBool,
    last: Mutex<Option<Found>>,
}

#[derive(Clone, Copy, Debug)]
struct Found {
    at: Instant,
    /// When something was last written and read back.
    proved_at: Instant,
    condition: (u64, bool),
    answer: Result<(), Unready>,
}

impl Vault {
    /// From now on it is not ready, and does what it is asked for all the same: others are told to
    /// ask elsewhere before it stops.
    pub fn begin_to_stop(&self) {
        self.readiness.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it can work: it is not about to stop, and the database answers and keeps what is
    /// written, as another connection has seen. What was found counts for half a second, and what was
    /// written for ten, unless a write has failed or was read back meanwhile, or the database file has
    /// gone.
    ///
    /// # Errors
    /// Why not.
    pub async fn readiness(&self) -> Result<(), Unready> {
        if self.readiness.is_stopping.load(Ordering::Relaxed) {
            return Err(Unready::Stopping);
        }
        // In a task of its own: who hangs up does not break a write off half-way.
        let vault = self.clone();
        let looking = tokio::spawn(async move { vault.look_if_due().await });
        looking.await.unwrap_or(Err(Unready::Silent))
    }

    /// The job: the same look now and then, so that the log tells of a database that keeps nothing
    /// where nobody asks for `/readyz`. Who asks there is not kept waiting for a job.
    pub async fn check_writes(&self) -> Result<(), Error> {
        self.look_if_due().await.map_err(|_| Error::Unavailable)
    }

    async fn look_if_due(&self) -> Result<(), Unready> {
        // Who asks at the same time waits for the answer of the first.
        let mut last = self.readiness.last.lock().await;
        if !self.store.has_its_files() {
            return Err(Unready::Gone);
        }
        let condition = self.store.condition();
        let still = last.filter(|found| found.condition == condition);
        if let Some(found) = still
            && found.at.elapsed() < FRESH
        {
            return found.answer;
        }
        // What is in doubt is proved each time.
        let proved_at = still
            .filter(|found| !condition.1 && found.answer.is_ok())
            .map(|found| found.proved_at)
            .filter(|proved_at| proved_at.elapsed() < PROVED);
        let looked = timeout(PATIENCE, self.look(proved_at.is_none())).await;
        let looked =
            looked.unwrap_or_else(|_| Err((Unready::Silent, "it took too long".to_owned())));
        let was_ready = last.is_none_or(|found| found.answer.is_ok());
        // Once, however many ask while it lasts.
        match &looked {
            Err((unready, cause)) if was_ready => {
                tracing::error!(cause = %cause, "not ready: {unready}")
            }
            Err((unready, cause)) => tracing::debug!(cause = %cause, "not ready: {unready}"),
            Ok(()) if !was_ready => tracing::info!("ready again"),
            Ok(()) => {}
        }
        let answer = looked.map_err(|(unready, _)| unready);
        let (at, condition) = (Instant::now(), self.store.condition());
        let proved_at = proved_at.unwrap_or(at);
        *last = Some(Found { at, proved_at, condition, answer });
        answer
    }

    async fn look(&self, proves: bool) -> Result<(), (Unready, String)> {
        self.store.ping().await.map_err(|error| (Unready::Silent, error.to_string()))?;
        if !proves {
            return Ok(());
        }
        self.store.prove().await.map_err(|error| (Unready::Unwritten, error.to_string()))
    }
}

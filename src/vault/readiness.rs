//! Whether this server can work: asked by what sends requests to it (security 3.8).

use super::{Vault, now};
use crate::error::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// The lease that is taken to see whether the database keeps what is written.
const PROBE: &str = "readiness";
/// How long an answer counts, so that who asks all the time does not make the disk busy.
const FRESH: Duration = Duration::from_secs(1);
/// How long the database may take: who asks has not much more patience.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why it cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// It was asked to stop.
    #[error("the server is about to stop")]
    Stopping,
    /// No answer, or not in time.
    #[error("the database does not answer")]
    Silent,
    /// It is full, or can be read only.
    #[error("the database does not take what is written")]
    Unwritten,
}

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    is_stopping: AtomicBool,
    /// When it was looked at last, and what came of it.
    last: Mutex<Option<(Instant, Result<(), Unready>)>>,
}

impl Vault {
    /// From now on it is not ready, and does what it is asked for all the same: others are told to
    /// ask elsewhere before it stops.
    pub fn begin_to_stop(&self) {
        self.readiness.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it can work: it is not about to stop, and the database answers and keeps what is
    /// written. What was found counts for a second.
    ///
    /// # Errors
    /// Why not.
    pub async fn readiness(&self) -> Result<(), Unready> {
        if self.readiness.is_stopping.load(Ordering::Relaxed) {
            return Err(Unready::Stopping);
        }
        // Who asks at the same time waits for the answer of the first.
        let mut last = self.readiness.last.lock().await;
        if let Some((at, found)) = *last
            && at.elapsed() < FRESH
        {
            return found;
        }
        let found = timeout(PATIENCE, self.look()).await.unwrap_or(Err(Unready::Silent));
        *last = Some((Instant::now(), found));
        found
    }

    async fn look(&self) -> Result<(), Unready> {
        self.store.ping().await.map_err(|_| Unready::Silent)?;
        // The cause is in the log by then.
        self.write_something().await.map_err(|_| Unready::Unwritten)
    }

    async fn write_something(&self) -> Result<()> {
        let at = now().0;
        let write = self.store.write().await?;
        write.leases().take(PROBE, self.server, at, at).await?;
        Ok(write.commit().await?)
    }
}

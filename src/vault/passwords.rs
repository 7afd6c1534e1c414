//! People's passwords. A hash takes 19 MiB and 12 ms, so only a few are computed at once and who
//! cannot be served in time is told to come back (security T27).

use crate::crypto::password;
use crate::domain::user::PASSWORD_MAX;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Hashes computed at once.
const AT_ONCE: usize = 2;
/// How long a hash may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(super) struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// The hash to store.
    pub(super) async fn hash(&self, typed: &str) -> Result<String> {
        let typed = Zeroizing::new(typed.to_owned());
        Ok(self.turn(move || password::hash(&typed)).await??)
    }

    /// Whether it is the password. Without a stored hash the same time is spent for nothing, so
    /// that a clock does not tell which accounts exist.
    pub(super) async fn verify(&self, typed: &str, stored: Option<String>) -> Result<bool> {
        if typed.len() > PASSWORD_MAX {
            return Ok(false);
        }
        let typed = Zeroizing::new(typed.to_owned());
        self.turn(move || match stored {
            Some(stored) => password::verify(&typed, &stored),
            None => {
                password::verify_against_nobody(&typed);
                false
            }
        })
        .await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned());
        let Ok(Ok(turn)) = waiting.await else {
            return Err(Error::TooManyAttempts { minutes: 1 });
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| {
            tracing::error!(error = %error, "hashing a password did not finish");
            Error::Internal
        })
    }
}

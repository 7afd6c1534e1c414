//! People's passwords. A hash takes 19 MiB and 12 ms, so only a few are computed at once and the
//! others wait for their turn (security T27). Nobody is sent away: how many can wait is bounded by
//! how many connections there are.

mod choice;

pub(super) use choice::password_problem;

use super::turns::{Held, Lanes};
use crate::crypto::password;
use crate::domain::user::PASSWORD_MAX;
use crate::error::{Error, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

/// Hashes computed at once.
const AT_ONCE: usize = 2;
/// How long a lane that has to be slow rests after a wrong password. Who is right and behind many of
/// them waits as long for each.
const REST: Duration = Duration::from_millis(50);
const STORED: &str = "stored";

#[derive(Clone, Debug)]
pub(super) struct Passwords {
    room: Arc<Semaphore>,
    /// Of those who wait each lane has one at most, so the room is shared out among the lanes.
    lanes: Lanes,
    accounts: Lanes,
}

pub(super) struct Turn {
    room: OwnedSemaphorePermit,
    lane: Held,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self {
            room: Arc::new(Semaphore::new(AT_ONCE)),
            lanes: Lanes::default(),
            accounts: Lanes::default(),
        }
    }

    /// Waits for a turn to compute a hash. Each lane has one at a time.
    pub(super) async fn turn(&self, lane: &str) -> Result<Turn> {
        let lane = self.lanes.turn(lane).await;
        // It is never closed.
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Error::Internal)?;
        Ok(Turn { room, lane })
    }

    /// Waits until nobody else guesses at the account. Only who has a turn asks, so it is not for
    /// long.
    pub(super) async fn account(&self, account: &str) -> Held {
        self.accounts.turn(account).await
    }

    pub(super) async fn hash(&self, typed: &str) -> Result<String> {
        let turn = self.turn(STORED).await?;
        let typed = Zeroizing::new(typed.to_owned());
        let (hash, _) = compute(turn, move || password::hash(&typed)).await?;
        Ok(hash?)
    }

    /// Whether it is the password. Without a stored hash the same time is spent for nothing, so
    /// that a clock does not tell which accounts exist. Gives the turn back.
    pub(super) async fn verify(
        &self,
        turn: Turn,
        typed: Zeroizing<String>,
        stored: Option<String>,
    ) -> Result<(bool, Turn)> {
        if typed.len() > PASSWORD_MAX {
            return Ok((false, turn));
        }
        compute(turn, move || match stored {
            Some(stored) => password::verify(&typed, &stored),
            None => {
                password::verify_against_nobody(&typed);
                false
            }
        })
        .await
    }
}

impl Turn {
    /// Ends the turn, but for its lane only after a rest.
    pub(super) fn rest(self) {
        let Self { room, lane } = self;
        drop(room);
        tokio::spawn(async move {
            tokio::time::sleep(REST).await;
            drop(lane);
        });
    }
}

/// Does the work where it may block. The turn lasts as long as the work, even when nobody waits for
/// it any more.
async fn compute<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, Turn)> {
    let done = tokio::task::spawn_blocking(move || (work(), turn));
    done.await.map_err(|error| {
        tracing::error!(error = %error, "hashing a password did not finish");
        Error::Internal
    })
}

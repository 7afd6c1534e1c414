//! People's passwords. A hash takes 19 MiB and 12 ms, so only a few are computed at once and the
//! others wait for their turn (security T27). Strangers wait in a room of their own: however many
//! they are, who is signed in confirms a password at once. Their hashes give way to everything else
//! that the machine has to do.

mod choice;
mod worker;

pub(super) use choice::password_problem;

use super::turns::{Held, Lanes};
use crate::crypto::password;
use crate::error::{Error, Result};
#[cfg(target_os = "linux")]
use rustix::{process::setpriority_process, thread::gettid};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use worker::Worker;
use zeroize::Zeroizing;

/// Hashes computed at once for strangers who sign in: they have one thread.
const AT_ONCE: usize = 1;
/// The same for people who have proved something before.
const OWN_AT_ONCE: usize = 1;
/// How long a thread waits for the next one.
const LINGER: Duration = Duration::from_secs(2);
/// Strangers who may wait. With more, only a network that hardly anybody waits of is let in: others
/// are sent away at once, and told when to come back.
const QUEUE: usize = 2_500;
/// What counts as hardly anybody.
const FEW: usize = 4;
/// How long a lane that has to be slow rests after a wrong password. Who is right and behind many of
/// them waits as long for each.
const REST: Duration = Duration::from_millis(50);
const STORED: &str = "stored";
/// How far the hash of a stranger stands back, of 19.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Where one waits for a turn.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// A stranger, in the lane of the network and then in that of the wider one.
    Stranger { network: String, wider: String },
    /// Somebody with a session, or at a browser that was signed in with before.
    Own(String),
}

#[derive(Clone, Debug)]
pub(super) struct Passwords {
    strangers: Arc<Semaphore>,
    own: Arc<Semaphore>,
    strangers_worker: Worker,
    own_worker: Worker,
    queue: Arc<Semaphore>,
    /// Of those who wait each lane has one at most, so the room is shared out among the lanes.
    lanes: Lanes,
    accounts: Lanes,
}

pub(super) struct Turn {
    room: OwnedSemaphorePermit,
    /// The network's, and the wider one's of a stranger.
    lane: Held,
    wider: Option<Held>,
    /// The place in the queue, which is given back with the room.
    place: Option<OwnedSemaphorePermit>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self {
            strangers: Arc::new(Semaphore::new(AT_ONCE)),
            own: Arc::new(Semaphore::new(OWN_AT_ONCE)),
            // Two: what a thread gave up of its priority it cannot have back.
            strangers_worker: Worker::new(LINGER, give_way),
            own_worker: Worker::new(LINGER, || {}),
            queue: Arc::new(Semaphore::new(QUEUE)),
            lanes: Lanes::default(),
            accounts: Lanes::default(),
        }
    }

    /// Waits for a turn to compute a hash. Each lane has one at a time.
    ///
    /// # Errors
    /// `Unavailable`, at once, when too many strangers wait.
    pub(super) async fn turn(&self, line: &Line) -> Result<Turn> {
        let (place, lane, wider, room) = match line {
            Line::Own(name) => (None, self.lanes.turn(name).await, None, &self.own),
            Line::Stranger { network, wider } => {
                let place = self.place(network, wider)?;
                let lane = self.lanes.turn(network).await;
                (place, lane, Some(self.lanes.turn(wider).await), &self.strangers)
            }
        };
        // It is never closed.
        let room = Arc::clone(room).acquire_owned().await.map_err(|_| Error::Internal)?;
        Ok(Turn { room, lane, wider, place })
    }

    fn place(&self, network: &str, wider: &str) -> Result<Option<OwnedSemaphorePermit>> {
        if let Ok(place) = Arc::clone(&self.queue).try_acquire_owned() {
            return Ok(Some(place));
        }
        let are_few = [network, wider].iter().all(|name| self.lanes.inside(name) < FEW);
        if are_few { Ok(None) } else { Err(Error::Unavailable) }
    }

    /// Waits until nobody else guesses at the account. Only who has a turn asks, so it is not for
    /// long.
    pub(super) async fn account(&self, account: &str) -> Held {
        self.accounts.turn(account).await
    }

    pub(super) async fn hash(&self, typed: &str) -> Result<String> {
        let turn = self.turn(&Line::Own(STORED.to_owned())).await?;
        let typed = Zeroizing::new(typed.to_owned());
        let (hash, _) = self.compute(turn, move || password::hash(&typed)).await?;
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
        self.compute(turn, move || match stored {
            Some(stored) => password::verify(&typed, &stored),
            None => {
                password::verify_against_nobody(&typed);
                false
            }
        })
        .await
    }

    /// Does the work off the threads of requests. The turn lasts as long as the work, even when nobody
    /// waits for it any more.
    async fn compute<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Turn)> {
        let (done, result) = oneshot::channel();
        let worker = if turn.wider.is_some() { &self.strangers_worker } else { &self.own_worker };
        let started = worker.run(move || {
            // Nobody may wait for it any more.
            drop(done.send((work(), turn)));
        });
        started.map_err(|error| {
            tracing::error!(error = %error, "a thread to hash a password on did not start");
            Error::Unavailable
        })?;
        result.await.map_err(|_| {
            tracing::error!("hashing a password did not finish");
            Error::Internal
        })
    }
}

impl Turn {
    /// Ends the turn, but for its lane only after a rest; `with_wider`: for the wider one, too.
    pub(super) fn rest(self, with_wider: bool) {
        let Self { room, lane, wider, place } = self;
        drop((room, place));
        let wider = wider.filter(|_| with_wider);
        tokio::spawn(async move {
            tokio::time::sleep(REST).await;
            drop((lane, wider));
        });
    }
}

/// Takes the thread's time from what others leave over. Only Linux gives a thread a priority of its
/// own; elsewhere the number of hashes at once is the bound.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = setpriority_process(Some(gettid()), NICE) {
        tracing::debug!(error = %error, "the priority of a thread could not be lowered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_secs(5);

    fn stranger(network: &str, wider: &str) -> Line {
        Line::Stranger { network: network.to_owned(), wider: wider.to_owned() }
    }

    #[tokio::test]
    async fn strangers_take_no_turn_from_who_is_signed_in() {
        let passwords = Passwords::new();
        let mut held = Vec::new();
        for nth in 0..AT_ONCE {
            let line = stranger(&format!("192.0.{nth}.1"), &format!("192.0.{nth}.0/24"));
            held.push(passwords.turn(&line).await.ok().unwrap());
        }
        let next = stranger("198.51.100.1", "198.51.100.0/24");
        let waits = timeout(Duration::from_millis(20), passwords.turn(&next)).await;
        assert!(waits.is_err(), "one more stranger waits");
        let own = Line::Own("person:1".to_owned());
        assert!(timeout(SOON, passwords.turn(&own)).await.unwrap().is_ok());
        assert!(timeout(SOON, passwords.hash("correct horse")).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_told_at_once_and_another_network_is_let_in() {
        let passwords = Passwords::new();
        let all = Arc::clone(&passwords.queue).acquire_many_owned(QUEUE as u32).await.unwrap();
        let (near, waiting) = (stranger("192.0.2.1", "192.0.2.0/24"), FEW);
        let mut tasks = Vec::new();
        for _ in 0..waiting {
            let (passwords, near) = (passwords.clone(), near.clone());
            tasks.push(tokio::spawn(async move {
                let turn = passwords.turn(&near).await;
                tokio::time::sleep(SOON).await;
                drop(turn);
            }));
        }
        while passwords.lanes.inside("192.0.2.1") < waiting {
            tokio::task::yield_now().await;
        }
        let refused = timeout(SOON, passwords.turn(&near)).await.unwrap();
        assert!(matches!(refused.err(), Some(Error::Unavailable)));
        let far = stranger("198.51.100.1", "198.51.100.0/24");
        let mut far = std::pin::pin!(passwords.turn(&far));
        let waits = timeout(Duration::from_millis(20), far.as_mut()).await;
        assert!(waits.is_err(), "it is not sent away");
        for task in tasks {
            task.abort();
        }
        assert!(timeout(SOON, far).await.unwrap().is_ok());
        drop(all);
        assert!(timeout(SOON, passwords.turn(&near)).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_wider_network_has_one_turn_however_many_networks_are_in_it() {
        let passwords = Passwords::new();
        let wider = "2001:db8:1::/48";
        let held = passwords.turn(&stranger("2001:db8:1:1::", wider)).await.ok().unwrap();
        let next = stranger("2001:db8:1:2::", wider);
        let waits = timeout(Duration::from_millis(20), passwords.turn(&next)).await;
        assert!(waits.is_err());
        drop(held);
        assert!(timeout(SOON, passwords.turn(&next)).await.unwrap().is_ok());
    }
}

//! Passwords that somebody types, and what wrong ones cost. A right password is never charged.
//!
//! Only what was verified and is wrong is counted. So right ones are not refused for being many at
//! once, nor for others' failures, with one exception that is stated: after ten wrong passwords for
//! an account in a quarter of an hour, one attempt a minute is read for it. Browsers that the account
//! was signed in with before are counted one by one, so strangers cannot hold them up. A network
//! that has failed ten times is answered 429 for what is wrong, and after each wrong one it rests a
//! little.

use super::attempts::Limit;
use super::passwords::Turn;
use super::{Vault, now};
use crate::error::{Error, Result};
use crate::store::{PersonRow, Unrecorded, Write};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Wrong passwords for an account, or from a network, in a quarter of an hour.
const FAILURES: Limit = Limit { most: 10, window: 15 * 60 };
/// What is read for an account after so many.
const SLOWLY: Limit = Limit { most: 1, window: 60 };

#[derive(Clone, Debug)]
pub(super) enum Whose {
    /// Of who has this folded address.
    Address(String),
    Person(Uuid),
}

#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) whose: Whose,
    /// What failures for the account are counted under.
    pub(super) account: String,
    /// What failures from the network are counted under; `None` where they are not.
    pub(super) network: Option<String>,
    /// Who else waits in the same line.
    pub(super) lane: String,
}

impl Vault {
    /// The person whose password it is; `None` when it is wrong, or nobody's.
    ///
    /// # Errors
    /// `TooManyAttempts` when the account has to wait, and for a wrong password beyond a limit.
    pub(super) async fn prove(&self, guess: Guess, typed: &str) -> Result<Option<PersonRow>> {
        // Who would have to wait in any case takes no turn from others.
        if self.has_failed(&guess.account).await? {
            self.check_attempts(&[slowly(&guess.account)]).await?;
        }
        let turn = self.passwords.turn(&guess.lane).await?;
        let (vault, typed) = (self.clone(), Zeroizing::new(typed.to_owned()));
        // It goes on when the caller is gone: otherwise they could guess without being counted.
        let done = tokio::spawn(async move { vault.judge(turn, guess, typed).await });
        done.await.map_err(|error| {
            tracing::error!(error = %error, "a password was not verified");
            Error::Internal
        })?
    }

    async fn judge(
        &self,
        turn: Turn,
        guess: Guess,
        typed: Zeroizing<String>,
    ) -> Result<Option<PersonRow>> {
        // One after the other, so that of many at once no more are read than of few.
        let alone = self.passwords.account(&guess.account).await;
        if self.has_failed(&guess.account).await? {
            self.count_attempt(&[slowly(&guess.account)]).await?;
        }
        let row = match &guess.whose {
            Whose::Address(address) => self.store.people().find_by_email(address).await?,
            Whose::Person(id) => self.store.people().find(*id).await?,
        };
        let stored = row.as_ref().map(|row| row.password_hash.clone());
        let (is_right, turn) = self.passwords.verify(turn, typed, stored).await?;
        if let Some(row) = row.filter(|_| is_right) {
            return Ok(Some(row));
        }
        let (of_account, of_network) = self.count_failure(&guess).await?;
        drop(alone);
        if of_network > FAILURES.most {
            turn.rest();
        }
        if of_account.max(of_network) > FAILURES.most {
            return Err(Error::TooManyAttempts { minutes: 1 });
        }
        Ok(None)
    }

    /// Whether there were so many failures that only one attempt a minute is read.
    async fn has_failed(&self, account: &str) -> Result<bool> {
        Ok(self.failures(account).await? >= FAILURES.most)
    }

    pub(super) async fn failures(&self, account: &str) -> Result<i64> {
        Ok(self.store.attempts().count(account, FAILURES.start(now())).await?.0)
    }

    /// Counts a wrong password; gives how many there are now for the account and from the network.
    async fn count_failure(&self, guess: &Guess) -> Result<(i64, i64)> {
        let (now, write) = (now(), self.store.write().await?);
        let from = FAILURES.start(now);
        let (of_account, _) = write.attempts().add(&guess.account, from, now.0).await?;
        if of_account == FAILURES.most {
            // The first minute begins with the last failure that was free.
            let (key, limit) = slowly(&guess.account);
            write.attempts().add(&key, limit.start(now), now.0).await?;
        }
        let of_network = match &guess.network {
            Some(network) => write.attempts().add(network, from, now.0).await?.0,
            None => 0,
        };
        write.commit_without_event(Unrecorded::Attempt).await?;
        Ok((of_account, of_network))
    }
}

/// Forgets the failures that were counted under `account`.
pub(super) async fn forgive(write: &Write, account: &str) -> Result<()> {
    write.attempts().clear(account).await?;
    Ok(write.attempts().clear(&slowly(account).0).await?)
}

/// What the attempts of a minute are counted under.
fn slowly(account: &str) -> (String, Limit) {
    (format!("slowly:{account}"), SLOWLY)
}

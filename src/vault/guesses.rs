//! Passwords that somebody types, and what wrong ones cost. A right password is never charged.
//!
//! Only what was verified and is wrong is counted. So right ones are not refused for being many at
//! once, nor for others' failures, with one exception that is stated. After ten wrong passwords for
//! an account in a quarter of an hour, a network that one of them came from has one attempt a minute
//! read; others have theirs read at once. After a hundred it is one attempt a minute for all of
//! them. Browsers that the account was signed in with before are counted one by one, so strangers
//! cannot hold them up. A network that has failed ten times, and a wider one that has failed a
//! hundred times, is answered 429 for what is wrong, and after each wrong one it rests a little.

use super::attempts::Limit;
use super::passwords::{Line, Turn};
use super::people::about;
use super::{INSTANCE, Vault};
use crate::domain::audit::Refusal;
use crate::domain::user::PASSWORD_MAX;
use crate::error::{Error, Result};
use crate::store::PersonRow;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Wrong passwords for an account, or from a network, in a quarter of an hour.
const FAILURES: Limit = Limit { most: 10, window: 15 * 60 };
/// The same for an account from many networks, or from a wider network.
const FROM_MANY: Limit = Limit { most: 100, window: 15 * 60 };
/// What is read after so many.
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
    /// What the attempts of a minute are counted under: the account from this network, or the account
    /// where nobody else can fail under its name.
    pub(super) from: String,
    /// What failures from the network and from the wider one are counted under; `None` where they
    /// are not.
    pub(super) networks: Option<(String, String)>,
    /// Who else waits in the same line.
    pub(super) line: Line,
    /// Where it comes from, for the audit; `None` where it is not known.
    pub(super) network: Option<String>,
}

/// How many wrong passwords there are now.
struct Failures {
    of_account: u32,
    of_network: u32,
    of_wider: u32,
}

impl Vault {
    /// The person whose password it is; `None` when it is wrong, or nobody's.
    ///
    /// # Errors
    /// `TooManyAttempts` when the account has to wait, and for a wrong password beyond a limit;
    /// `Unavailable` when too many strangers wait already.
    pub(super) async fn prove(&self, guess: Guess, typed: &str) -> Result<Option<PersonRow>> {
        // It is nobody's, whoever is asked for: that takes no hash to say.
        if typed.len() > PASSWORD_MAX {
            return Ok(None);
        }
        // Who would have to wait in any case takes no turn from others.
        self.attempts.check(&self.waiting(&guess))?;
        let turn = self.passwords.turn(&guess.line).await?;
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
        self.attempts.take(&self.waiting(&guess))?;
        let row = match &guess.whose {
            Whose::Address(address) => self.store.people().find_by_email(address).await?,
            Whose::Person(id) => self.store.people().find(*id).await?,
        };
        let stored = row.as_ref().map(|row| row.password_hash.clone());
        let person = row.as_ref().map(|row| about(&row.person));
        let (is_right, turn) = self.passwords.verify(turn, typed, stored).await?;
        if let Some(row) = row.filter(|_| is_right) {
            return Ok(Some(row));
        }
        self.record_guess(&guess, person.clone());
        let Failures { of_account, of_network, of_wider } = self.count_failure(&guess);
        drop(alone);
        if [FAILURES.most, FROM_MANY.most].contains(&of_account)
            && let Some(person) = person
        {
            self.record_refusal(Refusal::Locked, INSTANCE, person, guess.network.clone());
        }
        let is_wide = of_wider > FROM_MANY.most;
        if of_network > FAILURES.most || is_wide {
            turn.rest(is_wide);
        }
        if of_account.max(of_network) > FAILURES.most || is_wide {
            return Err(Error::TooManyAttempts { minutes: 1 });
        }
        Ok(None)
    }

    /// What one attempt a minute is read of, after too many failures; nothing before.
    fn waiting(&self, guess: &Guess) -> Vec<(String, Limit)> {
        let failures = self.attempts.count(&guess.account);
        if failures >= FROM_MANY.most {
            vec![slowly(&guess.account)]
        } else if failures >= FAILURES.most {
            vec![slowly(&guess.from)]
        } else {
            Vec::new()
        }
    }

    fn count_failure(&self, guess: &Guess) -> Failures {
        let of_account = self.attempts.add(&guess.account, FAILURES);
        // The first minute begins with the last failure that was free.
        let ended = match of_account {
            count if count == FAILURES.most => Some(&guess.from),
            count if count == FROM_MANY.most => Some(&guess.account),
            _ => None,
        };
        if let Some((key, limit)) = ended.map(|name| slowly(name)) {
            self.attempts.add(&key, limit);
        }
        let (of_network, of_wider) = match &guess.networks {
            Some((network, wider)) => {
                (self.attempts.add(network, FAILURES), self.attempts.add(wider, FROM_MANY))
            }
            None => (0, 0),
        };
        Failures { of_account, of_network, of_wider }
    }

    /// Forgets the failures that were counted for the account.
    pub(super) fn forgive(&self, account: &str, from: &str) {
        self.attempts.forget(account);
        for name in [account, from] {
            self.attempts.forget(&slowly(name).0);
        }
    }
}

/// What the attempts of a minute are counted under.
fn slowly(name: &str) -> (String, Limit) {
    (format!("slowly:{name}"), SLOWLY)
}

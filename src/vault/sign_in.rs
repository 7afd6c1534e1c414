//! Signing in: one vague answer, and the same time for all. What wrong passwords cost is in
//! `guesses.rs`.

use super::attempts::network_of;
use super::guesses::{Guess, Whose, forgive};
use super::people::about;
use super::{INSTANCE, Vault, names};
use crate::crypto::password::needs_rehash;
use crate::domain::actor::{Granter, Member};
use crate::domain::audit::{Action, Detail};
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::store::{Rank, Unrecorded};
use std::fmt;

const VAGUE: &str = "The email or the password is incorrect.";

/// Where a person comes from who signs in, as far as it is known.
#[derive(Clone, Copy, Default)]
pub struct Visitor<'a> {
    pub address: Option<&'a str>,
    /// The mark that the browser keeps: see [`Vault::known_browser`].
    pub browser: Option<&'a str>,
}

impl fmt::Debug for Visitor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Vault {
    /// The person with this address and password.
    ///
    /// # Errors
    /// One sentence for every mismatch; `TooManyAttempts` for an account that has to wait, and for
    /// a mismatch beyond a limit.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        visitor: Visitor<'_>,
    ) -> Result<Person> {
        let account = names::fold(email.trim());
        if account.chars().any(char::is_control) {
            // No database of ours holds such an address, and some cannot be asked for it.
            return Err(Error::at("password", VAGUE));
        }
        let guess = self.guess(account, visitor)?;
        let counted = guess.account.clone();
        let Some(row) = self.prove(guess, password).await? else {
            return Err(Error::at("password", VAGUE));
        };
        let person = row.person;
        // The only time that the password is at hand, to keep it as today's settings ask for.
        let stronger = if needs_rehash(&row.password_hash) {
            Some(self.passwords.hash(password).await?)
        } else {
            None
        };
        let write = self.store.write_as(Rank::SignIn).await?;
        if let Some(hash) = stronger {
            write.people().set_password(person.id, hash).await?;
        }
        forgive(&write, &counted).await?;
        let what = (Action::SignedIn, about(&person), Detail::Nothing);
        self.commit_event(write, INSTANCE, &person, what).await?;
        Ok(person)
    }

    /// What a try at the account with this folded address is counted under.
    fn guess(&self, account: String, visitor: Visitor<'_>) -> Result<Guess> {
        let known = match visitor.browser {
            Some(mark) => self.browser_known_by(mark, &account)?,
            None => None,
        };
        let key = account_key(&account);
        let whose = Whose::Address(account);
        Ok(match known {
            Some(browser) => Guess {
                whose,
                account: format!("browser:{browser}"),
                network: None,
                lane: format!("known:{key}"),
            },
            None => {
                let lane = format!("address:{}", network_of(visitor.address));
                let network = visitor.address.is_some().then(|| lane.clone());
                Guess { whose, account: key, network, lane }
            }
        })
    }

    pub async fn signed_out(&self, person: &Person) -> Result<()> {
        let write = self.store.write().await?;
        let what = (Action::SignedOut, about(person), Detail::Nothing);
        self.commit_event(write, INSTANCE, person, what).await
    }

    /// Evidence for handing a credential to a pipeline: the member typed their password just now.
    pub async fn reauthenticate(&self, member: &Member, password: &str) -> Result<Granter> {
        // What the role does not allow, no password does.
        let granter = Granter::reauthenticated(member)?;
        if password.is_empty() {
            return Err(Error::at("password", "Enter your own password to confirm."));
        }
        let id = member.person().id;
        let account = format!("person:{id}");
        let guess = Guess {
            whose: Whose::Person(id),
            account: account.clone(),
            network: None,
            lane: account.clone(),
        };
        if self.prove(guess, password).await?.is_none() {
            return Err(Error::at(
                "password",
                "This is not your password. Enter the one you sign in with.",
            ));
        }
        // A write waits for the disk, and mostly there is nothing to forgive.
        if self.failures(&account).await? > 0 {
            let write = self.store.write().await?;
            forgive(&write, &account).await?;
            write.commit_without_event(Unrecorded::Attempt).await?;
        }
        Ok(granter)
    }
}

/// What failures are counted under for the account with this folded address.
pub(super) fn account_key(account: &str) -> String {
    format!("account:{}", &account[..account.floor_char_boundary(320)])
}

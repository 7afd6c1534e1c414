//! Signing in: one vague answer, and the same time for all. What wrong passwords cost is in
//! `guesses.rs`.

use super::attempts::{network_of, networks_of};
use super::guesses::{Guess, Whose};
use super::passwords::Line;
use super::people::about;
use super::{INSTANCE, Vault, names, now};
use crate::crypto::password::{mark, needs_rehash};
use crate::domain::actor::{Confirmed, Granter, Member};
use crate::domain::audit::{Action, Detail};
use crate::domain::moment::Moment;
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::store::Rank;
use std::fmt;
use std::ops::Deref;

/// Bytes of an address: no account has a longer one.
const EMAIL_MAX: usize = 2 * 1024;
/// How long a password that was typed in a session is good for giving credentials away, in
/// milliseconds.
const CONFIRMED_FOR: i64 = 5 * 60 * 1_000;
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

/// In a session: see [`SignedIn::password`].
pub const PASSWORD: &str = "password";

/// Who signed in, and with which of their passwords.
#[derive(Clone, Debug)]
pub struct SignedIn {
    person: Person,
    password: String,
}

impl SignedIn {
    /// What tells the password from another one of theirs: a session that begins with it is none when
    /// they have another by then.
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl Deref for SignedIn {
    type Target = Person;

    fn deref(&self) -> &Person {
        &self.person
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
    ) -> Result<SignedIn> {
        if email.len() > EMAIL_MAX {
            return Err(Error::at("password", VAGUE));
        }
        let account = names::fold(email.trim());
        if account.chars().any(char::is_control) {
            // No database of ours holds such an address, and some cannot be asked for it.
            return Err(Error::at("password", VAGUE));
        }
        let guess = self.guess(account, visitor)?;
        let (counted, from) = (guess.account.clone(), guess.from.clone());
        loop {
            let Some(row) = self.prove(guess.clone(), password).await? else {
                return Err(Error::at("password", VAGUE));
            };
            // The only time that the password is at hand, to keep it as today's settings ask for.
            let stronger = if needs_rehash(&row.password_hash) {
                Some(self.passwords.hash(password).await?)
            } else {
                None
            };
            let write = self.store.write_in_line(Rank::SignIn).await?;
            // Who gives them another password holds it, too.
            write.chain().hold(INSTANCE).await?;
            let stored = write.people().find(row.person.id).await?;
            if stored.is_none_or(|stored| stored.password_hash != row.password_hash) {
                // It was changed after it was verified, or is the same one with today's settings.
                continue;
            }
            let person = row.person;
            let hash = stronger.as_ref().unwrap_or(&row.password_hash);
            let signed = SignedIn { password: mark(hash), person };
            if let Some(hash) = stronger {
                write.people().set_password(signed.id, hash).await?;
            }
            let what = (Action::SignedIn, about(&signed), Detail::Nothing);
            self.commit_event(write, INSTANCE, &signed.person, what).await?;
            self.forgive(&counted, &from);
            return Ok(signed);
        }
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
            Some(browser) => {
                let account = format!("browser:{browser}");
                let line = Line::Own(format!("known:{key}"));
                let network = visitor.address.map(|_| network_of(visitor.address));
                Guess { whose, from: account.clone(), account, networks: None, line, network }
            }
            None => {
                let (network, wider) = networks_of(visitor.address);
                let from = format!("{key}\0{network}");
                let line = Line::Stranger { network: network.clone(), wider: wider.clone() };
                let is_known = visitor.address.is_some();
                let told = is_known.then(|| network.clone());
                let networks =
                    is_known.then(|| (format!("address:{network}"), format!("network:{wider}")));
                Guess { whose, account: key, from, networks, line, network: told }
            }
        })
    }

    pub async fn signed_out(&self, person: &Person) -> Result<()> {
        let write = self.write_in(INSTANCE).await?;
        let what = (Action::SignedOut, about(person), Detail::Nothing);
        self.commit_event(write, INSTANCE, person, what).await
    }

    /// Evidence for handing a credential to a pipeline: the member typed their password just now.
    pub async fn reauthenticate(&self, member: &Member, password: &str) -> Result<Granter> {
        // What the role does not allow, no password does.
        let granter = Granter::reauthenticated(member)?;
        self.confirm(member.person(), password).await?;
        Ok(granter)
    }

    /// The same for a member who typed their password at that moment, in the session that they ask in;
    /// `None` when that is too long ago. What destroys asks for the password each time.
    ///
    /// # Errors
    /// `Forbidden` for what the role does not allow.
    pub fn reauthenticated_at(&self, member: &Member, at: Moment) -> Result<Option<Granter>> {
        let granter = Granter::reauthenticated(member)?;
        Ok(is_good_still(at, now()).then_some(granter))
    }

    /// Whether a password that was typed at that moment needs not be typed again to give a credential
    /// away.
    pub fn is_confirmed_still(&self, at: Moment) -> bool {
        is_good_still(at, now())
    }

    /// Evidence that the person typed their own password just now.
    ///
    /// # Errors
    /// `Invalid` at `password`; `TooManyAttempts` as for signing in.
    pub async fn confirm(&self, person: &Person, password: &str) -> Result<Confirmed> {
        if password.is_empty() {
            return Err(Error::at("password", "Enter your own password to confirm."));
        }
        let id = person.id;
        let account = format!("person:{id}");
        let guess = Guess {
            whose: Whose::Person(id),
            account: account.clone(),
            from: account.clone(),
            networks: None,
            line: Line::Own(account.clone()),
            network: None,
        };
        if self.prove(guess, password).await?.is_none() {
            return Err(Error::at(
                "password",
                "This is not your password. Enter the one you sign in with.",
            ));
        }
        self.forgive(&account, &account);
        Ok(Confirmed::by_password())
    }
}

/// A moment that is still to come was written by a clock that was wrong.
fn is_good_still(at: Moment, now: Moment) -> bool {
    (0..CONFIRMED_FOR).contains(&now.0.saturating_sub(at.0))
}

/// What failures are counted under for the account with this folded address.
pub(super) fn account_key(account: &str) -> String {
    format!("account:{}", &account[..account.floor_char_boundary(320)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_good_for_five_minutes_and_never_before_it_was_typed() {
        let at =
            |seconds: i64| is_good_still(Moment(1_000_000), Moment(1_000_000 + seconds * 1_000));
        assert!(at(0) && at(299));
        assert!(!at(300) && !at(-1));
    }
}

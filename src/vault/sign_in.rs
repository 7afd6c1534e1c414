//! Signing in: one vague answer, a limit by account and by address, and the same time for all.

use super::{INSTANCE, Vault, names, now};
use crate::domain::actor::{Granter, Member};
use crate::domain::audit::{Action, Subject};
use crate::domain::user::Person;
use crate::error::{Error, Result};

/// Failures after which an account or an address has to wait.
const MOST: i64 = 10;
/// Seconds in which they are counted.
const WINDOW: i64 = 15 * 60;

const VAGUE: &str = "The e-mail address or the password is not right.";

impl Vault {
    /// The person with this address and password. `from` is the client's address, if it is known.
    ///
    /// # Errors
    /// One sentence for every mismatch; `TooManyAttempts` after ten failures in 15 minutes.
    pub async fn sign_in(&self, email: &str, password: &str, from: Option<&str>) -> Result<Person> {
        let account = names::fold(email.trim());
        if account.chars().any(char::is_control) {
            // No database of ours holds such an address, and some cannot be asked for it.
            return Err(Error::at("password", VAGUE));
        }
        let mut keys = vec![account_key(&account)];
        keys.extend(from.map(|from| format!("address:{from}")));
        self.count_attempt(&keys).await?;
        let row = self.store.people().find_by_email(&account).await?;
        let stored = row.as_ref().map(|row| row.password_hash.clone());
        let is_right = self.passwords.verify(password, stored).await?;
        let Some(person) = row.map(|row| row.person).filter(|_| is_right) else {
            return Err(Error::at("password", VAGUE));
        };
        let write = self.store.write().await?;
        write.attempts().clear(&keys[0]).await?;
        for key in &keys[1..] {
            write.attempts().take_back(key).await?;
        }
        let subject = Subject { id: person.id, name: person.email.clone() };
        self.note(&write, INSTANCE, Some(&person), Action::SignedIn, subject, String::new())
            .await?;
        write.commit().await?;
        Ok(person)
    }

    /// Notes that the person signed out.
    pub async fn signed_out(&self, person: &Person) -> Result<()> {
        let write = self.store.write().await?;
        let subject = Subject { id: person.id, name: person.email.clone() };
        self.note(&write, INSTANCE, Some(person), Action::SignedOut, subject, String::new())
            .await?;
        Ok(write.commit().await?)
    }

    /// Evidence for handing a credential to a pipeline: the member typed their password just now.
    pub async fn reauthenticate(&self, member: &Member, password: &str) -> Result<Granter> {
        // What the role does not allow, no password does.
        let granter = Granter::reauthenticated(member)?;
        let keys = [format!("person:{}", member.person().id)];
        if password.is_empty() {
            return Err(Error::at(
                "password",
                "Enter your own password, to confirm that it is you.",
            ));
        }
        self.count_attempt(&keys).await?;
        let row = self.store.people().find(member.person().id).await?;
        if !self.passwords.verify(password, row.map(|row| row.password_hash)).await? {
            return Err(Error::at(
                "password",
                "This is not your password. Enter the one you sign in with.",
            ));
        }
        let write = self.store.write().await?;
        write.attempts().clear(&keys[0]).await?;
        write.commit().await?;
        Ok(granter)
    }

    /// Counts an attempt before it is made, so that many at once cannot all be the first; who
    /// succeeds takes it back.
    async fn count_attempt(&self, keys: &[String]) -> Result<()> {
        let now = now();
        let from = now.plus_seconds(-WINDOW).0;
        let write = self.store.write().await?;
        for key in keys {
            let (count, since) = write.attempts().count(key, from).await?;
            if count >= MOST {
                let left = (since + WINDOW * 1000 - now.0).max(0) / 60_000 + 1;
                return Err(Error::TooManyAttempts { minutes: u32::try_from(left).unwrap_or(15) });
            }
        }
        for key in keys {
            write.attempts().add(key, from, now.0).await?;
        }
        Ok(write.commit().await?)
    }
}

/// What failures are counted under for the account with this folded address.
pub(super) fn account_key(account: &str) -> String {
    format!("account:{}", &account[..account.floor_char_boundary(320)])
}

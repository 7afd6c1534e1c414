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
        let mut keys = vec![format!("account:{}", &account[..account.floor_char_boundary(320)])];
        keys.extend(from.map(|from| format!("address:{from}")));
        self.check_attempts(&keys).await?;
        let row = self.store.people().find_by_email(&account).await?;
        let stored = row.as_ref().map(|row| row.password_hash.clone());
        let is_right = self.passwords.verify(password, stored).await?;
        let Some(person) = row.map(|row| row.person).filter(|_| is_right) else {
            self.count_failure(&keys).await?;
            return Err(Error::at("password", VAGUE));
        };
        let write = self.store.write().await?;
        write.attempts().clear(&keys[0]).await?;
        let subject = Subject { id: person.id, name: person.email.clone() };
        self.note(&write, INSTANCE, Some(&person), Action::SignedIn, subject, String::new()).await?;
        write.commit().await?;
        Ok(person)
    }

    /// Notes that the person signed out.
    pub async fn signed_out(&self, person: &Person) -> Result<()> {
        let write = self.store.write().await?;
        let subject = Subject { id: person.id, name: person.email.clone() };
        self.note(&write, INSTANCE, Some(person), Action::SignedOut, subject, String::new()).await?;
        Ok(write.commit().await?)
    }

    /// Evidence for handing a credential to a pipeline: the member typed their password just now.
    pub async fn reauthenticate(&self, member: &Member, password: &str) -> Result<Granter> {
        // What the role does not allow, no password does.
        let granter = Granter::reauthenticated(member)?;
        let keys = [format!("person:{}", member.person().id)];
        self.check_attempts(&keys).await?;
        if password.is_empty() {
            return Err(Error::at("password", "Enter your own password, to confirm that it is you."));
        }
        let row = self.store.people().find(member.person().id).await?;
        if !self.passwords.verify(password, row.map(|row| row.password_hash)).await? {
            self.count_failure(&keys).await?;
            return Err(Error::at("password", "This is not your password. Enter the one you sign in with."));
        }
        Ok(granter)
    }

    async fn check_attempts(&self, keys: &[String]) -> Result<()> {
        let now = now();
        for key in keys {
            let (count, since) = self.store.attempts().count(key, now.plus_seconds(-WINDOW).0).await?;
            if count >= MOST {
                let left = (since + WINDOW * 1000 - now.0).max(0) / 60_000 + 1;
                return Err(Error::TooManyAttempts { minutes: u32::try_from(left).unwrap_or(15) });
            }
        }
        Ok(())
    }

    async fn count_failure(&self, keys: &[String]) -> Result<()> {
        let now = now();
        let from = now.plus_seconds(-WINDOW).0;
        let write = self.store.write().await?;
        for key in keys {
            write.attempts().add(key, from, now.0).await?;
        }
        Ok(write.commit().await?)
    }
}

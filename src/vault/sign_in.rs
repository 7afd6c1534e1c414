//! Signing in: one vague answer, a limit by account and by network, and the same time for all.

use super::attempts::{Limit, network_of};
use super::{INSTANCE, Vault, names};
use crate::crypto::password::needs_rehash;
use crate::domain::actor::{Granter, Member};
use crate::domain::audit::{Action, Subject};
use crate::domain::user::Person;
use crate::error::{Error, Result};

/// Failures after which an account or a network has to wait, in a quarter of an hour.
const FAILURES: Limit = Limit { most: 10, window: 15 * 60 };

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
        let mut keys = vec![(account_key(&account), FAILURES)];
        let network = from.map(|from| format!("address:{}", network_of(Some(from))));
        keys.extend(network.map(|network| (network, FAILURES)));
        self.count_attempt(&keys).await?;
        let row = self.store.people().find_by_email(&account).await?;
        let stored = row.as_ref().map(|row| row.password_hash.clone());
        let is_right = self.passwords.verify(password, stored).await?;
        let Some(row) = row.filter(|_| is_right) else {
            return Err(Error::at("password", VAGUE));
        };
        let person = row.person;
        // The only time that the password is at hand, to keep it as today's settings ask for.
        let stronger = if needs_rehash(&row.password_hash) {
            Some(self.passwords.hash(password).await?)
        } else {
            None
        };
        let write = self.store.write().await?;
        if let Some(hash) = stronger {
            write.people().set_password(person.id, hash).await?;
        }
        write.attempts().clear(&keys[0].0).await?;
        for (key, _) in &keys[1..] {
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
        let keys = [(format!("person:{}", member.person().id), FAILURES)];
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
        write.attempts().clear(&keys[0].0).await?;
        write.commit().await?;
        Ok(granter)
    }
}

/// What failures are counted under for the account with this folded address.
pub(super) fn account_key(account: &str) -> String {
    format!("account:{}", &account[..account.floor_char_boundary(320)])
}

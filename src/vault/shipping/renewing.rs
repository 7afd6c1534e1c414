//! The secret of a destination: another one, for who asks to be shown it.

use super::{ChainKeeper, about, of_keeper, salt};
use crate::crypto::token::generate_token;
use crate::domain::audit::Action;
use crate::domain::shipping::{Renewal, Transport};
use crate::error::{Error, Result};
use crate::receivers::signing_secret;
use crate::store::DestinationRow;
use crate::vault::{INSTANCE, Vault, now};
use std::collections::BTreeSet;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Seconds for which calls are also signed with the secret before.
const BOTH: i64 = 24 * 60 * 60;

const NO_SECRET: &str = "Messages of syslog are not signed: there is no secret to renew.";

impl Vault {
    /// A salt that was never used, and the signing secret that it gives.
    pub(super) fn new_salt(&self, id: Uuid) -> Result<(String, Zeroizing<String>)> {
        let ring = self.keys.ring();
        let fresh = salt::fresh(&ring)?;
        let key = salt::key(&ring, id, &fresh).ok_or(Error::Internal)?;
        Ok((fresh, signing_secret(&key)))
    }

    /// Gives the destination another secret or token, and gives it. Calls are signed with the secret before
    /// as well for a day; the token before opens nothing any more.
    ///
    /// # Errors
    /// `Conflict` when it has neither.
    pub async fn renew_destination(
        &self,
        keeper: &ChainKeeper,
        id: Uuid,
    ) -> Result<Zeroizing<String>> {
        let write = self.write_as_keeper(keeper).await?;
        let shown_to = keeper.by.id();
        let row = of_keeper(&write, keeper, id).await?;
        let secret = match row.shown.transport {
            Transport::Webhook => {
                let (fresh, secret) = self.new_salt(id)?;
                let until = now().plus_seconds(BOTH).0;
                // What could not be signed waits for this.
                if row.shown.is_sent_to() {
                    self.enqueue_shipping(&write, id).await?;
                }
                write.destinations().set_salt(&row, fresh, until, shown_to).await?;
                secret
            }
            Transport::Syslog => return Err(Error::Conflict(NO_SECRET.to_owned())),
            Transport::Pull => {
                let new = generate_token()?;
                write.destinations().set_token(id, (new.id, new.hash.to_vec()), shown_to).await?;
                new.text
            }
        };
        let what = about(Action::DestinationRenewed, &row.shown);
        self.commit_event(write, keeper.chain, &keeper.by, what).await?;
        self.job_is_due.notify_one();
        Ok(secret)
    }

    /// Who keeps the log of the chain now, of those who were shown a secret of these.
    pub(super) async fn keepers(
        &self,
        chain: Uuid,
        rows: &[DestinationRow],
    ) -> Result<BTreeSet<Uuid>> {
        let mut shown: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.shown_to).collect();
        if shown.is_empty() {
            return Ok(shown);
        }
        if chain == INSTANCE {
            let mut admins = BTreeSet::new();
            for id in shown {
                let found = self.store.people().find(id).await?;
                admins.extend(found.filter(|row| row.person.is_admin).map(|_| id));
            }
            return Ok(admins);
        }
        let members = self.store.projects().members(chain).await?;
        shown.retain(|id| {
            members.iter().any(|(person, role)| person.id == *id && role.may_keep_audit())
        });
        Ok(shown)
    }
}

/// Whether its secret or token is to be renewed, and why.
pub(super) fn renewal_of(row: &DestinationRow, keepers: &BTreeSet<Uuid>) -> Option<Renewal> {
    let is_of_keeper = row.shown_to.is_some_and(|person| keepers.contains(&person));
    match row.shown.transport {
        Transport::Syslog => None,
        Transport::Pull if row.token.is_none() => Some(Renewal::Ended),
        Transport::Pull | Transport::Webhook => (!is_of_keeper).then_some(Renewal::Known),
    }
}

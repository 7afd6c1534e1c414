//! A test of a destination: whether what is sent arrives, as far as the other side says so.

use super::{ChainKeeper, conflict};
use crate::crypto::derived::Derived;
use crate::domain::moment::Moment;
use crate::domain::shipping::{Failing, ShipProblem, Source, Transport, test_body, test_message};
use crate::error::{Error, Result};
use crate::receivers::{Call, Unacknowledged};
use crate::store::{DestinationRow, Unrecorded};
use crate::vault::{Vault, now};
use uuid::Uuid;

const NOT_SENT_TO: &str = "Nothing is sent to this destination: it asks for events with its token.";

impl Vault {
    /// Makes a call to the destination, or sends it a message, that holds no event; when it is acknowledged,
    /// sending goes on at once. Gives the sentence for the next page.
    ///
    /// # Errors
    /// `Conflict` with the reason when it is not.
    pub async fn test_destination(&self, keeper: &ChainKeeper, id: Uuid) -> Result<String> {
        let found = self.store.destinations().find(id).await?;
        let row = found.filter(|row| row.shown.chain == keeper.chain).ok_or(Error::NotFound)?;
        if row.shown.transport == Transport::Pull {
            return Err(Error::Conflict(NOT_SENT_TO.to_owned()));
        }
        let source = self.source_of(keeper.chain).await?;
        if let Err(why) = self.sent_test(&row, &source).await? {
            let failing = Failing { since: now(), problem: why.problem, status: why.status };
            return Err(Error::Conflict(failed(&row, failing)));
        }
        if row.shown.is_sent_to() {
            let write = self.store.write().await?;
            self.enqueue_shipping(&write, id).await?;
            write.destinations().set_failing(id, None).await?;
            write.commit_without_event(Unrecorded::Shipped).await?;
            self.job_is_due.notify_one();
        }
        let name = &row.shown.name;
        Ok(if row.shown.transport == Transport::Syslog {
            format!(
                "{name} read the test message. Syslog does not confirm that it was stored: look for audit.test in the other system."
            )
        } else {
            format!("{name} acknowledged the test.")
        })
    }

    async fn sent_test(
        &self,
        row: &DestinationRow,
        source: &Source,
    ) -> Result<Result<(), Unacknowledged>> {
        let (shown, receivers) = (&row.shown, &self.reach()?.receivers);
        if shown.transport == Transport::Syslog {
            let message = test_message(&self.hostname(), source, shown.format, now());
            return Ok(receivers.send(&shown.address, &[message]).await);
        }
        let keys = self.keys_of(row);
        if keys.is_empty() {
            return Err(conflict(ShipProblem::Secret));
        }
        Ok(receivers.call(&shown.address, test_call(source, row, &keys, now())).await)
    }
}

/// Why a test failed. Its page has the reason for which events are not received: it stands there once.
fn failed(row: &DestinationRow, failing: Failing) -> String {
    let of = |failing: Failing| (failing.problem, failing.status);
    let name = &row.shown.name;
    if row.shown.failing.map(of) == Some(of(failing)) {
        return format!("The test of {name} failed for the same reason as the events.");
    }
    format!("The test of {name} failed. {}", failing.to_text())
}

fn test_call(source: &Source, row: &DestinationRow, keys: &[Derived], at: Moment) -> Call {
    let body = test_body(source, row.shown.format, at);
    let id = format!("msg_test_{}", Uuid::now_v7().simple());
    Call::new(id, at.0 / 1_000, body.into_bytes(), keys)
}

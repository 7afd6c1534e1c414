//! Audit events, and the one way to write them.

use super::{Vault, now};
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Acts;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::moment::Moment;
use crate::error::Result;
use crate::store::{EventRow, Rank, Recorded, Write};
use uuid::Uuid;

/// What was done to which noun, and what else is on record of it.
pub(super) type What = (Action, Subject, Detail);

impl Vault {
    /// A transaction that leaves an event in the chain. It waits for the chain in line, and locks it
    /// before any row. Everybody locks in one order, so that no two wait for each other: the chain of
    /// the instance, who may do it (as `write_as` and a departure do), chains of projects by their ids,
    /// and then rows.
    pub(super) async fn write_in(&self, chain: Uuid) -> Result<Write> {
        let write = self.store.write_in_line(Rank::Other).await?;
        write.chain().hold(chain).await?;
        Ok(write)
    }

    /// Adds the event to the transaction, as the next link of the chain.
    pub(super) async fn record_event(
        &self,
        write: &Write,
        chain: Uuid,
        by: &impl Acts,
        what: What,
    ) -> Result<Recorded> {
        self.record_event_at(write, chain, (by, now()), what).await
    }

    /// The same at the moment of what is written with it, where the two are compared: between two looks
    /// at the clock it may be set back.
    pub(super) async fn record_event_at(
        &self,
        write: &Write,
        chain: Uuid,
        (by, at): (&impl Acts, Moment),
        what: What,
    ) -> Result<Recorded> {
        // Whoever locks the end of the chain may learn of a newer key there.
        let mac = |message: &[u8]| self.keys.ring().mac(message);
        Ok(write.chain().append(&mac, chain, event_at(at, by, what)).await?)
    }

    /// Makes the transaction durable, with this as its last event.
    pub(super) async fn commit_event(
        &self,
        write: Write,
        chain: Uuid,
        by: &impl Acts,
        what: What,
    ) -> Result<()> {
        let recorded = self.record_event(&write, chain, by, what).await?;
        Ok(write.commit(recorded).await?)
    }
}

pub(super) fn event(by: &impl Acts, what: What) -> EventRow {
    event_at(now(), by, what)
}

fn event_at(at: Moment, by: &impl Acts, (action, subject, detail): What) -> EventRow {
    let actor = by.actor();
    EventRow {
        at: at.0,
        action,
        actor_id: actor.id(),
        actor: actor.name().to_owned(),
        subject_id: subject.id,
        subject: subject.name,
        detail: detail.to_stored(),
    }
}

/// Adds the event to a chain whose key is in this keyring: while the keys are being opened there is
/// no vault yet.
pub(super) async fn record_under(
    ring: &Keyring,
    write: &Write,
    chain: Uuid,
    event: EventRow,
) -> Result<Recorded> {
    Ok(write.chain().append(&|message| ring.mac(message), chain, event).await?)
}

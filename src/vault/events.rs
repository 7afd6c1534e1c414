//! Audit events, and the one way to write them.

use super::{Vault, now};
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Acts;
use crate::domain::audit::{Action, Detail, Subject};
use crate::error::Result;
use crate::store::{EventRow, Recorded, Write};
use uuid::Uuid;

/// What was done to which noun, and what else is on record of it.
pub(super) type What = (Action, Subject, Detail);

impl Vault {
    /// A transaction that leaves an event in the chain, which it locks before any row. Everybody
    /// locks in one order, so that no two wait for each other: the chain of the instance, who may do
    /// it (as `write_as` and a departure do), chains of projects by their ids, and then rows.
    pub(super) async fn write_in(&self, chain: Uuid) -> Result<Write> {
        let write = self.store.write().await?;
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
        record_under(&self.keys.ring(), write, chain, event(by, what)).await
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

pub(super) fn event(by: &impl Acts, (action, subject, detail): What) -> EventRow {
    let actor = by.actor();
    EventRow {
        at: now().0,
        action,
        actor_id: actor.id(),
        actor: actor.name().to_owned(),
        subject_id: subject.id,
        subject: subject.name,
        detail: detail.to_stored(),
    }
}

/// The same event as a line of the log, for who keeps logs elsewhere. All of it are fields, which the
/// log quotes: no name begins a line of its own.
fn tell(chain: Uuid, event: &EventRow) {
    let EventRow { action, actor, subject_id, subject, detail, .. } = event;
    let (chain, subject_id) = (chain.to_string(), subject_id.to_string());
    tracing::info!(
        target: "regcred::audit",
        chain = chain.as_str(),
        action = action.word(),
        actor = actor.as_str(),
        subject_id = subject_id.as_str(),
        subject = subject.as_str(),
        detail = detail.as_str(),
        "audit event"
    );
}

/// Adds the event to a chain whose key is in this keyring: while the keys are being opened there is
/// no vault yet.
pub(super) async fn record_under(
    ring: &Keyring,
    write: &Write,
    chain: Uuid,
    event: EventRow,
) -> Result<Recorded> {
    let told = event.clone();
    let recorded = write.chain().append(&|message| ring.mac(message), chain, event).await?;
    tell(chain, &told);
    Ok(recorded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::Refusal;
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing::subscriber::with_default;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_name_begins_a_line_of_the_log_or_steers_a_terminal() {
        let name = "Olga\nERROR forged\r\u{1b}[2J";
        let subject = Subject { id: Uuid::nil(), name: name.to_owned() };
        let what = (Refusal::SignIn.action(), subject, Detail::Text(name.to_owned()));
        let row = event(&crate::domain::actor::Actor::Product, what);
        for is_json in [false, true] {
            let log = Log::default();
            let writer = log.clone();
            let lines =
                tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
            if is_json {
                with_default(lines.json().finish(), || tell(Uuid::nil(), &row));
            } else {
                with_default(lines.finish(), || tell(Uuid::nil(), &row));
            }
            let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(text.contains("forged") && !text.contains(['\r', '\u{1b}']), "{text}");
        }
    }
}

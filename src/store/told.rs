//! Audit events as lines of the log, for who keeps logs elsewhere. They are told once their
//! transaction is committed: what was undone did not happen, and what is tried again happened once.

use super::EventRow;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The events of one transaction.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Vec<Entry>>);

/// An event with its place in the chain.
#[derive(Debug)]
struct Entry {
    chain: Uuid,
    seq: i64,
    event: EventRow,
}

impl Told {
    pub(super) fn note(&self, chain: Uuid, seq: i64, event: EventRow) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(Entry { chain, seq, event });
    }

    /// The transaction is durable.
    pub(super) fn tell(&mut self) {
        self.take().iter().for_each(Entry::tell);
    }

    /// Nobody knows whether it is.
    pub(super) fn tell_in_doubt(&mut self) {
        self.take().iter().for_each(Entry::tell_in_doubt);
    }

    fn take(&mut self) -> Vec<Entry> {
        std::mem::take(self.0.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entry {
    /// All of it are fields, which the log quotes: no name begins a line of its own.
    fn tell(&self) {
        let EventRow { action, actor, subject_id, subject, detail, .. } = &self.event;
        let (chain, subject_id) = (self.chain.to_string(), subject_id.to_string());
        tracing::info!(
            target: "regcred::audit",
            chain = chain.as_str(),
            seq = self.seq,
            action = action.word(),
            actor = actor.as_str(),
            subject_id = subject_id.as_str(),
            subject = subject.as_str(),
            detail = detail.as_str(),
            "audit event"
        );
    }

    fn tell_in_doubt(&self) {
        let chain = self.chain.to_string();
        tracing::warn!(
            target: "regcred::audit",
            chain = chain.as_str(),
            seq = self.seq,
            action = self.event.action.word(),
            "The database did not confirm this audit event. Look in the chain whether it is there."
        );
    }
}

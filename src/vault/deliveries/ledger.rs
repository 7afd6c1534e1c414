//! What a format has put into an answer and what it could not. Receipts and headers are written from
//! it, so what they call delivered is in the body.

use super::Entry;
use crate::domain::credential::Summary;
use crate::domain::image::Image;
use crate::domain::matching::{Lost, Note};
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a format says of the entries it was given. One of which it says nothing is not in the body.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    held: Vec<Uuid>,
    /// Why each receipt's entry is not in the body; nothing when it is.
    said: BTreeMap<Uuid, Option<Lost>>,
    serving: BTreeMap<Uuid, String>,
}

impl Ledger {
    /// It is in the body.
    pub fn hold(&mut self, entry: &Entry) {
        self.held.push(entry.receipt);
        self.said.insert(entry.receipt, None);
    }

    /// It cannot be in the body.
    pub fn leave_out(&mut self, entry: &Entry, lost: Lost) {
        self.said.entry(entry.receipt).or_insert(Some(lost));
    }

    /// Of all that is in the body it is what the named image is pulled with.
    pub fn serve(&mut self, entry: &Entry, image: &Image) {
        self.serving.insert(entry.receipt, format!("{}/{}", image.host, image.repository));
    }

    /// The receipts of what is in the body, in the order in which it was put there.
    pub fn held(&self) -> &[Uuid] {
        &self.held
    }

    /// Why an entry is not in the body; nothing when it is.
    pub fn lost(&self, entry: &Entry) -> Option<Lost> {
        self.said.get(&entry.receipt).copied().unwrap_or(Some(Lost::KeyTaken))
    }

    /// The image that it is known to be for.
    pub(super) fn served(&self, entry: &Entry) -> Option<String> {
        self.serving.get(&entry.receipt).cloned()
    }
}

/// An answer whose receipts are durable.
pub struct Delivered<B> {
    /// As the format wrote it. It holds secrets.
    pub body: B,
    pub told: Told,
}

/// A credential that is not in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub credential: Uuid,
    pub host: RegistryHost,
    pub reason: String,
}

impl LeftOut {
    pub(super) fn of(shown: &Summary, reason: &str) -> Self {
        Self { credential: shown.id, host: shown.host.clone(), reason: reason.to_owned() }
    }
}

/// What is told about an answer: which receipts it has, what is missing in it, and until when it is
/// good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What all receipts of it can be spoken of by.
    pub fetch: Uuid,
    /// The receipts of what is in it, each with its registry.
    pub held: Vec<(Uuid, RegistryHost)>,
    /// What is not in it.
    pub left_out: Vec<LeftOut>,
    /// When the first of what is in it ends, as far as is known.
    pub ends: Option<Moment>,
    /// What its readers make of paths.
    pub note: Option<Note>,
}

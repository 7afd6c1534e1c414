//! The receipts of one fetch, gathered until they are written together, and what is told of them.

use super::ledger::{LeftOut, Told};
use super::{DeliveryRequest, Entry};
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Fetch, Outcome};
use crate::domain::matching::Note;
use crate::domain::proof::Proof;
use crate::store::{Deliverable, FetchRow, ReceiptRow};
use crate::vault::now;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is known of one hand-out when it is written down.
pub(super) struct Handed<'a> {
    pub(super) one: &'a Deliverable,
    pub(super) entry: &'a Entry,
    /// What of it had to be left out.
    pub(super) note: Option<String>,
    /// The image that it is known to be for, if the request did not say so.
    pub(super) image: Option<String>,
}

/// What each credential was asked for in one request, for its receipt.
pub(super) struct Asked<'a> {
    whole: &'a DeliveryRequest,
    /// The places of those that were asked for to pull, and with what request.
    pulling: Option<(BTreeSet<usize>, DeliveryRequest)>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(whole: &'a DeliveryRequest, pulling: BTreeSet<usize>) -> Self {
        let pulling = (!pulling.is_empty()).then(|| (pulling, whole.pulling()));
        Self { whole, pulling }
    }

    /// Of the credential with this place.
    pub(super) fn of(&self, index: usize) -> &DeliveryRequest {
        self.pulled(index).unwrap_or(self.whole)
    }

    /// The same if it was asked for to pull while others are for pushing.
    fn pulled(&self, index: usize) -> Option<&DeliveryRequest> {
        let (places, request) = self.pulling.as_ref()?;
        places.contains(&index).then_some(request)
    }

    /// Whether it was asked for to pull while others are for pushing.
    pub(super) fn is_pulled(&self, index: usize) -> bool {
        self.pulled(index).is_some()
    }

    /// What is said of it when it is handed out.
    pub(super) fn note(&self, index: usize) -> Option<&'static str> {
        let note = if self.whole.repository.is_some() { ELSEWHERE } else { ONLY_PULLS };
        self.pulled(index).map(|_| note)
    }
}

/// What is said of one that is handed out to pull by a fetch to push.
const ONLY_PULLS: &str =
    "delivered for pulling only; no grant lets this request push to the registry";
/// The same by a fetch to push one image, which is of another registry.
const ELSEWHERE: &str =
    "delivered for pulling only; this request pushes to the registry of its image";

pub(super) struct Book<'a> {
    pipeline: &'a Pipeline,
    /// What the receipts have in common comes from the first request: all that share an answer came
    /// through one door.
    first: Option<&'a DeliveryRequest>,
    fetch: Fetch,
    numbered: u16,
    rows: Vec<(Uuid, ReceiptRow)>,
    told: Told,
    /// Those that only lost a choice: they are told last and have no receipt.
    passed: Vec<LeftOut>,
}

impl<'a> Book<'a> {
    pub(super) fn new(pipeline: &'a Pipeline, requests: &'a [DeliveryRequest]) -> Self {
        let fetch = Fetch::new(Uuid::now_v7());
        let told = Told { fetch: fetch.id(), ..Told::default() };
        let first = requests.first();
        Self { pipeline, first, fetch, numbered: 0, rows: Vec::new(), told, passed: Vec::new() }
    }

    /// The id of the next receipt.
    pub(super) fn number(&mut self) -> Uuid {
        if self.numbered == u16::MAX {
            // More than a fetch can speak of at once.
            (self.fetch, self.numbered) = (Fetch::new(Uuid::now_v7()), 0);
        }
        self.numbered += 1;
        self.fetch.receipt(self.numbered)
    }

    /// It is in the body.
    pub(super) fn deliver(&mut self, request: &DeliveryRequest, handed: Handed<'_>) {
        let Handed { one, entry, note, image } = handed;
        let shown = &one.credential.summary;
        self.told.held.push((entry.receipt, shown.host.clone()));
        self.told.ends = [self.told.ends, entry.ends].into_iter().flatten().min();
        if request.repository.is_none() {
            self.told.note = self.told.note.or(Note::of(request.shape, &entry.paths));
        }
        let reasons: Vec<String> = warning(one).into_iter().chain(note).collect();
        let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
        let because = (Outcome::Delivered, reason);
        let mut row = row(request, entry.receipt, Some(one), because);
        if request.repository.is_none() && image.is_some() {
            row.image = image;
        }
        self.rows.push((entry.receipt, row));
    }

    /// It would have been handed out but for the reason.
    pub(super) fn refuse(&mut self, request: &DeliveryRequest, one: &Deliverable, reason: &str) {
        let id = self.number();
        self.refuse_as(request, id, one, reason);
    }

    /// The same for one whose receipt has its id already.
    pub(super) fn refuse_as(
        &mut self,
        request: &DeliveryRequest,
        id: Uuid,
        one: &Deliverable,
        reason: &str,
    ) {
        self.leave_out(one, reason);
        let because = (Outcome::Refused, Some(reason.to_owned()));
        self.rows.push((id, row(request, id, Some(one), because)));
    }

    /// Something of it is not in the answer, which its receipt does not call a refusal.
    pub(super) fn leave_out(&mut self, one: &Deliverable, reason: &str) {
        self.told.left_out.push(LeftOut::of(&one.credential.summary, reason));
    }

    /// Another one was chosen.
    pub(super) fn pass_over(&mut self, one: &Deliverable, reason: &str) {
        self.passed.push(LeftOut::of(&one.credential.summary, reason));
    }

    /// A pipeline that may have nothing asked all the same: worth a record.
    pub(super) fn refuse_all(&mut self, request: &DeliveryRequest, reason: &str) {
        let id = self.number();
        let because = (Outcome::Refused, Some(reason.to_owned()));
        self.rows.push((id, row(request, id, None, because)));
    }

    /// Whether nothing is handed out.
    pub(super) fn is_empty(&self) -> bool {
        self.told.held.is_empty()
    }

    /// What is told of all of it.
    pub(super) fn close(mut self) -> Told {
        self.told.left_out.append(&mut self.passed);
        // Of several repositories the same may be true.
        let mut known = BTreeSet::new();
        self.told.left_out.retain(|one| known.insert((one.credential, one.reason.clone())));
        self.told
    }

    /// What is to be written, each fetch with its receipts.
    pub(super) fn take(&mut self) -> Vec<FetchRow> {
        let Some(first) = self.first else { return Vec::new() };
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by_key(|(id, _)| *id);
        let mut fetches: Vec<FetchRow> = Vec::new();
        for (id, row) in rows {
            let fetch = Fetch::new(id);
            match fetches.last_mut().filter(|last| last.fetch == fetch) {
                Some(last) => last.receipts.push(row),
                None => fetches.push(FetchRow {
                    project: self.pipeline.project_id(),
                    fetch,
                    at: now(),
                    pipeline_id: self.pipeline.id(),
                    pipeline: self.pipeline.name().to_owned(),
                    door: first.door,
                    token_id: self.pipeline.token_id().to_owned(),
                    claims: first.claims.clone(),
                    proof: self.pipeline.proof().clone(),
                    address: first.address.clone(),
                    receipts: vec![row],
                }),
            }
        }
        fetches
    }
}

fn row(
    request: &DeliveryRequest,
    id: Uuid,
    one: Option<&Deliverable>,
    (outcome, reason): (Outcome, Option<String>),
) -> ReceiptRow {
    let credential = one.map(|one| &one.credential);
    ReceiptRow {
        number: Fetch::number(id),
        credential_id: credential.map(|credential| credential.summary.id),
        credential: credential.map(|credential| credential.summary.name.clone()),
        version: credential.map(|credential| credential.version),
        intent: request.intent,
        image: request.image(),
        outcome,
        reason,
    }
}

/// An expired credential is delivered all the same: typed dates are often wrong.
fn warning(one: &Deliverable) -> Option<String> {
    let is_past = one.credential.summary.expires_on.is_some_and(|day| day < now().day());
    is_past.then(|| "delivered although its expiry date has passed".to_owned())
}

/// The receipt of a proof that was not enough: what was proved, and the reason.
pub(in crate::vault) fn refusal(
    (project, pipeline_id, pipeline): (Uuid, Uuid, String),
    door: Door,
    proof: Proof,
    address: Option<String>,
    reason: String,
) -> FetchRow {
    FetchRow {
        project,
        fetch: Fetch::new(Uuid::now_v7()),
        at: now(),
        pipeline_id,
        pipeline,
        door,
        token_id: String::new(),
        claims: Claims::default(),
        proof,
        address,
        receipts: vec![ReceiptRow {
            number: 1,
            credential_id: None,
            credential: None,
            version: None,
            intent: Access::Pull,
            image: None,
            outcome: Outcome::Refused,
            reason: Some(reason),
        }],
    }
}

//! The receipts of one fetch, gathered until they are written together.

use super::DeliveryRequest;
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Outcome, Receipt};
use crate::domain::proof::Proof;
use crate::store::{Deliverable, ReceiptRow};
use crate::vault::now;
use uuid::Uuid;

pub(super) struct Receipts<'a> {
    pipeline: &'a Pipeline,
    request: &'a DeliveryRequest,
    pub(super) rows: Vec<ReceiptRow>,
}

impl<'a> Receipts<'a> {
    pub(super) fn new(pipeline: &'a Pipeline, request: &'a DeliveryRequest) -> Self {
        Self { pipeline, request, rows: Vec::new() }
    }

    /// It is handed out; gives the receipt's id.
    pub(super) fn deliver(&mut self, one: &Deliverable) -> Uuid {
        self.push(Some(one), Outcome::Delivered, warning(one))
    }

    pub(super) fn refuse(&mut self, one: &Deliverable, reason: &str) {
        self.push(Some(one), Outcome::Refused, Some(reason.to_owned()));
    }

    /// A pipeline that may have nothing asked all the same: worth a record.
    pub(super) fn refuse_all(&mut self, reason: &str) {
        self.push(None, Outcome::Refused, Some(reason.to_owned()));
    }

    fn push(
        &mut self,
        one: Option<&Deliverable>,
        outcome: Outcome,
        reason: Option<String>,
    ) -> Uuid {
        let credential = one.map(|one| &one.credential);
        let id = Uuid::now_v7();
        self.rows.push(ReceiptRow {
            project: self.pipeline.project_id(),
            credential_id: credential.map(|credential| credential.summary.id),
            receipt: Receipt {
                id,
                at: now(),
                pipeline: self.pipeline.name().to_owned(),
                pipeline_id: self.pipeline.id(),
                credential: credential.map(|credential| credential.summary.name.clone()),
                version: credential.map(|credential| credential.secret.version),
                intent: self.request.intent,
                door: self.request.door,
                token_id: self.pipeline.token_id().to_owned(),
                claims: self.request.claims.clone(),
                proof: self.pipeline.proof().clone(),
                image: self.request.image(),
                address: self.request.address.clone(),
                outcome,
                reason,
                report: None,
            },
        });
        id
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
) -> ReceiptRow {
    ReceiptRow {
        project,
        credential_id: None,
        receipt: Receipt {
            id: Uuid::now_v7(),
            at: now(),
            pipeline,
            pipeline_id,
            credential: None,
            version: None,
            intent: Access::Pull,
            door,
            token_id: String::new(),
            claims: Claims::default(),
            proof,
            image: None,
            address,
            outcome: Outcome::Refused,
            reason: Some(reason),
            report: None,
        },
    }
}

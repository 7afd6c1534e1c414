//! A fetch and its receipts as rows, as what the MAC covers, and as pages show them.

use super::{FetchRow, ReceiptRow};
use crate::domain::credential::Access;
use crate::domain::delivery::{Door, Fetch, Outcome, Receipt, Report};
use crate::domain::moment::Moment;
use crate::domain::proof::Proof;
use crate::store::entity::{delivery_report, fetch, receipt};
use uuid::Uuid;

/// The form of a link that is of one receipt: what was written before there were fetches.
const SINGLE: i32 = 1;
/// The form of a link that is of a fetch with all of its receipts.
const WHOLE: i32 = 2;

/// The rows of a fetch, without the link's number and MAC.
pub(super) fn models(row: FetchRow) -> (fetch::Model, Vec<receipt::Model>) {
    let (chain, is_proved) = (row.project, row.proof != Proof::default());
    let fetch = fetch::Model {
        chain,
        seq: 0,
        id: row.fetch.id(),
        at: row.at.0,
        pipeline_id: row.pipeline_id,
        pipeline: row.pipeline,
        door: row.door.word().to_owned(),
        token_id: row.token_id,
        claims: serde_json::to_string(&row.claims).unwrap_or_default(),
        proof: is_proved.then(|| serde_json::to_string(&row.proof).unwrap_or_default()),
        address: row.address,
        form: WHOLE,
        mac: Vec::new(),
    };
    let model = |one: ReceiptRow| receipt::Model {
        chain,
        seq: 0,
        number: one.number.into(),
        credential_id: one.credential_id,
        credential: one.credential,
        version: one.version,
        intent: one.intent.word().to_owned(),
        image: one.image,
        outcome: one.outcome.word().to_owned(),
        reason: one.reason,
    };
    (fetch, row.receipts.into_iter().map(model).collect())
}

/// The kind of a link and what its MAC covers; the receipts are in the order of their numbers.
pub(super) fn covered(
    fetch: &fetch::Model,
    receipts: &[receipt::Model],
) -> (&'static str, Vec<Vec<u8>>) {
    match (fetch.form, receipts) {
        (SINGLE, [one]) if is_one_id(fetch, one) => ("receipt", single(fetch, one)),
        (WHOLE, _) => ("fetch", whole(fetch, receipts)),
        // Nobody wrote such a link.
        _ => ("", Vec::new()),
    }
}

fn whole(fetch: &fetch::Model, receipts: &[receipt::Model]) -> Vec<Vec<u8>> {
    // A part that may be missing says whether it is there, and each says how long it is.
    fn part(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
        out.push(bytes.is_some().into());
        let bytes = bytes.unwrap_or_default();
        out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        out.extend_from_slice(bytes);
    }
    fn text(text: &Option<String>) -> Option<&[u8]> {
        text.as_deref().map(str::as_bytes)
    }
    let mut of_fetch = Vec::with_capacity(256);
    for bytes in [
        Some(fetch.id.as_bytes().as_slice()),
        Some(&fetch.at.to_be_bytes()),
        Some(fetch.pipeline_id.as_bytes()),
        Some(fetch.pipeline.as_bytes()),
        Some(fetch.door.as_bytes()),
        Some(fetch.token_id.as_bytes()),
        Some(fetch.claims.as_bytes()),
        text(&fetch.proof),
        text(&fetch.address),
    ] {
        part(&mut of_fetch, bytes);
    }
    let mut of_receipts = Vec::with_capacity(128 * receipts.len());
    for one in receipts {
        let version = one.version.map(i64::to_be_bytes);
        for bytes in [
            Some(one.number.to_be_bytes().as_slice()),
            one.credential_id.as_ref().map(|id| id.as_bytes().as_slice()),
            text(&one.credential),
            version.as_ref().map(<[u8; 8]>::as_slice),
            Some(one.intent.as_bytes()),
            text(&one.image),
            Some(one.outcome.as_bytes()),
            text(&one.reason),
        ] {
            part(&mut of_receipts, bytes);
        }
    }
    vec![of_fetch, of_receipts]
}

/// Whether the two make one receipt's id and could make no other: it is what such a link covers.
fn is_one_id(fetch: &fetch::Model, one: &receipt::Model) -> bool {
    Fetch::new(fetch.id).id() == fetch.id && u16::try_from(one.number).is_ok()
}

/// A receipt without proof and image has the fields that all had before there were any, so that the
/// old ones still verify. In them what is missing is the same as an empty text, or as version 0.
fn single(fetch: &fetch::Model, one: &receipt::Model) -> Vec<Vec<u8>> {
    let id = |id: Option<Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
    let mut fields = vec![
        receipt_id(fetch, one).as_bytes().to_vec(),
        fetch.at.to_be_bytes().to_vec(),
        id(Some(fetch.pipeline_id)),
        fetch.pipeline.clone().into(),
        id(one.credential_id),
        text(&one.credential),
        one.version.unwrap_or(0).to_be_bytes().to_vec(),
        format!("{} {}", one.intent, fetch.door).into(),
        fetch.token_id.clone().into(),
        fetch.claims.clone().into(),
        text(&fetch.address),
        one.outcome.clone().into(),
        text(&one.reason),
    ];
    if fetch.proof.is_some() || one.image.is_some() {
        fields.extend([text(&fetch.proof), text(&one.image)]);
    }
    fields
}

fn receipt_id(fetch: &fetch::Model, one: &receipt::Model) -> Uuid {
    Fetch::new(fetch.id).receipt(u16::try_from(one.number).unwrap_or_default())
}

/// The receipt, with what was reported of it; `None` when the row was not written by us.
pub(super) fn shown(
    row: receipt::Model,
    fetch: &fetch::Model,
    report: Option<&delivery_report::Model>,
) -> Option<Receipt> {
    let proof = fetch.proof.as_deref().and_then(|json| serde_json::from_str(json).ok());
    Some(Receipt {
        id: receipt_id(fetch, &row),
        at: Moment(fetch.at),
        pipeline: fetch.pipeline.clone(),
        pipeline_id: fetch.pipeline_id,
        credential: row.credential,
        version: row.version,
        intent: Access::from_word(&row.intent)?,
        door: Door::from_word(&fetch.door)?,
        token_id: fetch.token_id.clone(),
        claims: serde_json::from_str(&fetch.claims).unwrap_or_default(),
        proof: proof.unwrap_or_default(),
        image: row.image,
        address: fetch.address.clone(),
        outcome: Outcome::from_word(&row.outcome)?,
        reason: row.reason,
        report: report.and_then(|row| Report::from_word(&row.outcome)),
    })
}

#[cfg(test)]
mod tests;

//! A receipt as its row, as what the MAC covers, and as pages show it.

use super::ReceiptRow;
use crate::domain::credential::Access;
use crate::domain::delivery::{Door, Outcome, Receipt, Report};
use crate::domain::moment::Moment;
use crate::domain::proof::Proof;
use crate::store::entity::{delivery_report, receipt};
use uuid::Uuid;

pub(super) fn model(project: Uuid, row: &ReceiptRow) -> receipt::Model {
    let shown = &row.receipt;
    let is_proved = shown.proof != Proof::default();
    receipt::Model {
        id: shown.id,
        chain: project,
        seq: 0,
        at: shown.at.0,
        pipeline_id: shown.pipeline_id,
        pipeline: shown.pipeline.clone(),
        credential_id: row.credential_id,
        credential: shown.credential.clone(),
        version: shown.version,
        intent: shown.intent.word().to_owned(),
        door: shown.door.word().to_owned(),
        token_id: shown.token_id.clone(),
        claims: serde_json::to_string(&shown.claims).unwrap_or_default(),
        address: shown.address.clone(),
        outcome: shown.outcome.word().to_owned(),
        reason: shown.reason.clone(),
        mac: Vec::new(),
        proof: is_proved.then(|| serde_json::to_string(&shown.proof).unwrap_or_default()),
        image: shown.image.clone(),
    }
}

/// What the MAC covers. A receipt without proof and image has the fields that all had before there
/// were any, so that the old ones still verify.
pub(super) fn fields(row: &receipt::Model) -> Vec<Vec<u8>> {
    let id = |id: Option<Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
    let mut fields = vec![
        row.id.as_bytes().to_vec(),
        row.at.to_be_bytes().to_vec(),
        id(Some(row.pipeline_id)),
        row.pipeline.clone().into(),
        id(row.credential_id),
        text(&row.credential),
        row.version.unwrap_or(0).to_be_bytes().to_vec(),
        format!("{} {}", row.intent, row.door).into(),
        row.token_id.clone().into(),
        row.claims.clone().into(),
        text(&row.address),
        row.outcome.clone().into(),
        text(&row.reason),
    ];
    if row.proof.is_some() || row.image.is_some() {
        fields.extend([text(&row.proof), text(&row.image)]);
    }
    fields
}

/// The receipt, with what was reported of it; `None` when the row was not written by us.
pub(super) fn shown(
    row: receipt::Model,
    report: Option<delivery_report::Model>,
) -> Option<Receipt> {
    let proof = row.proof.as_deref().and_then(|json| serde_json::from_str(json).ok());
    Some(Receipt {
        id: row.id,
        at: Moment(row.at),
        pipeline: row.pipeline,
        pipeline_id: row.pipeline_id,
        credential: row.credential,
        version: row.version,
        intent: Access::from_word(&row.intent)?,
        door: Door::from_word(&row.door)?,
        token_id: row.token_id,
        claims: serde_json::from_str(&row.claims).unwrap_or_default(),
        proof: proof.unwrap_or_default(),
        image: row.image,
        address: row.address,
        outcome: Outcome::from_word(&row.outcome)?,
        reason: row.reason,
        report: report.and_then(|row| Report::from_word(&row.outcome)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::Claims;
    use crate::domain::trust_rule::Provider;

    fn row() -> ReceiptRow {
        ReceiptRow {
            project: Uuid::nil(),
            credential_id: Some(Uuid::nil()),
            receipt: Receipt {
                id: Uuid::max(),
                at: Moment(7),
                pipeline: "ci".to_owned(),
                pipeline_id: Uuid::nil(),
                credential: Some("ghcr".to_owned()),
                version: Some(2),
                intent: Access::Pull,
                door: Door::DockerConfig,
                token_id: "abc".to_owned(),
                claims: Claims { run: Some("1".to_owned()), ..Claims::default() },
                proof: Proof::default(),
                image: None,
                address: None,
                outcome: Outcome::Delivered,
                reason: None,
                report: None,
            },
        }
    }

    #[test]
    fn a_receipt_of_before_has_the_fields_it_had() {
        let fields = fields(&model(Uuid::nil(), &row()));
        let text = |at: usize| String::from_utf8(fields[at].clone()).unwrap();
        assert_eq!(fields.len(), 13);
        assert_eq!((text(3), text(5)), ("ci".to_owned(), "ghcr".to_owned()));
        assert_eq!((text(7), text(8)), ("pull docker-config".to_owned(), "abc".to_owned()));
        assert_eq!((text(9), text(11)), ("{\"run\":\"1\"}".to_owned(), "delivered".to_owned()));
        assert_eq!(fields[6], 2_i64.to_be_bytes());
    }

    #[test]
    fn proof_and_image_are_covered_each_in_its_place() {
        let mut imaged = row();
        imaged.receipt.image = Some("ghcr.io/acme/api".to_owned());
        let mut proved = row();
        proved.receipt.proof.provider = Some(Provider::GitHub);
        let of = |row: &ReceiptRow| fields(&model(Uuid::nil(), row));
        let (plain, imaged, proved) = (of(&row()), of(&imaged), of(&proved));
        assert_eq!((imaged.len(), proved.len()), (15, 15));
        assert_eq!((&imaged[..13], &proved[..13]), (&*plain, &*plain));
        assert_eq!(
            (imaged[13].as_slice(), imaged[14].as_slice()),
            (&b""[..], &b"ghcr.io/acme/api"[..])
        );
        assert_eq!(proved[13], b"{\"provider\":\"github\"}");
        assert!(proved[14].is_empty());
    }

    #[test]
    fn a_receipt_is_shown_as_it_was_written() {
        let mut row = row();
        row.receipt.proof.reference = Some("refs/heads/main".to_owned());
        row.receipt.image = Some("ghcr.io/acme/api".to_owned());
        let model = model(Uuid::nil(), &row);
        assert_eq!(shown(model.clone(), None), Some(row.receipt.clone()));
        let report = delivery_report::Model {
            receipt_id: row.receipt.id,
            project_id: Uuid::nil(),
            outcome: Report::Failed.word().to_owned(),
            at: 9,
        };
        row.receipt.report = Some(Report::Failed);
        assert_eq!(shown(model, Some(report)), Some(row.receipt));
    }
}

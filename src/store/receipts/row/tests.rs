use super::*;
use crate::domain::delivery::Claims;
use crate::domain::trust_rule::Provider;

fn row() -> FetchRow {
    let one = ReceiptRow {
        number: 1,
        credential_id: Some(Uuid::nil()),
        credential: Some("ghcr".to_owned()),
        version: Some(2),
        intent: Access::Pull,
        image: None,
        outcome: Outcome::Delivered,
        reason: None,
    };
    FetchRow {
        project: Uuid::nil(),
        fetch: Fetch::new(Uuid::max()),
        at: Moment(7),
        pipeline_id: Uuid::nil(),
        pipeline: "ci".to_owned(),
        door: Door::DockerConfig,
        token_id: "abc".to_owned(),
        claims: Claims { run: Some("1".to_owned()), ..Claims::default() },
        proof: Proof::default(),
        address: None,
        receipts: vec![one.clone(), ReceiptRow { number: 2, ..one }],
    }
}

/// The same as it was stored before there were fetches.
fn single(row: &FetchRow) -> (&'static str, Vec<Vec<u8>>) {
    let (mut fetch, mut receipts) = models(row.clone());
    fetch.form = SINGLE;
    receipts.truncate(1);
    covered(&fetch, &receipts)
}

#[test]
fn a_receipt_of_before_has_the_fields_it_had() {
    let (kind, fields) = single(&row());
    let text = |at: usize| String::from_utf8(fields[at].clone()).unwrap();
    assert_eq!((kind, fields.len()), ("receipt", 13));
    assert_eq!(fields[0], Fetch::new(Uuid::max()).receipt(1).as_bytes());
    assert_eq!((text(3), text(5)), ("ci".to_owned(), "ghcr".to_owned()));
    assert_eq!((text(7), text(8)), ("pull docker-config".to_owned(), "abc".to_owned()));
    assert_eq!((text(9), text(11)), ("{\"run\":\"1\"}".to_owned(), "delivered".to_owned()));
    assert_eq!(fields[6], 2_i64.to_be_bytes());
}

#[test]
fn proof_and_image_of_before_are_covered_each_in_its_place() {
    let (mut imaged, mut proved) = (row(), row());
    imaged.receipts[0].image = Some("ghcr.io/acme/api".to_owned());
    proved.proof.provider = Some(Provider::GitHub);
    let (plain, imaged, proved) = (single(&row()).1, single(&imaged).1, single(&proved).1);
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
fn a_receipt_of_before_has_one_number_and_one_id_of_its_fetch() {
    let (mut fetch, mut receipts) = models(row());
    fetch.form = SINGLE;
    receipts.truncate(1);
    assert_eq!(covered(&fetch, &receipts).0, "receipt");
    // Each would be the same id, and so the same link.
    receipts[0].number = 0;
    let whole = covered(&fetch, &receipts);
    for number in [-1, 0x1_0000] {
        receipts[0].number = number;
        assert_ne!(covered(&fetch, &receipts), whole, "{number}");
    }
    receipts[0].number = 1;
    fetch.id = Uuid::from_u128(fetch.id.as_u128() | 2);
    assert_eq!(covered(&fetch, &receipts), ("", Vec::new()));
}

#[test]
fn the_mac_covers_every_value_of_a_fetch_and_of_its_receipts() {
    let changes: [fn(&mut FetchRow); 22] = [
        |row| row.fetch = Fetch::new(Uuid::nil()),
        |row| row.at = Moment(8),
        |row| row.pipeline_id = Uuid::max(),
        |row| row.pipeline.push('x'),
        |row| row.door = Door::AuthJson,
        |row| row.token_id.clear(),
        |row| row.claims.run = None,
        |row| row.proof.provider = Some(Provider::GitHub),
        |row| row.address = Some(String::new()),
        |row| row.receipts[1].number = 3,
        |row| row.receipts[1].credential_id = None,
        |row| row.receipts[1].credential_id = Some(Uuid::max()),
        |row| row.receipts[1].credential = None,
        |row| row.receipts[1].credential = Some(String::new()),
        |row| row.receipts[1].version = None,
        |row| row.receipts[1].version = Some(3),
        |row| row.receipts[1].intent = Access::PullAndPush,
        |row| row.receipts[1].image = Some(String::new()),
        |row| row.receipts[1].outcome = Outcome::Refused,
        |row| row.receipts[1].reason = Some(String::new()),
        |row| drop(row.receipts.pop()),
        |row| row.receipts.swap(0, 1),
    ];
    let of = |row: &FetchRow| {
        let (fetch, receipts) = models(row.clone());
        covered(&fetch, &receipts)
    };
    let mut seen = std::collections::BTreeSet::from([of(&row())]);
    for (at, change) in changes.iter().enumerate() {
        let mut changed = row();
        change(&mut changed);
        assert!(seen.insert(of(&changed)), "change {at}");
    }
}

#[test]
fn a_receipt_is_shown_as_it_was_written() {
    let mut row = row();
    row.proof.reference = Some("refs/heads/main".to_owned());
    row.receipts[1].image = Some("ghcr.io/acme/api".to_owned());
    let (fetch, receipts) = models(row.clone());
    let report = delivery_report::Model {
        chain: row.project,
        seq: 0,
        number: 2,
        outcome: Report::Failed.word().to_owned(),
        at: 9,
        link: 0,
    };
    let plain = shown(receipts[1].clone(), &fetch, None).unwrap();
    assert_eq!((plain.id, plain.report), (row.fetch.receipt(2), None));
    assert_eq!((plain.proof, plain.claims), (row.proof.clone(), row.claims.clone()));
    assert_eq!((plain.image, plain.version), (row.receipts[1].image.clone(), Some(2)));
    let reported = shown(receipts[1].clone(), &fetch, Some(&report)).unwrap();
    assert_eq!(reported.report, Some(Report::Failed));
}

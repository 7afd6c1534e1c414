//! Receipts: reported on by whose they are, counted once, and those of before verify as they did.

use super::reports::report;
use super::{PIPELINE, PROJECT, Scene};
use crate::checkpoints::export::Line;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Fetch, Outcome, Report};
use crate::domain::moment::{DAY_MS, Moment};
use crate::domain::narrowing::LATELY;
use crate::domain::proof::Proof;
use crate::domain::trust_rule::Provider;
use crate::migrations::Migrator;
use crate::store::chain::message;
use crate::store::{FetchRow, ReceiptRow, Recorder, Unrecorded};
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use std::sync::Arc;
use uuid::Uuid;

/// No secret is needed for what is tested here.
pub(super) fn mac(message: &[u8]) -> [u8; 32] {
    let mut mac = [0_u8; 32];
    for (at, byte) in message.iter().enumerate() {
        let place = &mut mac[at % 32];
        *place = place.rotate_left(3) ^ byte;
    }
    mac
}

/// A fetch of the pipeline's, with a receipt for each of these.
pub(super) fn fetch(of: &[(Option<Uuid>, Outcome)]) -> FetchRow {
    let receipt =
        |(number, (credential_id, outcome)): (u16, &(Option<Uuid>, Outcome))| ReceiptRow {
            number,
            credential_id: *credential_id,
            credential: credential_id.map(|_| "ghcr".to_owned()),
            version: credential_id.map(|_| 1),
            intent: Access::Pull,
            image: None,
            outcome: *outcome,
            reason: None,
        };
    FetchRow {
        project: PROJECT,
        fetch: Fetch::new(Uuid::now_v7()),
        at: Moment(7),
        pipeline_id: PIPELINE,
        pipeline: "ci".to_owned(),
        door: Door::DockerConfig,
        token_id: String::new(),
        claims: Claims::default(),
        proof: Proof::of(Provider::GitLab),
        address: None,
        receipts: (1..).zip(of).map(receipt).collect(),
    }
}

pub(super) async fn first_break(scene: &Scene) -> Option<i64> {
    let holds = |message: &[u8], link: &[u8]| mac(message) == link;
    scene.store.chain().first_break(&holds, PROJECT).await.unwrap()
}

/// Deliveries of the credential to the pipeline, and how many of them were used, by the counts.
async fn counts(scene: &Scene, credential: Uuid) -> (i64, i64) {
    scene.store.count_receipts(PROJECT).await.unwrap();
    let dependents = scene.store.credentials(PROJECT).dependents(credential).await.unwrap();
    dependents.first().map_or((0, 0), |one| (one.deliveries, one.used))
}

#[tokio::test]
async fn each_delivery_is_counted_once_whenever_it_is_reported() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let report = async |id| {
        let write = scene.store.write().await.unwrap();
        assert!(report(&write, id, PIPELINE, Report::Worked).await);
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    };
    assert_eq!(counts(&scene, ghcr).await, (0, 0));
    let early = fetch(&[(Some(ghcr), Outcome::Delivered), (Some(ghcr), Outcome::Refused)]);
    let late = fetch(&[(Some(ghcr), Outcome::Delivered), (Some(ghcr), Outcome::Delivered)]);
    assert_eq!(recorder.record(vec![early.clone(), late.clone()]).await, Ok(()));
    report(early.fetch.id()).await;
    assert_eq!(counts(&scene, ghcr).await, (3, 1), "the report came before the count");
    report(early.fetch.receipt(1)).await;
    assert_eq!(counts(&scene, ghcr).await, (3, 1), "it was said before");
    report(late.fetch.receipt(2)).await;
    report(late.fetch.id()).await;
    assert_eq!(counts(&scene, ghcr).await, (3, 3), "the report came after the count");
    let mut imaged = fetch(&[(Some(ghcr), Outcome::Delivered)]);
    imaged.receipts[0].image = Some("ghcr.io/acme/api".to_owned());
    assert_eq!(recorder.record(vec![imaged.clone()]).await, Ok(()));
    report(imaged.fetch.id()).await;
    assert_eq!(counts(&scene, ghcr).await, (4, 4));
    report(imaged.fetch.id()).await;
    assert_eq!(counts(&scene, ghcr).await, (4, 4));
    let versions = scene.store.secrets(PROJECT).versions(ghcr, 1, 9).await.unwrap();
    assert_eq!(versions[0].deliveries, 4);
    assert_eq!(first_break(&scene).await, None);
}

#[tokio::test]
async fn receipts_of_before_there_were_fetches_verify_and_are_not_counted_again() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    // Back to before the twelfth step, however many came after it.
    let back = Some(u32::try_from(Migrator::migrations().len() - 11).unwrap());
    Migrator::down(&scene.store.writer, back).await.unwrap();
    let id = Uuid::from_u128(0x0198_f0c2_0000_7000_8000_1234_5678_9abc);
    let fields: [&[u8]; 13] = [
        id.as_bytes(),
        &7_i64.to_be_bytes(),
        PIPELINE.as_bytes(),
        b"ci",
        ghcr.as_bytes(),
        b"ghcr",
        &1_i64.to_be_bytes(),
        b"pull docker-config",
        b"",
        b"{}",
        b"",
        b"delivered",
        b"",
    ];
    let link = mac(&message(&[0; 32], PROJECT, 1, "receipt", &fields));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let [id_hex, chain, pipeline, credential] =
        [id, PROJECT, PIPELINE, ghcr].map(|id| hex(id.as_bytes()));
    let link = hex(&link);
    for sql in [
        format!(
            "INSERT INTO receipt (id, chain, seq, at, pipeline_id, pipeline, credential_id, credential,
            version, intent, door, token_id, claims, outcome, mac) VALUES (x'{id_hex}', x'{chain}', 1,
            7, x'{pipeline}', 'ci', x'{credential}', 'ghcr', 1, 'pull', 'docker-config', '', '{{}}',
            'delivered', x'{link}')"
        ),
        format!("UPDATE chain_head SET seq = 1, mac = x'{link}' WHERE chain = x'{chain}'"),
        format!(
            "INSERT INTO delivery_report (receipt_id, project_id, outcome, at)
            VALUES (x'{id_hex}', x'{chain}', 'worked', 8)"
        ),
    ] {
        scene.store.writer.execute_unprepared(&sql).await.unwrap();
    }
    for _ in 0..2 {
        Migrator::up(&scene.store.writer, None).await.unwrap();
        scene.seal_rows().await;
        assert_eq!(first_break(&scene).await, None);
        let shown =
            scene.store.receipts(PROJECT).of_credential(ghcr, None, 10).await.unwrap().receipts;
        let shown: Vec<_> = shown.iter().map(|one| (one.id, one.report)).collect();
        assert_eq!(shown, [(id, Some(Report::Worked))]);
        assert_eq!(counts(&scene, ghcr).await, (0, 0), "they are in the counts of before");
        Migrator::down(&scene.store.writer, back).await.unwrap();
    }
    Migrator::up(&scene.store.writer, None).await.unwrap();
    scene.seal_rows().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    assert_eq!(recorder.record(vec![fetch(&[(Some(ghcr), Outcome::Delivered)])]).await, Ok(()));
    assert_eq!(first_break(&scene).await, None, "the new link follows the old one");
    assert_eq!(counts(&scene, ghcr).await, (1, 0));
    assert!(Migrator::down(&scene.store.writer, back).await.is_err(), "it would be lost");
}

#[tokio::test]
async fn fetches_of_thousands_are_written_verified_counted_and_shown_by_the_last() {
    const RECEIPTS: i64 = 11_000;
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let large = || fetch(&vec![(Some(ghcr), Outcome::Delivered); 11_000]);
    let (one, other, small) = (large(), large(), fetch(&[(Some(ghcr), Outcome::Delivered)]));
    let [one_id, number] = [one.fetch.id(), one.fetch.receipt(7)];
    let (one, other, small) = tokio::join!(
        recorder.record(vec![one]),
        recorder.record(vec![other]),
        recorder.record(vec![small])
    );
    assert_eq!([one, other, small], [Ok(()); 3]);
    assert_eq!(first_break(&scene).await, None);
    for id in [number, one_id, one_id] {
        let write = scene.store.write().await.unwrap();
        assert!(report(&write, id, PIPELINE, Report::Worked).await);
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }
    assert_eq!(counts(&scene, ghcr).await, (2 * RECEIPTS + 1, RECEIPTS));
    let receipts = scene.store.receipts(PROJECT);
    assert_eq!(receipts.of_pipeline(PIPELINE, 20).await.unwrap().len(), 20);
    let page = receipts.of_credential(ghcr, None, 20).await.unwrap();
    assert_eq!((page.receipts.len(), page.is_cut), (20, true));
    assert!(receipts.page_of_pipeline((PIPELINE, None), None, 20).await.unwrap().is_cut);
}

#[tokio::test]
async fn a_receipt_that_somebody_changed_keeps_no_other_from_being_counted() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let row = fetch(&[(Some(ghcr), Outcome::Delivered), (Some(ghcr), Outcome::Delivered)]);
    let lonely = fetch(&[(Some(ghcr), Outcome::Delivered)]);
    assert_eq!(recorder.record(vec![row, lonely]).await, Ok(()));
    let changed = "UPDATE receipt SET version = NULL WHERE number = 2 OR seq = 2";
    scene.store.writer.execute_unprepared(changed).await.unwrap();
    assert_eq!(counts(&scene, ghcr).await, (1, 0));
    assert_eq!(first_break(&scene).await, Some(1));
}

#[tokio::test]
async fn links_of_some_thousand_receipts_are_read_at_once_or_a_single_one_as_a_whole() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    for receipts in [1, 2, 3_000, 2_001, 6_000, 4_999, 1, 5_000, 5_001, 2, 3] {
        let row = fetch(&vec![(None, Outcome::Delivered); receipts]);
        assert_eq!(recorder.record(vec![row]).await, Ok(()));
    }
    let chain = scene.store.chain();
    let holds = |message: &[u8], link: &[u8]| mac(message) == link;
    let mut parts: Vec<Vec<i64>> = Vec::new();
    for _ in 0..8 {
        let first = parts.concat().len() as i64 + 1;
        let part = chain.exported(&holds, PROJECT, (first, 11)).await.unwrap().unwrap();
        parts.push(part.iter().map(Line::number).collect());
    }
    let expected: [&[i64]; 8] = [&[1, 2, 3], &[4], &[5], &[6], &[7], &[8], &[9], &[10, 11]];
    assert_eq!(parts, expected);
    assert_eq!(first_break(&scene).await, None);
    // The last receipt of each is looked at.
    for link in [9, 5, 4] {
        let last = format!(
            "DELETE FROM receipt WHERE seq = {link} AND number = (SELECT MAX(number) FROM receipt WHERE seq = {link})"
        );
        scene.store.writer.execute_unprepared(&last).await.unwrap();
        assert_eq!(first_break(&scene).await, Some(link));
    }
}

#[tokio::test]
async fn an_image_is_found_however_much_was_delivered_for_another_one_since() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let of = |pipeline: &str, image: &str, outcome: Outcome| {
        let mut row = fetch(&[(Some(ghcr), outcome)]);
        row.pipeline = pipeline.to_owned();
        row.receipts[0].image = Some(format!("ghcr.io/{image}"));
        row
    };
    let mut rows =
        vec![of("ci", "acme/web", Outcome::Delivered), of("ci", "acme/refused", Outcome::Refused)];
    rows.extend((0..300).map(|_| of("other", "acme/api", Outcome::Delivered)));
    for part in rows.chunks(50) {
        assert_eq!(recorder.record(part.to_vec()).await, Ok(()));
    }
    let receipts = scene.store.receipts(PROJECT);
    let image = |pipeline: &str, image: &str| (pipeline.to_owned(), image.to_owned());
    let lately = receipts.images_lately(ghcr, Moment(8)).await.unwrap();
    assert_eq!(lately, [image("ci", "acme/web"), image("other", "acme/api")]);
    let later = Moment(8 + LATELY * DAY_MS);
    assert!(receipts.images_lately(ghcr, later).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_delivery_for_an_image_is_that_to_the_pipeline_whatever_others_received_since() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let of = |pipeline: Uuid, image: &str, outcome: Outcome| {
        let mut row = fetch(&[(Some(ghcr), outcome)]);
        row.pipeline_id = pipeline;
        row.receipts[0].image = Some(image.to_owned());
        row
    };
    let (api, web, other) = ("ghcr.io/acme/api", "ghcr.io/acme/web", Uuid::from_u128(99));
    for (pipeline, image, outcome) in [
        (PIPELINE, api, Outcome::Delivered),
        (other, api, Outcome::Delivered),
        (PIPELINE, web, Outcome::Delivered),
        (PIPELINE, api, Outcome::Refused),
    ] {
        assert_eq!(recorder.record(vec![of(pipeline, image, outcome)]).await, Ok(()));
    }
    let receipts = scene.store.receipts(PROJECT);
    let refusals = receipts.refusals((ghcr, PIPELINE), Moment(0)).await.unwrap();
    let refused: Vec<_> = refusals.iter().map(|one| one.image.as_deref()).collect();
    assert_eq!(refused, [Some(api)]);
    let last = receipts.last_of_image((ghcr, PIPELINE), api).await.unwrap();
    assert_eq!(last, Some(refusals[0].seq - 3));
    let later = receipts.refusals((ghcr, PIPELINE), Moment(8)).await.unwrap();
    assert!(later.is_empty());
    assert_eq!(receipts.last_of_image((ghcr, other), web).await.unwrap(), None);
}

//! Reports of outcomes: by whose deliveries they are, and each with the event that says it.

use super::receipts::{fetch, first_break, mac};
use super::{OTHER, PIPELINE, PROJECT, Scene};
use crate::domain::audit::{Action, Detail};
use crate::domain::delivery::{Outcome, Report};
use crate::store::{EventRow, Recorder, Unrecorded, Write};
use sea_orm::ConnectionTrait;
use std::sync::Arc;
use uuid::Uuid;

/// Says by an event how deliveries to the pipeline went; whether there were any.
pub(super) async fn report(write: &Write, id: Uuid, pipeline: Uuid, outcome: Report) -> bool {
    let receipts = write.receipts(PROJECT);
    let Some(heard) = receipts.hear(id, pipeline, outcome).await.unwrap() else { return false };
    for one in heard {
        let event = EventRow {
            at: 9,
            action: Action::DeliveryReported,
            actor_id: Some(pipeline),
            actor: "build".to_owned(),
            subject_id: one.fetch,
            subject: one.said.subject(),
            detail: Detail::Report(one.said).to_stored(),
        };
        let link = write.chain().append(&mac, PROJECT, event).await.unwrap().link();
        receipts.keep_report(pipeline, one, (link, 9)).await.unwrap();
    }
    true
}

#[tokio::test]
async fn only_what_was_delivered_to_a_pipeline_is_reported_on_by_it() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let row = fetch(&[(None, Outcome::Delivered), (None, Outcome::Refused)]);
    let (delivered, refused) = (row.fetch.receipt(1), row.fetch.receipt(2));
    assert_eq!(recorder.record(vec![row]).await, Ok(()));

    let write = scene.store.write().await.unwrap();
    assert!(!report(&write, refused, PIPELINE, Report::Worked).await);
    assert!(!report(&write, delivered, OTHER, Report::Worked).await);
    let others = write.receipts(OTHER).hear(delivered, PIPELINE, Report::Worked).await;
    assert!(others.unwrap().is_none());
    assert!(report(&write, delivered, PIPELINE, Report::Worked).await);
    assert!(report(&write, delivered, PIPELINE, Report::Failed).await);
    write.commit_without_event(Unrecorded::Test).await.unwrap();

    let shown = scene.store.receipts(PROJECT).of_pipeline(PIPELINE, 10).await.unwrap();
    let shown: Vec<_> = shown.iter().map(|one| (one.id, one.outcome, one.report)).collect();
    let expected =
        [(refused, Outcome::Refused, None), (delivered, Outcome::Delivered, Some(Report::Failed))];
    assert_eq!(shown, expected);
    assert_eq!(first_break(&scene).await, None);
}

#[tokio::test]
async fn a_row_that_somebody_planted_swallows_no_report() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let row = fetch(&[(None, Outcome::Delivered)]);
    assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
    let heard = async || {
        let (id, outcome) = (row.fetch.id(), Report::Failed);
        let receipts = scene.store.receipts(PROJECT);
        let news = receipts.news(id, PIPELINE, outcome).await.unwrap();
        let write = scene.store.write().await.unwrap();
        let heard = write.receipts(PROJECT).hear(id, PIPELINE, outcome).await.unwrap();
        let [news, heard] = [news, heard].map(|one| one.expect("there is a delivery").len());
        assert_eq!(news, heard, "without a lock, and with one");
        heard
    };
    let write = scene.store.write().await.unwrap();
    assert!(report(&write, row.fetch.id(), PIPELINE, Report::Worked).await);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let planted = "UPDATE delivery_report SET outcome = 'failed'";
    scene.store.writer.execute_unprepared(planted).await.unwrap();
    assert_eq!(heard().await, 1);
    let write = scene.store.write().await.unwrap();
    assert!(report(&write, row.fetch.id(), PIPELINE, Report::Failed).await);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(heard().await, 0, "it is said already");
}

//! What failed is never kept by half, and what comes after it is not harmed.

use super::super::health::is_failure;
use super::receipts::{fetch, mac};
use super::*;
use crate::domain::delivery::Outcome;
use crate::store::NotRecorded;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

#[tokio::test]
async fn nothing_follows_a_statement_that_failed_and_its_connection_is_not_used_again() {
    let scene = Scene::new().await;
    let large = "CREATE TABLE large AS SELECT zeroblob(1000000) AS bytes";
    let write = scene.store.write().await.unwrap();
    write.leases().mark("before", GIVER, 1).await.unwrap();
    // For this connection there is no room for another page.
    write.0.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
    let full = write.0.execute_unprepared(large).await.unwrap_err();
    assert!(is_failure(DbBackend::Sqlite, &full), "{full}");
    assert!(write.leases().mark("after", GIVER, 1).await.is_err());
    assert!(write.commit_without_event(Unrecorded::Test).await.is_err());

    let write = scene.store.write().await.unwrap();
    for name in ["before", "after"] {
        assert_eq!(write.leases().until(name).await.unwrap(), None, "{name}");
    }
    write.0.execute_unprepared(large).await.unwrap();
    assert!(scene.store.health.is_doubted());
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert!(!scene.store.health.is_doubted(), "it was not read back");
}

#[tokio::test]
async fn a_panic_costs_one_group_its_receipts_and_not_the_next() {
    let scene = Scene::new().await;
    let is_broken = AtomicBool::new(true);
    let broken_once = move |message: &[u8]| {
        assert!(!is_broken.swap(false, Ordering::Relaxed), "it is broken");
        mac(message)
    };
    let recorder = Recorder::start(scene.store.clone(), Arc::new(broken_once));
    let lost = recorder.record(vec![fetch(&[(None, Outcome::Delivered)])]).await;
    assert_eq!(lost, Err(NotRecorded::NotDurable));
    assert_eq!(recorder.record(vec![fetch(&[(None, Outcome::Delivered)])]).await, Ok(()));
    let kept = scene.store.receipts(PROJECT).of_pipeline(PIPELINE, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
}

#[tokio::test]
async fn a_project_that_takes_no_receipts_keeps_no_other_from_its_own() {
    let scene = Scene::new().await;
    let refuse = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON pipeline_fetch WHEN NEW.chain = x'{}'
         BEGIN SELECT RAISE(ABORT, 'refused'); END",
        OTHER.simple()
    );
    scene.store.writer.execute_unprepared(&refuse).await.unwrap();
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let one = || fetch(&[(None, Outcome::Delivered)]);
    // There is one thread: they come into the same group.
    let (first, refused, last) = tokio::join!(
        recorder.record(vec![one()]),
        recorder.record(vec![FetchRow { project: OTHER, ..one() }]),
        recorder.record(vec![one()]),
    );
    assert_eq!((first, last), (Ok(()), Ok(())));
    assert_eq!(refused, Err(NotRecorded::NotDurable));
    let kept = scene.store.receipts(PROJECT).of_pipeline(PIPELINE, 10).await.unwrap();
    assert_eq!(kept.len(), 2);
}

#[tokio::test]
async fn a_burst_of_one_pipeline_waits_and_what_is_more_is_told_to_come_back() {
    const BURST: usize = 500;
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    // All of them come before the task has written anything: there is one thread.
    let mut waiting = Vec::new();
    for _ in 0..BURST + 100 {
        let mut one = Box::pin(recorder.record(vec![fetch(&[(None, Outcome::Delivered)])]));
        match one.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(one),
            Poll::Ready(told) => assert_eq!(told, Err(NotRecorded::NoRoom)),
        }
    }
    assert!((BURST..BURST + 100).contains(&waiting.len()), "{}", waiting.len());
    for one in waiting {
        assert_eq!(one.await, Ok(()));
    }
    let told = Error::from(NotRecorded::NoRoom);
    assert_eq!((told.status(), told.retry_after()), (429, Some(1)));
}

#[tokio::test]
async fn only_a_new_database_is_made_and_where_a_link_leads() {
    let scene = Scene::new().await;
    let (link, target) = (scene.folder.join("link.db"), scene.folder.join("target.db"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let store = Store::connect(&Address::File(link)).await.unwrap();
    assert!(target.exists() && store.has_its_files());
    store.close().await.unwrap();
    let nowhere = Address::File(scene.folder.join("missing").join("regcred.db"));
    let error = Store::connect(&nowhere).await.unwrap_err();
    assert!(error.to_string().contains("cannot be made"), "{error}");
}

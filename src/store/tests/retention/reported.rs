//! What was reported of old receipts goes with them, and is believed only as its events say it.

use super::{OLD, PIPELINE, PROJECT, Scene, at, fetch, holds, mac};
use crate::domain::delivery::{Outcome, Report};
use crate::domain::moment::Moment;
use crate::store::tests::reports::report;
use crate::store::{FetchRow, Recorder, Removal, Unrecorded};
use std::sync::Arc;

impl Scene {
    async fn report_failed(&self, row: &FetchRow) {
        let write = self.store.write().await.unwrap();
        assert!(report(&write, row.fetch.id(), PIPELINE, Report::Failed).await);
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }
}

#[tokio::test]
async fn reports_go_with_what_they_are_of_and_what_was_removed_is_one_run() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    for _ in 0..6 {
        let row = at(1);
        assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
        scene.report_failed(&row).await;
    }
    assert_eq!(recorder.record(vec![at(OLD)]).await, Ok(()));
    scene.store.add_up_receipts(PROJECT).await.unwrap();
    for last in [3, 7, 11] {
        assert_eq!(scene.wrong_table().await, None);
        let base = scene.move_base().await.is_some();
        assert_eq!(base, last == 3, "there is one base for all of them");
        let Removal::Links { last: removed, .. } = scene.remove_aside(2).await else {
            panic!("something is left")
        };
        assert_eq!(removed, last);
        assert_eq!((scene.first_break().await, scene.count("removed_links").await), (None, 1));
    }
    assert_eq!(scene.remove_aside(2).await, Removal::Nothing);
    assert_eq!(scene.wrong_table().await, None);
    // That of the last one goes with the next receipts, and the event of the base stays.
    assert_eq!(scene.count("audit_event").await, 2);
    assert_eq!(scene.count("delivery_report").await, 0);
}

#[tokio::test]
async fn nothing_is_put_aside_of_a_report_that_was_changed() {
    for change in [
        "UPDATE delivery_report SET number = 2",
        "UPDATE delivery_report SET outcome = 'worked'",
        "DELETE FROM delivery_report",
    ] {
        let scene = Scene::new().await;
        let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
        let both = [(None, Outcome::Delivered), (None, Outcome::Refused)];
        let row = FetchRow { at: Moment(1), ..fetch(&both) };
        assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
        scene.report_failed(&row).await;
        scene.store.add_up_receipts(PROJECT).await.unwrap();
        scene.run(change).await;
        assert_eq!(scene.move_base().await, None, "{change}");
        assert_eq!(scene.wrong_table().await, Some("delivery_report"), "{change}");
    }
}

#[tokio::test]
async fn a_report_that_somebody_planted_where_nobody_reported_anything_is_found() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    assert_eq!(recorder.record(vec![at(1)]).await, Ok(()));
    scene.store.add_up_receipts(PROJECT).await.unwrap();
    assert_eq!(scene.wrong_table().await, None);
    let planted = "INSERT INTO delivery_report (chain, seq, number, outcome, at, link)
        SELECT chain, seq, number, 'worked', 9, 7 FROM receipt";
    scene.run(planted).await;
    assert_eq!(scene.wrong_table().await, Some("delivery_report"));
    assert_eq!(scene.move_base().await, None);
}

#[tokio::test]
async fn however_much_is_reported_of_one_delivery_each_leaf_is_found() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let row = at(1);
    assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
    let write = scene.store.write().await.unwrap();
    for number in 0..2_300 {
        let outcome = if number & 1 == 0 { Report::Failed } else { Report::Worked };
        assert!(report(&write, row.fetch.id(), PIPELINE, outcome).await);
    }
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(recorder.record(vec![at(2), at(OLD)]).await, Ok(()));
    scene.store.add_up_receipts(PROJECT).await.unwrap();
    assert!(scene.move_base().await.is_some());
    while scene.remove_aside(9).await != Removal::Nothing {
        assert_eq!(scene.first_break().await, None);
    }
    assert_eq!((scene.count("audit_event").await, scene.count("removed_links").await), (1, 1));
    let chain = scene.store.chain();
    let leaves = chain.leaves(&holds, PROJECT, 2_303).await.unwrap();
    assert_eq!(leaves.map(|leaves| leaves.len()), Ok(2_303));
    for first in [1, 1_990, 2_000, 2_001, 2_002, 2_200, 2_302] {
        let lines = chain.exported(&holds, PROJECT, (first, 2_303)).await.unwrap();
        assert!(lines.is_ok_and(|lines| !lines.is_empty()), "{first}");
    }
}

#[tokio::test]
async fn a_report_between_two_bases_went_with_the_second_of_them() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    // A delivery, its report and the event of the base that the delivery is behind: links 1 to 3, and so on.
    for last in [1, 4, 7] {
        let row = at(last);
        assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
        scene.report_failed(&row).await;
        scene.store.add_up_receipts(PROJECT).await.unwrap();
        let base = scene.move_base().await.unwrap();
        assert_eq!((base.first, base.last), (last, last));
        while scene.remove_aside(9).await != Removal::Nothing {}
        assert_eq!((scene.first_break().await, scene.wrong_table().await), (None, None));
    }
    // So that each event is told from the others by its time.
    scene.run("UPDATE audit_event SET at = seq").await;
    for (link, is_removed, by) in [
        (1, true, Some(3)),
        (2, true, Some(6)),
        (4, true, Some(6)),
        (5, true, Some(9)),
        (7, true, Some(9)),
        // It stays until the next base.
        (8, false, None),
    ] {
        let removed = scene.store.chain().was_removed(&holds, PROJECT, link).await.unwrap();
        assert_eq!(removed, is_removed, "{link}");
        let at = scene.store.receipts(PROJECT).put_aside_at(link).await.unwrap();
        assert_eq!(at, by.map(Moment), "{link}");
    }
}

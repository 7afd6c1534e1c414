//! Receipts go behind the base only, and are counted once: put aside, or there.

use super::{OLD, PIPELINE, PROJECT, Scene, at, fetch, holds, mac, said};
use crate::domain::audit::{Action, Base, Detail};
use crate::domain::delivery::{Outcome, Report};
use crate::domain::moment::Moment;
use crate::store::{FetchRow, Putting, Recorder, Removal, Unrecorded, WrongSum};
use std::sync::Arc;

impl Scene {
    /// The table of the first row that is wrong.
    pub(super) async fn wrong_table(&self) -> Option<&'static str> {
        self.wrong().await.map(|wrong| wrong.table)
    }

    async fn wrong(&self) -> Option<WrongSum> {
        let snapshot = self.store.snapshot().await.unwrap();
        snapshot.receipts(PROJECT).wrong_sum(&holds).await.unwrap()
    }

    /// What the event says, if the base could be moved over all that is old.
    pub(super) async fn move_base(&self) -> Option<Base> {
        let last = self.store.receipts(PROJECT).last_before(OLD).await.unwrap()?;
        let write = self.store.write().await.unwrap();
        let putting = write.receipts(PROJECT).put_aside(&holds, last).await.unwrap();
        let Putting::Aside(base) = putting else { return None };
        let row = said(Action::ReceiptsRemoved, &Detail::Base(base.clone()));
        let recorded = write.chain().append(&mac, PROJECT, row).await.unwrap();
        write.commit(recorded).await.unwrap();
        Some(base)
    }
}

#[tokio::test]
async fn nothing_goes_before_it_was_put_aside() {
    let scene = Scene::new().await;
    scene.chain_of(&[1, 2, 0, 3]).await;
    let oldest = async || scene.store.receipts(PROJECT).oldest_aside().await.unwrap();
    assert_eq!((oldest().await, scene.remove_aside(9).await), (None, Removal::Nothing));
    let base = scene.move_base().await.unwrap();
    assert_eq!(oldest().await, Some(1));
    assert_eq!((base.first, base.last, base.until, base.leaves), (1, 4, Moment(3), 4));
    assert_eq!(scene.store.receipts(PROJECT).base().await.unwrap(), Some(base));
    // What is behind the base goes first.
    assert_eq!(scene.move_base().await, None);
    assert_eq!(scene.remove_aside(9).await, Removal::Links { first: 1, last: 4 });
    assert_eq!(oldest().await, None);
    assert_eq!((scene.wrong().await, scene.first_break().await), (None, None));
    // What is not added up was not put aside.
    scene.run("UPDATE counted SET summed_seq = 3").await;
    assert_eq!(scene.wrong().await.map(|wrong| wrong.table), Some("counted"));
}

#[tokio::test]
async fn a_run_that_is_stopped_anywhere_counts_nothing_twice() {
    let scene = Scene::new().await;
    scene.chain_of(&[1, 2, 0, 3, 200]).await;
    assert!(scene.move_base().await.is_some());
    assert_eq!((scene.wrong().await, scene.first_break().await), (None, None));
    for removal in [Removal::Links { first: 1, last: 2 }, Removal::Links { first: 4, last: 4 }] {
        assert_eq!(scene.remove_aside(2).await, removal);
        assert_eq!((scene.wrong().await, scene.first_break().await), (None, None), "{removal:?}");
    }
    assert_eq!(scene.remove_aside(2).await, Removal::Nothing);
    scene.chain_of(&[300, 4]).await;
    assert_eq!((scene.wrong().await, scene.first_break().await), (None, None));
}

#[tokio::test]
async fn nothing_is_reported_of_what_was_put_aside() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let row = FetchRow { at: Moment(1), ..fetch(&[(None, Outcome::Delivered)]) };
    assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
    scene.store.count_receipts(PROJECT).await.unwrap();
    assert!(scene.move_base().await.is_some());
    let write = scene.store.write().await.unwrap();
    let receipts = write.receipts(PROJECT);
    let heard = receipts.hear(row.fetch.id(), PIPELINE, Report::Failed).await.unwrap();
    assert!(heard.is_none());
    let receipts = scene.store.receipts(PROJECT);
    let news = receipts.news(row.fetch.id(), PIPELINE, Report::Failed).await.unwrap();
    assert!(news.is_none());
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(scene.wrong().await, None);
}

#[tokio::test]
async fn what_was_removed_before_there_were_bases_is_at_least_what_is_known() {
    let scene = Scene::new().await;
    scene.chain_of(&[1, 2]).await;
    assert_eq!(scene.remove(9).await, Removal::Links { first: 1, last: 2 });
    // As an older server left it.
    scene.run("UPDATE counted SET base_seq = 0").await;
    let write = scene.store.write().await.unwrap();
    let row = said(Action::ReceiptsRemoved, &Detail::Links { first: 1, last: 2 });
    let recorded = write.chain().append(&mac, PROJECT, row).await.unwrap();
    write.commit(recorded).await.unwrap();
    assert_eq!(scene.wrong().await, None);
    scene.chain_of(&[3, 200]).await;
    assert_eq!(scene.wrong().await, None);
    let base = scene.move_base().await.unwrap();
    assert_eq!((base.first, base.last, base.unknown_until), (4, 4, Some(0)));
    // No base says when the first two went.
    let put_aside_at = async |link| scene.store.receipts(PROJECT).put_aside_at(link).await.unwrap();
    assert_eq!((put_aside_at(1).await, put_aside_at(4).await), (None, Some(Moment(1))));
    assert_eq!(scene.remove_aside(9).await, Removal::Links { first: 4, last: 4 });
    assert_eq!((scene.wrong().await, scene.first_break().await), (None, None));
    // Of the four, two are known: one was put aside, and one is there.
    scene.run("UPDATE usage_day SET times = 3").await;
    assert_eq!(scene.wrong().await, None);
    scene.run("UPDATE usage_day SET times = 1").await;
    assert_eq!(scene.wrong().await.map(|wrong| wrong.table), Some("usage_day"));
}

#[tokio::test]
async fn a_base_is_moved_over_some_thousand_receipts_or_those_of_one_fetch() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    for receipts in [15_000, 5_000, 2, 25_000, 1] {
        let row = fetch(&vec![(None, Outcome::Delivered); receipts]);
        assert_eq!(recorder.record(vec![FetchRow { at: Moment(1), ..row }]).await, Ok(()));
    }
    assert_eq!(recorder.record(vec![at(200)]).await, Ok(()));
    scene.store.add_up_receipts(PROJECT).await.unwrap();
    let mut moved = Vec::new();
    while let Some(base) = scene.move_base().await {
        moved.push((base.first, base.last));
        while scene.remove_aside(200).await != Removal::Nothing {}
        assert_eq!((scene.wrong().await, scene.first_break().await), (None, None));
    }
    assert_eq!(moved, [(1, 2), (3, 3), (4, 4), (5, 5)]);
}

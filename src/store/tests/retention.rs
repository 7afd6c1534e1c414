//! Old receipts go on purpose, and nothing else goes unseen.

mod base;
mod reported;
mod trees;

use super::receipts::{fetch, mac};
use super::reports::report;
use super::{PIPELINE, PROJECT, Scene};
use crate::domain::audit::{Action, Detail};
use crate::domain::delivery::{Outcome, Report};
use crate::domain::moment::Moment;
use crate::store::{EventRow, FetchRow, ProofWalk, Recorder, Removal, Unrecorded, Verifies};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::sync::Arc;

/// What is older goes.
const OLD: i64 = 100;

fn holds(message: &[u8], link: &[u8]) -> bool {
    mac(message) == link
}

/// Under the key after that one.
fn new_mac(message: &[u8]) -> [u8; 32] {
    mac(message).map(|byte| byte ^ 1)
}

/// Knows both, and the first is retired.
struct Retired;

impl Verifies for Retired {
    fn link(&self, message: &[u8], link: &[u8]) -> bool {
        holds(message, link) || new_mac(message) == link
    }

    fn proof(&self, message: &[u8], proof: &[u8]) -> bool {
        new_mac(message) == proof
    }
}

/// An event of the product.
fn said(action: Action, detail: &Detail) -> EventRow {
    EventRow {
        at: 1,
        action,
        actor_id: None,
        actor: "Olga".to_owned(),
        subject_id: PIPELINE,
        subject: "ci".to_owned(),
        detail: detail.to_stored(),
    }
}

/// A fetch of that time with one receipt.
fn at(time: i64) -> FetchRow {
    FetchRow { at: Moment(time), ..fetch(&[(None, Outcome::Delivered)]) }
}

impl Scene {
    async fn first_break(&self) -> Option<i64> {
        self.store.chain().first_break(&holds, PROJECT).await.unwrap()
    }

    /// Fetches of these times, with an event after each that says 0.
    async fn chain_of(&self, times: &[i64]) {
        let recorder = Recorder::start(self.store.clone(), Arc::new(mac));
        for time in times {
            match time {
                0 => self.event().await,
                time => assert_eq!(recorder.record(vec![at(*time)]).await, Ok(())),
            }
        }
        self.store.count_receipts(PROJECT).await.unwrap();
    }

    async fn event(&self) {
        let write = self.store.write().await.unwrap();
        let row = said(Action::JobRun, &Detail::Nothing);
        let recorded = write.chain().append(&mac, PROJECT, row).await.unwrap();
        write.commit(recorded).await.unwrap();
    }

    /// What is old, as if all of it was behind the base.
    async fn remove(&self, most: u64) -> Removal {
        let last = self.store.receipts(PROJECT).last_before(OLD).await.unwrap();
        if let Some(last) = last {
            self.run(&format!("UPDATE counted SET base_seq = {last}")).await;
        }
        self.remove_aside(most).await
    }

    async fn remove_aside(&self, most: u64) -> Removal {
        let write = self.store.write().await.unwrap();
        let receipts = write.receipts(PROJECT);
        let removal = receipts.remove_aside((&mac, &holds), (i64::MAX, most)).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        removal
    }

    async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS number FROM {table}");
        let query = Statement::from_string(DbBackend::Sqlite, sql);
        let row = self.store.reader.query_one_raw(query).await.unwrap().unwrap();
        row.try_get("", "number").unwrap()
    }

    async fn run(&self, sql: &str) {
        self.store.writer.execute_unprepared(sql).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_old_goes_in_small_steps_and_the_chain_holds_after_each() {
    let scene = Scene::new().await;
    // Links 1 to 9; those at 3 and 6 are events.
    scene.chain_of(&[1, 2, 0, 3, 4, 0, 5, 200, 6]).await;
    for (removal, left) in [
        (Removal::Links { first: 1, last: 2 }, 5),
        (Removal::Links { first: 4, last: 5 }, 3),
        (Removal::Links { first: 7, last: 7 }, 2),
        // What is young stays, and so does what came after it: the oldest go first.
        (Removal::Nothing, 2),
    ] {
        assert_eq!(scene.remove(2).await, removal);
        assert_eq!(scene.first_break().await, None, "{removal:?}");
        assert_eq!(
            (scene.count("pipeline_fetch").await, scene.count("receipt").await),
            (left, left)
        );
    }
    assert_eq!(scene.count("audit_event").await, 2, "events stay");
    scene.chain_of(&[300, 0]).await;
    assert_eq!(scene.first_break().await, None, "the chain goes on");
}

#[tokio::test]
async fn what_was_removed_is_proved_again_under_a_new_key_and_a_forged_proof_is_not() {
    let both = |message: &[u8], mac: &[u8]| holds(message, mac) || new_mac(message) == mac;
    for forged in [false, true] {
        let scene = Scene::new().await;
        scene.chain_of(&[1, 2, 0, 3, 4, 0]).await;
        assert_eq!(scene.remove(4).await, Removal::Links { first: 1, last: 5 });
        if forged {
            scene.run("UPDATE removed_links SET last_seq = 6 WHERE first_seq = 4").await;
        }
        let ours = if forged { 1 } else { 2 };
        let left = scene.store.proofs_to_move((&new_mac, &both)).await.unwrap();
        assert_eq!(left, ours);
        let chain = scene.store.chain();
        assert_eq!(chain.first_break(&Retired, PROJECT).await.unwrap(), Some(1));
        let (write, mut walk) = (scene.store.write().await.unwrap(), ProofWalk::default());
        assert_eq!(write.prove_again((&new_mac, &both), &mut walk).await.unwrap(), ours);
        assert!(walk.is_over());
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        assert_eq!(scene.store.proofs_to_move((&new_mac, &both)).await.unwrap(), 0);
        let broken = chain.first_break(&Retired, PROJECT).await.unwrap();
        assert_eq!(broken, forged.then_some(4));
    }
}

#[tokio::test]
async fn one_step_over_events_and_a_step_after_it_are_one_run_each() {
    let scene = Scene::new().await;
    scene.chain_of(&[1, 2, 0, 3, 4, 5]).await;
    assert_eq!(scene.remove(4).await, Removal::Links { first: 1, last: 5 });
    assert_eq!(scene.remove(4).await, Removal::Links { first: 6, last: 6 });
    assert_eq!(scene.count("removed_links").await, 2, "before the event and after it");
    assert_eq!((scene.first_break().await, scene.count("receipt").await), (None, 0));
}

#[tokio::test]
async fn one_step_removes_some_thousand_receipts_or_those_of_one_fetch() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    for receipts in [3_000, 2_000, 2, 6_000, 1] {
        let row = fetch(&vec![(None, Outcome::Delivered); receipts]);
        assert_eq!(recorder.record(vec![FetchRow { at: Moment(1), ..row }]).await, Ok(()));
    }
    scene.store.count_receipts(PROJECT).await.unwrap();
    let receipts = scene.store.receipts(PROJECT);
    assert_eq!(receipts.last_before(OLD).await.unwrap(), Some(5));
    assert_eq!(receipts.last_before(1).await.unwrap(), None, "nothing is as old as that");
    for (first, last) in [(1, 2), (3, 3), (4, 4), (5, 5)] {
        assert_eq!(scene.remove(200).await, Removal::Links { first, last });
    }
    assert_eq!((scene.first_break().await, scene.count("receipt").await), (None, 0));
}

#[tokio::test]
async fn reports_go_with_their_receipts_and_counts_stay() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    let row = FetchRow { at: Moment(1), ..fetch(&[(Some(ghcr), Outcome::Delivered)]) };
    assert_eq!(recorder.record(vec![row.clone()]).await, Ok(()));
    scene.store.count_receipts(PROJECT).await.unwrap();
    let write = scene.store.write().await.unwrap();
    assert!(report(&write, row.fetch.id(), PIPELINE, Report::Worked).await);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(scene.remove(9).await, Removal::Links { first: 1, last: 1 });
    for table in ["pipeline_fetch", "receipt", "delivery_report"] {
        assert_eq!(scene.count(table).await, 0, "{table}");
    }
    let dependents = scene.store.credentials(PROJECT).dependents(ghcr).await.unwrap();
    assert_eq!((dependents[0].deliveries, dependents[0].used), (1, 1));
    let versions = scene.store.secrets(PROJECT).versions(ghcr, 1, 9).await.unwrap();
    assert_eq!(versions[0].deliveries, 1);
}

#[tokio::test]
async fn whatever_else_goes_is_a_break() {
    let nowhere = "removed_links SET link_mac = x'00'";
    for (sql, broken_at) in [
        // By hand, after and before what was removed on purpose.
        ("DELETE FROM pipeline_fetch WHERE seq = 5".to_owned(), 5),
        ("DELETE FROM audit_event WHERE seq = 3".to_owned(), 3),
        // The row that says so is gone, is another's, or says more than it did.
        ("DELETE FROM removed_links".to_owned(), 1),
        (format!("UPDATE {nowhere}"), 1),
        ("UPDATE removed_links SET last_seq = 5; DELETE FROM receipt WHERE seq IN (4, 5); DELETE FROM pipeline_fetch WHERE seq IN (4, 5)".to_owned(), 1),
        ("UPDATE removed_links SET first_seq = 2".to_owned(), 1),
        // Something was put where there was something.
        ("INSERT INTO receipt (chain, seq, number, intent, outcome) SELECT chain, 2, 1, intent, outcome FROM receipt WHERE seq = 5".to_owned(), 3),
    ] {
        let scene = Scene::new().await;
        scene.chain_of(&[1, 2, 0, 200, 201]).await;
        assert_eq!(scene.remove(9).await, Removal::Links { first: 1, last: 2 });
        assert_eq!(scene.first_break().await, None);
        scene.run(&sql).await;
        assert_eq!(scene.first_break().await, Some(broken_at), "{sql}");
    }
}

#[tokio::test]
async fn what_does_not_hold_is_kept() {
    for (sql, broken_at) in [
        ("UPDATE pipeline_fetch SET at = 1 WHERE seq = 2", 2),
        ("UPDATE receipt SET reason = 'another' WHERE seq = 1", 1),
        ("UPDATE audit_event SET actor = 'Mallory' WHERE seq = 3", 3),
        ("DELETE FROM receipt WHERE seq = 4", 4),
    ] {
        let scene = Scene::new().await;
        scene.chain_of(&[1, 2, 0, 4]).await;
        // A thief changes the database, so that the product removes a receipt that is young.
        scene.run(sql).await;
        assert_eq!(scene.remove(9).await, Removal::Broken(broken_at), "{sql}");
        assert_eq!(
            (scene.count("pipeline_fetch").await, scene.first_break().await),
            (3, Some(broken_at))
        );
    }
}

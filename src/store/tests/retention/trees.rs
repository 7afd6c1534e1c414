//! The tree of a chain: it has every link, also those that were removed because of their age, and a chain
//! that is older than trees gets one while it goes on.

use super::{PROJECT, Removal, Scene, at, holds, mac};
use crate::checkpoints::link::leaf_of_removed;
use crate::checkpoints::tree::{Frontier, Hash, root};
use crate::store::{Growth, Recorder, Signed, Tree, Unrecorded};
use std::sync::Arc;

impl Scene {
    async fn tree(&self) -> Tree {
        self.store.chain().tree(PROJECT).await.unwrap().unwrap()
    }

    /// The leaf of every link, made from what is stored.
    async fn leaves(&self) -> Result<Vec<Hash>, i64> {
        let links = self.tree().await.links;
        self.store.chain().leaves(&holds, PROJECT, links).await.unwrap()
    }

    async fn assert_whole(&self) {
        let tree = self.tree().await;
        assert!(tree.is_whole(), "{tree:?}");
        assert_eq!(self.leaves().await.map(|leaves| root(&leaves)), Ok(tree.frontier.root()));
    }

    async fn grow(&self) -> Growth {
        let write = self.store.write().await.unwrap();
        let growth = write.chain().grow((&mac, &holds), PROJECT).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        growth
    }

    /// Leaves the chain as a version without trees did.
    async fn without_tree(&self) {
        self.run("UPDATE chain_head SET frontier = NULL, end_mac = NULL").await;
        self.run("DELETE FROM removed_leaves").await;
        self.seal_rows().await;
    }

    async fn note(&self, before: &Signed, now: &Signed) -> bool {
        let write = self.store.write().await.unwrap();
        let is_noted = write.chain().note_signed(PROJECT, before, now).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        is_noted
    }
}

#[tokio::test]
async fn a_tree_has_every_link_and_what_is_removed_leaves_it_as_it_is() {
    let scene = Scene::new().await;
    assert_eq!(scene.tree().await.frontier, Frontier::default());
    scene.chain_of(&[1, 2, 0, 3, 4, 0, 200]).await;
    scene.assert_whole().await;
    let before = scene.tree().await.frontier;
    for removal in [Removal::Links { first: 1, last: 2 }, Removal::Links { first: 4, last: 5 }] {
        assert_eq!(scene.remove(2).await, removal);
        scene.assert_whole().await;
    }
    assert_eq!(scene.tree().await.frontier, before);
    scene.chain_of(&[300, 0]).await;
    scene.assert_whole().await;
    assert_eq!(scene.first_break().await, None);
}

#[tokio::test]
async fn an_older_chain_gets_its_tree_while_it_goes_on() {
    let scene = Scene::new().await;
    scene.chain_of(&[1, 2, 0, 200, 201]).await;
    assert_eq!(scene.remove(9).await, Removal::Links { first: 1, last: 2 });
    scene.without_tree().await;
    assert!(!scene.tree().await.is_whole());
    scene.chain_of(&[0, 300]).await;
    assert_eq!(scene.tree().await.frontier.size(), 0, "a tree has no gaps");
    assert_eq!(scene.grow().await, Growth::Whole);
    scene.assert_whole().await;
    // Of what was removed before there was a tree only that is left.
    let leaves = scene.leaves().await.unwrap();
    assert_eq!(leaves[..2], [leaf_of_removed(PROJECT, 1), leaf_of_removed(PROJECT, 2)]);
    scene.chain_of(&[0]).await;
    scene.assert_whole().await;
    assert_eq!(scene.grow().await, Growth::Whole);
    assert_eq!(scene.first_break().await, None);
}

#[tokio::test]
async fn a_long_chain_gets_its_tree_in_parts() {
    let scene = Scene::new().await;
    let recorder = Recorder::start(scene.store.clone(), Arc::new(mac));
    assert_eq!(recorder.record((0..2_500).map(|_| at(1)).collect()).await, Ok(()));
    let before = scene.tree().await;
    scene.without_tree().await;
    assert_eq!(scene.grow().await, Growth::More);
    assert_eq!(scene.tree().await.frontier.size(), 2_000);
    scene.chain_of(&[0]).await;
    assert_eq!(scene.grow().await, Growth::Whole);
    scene.assert_whole().await;
    let chain = scene.store.chain();
    let from = (&Frontier::default(), before.links);
    assert_eq!(chain.grown(&holds, PROJECT, from).await.unwrap(), Ok(before.frontier.clone()));
    let from = (&before.frontier, before.links + 1);
    let grown = chain.grown(&holds, PROJECT, from).await.unwrap();
    assert_eq!(grown, Ok(scene.tree().await.frontier));
}

#[tokio::test]
async fn a_tree_stops_before_a_link_that_does_not_hold() {
    for (sql, broken_at) in [
        ("UPDATE audit_event SET actor = 'Mallory' WHERE seq = 3", 3),
        ("UPDATE pipeline_fetch SET at = 9 WHERE seq = 1", 1),
        ("DELETE FROM receipt WHERE seq = 4", 4),
    ] {
        let scene = Scene::new().await;
        scene.chain_of(&[1, 2, 0, 4]).await;
        scene.without_tree().await;
        scene.run(sql).await;
        assert_eq!(scene.grow().await, Growth::Broken(broken_at), "{sql}");
        assert!(!scene.tree().await.is_whole(), "{sql}");
    }
}

#[tokio::test]
async fn a_leaf_that_somebody_else_put_there_is_none() {
    for sql in [
        "UPDATE removed_leaves SET leaves = zeroblob(64)",
        "UPDATE removed_leaves SET first_seq = 2",
        "DELETE FROM removed_leaves",
    ] {
        let scene = Scene::new().await;
        scene.chain_of(&[1, 2, 0, 200]).await;
        assert_eq!(scene.remove(9).await, Removal::Links { first: 1, last: 2 });
        scene.assert_whole().await;
        scene.run(sql).await;
        assert_eq!(scene.leaves().await, Err(1), "{sql}");
    }
}

#[tokio::test]
async fn a_tree_that_is_made_anew_goes_without_lost_leaves() {
    let scene = Scene::new().await;
    scene.chain_of(&[1, 2, 0, 200]).await;
    assert_eq!(scene.remove(9).await, Removal::Links { first: 1, last: 2 });
    scene.run("DELETE FROM removed_leaves").await;
    let write = scene.store.write().await.unwrap();
    assert_eq!(write.chain().begin_tree_anew(PROJECT).await.unwrap(), Some(2));
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert!(!scene.tree().await.is_whole());
    scene.chain_of(&[0]).await;
    assert_eq!(scene.grow().await, Growth::Whole);
    scene.assert_whole().await;
    assert_eq!(scene.tree().await.last.number, 2);
    assert_eq!(scene.leaves().await.map(|leaves| leaves[1]), Ok(leaf_of_removed(PROJECT, 2)));
}

#[tokio::test]
async fn what_was_signed_stays_and_is_followed() {
    let scene = Scene::new().await;
    scene.chain_of(&[0, 0, 0]).await;
    let tree = scene.tree().await;
    assert_eq!(tree.last, Signed::default());
    let first = Signed { number: 1, frontier: tree.frontier };
    assert!(scene.note(&tree.last, &first).await);
    assert!(!scene.note(&tree.last, &first).await, "something was signed meanwhile");
    scene.chain_of(&[0, 5]).await;
    assert_eq!(scene.tree().await.last, first);
    scene.assert_whole().await;
    let mut more = scene.tree().await.frontier;
    more.push([0; 32]);
    let longer = Signed { number: 1, frontier: more };
    assert!(!scene.note(&first, &longer).await, "the chain has fewer links");

    let write = scene.store.write().await.unwrap();
    assert_eq!(write.chain().begin_tree(PROJECT).await.unwrap(), Some(2));
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let renewed = Signed { number: 2, frontier: Frontier::default() };
    assert_eq!(scene.tree().await.last, renewed);
    assert_eq!(scene.first_break().await, None);
    // The MAC of the end covers it.
    scene.run("UPDATE chain_head SET signed = NULL").await;
    assert_eq!(scene.store.chain().tree(PROJECT).await.unwrap(), None);
}

//! Verification on the page: what holds, and the first link that does not, by its number.

use super::Scene;
use regcred::domain::audit::AuditQuery;

#[tokio::test]
async fn the_page_says_that_the_chain_holds_and_names_the_first_link_that_does_not() {
    let scene = Scene::of(3).await;
    let (owner, chain) = (&scene.app.owner, scene.app.database.id(scene.project));
    let count = scene.count().await;
    let page = owner.get("/p/acme/audit/verify").await.text();
    let holds = format!("Links 1 to {count} hold. This is the end of the chain.");
    assert!(page.contains(&holds), "{page}");
    let instance = owner.get("/admin/audit/verify").await.text();
    assert!(instance.contains("This is the end of the chain."), "{instance}");
    let beyond = owner.get("/p/acme/audit/verify?after=99999").await.text();
    let ends = format!("There is no link 99999: the chain ends with link {count}.");
    assert!(beyond.contains(&ends), "{beyond}");
    assert_eq!(owner.get("/p/acme/audit/verify?after=x").await.status, 400);
    let last = format!("/p/acme/audit/verify?after={}", i64::MAX);
    assert_eq!(owner.get(&last).await.status, 200);
    let sql = format!("UPDATE audit_event SET subject = 'x' WHERE chain = {chain} AND seq = 3");
    scene.app.raw(&sql).await;
    let page = owner.get("/p/acme/audit/verify").await.text();
    assert!(page.contains("Link 3 does not hold.") && page.contains("/p/acme/audit/3"), "{page}");
    let link = owner.get("/p/acme/audit/3").await.text();
    assert!(link.contains("This link does not hold"), "{link}");
    let keep = "Keep a copy of this code elsewhere.";
    assert!(!link.contains(keep), "its code is worth nothing: {link}");
    let link = owner.get("/p/acme/audit/2").await.text();
    assert!(link.contains("This link holds") && link.contains(keep), "{link}");
    // What comes behind it still follows what is stored.
    let page = owner.get("/p/acme/audit/verify?after=3").await.text();
    assert!(page.contains(&format!("Links 4 to {count} hold.")), "{page}");
}

#[tokio::test]
async fn of_a_broken_chain_no_checkpoint_is_offered_and_nothing_is_before_its_first_link() {
    let scene = Scene::of(3).await;
    let (owner, chain) = (&scene.app.owner, scene.app.database.id(scene.project));
    let (sign, before) = ("Sign and download a checkpoint", "See the events before it");
    let page = owner.get("/p/acme/audit/verify").await.text();
    assert!(page.contains(sign) && !page.contains(before), "{page}");
    let later = owner.get("/p/acme/audit/verify?after=3").await.text();
    let from_first = "A checkpoint can be signed on ";
    assert!(!later.contains(sign) && later.contains(from_first), "{later}");
    for (seq, has_before) in [(3, true), (1, false)] {
        let of = format!("WHERE chain = {chain} AND seq = {seq}");
        scene.app.raw(&format!("UPDATE audit_event SET subject = 'x' {of}")).await;
        let page = owner.get("/p/acme/audit/verify").await.text();
        assert!(page.contains(&format!("Link {seq} does not hold.")), "{page}");
        assert!(!page.contains(sign) && page.contains("signs no checkpoint"), "{page}");
        assert_eq!(page.contains(before), has_before, "{page}");
        // What is behind the broken link holds, and the chain does not.
        let later = owner.get("/p/acme/audit/verify?after=3").await.text();
        assert!(!later.contains(sign) && !later.contains("signs no checkpoint"), "{later}");
    }
}

#[tokio::test]
async fn a_chain_that_is_checked_in_parts_breaks_where_the_whole_one_does() {
    let scene = Scene::of(5).await;
    let (store, project) = (scene.app.vault.store(), scene.project);
    let chain = scene.app.database.id(project);
    // Any code is taken for right, so that only what is missing breaks the chain.
    let holds = |_: &[u8], _: &[u8]| true;
    let first_of_parts = async |most: i64| {
        let mut after = 0;
        loop {
            let part = store.chain().check_after(&holds, project, after, most).await.unwrap();
            if part.broken_at.is_some() || part.is_end {
                return part.broken_at;
            }
            assert!(part.last > after, "it goes on");
            after = part.last;
        }
    };
    let all = scene.rows(&AuditQuery::default()).await;
    for row in all.iter().skip(1).step_by(3) {
        for table in ["audit_event", "pipeline_fetch", "receipt"] {
            let of = format!("WHERE chain = {chain} AND seq = {}", row.seq);
            scene.app.raw(&format!("DELETE FROM {table} {of}")).await;
        }
        let whole = store.chain().first_break(&holds, project).await.unwrap();
        assert_eq!(whole, Some(row.seq));
        for most in [1, 2, 7, 1_000] {
            assert_eq!(first_of_parts(most).await, whole, "{most} at once");
        }
    }
}

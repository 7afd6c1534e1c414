//! Checkpoints and proofs from the pages: what is downloaded is verified with files and public keys alone.

use super::Scene;
use crate::app::{App, Browser, Reply};
use regcred::checkpoints::checkpoint::Checkpoint;
use regcred::checkpoints::export::{self, Line};
use regcred::checkpoints::note::Key;
use regcred::checkpoints::proof;
use regcred::domain::audit::LastCheckpoint;
use regcred::domain::permission::of;
use regcred::domain::user::Role;

const SIGN: &str = "/rpc/audit/checkpoint";
const PROVE: &str = "/rpc/audit/proof";
const VERIFY: &str = "/p/acme/audit/verify";

async fn last(app: &App) -> LastCheckpoint {
    let reader = app.evidence(&app.owner, "acme").await;
    app.vault.last_checkpoint(&reader.can::<of::AuditRead>().unwrap()).await.unwrap()
}

async fn keys(app: &App) -> Vec<Key> {
    last(app).await.keys.iter().map(|key| Key::parse(key).unwrap()).collect()
}

/// An export of links of the project.
async fn links(browser: &Browser) -> String {
    let form = [("project", "acme"), ("format", "links")];
    browser.post_form("/rpc/audit/export", &form).await.text()
}

fn is_text(reply: &Reply, name: &str) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let disposition = format!("attachment; filename=\"{name}\"");
    assert_eq!(reply.header("content-disposition"), disposition.as_str());
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_checkpoint_from_the_page_verifies_an_export_without_the_database() {
    let scene = Scene::of(2).await;
    let (app, owner) = (&scene.app, &scene.app.owner);
    assert_eq!(last(app).await.signed, None);
    let page = owner.get(VERIFY).await.text();
    for words in ["No checkpoint of this chain was signed yet.", "What it does not prove: "] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(last(app).await.signed, None, "a page signs nothing");
    let reply = owner.post_form(SIGN, &[("project", "acme")]).await;
    is_text(&reply, "regcred-audit-acme.checkpoint");
    let (note, keys) = (reply.text(), keys(app).await);
    let checkpoint = Checkpoint::open(&note, &keys).unwrap();
    assert_eq!(checkpoint.size, u64::try_from(scene.count().await).unwrap());
    let found = export::verify(links(owner).await.as_bytes(), &checkpoint).unwrap();
    assert_eq!((found.links, found.removed), (checkpoint.size, 0));
    // The page has the same note from now on.
    assert_eq!(last(app).await.signed, Some((checkpoint.size, note)));
    let page = owner.get(VERIFY).await.text();
    let covers = format!("The newest checkpoint covers links 1 to {}:", checkpoint.size);
    assert!(page.contains(&covers), "{page}");
    assert!(page.contains("regcred-audit-acme.checkpoint --key "), "{page}");
    let instance = owner.get("/admin/audit/verify").await.text();
    assert!(instance.contains("regcred-audit-instance.checkpoint"), "{instance}");
}

#[tokio::test]
async fn a_proof_from_the_page_of_an_event_leads_from_it_to_a_checkpoint() {
    let scene = Scene::of(3).await;
    let (app, owner) = (&scene.app, &scene.app.owner);
    let page = owner.get("/p/acme/audit/2").await.text();
    assert!(page.contains(PROVE) && page.contains("c2sp.org/tlog-proof@v1"), "{page}");
    let form = [("project", "acme"), ("link", "2")];
    let reply = owner.post_form(PROVE, &form).await;
    is_text(&reply, "regcred-audit-acme-2.tlog-proof");
    let (text, keys) = (reply.text(), keys(app).await);
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"), "{text}");
    let lines = links(owner).await;
    let lines: Vec<Line> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (index, checkpoint) = proof::verify(&text, lines[1].leaf().unwrap(), &keys).unwrap();
    assert_eq!((index, proof::link(&text)), (1, Some(2)));
    assert!(checkpoint.size >= 3);
    assert!(proof::verify(&text, lines[2].leaf().unwrap(), &keys).is_err(), "of another link");
    for (link, status) in [("0", 409), ("99999", 409), ("x", 404), ("", 404)] {
        let form = [("project", "acme"), ("link", link)];
        assert_eq!(owner.post_form(PROVE, &form).await.status, status, "{link}");
    }
}

#[tokio::test]
async fn only_who_may_audit_gets_a_checkpoint_or_a_proof() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    let of_acme = [("project", "acme"), ("link", "1")];
    let of_instance = [("project", ""), ("link", "1")];
    for (role, status) in
        [(Role::Viewer, 403), (Role::Auditor, 200), (Role::Maintainer, 403), (Role::Owner, 200)]
    {
        let member = app.member(role, "acme").await;
        for path in [SIGN, PROVE] {
            assert_eq!(member.post_form(path, &of_acme).await.status, status, "{role:?} {path}");
            assert_eq!(member.post_form(path, &of_instance).await.status, 403, "{role:?} {path}");
        }
    }
    let nobody = app.nobody();
    for path in [SIGN, PROVE] {
        assert_eq!(beta.post_form(path, &of_acme).await.status, 404);
        assert_eq!(app.owner.post_form(path, &of_instance).await.status, 200);
        assert_eq!(nobody.post_json_accept(path, &of_acme).await.status, 401);
        let led = nobody.post_form(path, &of_acme).await;
        assert!(led.location().starts_with("/sign-in?next="), "{} {}", led.status, led.text());
        assert_eq!(app.owner.get(path).await.status, 405);
    }
}

#[tokio::test]
async fn of_a_chain_that_was_changed_no_checkpoint_is_signed() {
    let scene = Scene::of(1).await;
    let (owner, chain) = (&scene.app.owner, scene.app.database.id(scene.project));
    let sql = format!("UPDATE audit_event SET subject = 'x' WHERE chain = {chain} AND seq = 3");
    scene.app.raw(&sql).await;
    let reply = owner.post_form(SIGN, &[("project", "acme")]).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("broken at link 3"), "{}", reply.text());
    // The page still says what is broken, and offers no proof of that link.
    assert!(owner.get(VERIFY).await.text().contains("Link 3 does not hold."));
    assert!(!owner.get("/p/acme/audit/3").await.text().contains(PROVE));
}

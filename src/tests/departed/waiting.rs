//! Who is under way while somebody's right ends: a job whose issuer is slow, a proposal that waits, and
//! the session of an instance admin.

use super::{Scene, losses, operate};
use crate::app::{App, OWNER, PASSWORD};
use regcred::domain::user::Role;

#[tokio::test]
async fn a_job_that_waits_for_its_issuer_while_the_maker_of_its_rule_leaves_gets_nothing() {
    for loss in [None, Some(0), Some(1), Some(2)] {
        let mut scene = Scene::new().await;
        scene.app = scene.app.knowing_no_keys(&["127.0.0.0/8"]);
        scene.issuer.says("");
        let asked = scene.issuer.asked();
        let leaves = async {
            while scene.issuer.asked() == asked {
                tokio::task::yield_now().await;
            }
            if let Some(number) = loss {
                scene.operate(&losses(&scene.email)[number]).await.done();
            }
            scene.issuer.says("200 OK");
        };
        let (short, ()) = tokio::join!(scene.exchanged(), leaves);
        assert_eq!(short.is_some(), loss.is_none(), "{loss:?}");
    }
}

#[tokio::test]
async fn nobody_approves_what_somebody_proposed_who_has_left_and_it_can_be_rejected() {
    let app = App::new().await;
    let more = [("is_protected", "true")];
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "s", &more).await;
    let leaver = app.new_member("leaver", Role::Maintainer).await;
    let (of, stored) = (id.to_string(), app.stored("acme", id).await);
    let (revision, access) = (stored.revision.to_string(), stored.summary.access.word());
    let lowered = [("name", "ghcr"), ("access", access), ("is_protected", "")];
    let form = crate::edits::form(&of, &revision, &lowered);
    let reply = leaver.post_multipart_json_accept(crate::edits::UPDATE, &form, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let email = format!("leaver-{}@example.com", leaver.person.unwrap().simple());
    operate(&app, &losses(&email)[0]).await.done();

    let page = app.credential_page("acme", id).await;
    let (change, revision) =
        (page.guard_change.unwrap().id.to_string(), page.credential.revision.to_string());
    let on = [
        ("project", "acme"),
        ("credential", of.as_str()),
        ("id", change.as_str()),
        ("revision", revision.as_str()),
    ];
    let approval = [&on[..], &[("password", PASSWORD)]].concat();
    let reply = app.owner.post_json_accept("/rpc/guard-changes/approve", &approval).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("no longer has the right to"), "{}", reply.text());
    assert!(app.stored("acme", id).await.is_protected);
    let rejection = [&on[..], &[("reason", "Nobody stands for it.")]].concat();
    let reply = app.owner.post_json_accept("/rpc/guard-changes/reject", &rejection).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn who_is_no_instance_admin_any_more_does_nothing_as_one_at_any_server() {
    let app = App::new().await;
    let mut second = app.another_server().await;
    second.cookie.clone_from(&app.owner.cookie);
    for server in [&app.owner, &second] {
        assert_eq!(server.get("/admin/keys").await.status, 200);
    }
    operate(&app, &["user", "admin", OWNER, "--no"]).await.done();
    for server in [&second, &app.owner] {
        assert_eq!(server.get("/admin/keys").await.status, 403);
        let reply = server.post_json_accept("/rpc/keys/rotate", &[]).await;
        assert_eq!(reply.status, 403, "{}", reply.text());
        assert_eq!(server.get("/p/acme/credentials").await.status, 200, "they are a member still");
    }
}

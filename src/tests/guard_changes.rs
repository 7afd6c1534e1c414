//! Lowering a guard of a protected credential: it is proposed, another member approves it, and until
//! then the guard stands.

use crate::app::{App, Browser, PASSWORD, Reply};
use crate::edits::{UPDATE, form};
use regcred::domain::audit::{Action, Detail};
use regcred::domain::credential::{Access, Credential};
use regcred::domain::user::Role;
use uuid::Uuid;

const APPROVE: &str = "/rpc/guard-changes/approve";
const DELETE: &str = "/rpc/guard-changes/delete";
const REJECT: &str = "/rpc/guard-changes/reject";
const PATH: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi";

/// An instance with a protected credential `ghcr` for `acme`, and two more who may change it.
struct Scene {
    app: App,
    credential: Uuid,
    one: Browser,
    other: Browser,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let more = [("is_protected", "true"), ("paths", "acme")];
        let credential =
            app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2", &more);
        let credential = credential.await;
        let one = app.new_member("one", Role::Maintainer).await;
        let other = app.new_member("other", Role::Maintainer).await;
        Self { app, credential, one, other }
    }

    async fn stored(&self) -> Credential {
        self.app.stored("acme", self.credential).await
    }

    /// Saves the form as it is stored, but for these fields.
    async fn save(&self, by: &Browser, changed: &[(&str, &str)]) -> Reply {
        let (id, stored) = (self.credential.to_string(), self.stored().await);
        let (revision, paths) = (stored.revision.to_string(), stored.summary.paths.join(", "));
        let protected = if stored.is_protected { "true" } else { "" };
        let mut fields = vec![
            ("paths", paths.as_str()),
            ("access", stored.summary.access.word()),
            ("is_protected", protected),
        ];
        fields.retain(|(field, _)| !changed.iter().any(|(other, _)| other == field));
        fields.extend_from_slice(changed);
        by.post_multipart(UPDATE, &form(&id, &revision, &fields), None).await
    }

    async fn act(&self, by: &Browser, path: &str, more: &[(&str, &str)]) -> Reply {
        let page = self.app.credential_page("acme", self.credential).await;
        let change = page.guard_change.map_or_else(Uuid::now_v7, |change| change.id).to_string();
        let (of, revision) = (self.credential.to_string(), page.credential.revision.to_string());
        let mut form = vec![
            ("project", "acme"),
            ("credential", of.as_str()),
            ("id", change.as_str()),
            ("revision", revision.as_str()),
            ("password", PASSWORD),
        ];
        form.retain(|(field, _)| !more.iter().any(|(other, _)| other == field));
        form.extend_from_slice(more);
        by.post_json_accept(path, &form).await
    }

    async fn waits(&self) -> bool {
        self.app.credential_page("acme", self.credential).await.guard_change.is_some()
    }

    /// What was done last to the credential, with what is said of it.
    async fn last(&self) -> (Action, String) {
        let event = self.app.credential_page("acme", self.credential).await.events.remove(0);
        assert!(matches!(event.detail, Detail::Changed(_)));
        (event.action, event.detail.to_text())
    }
}

#[tokio::test]
async fn the_harmless_part_is_saved_at_once_and_the_rest_waits_for_another_member() {
    let scene = Scene::new().await;
    let changed = [("description", "nightly"), ("is_protected", ""), ("paths", "acme, other")];
    let reply = scene.save(&scene.one, &changed).await;
    let page = scene.one.follow(reply).await.text();
    assert!(page.contains("ghcr was saved.") && page.contains("wait for another member"), "{page}");
    let stored = scene.stored().await;
    assert_eq!(stored.summary.description, "nightly");
    assert!(stored.is_protected);
    assert_eq!(stored.summary.paths, ["acme"]);

    let path = format!("/p/acme/credentials/{}", scene.credential);
    let page = scene.one.get(&path).await.text();
    assert!(page.contains("Change waiting for approval") && page.contains("one proposed this"));
    assert!(page.contains("Withdraw") && !page.contains(APPROVE), "{page}");
    let page = scene.other.get(&path).await.text();
    assert!(page.contains("Reject") && page.contains(APPROVE), "{page}");

    assert_eq!(scene.act(&scene.one, APPROVE, &[]).await.status, 409, "who proposed it");
    for password in ["", "wrong password"] {
        let reply = scene.act(&scene.other, APPROVE, &[("password", password)]).await;
        assert!(reply.status == 422 && reply.at("password").is_some(), "{}", reply.text());
    }
    let viewer = scene.app.member(Role::Viewer, "acme").await;
    assert_eq!(scene.act(&viewer, APPROVE, &[]).await.status, 403);
    let stale = scene.act(&scene.other, APPROVE, &[("revision", "1")]).await;
    assert!(stale.status == 409 && stale.text().contains("Something changed"), "{}", stale.text());
    assert!(scene.stored().await.is_protected && scene.waits().await);

    let reply = scene.act(&scene.other, APPROVE, &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let stored = scene.stored().await;
    assert!(!stored.is_protected && !scene.waits().await);
    assert_eq!(stored.summary.paths, ["acme", "other"]);
    assert_eq!(stored.summary.description, "nightly");
    let (action, detail) = scene.last().await;
    assert_eq!(action, Action::GuardLowered);
    assert!(detail.contains("Protected from Yes to No"), "{detail}");
    assert!(detail.contains("Repository path from acme to acme, other"), "{detail}");
    scene.app.assert_chain_holds().await;
}

#[tokio::test]
async fn one_person_cannot_take_the_guard_off_fetch_and_put_it_back() {
    for changed in [("is_protected", ""), ("access", "pull")] {
        let scene = Scene::new().await;
        scene.save(&scene.one, &[changed]).await;
        let (pipeline, token) = scene.app.pipeline(&scene.one, "acme", "own", &[], "pull").await;
        let reply = scene.app.ask_grant(&scene.one, pipeline, scene.credential, &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let reply = scene.app.fetch(&token, PATH).await;
        assert!(reply.status == 403 && !reply.text().contains("hunter2"), "{changed:?}");
        assert_eq!(scene.stored().await.summary.access, Access::PullAndPush);
    }
}

#[tokio::test]
async fn raising_a_guard_waits_for_nobody_and_the_record_says_which_way_it_went() {
    let scene = Scene::new().await;
    scene.save(&scene.one, &[("paths", "acme/api")]).await;
    assert_eq!(scene.stored().await.summary.paths, ["acme/api"]);
    let (action, detail) = scene.last().await;
    assert_eq!(
        (action, &*detail),
        (Action::CredentialUpdated, "Repository path from acme to acme/api")
    );
    scene.save(&scene.one, &[("is_protected", "")]).await;
    let (action, detail) = scene.last().await;
    assert_eq!((action, &*detail), (Action::GuardChangeProposed, "Protected from Yes to No"));
    assert_eq!(scene.act(&scene.other, APPROVE, &[]).await.status, 200);
    scene.save(&scene.one, &[("is_protected", "true")]).await;
    assert!(scene.stored().await.is_protected && !scene.waits().await);
    let (_, detail) = scene.last().await;
    assert_eq!(detail, "Protected from No to Yes");
}

#[tokio::test]
async fn what_was_proposed_is_withdrawn_or_gives_way_to_another_proposal() {
    let scene = Scene::new().await;
    scene.save(&scene.one, &[("is_protected", "")]).await;
    let first = scene.app.credential_page("acme", scene.credential).await.guard_change.unwrap().id;
    scene.save(&scene.other, &[("paths", "")]).await;
    let first = first.to_string();
    let reply = scene.act(&scene.app.owner, APPROVE, &[("id", &first)]).await;
    assert_eq!(reply.status, 404, "it was replaced by another one");
    assert_eq!(scene.act(&scene.other, DELETE, &[]).await.status, 200);
    assert!(!scene.waits().await && scene.stored().await.is_protected);
    assert_eq!(scene.last().await.0, Action::GuardChangeWithdrawn);
    assert_eq!(scene.act(&scene.other, DELETE, &[]).await.status, 404);
    let plain = scene.app.credential(&scene.app.owner, "acme", "plain", "quay.io", "s").await;
    let id = plain.to_string();
    let fields = [("name", "plain"), ("registry_url", "quay.io"), ("access", "pull")];
    let reply = scene.one.post_multipart_json_accept(UPDATE, &form(&id, "1", &fields), None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let page = scene.app.credential_page("acme", plain).await;
    assert!(page.guard_change.is_none() && page.credential.summary.access == Access::Pull);
}

#[tokio::test]
async fn nobody_lowers_a_guard_while_a_grant_of_it_is_hidden() {
    let scene = Scene::new().await;
    let (pipeline, _) = scene.app.bare_pipeline("build").await;
    scene.app.grant(pipeline, scene.credential, &[]).await;
    scene.save(&scene.one, &[("is_protected", "")]).await;
    let tampered = "UPDATE access_grant SET created_at = created_at + 1";
    assert_eq!(scene.app.tamper(tampered).await, 1);
    let reply = scene.act(&scene.other, APPROVE, &[]).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("regcred doctor"), "{}", reply.text());
    assert!(scene.stored().await.is_protected);
    scene.app.tamper("UPDATE access_grant SET created_at = created_at - 1").await;
    assert_eq!(scene.act(&scene.other, APPROVE, &[]).await.status, 200);
}

#[tokio::test]
async fn a_rejection_from_a_page_that_is_out_of_date_is_refused_and_keeps_the_reason() {
    let scene = Scene::new().await;
    let changed = [("description", "nightly"), ("is_protected", "")];
    scene.save(&scene.one, &changed).await;
    let stale = [("revision", "1"), ("reason", "It guards production.")];
    let reply = scene.act(&scene.other, REJECT, &stale).await;
    assert!(reply.status == 409 && reply.text().contains("Something changed"), "{}", reply.text());
    let page = scene.app.credential_page("acme", scene.credential).await;
    let change = page.guard_change.unwrap();
    assert!(change.rejection.is_none());
    let (of, id) = (scene.credential.to_string(), change.id.to_string());
    let form = [("project", "acme"), ("credential", &*of), ("id", &*id), stale[0], stale[1]];
    let reply = scene.other.post_form(REJECT, &form).await;
    let page = scene.other.follow(reply).await.text();
    assert!(page.contains("Something changed") && page.contains("It guards production."), "{page}");
    assert_eq!(scene.act(&scene.other, REJECT, &[("reason", "No.")]).await.status, 200);
}

#[tokio::test]
async fn a_change_is_withdrawn_by_its_proposer_alone_and_dismissed_once_it_was_rejected() {
    let scene = Scene::new().await;
    scene.save(&scene.one, &[("is_protected", "")]).await;
    let reply = scene.act(&scene.other, DELETE, &[]).await;
    assert!(reply.status == 409 && scene.waits().await, "a reason is owed: {}", reply.text());
    let of = scene.credential.to_string();
    for (rejected, said, done) in [
        (false, "The proposed change of ghcr was withdrawn.", Action::GuardChangeWithdrawn),
        (true, "The rejected change of ghcr is no longer shown.", Action::GuardChangeDismissed),
    ] {
        scene.save(&scene.one, &[("is_protected", "")]).await;
        if rejected {
            let reply = scene.act(&scene.other, REJECT, &[("reason", "No.")]).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let page = scene.app.credential_page("acme", scene.credential).await;
        let id = page.guard_change.unwrap().id.to_string();
        let form = [("project", "acme"), ("credential", of.as_str()), ("id", id.as_str())];
        let reply = scene.one.post_form(DELETE, &form).await;
        let page = scene.one.follow(reply).await.text();
        assert!(page.contains(said), "{page}");
        assert_eq!(scene.last().await.0, done);
    }
    let activity = scene.one.get(&format!("/p/acme/credentials/{of}/activity")).await.text();
    for said in ["other rejected the proposed change of ghcr", "one dismissed the rejected change"]
    {
        assert!(activity.contains(said), "{said}: {activity}");
    }
}

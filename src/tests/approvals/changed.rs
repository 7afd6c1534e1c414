//! A grant's terms are changed: who gives more waits for an approval, who gives less keeps it.

use super::Scene;
use crate::app::{Browser, OWNER, PASSWORD, Reply};
use crate::edits::save;
use regcred::domain::audit::{Action, Detail, TermChange};
use regcred::domain::matching::Lost;
use regcred::domain::user::Role;

impl Scene {
    /// Saves the grant's form as that person sees it, with these fields: to push and nothing else,
    /// unless they say otherwise.
    async fn change(&self, by: &Browser, more: &[(&str, &str)]) -> Reply {
        let grant = self.seen_by(by).await;
        let (pipeline, id) = (self.pipeline.to_string(), grant.id.to_string());
        let revision = grant.revision.to_string();
        let mut form = vec![
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", id.as_str()),
            ("revision", revision.as_str()),
            ("form[intent]", "pull_push"),
            ("password", PASSWORD),
        ];
        form.retain(|(field, _)| !more.iter().any(|(other, _)| other == field));
        form.extend_from_slice(more);
        by.post_json_accept("/rpc/grants/update", &form).await
    }
}

#[tokio::test]
async fn who_gives_less_keeps_the_approval() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    scene.approve(&maintainer).await;
    scene.assert_pushes().await;
    let less = [("form[repositories]", "acme/api"), ("form[expires_on]", "2099-01-31")];
    let reply = scene.change(&maintainer, &less).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    scene.assert_pushes().await;
    let grant = scene.seen_by(&scene.app.owner).await;
    assert!(grant.is_own, "it is still of who gave it");
    assert_eq!(grant.terms.repositories, ["acme/api"]);
}

#[tokio::test]
async fn who_gives_more_gives_it_anew_and_it_waits() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    scene.change(&scene.app.owner, &[("form[repositories]", "acme/api")]).await;
    scene.approve(&maintainer).await;
    scene.assert_pushes().await;
    assert_eq!(scene.change(&maintainer, &[]).await.status, 200);
    scene.assert_waits(Lost::NotApproved).await;
    let (owner, other) = (&scene.app.owner, scene.app.member(Role::Owner, "acme").await);
    assert!(scene.seen_by(&maintainer).await.is_own && !scene.seen_by(owner).await.is_own);
    assert_eq!(scene.approve(&maintainer).await.status, 409, "nobody approves what they gave");
    assert_eq!(scene.approve(&other).await.status, 200);
    scene.assert_pushes().await;
}

#[tokio::test]
async fn a_grant_that_changed_meanwhile_is_not_changed_again() {
    let scene = Scene::new().await;
    let owner = &scene.app.owner;
    let old = scene.seen_by(owner).await.revision.to_string();
    assert_eq!(scene.change(owner, &[("form[branches]", "main")]).await.status, 200);
    let stale = [("revision", old.as_str()), ("form[branches]", "dev")];
    let reply = scene.change(owner, &stale).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert_eq!(scene.seen_by(owner).await.terms.branches, ["main"]);
}

#[tokio::test]
async fn changing_a_grant_is_asked_the_password_and_is_in_the_audit() {
    let scene = Scene::new().await;
    // In this session no password was given yet.
    let owner = &scene.app.sign_in(OWNER).await;
    for (field, value) in [
        ("password", ""),
        ("password", "wrong password"),
        ("form[intent]", "own"),
        ("form[branches]", "a b"),
        ("form[expires_on]", "2020-01-31"),
    ] {
        let reply = scene.change(owner, &[(field, value)]).await;
        assert_eq!(reply.status, 422, "{field}: {}", reply.text());
        let name = field.trim_start_matches("form[").trim_end_matches(']');
        assert!(reply.at(name).is_some(), "{field}: {}", reply.text());
    }
    assert_eq!(scene.change(owner, &[]).await.status, 200, "nothing to change");
    assert_eq!(scene.change(owner, &[("form[events]", "push")]).await.status, 200);
    let project = scene.app.evidence(owner, "acme").await.project().id;
    let events = scene.app.vault.store().chain().about(project, scene.pipeline, 50).await.unwrap();
    let mut changes = events.iter().filter(|event| event.action == Action::GrantChanged);
    let Detail::Grant { changes: told, .. } = &changes.next().unwrap().detail else {
        panic!("it is no detail of a grant");
    };
    let change = TermChange::between("Events", "any", "push");
    assert_eq!(*told, change.into_iter().collect::<Vec<_>>());
    assert!(changes.next().is_none(), "nothing of what was refused or left as it was");
}

#[tokio::test]
async fn a_decision_is_about_the_grant_that_stood_on_the_page() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let before = scene.page(&maintainer).await;
    assert_eq!(scene.reject(&maintainer, "No.").await.status, 200);
    // Another one looked at the page before, and has not seen why it was rejected.
    let seen = before.grants[0].revision.to_string();
    let late = scene.approve_with(&maintainer, &[("revision", seen.as_str())]).await;
    assert_eq!(late.status, 409, "{}", late.text());
    let late = scene.reject_as(&maintainer, &before, "Too wide.").await;
    assert_eq!(late.status, 409, "{}", late.text());
    let rejection = scene.seen_by(&maintainer).await.rejection.unwrap();
    assert_eq!(rejection.reason, "No.");
    scene.assert_waits(Lost::Rejected).await;
    scene.app.assert_chain_holds().await;
    assert_eq!(
        scene.approve(&maintainer).await.status,
        200,
        "on the page of now it can be approved"
    );
}

#[tokio::test]
async fn who_approves_has_read_of_the_credential_and_the_pipeline_as_they_are() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let pipeline = scene.pipeline.to_string();
    for act in ["pipeline", "name", "username", "secret", "version"] {
        let before = scene.seen_by(&maintainer).await.revision.to_string();
        let stored = scene.app.stored("acme", scene.credential).await;
        let (id, revision) = (scene.credential.to_string(), stored.revision.to_string());
        let (name, username) = (stored.summary.name, stored.summary.username);
        let fields = [("name", &*name), ("username", &*username), ("is_protected", "true")];
        let reply = match act {
            "pipeline" => {
                let form = [
                    ("project", "acme"),
                    ("id", pipeline.as_str()),
                    ("revision", "1"),
                    ("form[name]", "nightly scan"),
                    ("form[description]", ""),
                ];
                scene.app.owner.post_json_accept("/rpc/pipelines/update", &form).await
            }
            "version" => {
                let form = [("project", "acme"), ("id", id.as_str()), ("version", "1")];
                scene.app.owner.post_json_accept("/rpc/versions/switch", &form).await
            }
            field => {
                let other = match field {
                    "name" => ("name", "scratch"),
                    "username" => ("username", "acme-admin"),
                    _ => ("password", "hunter3-hunter3"),
                };
                let mut fields = fields.to_vec();
                fields.retain(|(of, _)| *of != field);
                fields.push(other);
                save(&scene.app, scene.credential, &revision, &fields).await
            }
        };
        assert_eq!(reply.status, 200, "{act}: {}", reply.text());
        let late = scene.approve_with(&maintainer, &[("revision", before.as_str())]).await;
        assert_eq!(late.status, 409, "{act}: {}", late.text());
    }
    // On the page of now it can be approved, and what is called otherwise afterwards goes on.
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    scene.assert_pushes().await;
}

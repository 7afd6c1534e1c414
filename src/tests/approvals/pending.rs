//! What waits for a second person is found by who can approve it, and rejected with a reason.

use super::Scene;
use super::rejected::rejected;
use crate::app::{App, Browser, PASSWORD};
use crate::departed::operate;
use regcred::Error;
use regcred::domain::approval::listing::ApprovalsQuery;
use regcred::domain::approval::{Asked, Cause, Pending, REASON_MAX};
use regcred::domain::audit::{Action, Detail};
use regcred::domain::matching::Lost;
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use uuid::Uuid;

const ONE: &str = "1 request is waiting for your approval";
const PAGE: &str = "/p/acme/approvals";

/// What waits, as that person sees it.
pub async fn pending(app: &App, by: &Browser) -> Vec<Pending> {
    let approver = app.evidence(by, "acme").await.can::<of::PipelineWrite>().unwrap();
    let found = app.vault.approvals(&approver, ApprovalsQuery::default()).await.unwrap();
    assert!(found.yours.rows.iter().all(|one| one.is_for_viewer));
    assert!(!found.others.rows.iter().any(|one| one.is_for_viewer));
    let count = app.vault.count_approvals(&approver).await.unwrap();
    assert_eq!(count, found.yours.rows.len(), "these are few");
    [found.yours.rows, found.others.rows].concat()
}

impl Scene {
    /// Why the only request waits; `None` when nothing does.
    async fn cause(&self, by: &Browser) -> Option<Cause> {
        match pending(&self.app, by).await.as_slice() {
            [] => None,
            [Pending { asked: Asked::Grant { cause, .. }, is_for_viewer: true, .. }] => {
                Some(*cause)
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_waits_is_told_on_every_page_to_who_can_approve_it_and_to_nobody_else() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let pipelines = maintainer.get("/p/acme/pipelines").await.text();
    assert!(pipelines.contains(ONE) && pipelines.contains(PAGE), "{pipelines}");
    let list = maintainer.get("/p/acme/credentials").await.text();
    assert!(list.contains(&format!("aria-label=\"Approvals: {ONE}\"")), "{list}");
    let page = maintainer.get(PAGE).await.text();
    let review = format!("/p/acme/pipelines/{}/grants/", scene.pipeline);
    assert!(page.contains("Review release for build") && page.contains(&review), "{page}");
    assert!(!page.contains("Waiting for other members") && !page.contains("hunter2"), "{page}");

    // Who gave it is told that others have to.
    let own = app.owner.get(PAGE).await.text();
    assert!(own.contains("Nothing is waiting for you."), "{own}");
    assert!(own.contains("Waiting for other members") && !own.contains(ONE), "{own}");
    let viewer = app.member(Role::Viewer, "acme").await;
    assert_eq!(viewer.get(PAGE).await.status, 403);
    let list = viewer.get("/p/acme/pipelines").await.text();
    assert!(!list.contains(ONE) && !list.contains(PAGE), "{list}");
    let beta = app.project("beta").await;
    assert!(!beta.get("/p/beta/pipelines").await.text().contains(ONE));
    assert_eq!(beta.get(PAGE).await.status, 404);
}

#[tokio::test]
async fn after_a_decision_the_page_leads_to_what_else_waits() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let (other, _) = app.bare_pipeline("other").await;
    app.grant(other, scene.credential, &[]).await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let said_after_rejecting = async |pipeline: Uuid| {
        let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
        let form = rejected(&page, "No.");
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = maintainer.post_form("/rpc/grants/reject", &form).await;
        maintainer.follow(reply).await.text()
    };
    let said = said_after_rejecting(scene.pipeline).await;
    assert!(said.contains("was rejected.") && said.contains("1 more request"), "{said}");
    let said = said_after_rejecting(other).await;
    assert!(said.contains("was rejected.") && !said.contains("more request"), "{said}");
}

#[tokio::test]
async fn a_grant_is_found_each_time_that_it_waits_again_and_for_that_reason() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let (one, other) = (
        app.member(Role::Maintainer, "acme").await,
        app.new_member("other", Role::Maintainer).await,
    );
    assert_eq!(scene.cause(&one).await, Some(Cause::New));
    assert_eq!(scene.approve(&one).await.status, 200);
    assert_eq!(scene.cause(&one).await, None);
    scene.another_token(&app.owner).await;
    assert_eq!(scene.cause(&one).await, Some(Cause::Newer));
    assert_eq!(scene.approve(&other).await.status, 200);
    assert_eq!(scene.cause(&one).await, None);
    let ended =
        "UPDATE access_grant SET approved_until = '2020-01-31', settled_until = '2020-01-31'";
    assert_eq!(app.raw(ended).await, 1);
    assert!(matches!(scene.cause(&one).await, Some(Cause::Ended(_))));
    assert_eq!(scene.approve(&other).await.status, 200);
    // Who approved it leaves.
    let email = format!("other-{}@example.com", other.person.unwrap().simple());
    operate(app, &["project", "member", "remove", "acme", email.as_str(), "--yes"]).await.done();
    assert_eq!(scene.cause(&one).await, Some(Cause::New));
}

#[tokio::test]
async fn a_rejected_grant_says_so_and_why_and_asks_nobody_until_it_is_widened() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let reply = scene.reject(&maintainer, " Ask for one repository. ").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scene.cause(&maintainer).await, None);
    let said = "Rejected by maintainer: Ask for one repository.";
    let pipeline = format!("/p/acme/pipelines/{}", scene.pipeline);
    let page = app.owner.get(&pipeline).await.text();
    assert!(page.contains(said) && !page.contains("waiting for approval"), "{page}");
    let id = scene.seen_by(&app.owner).await.id;
    let page = maintainer.get(&format!("{pipeline}/grants/{id}/approve")).await.text();
    assert!(page.contains(said) && page.contains("/rpc/grants/approve"), "{page}");
    assert!(!page.contains("/rpc/grants/reject"), "{page}");
    scene.assert_waits(Lost::Rejected).await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let event =
        app.vault.store().chain().about(project, scene.pipeline, 1).await.unwrap().remove(0);
    assert_eq!((event.action, &*event.actor), (Action::GrantRejected, "maintainer"));
    let Detail::Grant { credential, .. } = &event.detail else { panic!("{event:?}") };
    assert_eq!(*credential, scene.credential);
    assert_eq!(event.detail.to_text(), "release, reason: Ask for one repository.");
    app.assert_chain_holds().await;

    // Somebody more acts as the pipeline: that was not rejected.
    scene.another_token(&app.owner).await;
    assert_eq!(scene.cause(&maintainer).await, Some(Cause::New));
    assert!(scene.seen_by(&app.owner).await.rejection.is_none());
    scene.reject(&maintainer, "No.").await;
    assert_eq!(scene.approve(&maintainer).await.status, 200, "and it can be approved after all");
    assert!(scene.seen_by(&app.owner).await.rejection.is_none());
    scene.assert_pushes().await;
}

#[tokio::test]
async fn newer_tokens_are_rejected_and_what_was_approved_goes_on() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    scene.another_token(&scene.app.owner).await;
    assert_eq!(scene.reject(&maintainer, "One token is enough.").await.status, 200);
    assert_eq!(scene.cause(&maintainer).await, None);
    assert!(scene.seen_by(&maintainer).await.rejection.is_some());
    scene.assert_pushes().await;
    let marked = "UPDATE access_grant SET settled_until = ''";
    assert_eq!(scene.app.raw(marked).await, 1, "the mark only says where to look");
    assert_eq!(scene.cause(&maintainer).await, None);
    // When the approval ends it asks to be renewed.
    let ended = "UPDATE access_grant SET approved_until = '2020-01-31', settled_until = '2020-01-31', rejected_at = 1";
    assert_eq!(scene.app.raw(ended).await, 1);
    assert!(matches!(scene.cause(&maintainer).await, Some(Cause::Ended(_))));
    assert!(scene.seen_by(&maintainer).await.rejection.is_none());
}

#[tokio::test]
async fn rejecting_takes_a_reason_a_permission_and_another_person() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let long = "x".repeat(REASON_MAX + 1);
    for reason in ["", "  ", long.as_str()] {
        let reply = scene.reject(&maintainer, reason).await;
        assert!(reply.status == 422 && reply.at("reason").is_some(), "{}", reply.text());
    }
    let own = scene.reject(&app.owner, "No.").await;
    assert!(own.status == 409 && own.text().contains("Revoke it instead"), "{}", own.text());
    for role in [Role::Viewer, Role::Auditor] {
        let member = app.member(role, "acme").await;
        assert_eq!(scene.reject(&member, "No.").await.status, 403, "{role:?}");
    }
    assert_eq!(scene.reject(&app.nobody(), "No.").await.status, 401);
    assert_eq!(scene.reject(&app.project("beta").await, "No.").await.status, 404);
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    let reply = scene.reject(&maintainer, "No.").await;
    assert!(matches!(reply.error(), Error::Conflict(_)), "nothing waits: {}", reply.text());
    scene.assert_pushes().await;
}

#[tokio::test]
async fn a_change_of_guards_is_found_and_rejected_with_a_reason_too() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let (one, other) = (
        app.member(Role::Maintainer, "acme").await,
        app.new_member("other", Role::Maintainer).await,
    );
    assert_eq!(scene.approve(&one).await.status, 200);
    let of = scene.credential.to_string();
    let propose = async || {
        let stored = app.stored("acme", scene.credential).await;
        let (revision, access) = (stored.revision.to_string(), stored.summary.access.word());
        let lowered = [("name", "release"), ("access", access), ("is_protected", "")];
        let form = crate::edits::form(&of, &revision, &lowered);
        let reply = one.post_multipart_json_accept(crate::edits::UPDATE, &form, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let page = app.credential_page("acme", scene.credential).await;
        page.guard_change.unwrap().id.to_string()
    };
    let id = propose().await;
    let waiting = pending(app, &other).await;
    let asked = Asked::GuardChange { guards: vec!["Protected".to_owned()] };
    assert_eq!((waiting.len(), &waiting[0].asked, waiting[0].is_for_viewer), (1, &asked, true));
    assert!(!pending(app, &one).await[0].is_for_viewer);

    let reject = async |by: &Browser, id: &str, reason: &str| {
        let revision = app.stored("acme", scene.credential).await.revision.to_string();
        let form = [
            ("project", "acme"),
            ("credential", &*of),
            ("id", id),
            ("revision", &*revision),
            ("reason", reason),
        ];
        by.post_json_accept("/rpc/guard-changes/reject", &form).await
    };
    assert_eq!(reject(&one, &id, "No.").await.status, 409, "who proposed it withdraws it");
    assert!(reject(&other, &id, "").await.at("reason").is_some());
    assert_eq!(reject(&other, &id, "It guards production.").await.status, 200);
    assert!(
        pending(app, &other).await.is_empty()
            && app.stored("acme", scene.credential).await.is_protected
    );
    let page = one.get(&format!("/p/acme/credentials/{of}")).await.text();
    assert!(page.contains("Rejected by other: It guards production."), "{page}");
    assert!(page.contains("Dismiss") && !page.contains("/rpc/guard-changes/approve"), "{page}");
    let event = app.credential_page("acme", scene.credential).await.events.remove(0);
    assert_eq!(event.action, Action::GuardChangeRejected);
    let said = "Protected from Yes to No, reason: It guards production.";
    assert_eq!(event.detail.to_text(), said);

    let revision = app.stored("acme", scene.credential).await.revision.to_string();
    let form = [
        ("project", "acme"),
        ("credential", &*of),
        ("id", &*id),
        ("revision", &*revision),
        ("password", PASSWORD),
    ];
    let late = other.post_json_accept("/rpc/guard-changes/approve", &form).await;
    assert_eq!(late.status, 409, "what was rejected is not approved: {}", late.text());
    // Another proposal takes its place, and is a request again.
    assert_ne!(propose().await, id);
    assert_eq!(pending(app, &other).await.len(), 1);
}

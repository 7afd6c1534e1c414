//! Access reviews: the population is that of one moment, nobody decides about themselves, what is removed
//! is gone at the next request, and the report carries a checkpoint that others verify.

mod delegated;
mod due;
mod ends;
mod exported;
mod owners;
mod since;
mod typed;

use crate::app::{App, Browser, PASSWORD, Reply};
use regcred::domain::permission::of;
use regcred::domain::review::{
    ReviewForm, ReviewItem, ReviewKind, ReviewQuery, ReviewReport, Show, Verdict,
};
use regcred::domain::user::Role;
use uuid::Uuid;

const DECIDE: &str = "/rpc/reviews/decide";
const CLOSE: &str = "/rpc/reviews/close";

impl App {
    /// Opens a review of the project; what is undecided at its end is listed.
    pub async fn review(&self, by: &Browser, project: &str, name: &str) -> Uuid {
        self.review_that(by, project, name, "list").await
    }

    async fn review_that(&self, by: &Browser, project: &str, name: &str, undecided: &str) -> Uuid {
        let opener = self.evidence(by, project).await.can::<of::AuditWrite>().unwrap();
        let (name, undecided) = (name.to_owned(), undecided.to_owned());
        let form = ReviewForm { name, undecided, ..ReviewForm::default() };
        let (id, sentence) = self.vault.open_review(&opener, &form).await.unwrap();
        assert!(sentence.ends_with(" items.") || sentence.ends_with(" 1 item."), "{sentence}");
        id
    }
}

/// A pipeline `build` with a grant of the owner's and a token, and a maintainer who reviews.
struct Scene {
    app: App,
    reviewer: Browser,
    credential: Uuid,
    pipeline: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
        let (pipeline, token) =
            app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
        let reviewer = app.new_member("reviewer", Role::Maintainer).await;
        Self { app, reviewer, credential, pipeline, token }
    }

    async fn items(&self, review: Uuid) -> Vec<ReviewItem> {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::PipelineRead>().unwrap();
        let query = ReviewQuery { show: Show::All, ..ReviewQuery::default() };
        self.app.vault.review_page(&reader, review, query).await.unwrap().items
    }

    /// The one item of that kind.
    async fn item(&self, review: Uuid, kind: ReviewKind) -> ReviewItem {
        let items = self.items(review).await;
        items.into_iter().find(|one| one.kind == kind).unwrap()
    }

    async fn decide(
        &self,
        by: &Browser,
        review: Uuid,
        item: Uuid,
        choice: &[(&str, &str)],
    ) -> Reply {
        let (review, item) = (review.to_string(), item.to_string());
        let mut form =
            vec![("project", "acme"), ("id", review.as_str()), ("form[items][]", item.as_str())];
        form.extend_from_slice(choice);
        by.post_json_accept(DECIDE, &form).await
    }

    async fn close(&self, review: Uuid) {
        let review = review.to_string();
        let form = [("project", "acme"), ("id", review.as_str())];
        let reply = self.app.owner.post_json_accept(CLOSE, &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    async fn report(&self, review: Uuid) -> ReviewReport {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::AuditRead>().unwrap();
        self.app.vault.review_report(&reader, review).await.unwrap()
    }

    /// Whether the pipeline still has a grant of the credential.
    async fn is_still_granted(&self) -> bool {
        let page = crate::pipelines::page(&self.app, self.pipeline).await.unwrap();
        page.pipeline.grants.iter().any(|grant| grant.credential_id == self.credential)
    }

    /// Whether the pipeline still receives the credential.
    async fn is_delivered(&self) -> bool {
        self.app.docker_config(&self.token, "", &[]).await.text().contains("ghcr.io")
    }
}

const CONFIRM: [(&str, &str); 1] = [("form[verdict]", "confirm")];
const REMOVE: [(&str, &str); 2] = [("form[verdict]", "remove"), ("form[note]", "Not needed.")];

#[tokio::test]
async fn the_population_is_that_of_the_opening() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let before = scene.items(id).await;
    let kinds: Vec<ReviewKind> = before.iter().map(|one| one.kind).collect();
    let members = [ReviewKind::Member, ReviewKind::Member];
    let first = [ReviewKind::Grant, ReviewKind::Token];
    assert_eq!(kinds, [&first[..], &members, &[ReviewKind::Owner]].concat());
    assert_eq!(before[0].name, "build: ghcr (ghcr.io)");
    // Another grant is given, and the one of before goes.
    let quay = app.credential(&app.owner, "acme", "quay", "quay.io", "s").await;
    app.grant(scene.pipeline, quay, &[]).await;
    let (pipeline, grant) = (scene.pipeline.to_string(), before[0].subject.clone());
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", grant.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/grants/delete", &form).await.status, 200);
    assert_eq!(scene.items(id).await, before);
    let page = app.owner.get(&format!("/p/acme/reviews/{id}?show=new")).await.text();
    assert!(page.contains("build: quay (quay.io)") && !page.contains("build: ghcr"), "{page}");
    let report = scene.report(id).await;
    let new: Vec<&str> = report.not_reviewed.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(new, ["build: quay (quay.io)", "quay (quay.io)"]);
}

#[tokio::test]
async fn figures_and_a_suggestion_stand_beside_a_grant() {
    let scene = Scene::new().await;
    assert!(scene.is_delivered().await);
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let item = scene.item(id, ReviewKind::Grant).await;
    assert_eq!((item.facts.pulls, item.facts.pushes, item.facts.days), (1, 0, 90));
    assert!(item.facts.last_at.is_some());
    let page = scene.app.owner.get(&format!("/p/acme/reviews/{id}")).await.text();
    assert!(page.contains("in 90 days: 1 to pull, 0 to push, 0 refused"), "{page}");
    assert!(page.contains("Confirm: It was used in the last 90 days."), "{page}");
}

#[tokio::test]
async fn a_decision_without_an_item_is_refused_at_the_items_with_all_else_that_is_wrong() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("form[verdict]", "remove")];
    let reply = scene.reviewer.post_form(DECIDE, &form).await;
    let page = scene.reviewer.follow(reply).await.text();
    for said in ["Select an item first.", "Enter a reason.", "aria-describedby=\"items-error\""] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test]
async fn nobody_decides_about_their_own() {
    let scene = Scene::new().await;
    let owner = &scene.app.owner;
    let id = scene.app.review(owner, "acme", "Q4").await;
    for item in scene.items(id).await {
        let is_own = item.whose.id == owner.person;
        for choice in [CONFIRM.as_slice(), &REMOVE] {
            let reply = scene.decide(owner, id, item.id, choice).await;
            if is_own {
                assert_eq!(reply.status, 409, "{}", item.name);
                let text = reply.text();
                assert!(text.contains("Nobody decides about their own access"), "{}", item.name);
            } else {
                assert_eq!(reply.status, 200, "{}: {}", item.name, reply.text());
            }
        }
    }
    assert!(scene.is_delivered().await, "the owner's own grant stands");
    // A maintainer decides about what the owner granted, and not about members.
    let grant = scene.item(id, ReviewKind::Grant).await;
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &CONFIRM).await.status, 200);
    let items = scene.items(id).await;
    let is_theirs =
        |one: &&ReviewItem| one.kind == ReviewKind::Member && one.whose.id == owner.person;
    let of_owner = items.iter().find(is_theirs).unwrap();
    assert_eq!(scene.decide(&scene.reviewer, id, of_owner.id, &CONFIRM).await.status, 409);
}

#[tokio::test]
async fn a_removal_takes_effect_at_the_next_delivery_and_is_linked() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    assert!(scene.is_delivered().await);
    let grant = scene.item(id, ReviewKind::Grant).await;
    let bare = [("form[verdict]", "remove")];
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &bare).await.status, 422);
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &REMOVE).await.status, 200);
    assert!(!scene.is_delivered().await);
    let decision = scene.item(id, ReviewKind::Grant).await.decision.unwrap();
    assert_eq!((decision.verdict, decision.note.as_str()), (Verdict::Remove, "Not needed."));
    let link = decision.effect.unwrap();
    let of_link = format!("seq = {link} AND action = 'grant.deleted'");
    let events = format!("SELECT COUNT(*) FROM audit_event WHERE {of_link}");
    assert_eq!(scene.app.scalar_i64(&events).await, 1);
    // It is not taken back.
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &CONFIRM).await.status, 409);
    let token = scene.item(id, ReviewKind::Token).await;
    assert_eq!(scene.decide(&scene.reviewer, id, token.id, &REMOVE).await.status, 200);
    assert_eq!(scene.app.docker_config(&scene.token, "", &[]).await.status, 401);
    scene.app.assert_chain_holds().await;
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_confirmed() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await;
    let pipeline = scene.pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", grant.subject.as_str()),
        ("form[intent]", "pull"),
        ("form[branches]", "main"),
        ("password", PASSWORD),
    ];
    let reply = scene.app.owner.post_json_accept("/rpc/grants/update", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = scene.decide(&scene.reviewer, id, grant.id, &CONFIRM).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("since the review was opened"), "{}", reply.text());
    let change = [("form[verdict]", "change"), ("form[note]", "Only for main.")];
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &change).await.status, 200);
    assert!(scene.is_still_granted().await, "a change is made where the grant stands");
}

#[tokio::test]
async fn nobody_takes_back_what_another_decided_about_their_own() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let other = scene.app.new_member("other", Role::Maintainer).await;
    let grant = scene.item(id, ReviewKind::Grant).await;
    let change = [("form[verdict]", "change"), ("form[note]", "Only for main.")];
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &change).await.status, 200);
    let to = other.person.unwrap().to_string();
    let delegate =
        [("form[verdict]", "delegate"), ("form[note]", "On leave."), ("form[to]", to.as_str())];
    let reply = scene.decide(&scene.app.owner, id, grant.id, &delegate).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    let kept = scene.item(id, ReviewKind::Grant).await;
    assert_eq!((kept.decision.unwrap().verdict, kept.reviewer), (Verdict::Change, None));
    let token = scene.item(id, ReviewKind::Token).await;
    assert_eq!(scene.decide(&scene.app.owner, id, token.id, &delegate).await.status, 409);
}

#[tokio::test]
async fn what_another_decided_meanwhile_is_not_overwritten() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await;
    let change = [("form[verdict]", "change"), ("form[note]", "Only for main.")];
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &change).await.status, 200);
    let other = scene.app.new_member("other", Role::Maintainer).await;
    let at = scene.item(id, ReviewKind::Grant).await.decision.unwrap().at.0;
    for (seen, status) in [(at, 409), (at + 1, 200)] {
        let seen = seen.to_string();
        let confirm = [("form[verdict]", "confirm"), ("form[seen]", seen.as_str())];
        let reply = scene.decide(&other, id, grant.id, &confirm).await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
}

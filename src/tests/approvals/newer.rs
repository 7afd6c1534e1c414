//! Who can act as a pipeline since after an approval waits for another one.

use super::{PUSH, Scene};
use crate::forms::value_in;
use regcred::domain::matching::Lost;
use regcred::domain::pipeline::Widening;
use regcred::domain::user::Role;

#[tokio::test]
async fn an_approval_is_for_the_tokens_of_its_page_and_they_go_on_beside_newer_ones() {
    let scene = Scene::new().await;
    let (one, other) = (
        scene.app.member(Role::Maintainer, "acme").await,
        scene.app.new_member("another", Role::Maintainer).await,
    );
    assert_eq!(scene.approve(&one).await.status, 200);
    let newer = scene.another_token(&one).await;
    let reply = scene.app.fetch(&newer, PUSH).await;
    assert_eq!(reply.status, 403);
    assert!(reply.text().contains(Lost::NewerThanApproval.label()), "{}", reply.text());
    let receipt = scene.app.receipts_of(scene.pipeline).await.remove(0);
    assert_eq!(receipt.reason.as_deref(), Some(Lost::NewerThanApproval.label()));
    let left_out = scene.app.docker_config(&newer, "?intent=push", &[]).await;
    let told = left_out.header("regcred-left-out");
    assert!(told.contains(Lost::NewerThanApproval.label()), "{told}");
    scene.assert_pushes().await;

    // The page says so, and neither who made it nor who gave the grant lets it in.
    let page = one.get(&format!("/p/acme/pipelines/{}/identity", scene.pipeline)).await.text();
    assert!(page.contains("needs a new approval to receive release"), "{page}");
    let page = one.get(&format!("/p/acme/credentials/{}", scene.credential)).await.text();
    assert!(page.contains("Waiting for approval"), "{page}");
    let path = format!("/p/acme/match?image=ghcr.io%2Facme%2Fapi&pipeline={}", scene.pipeline);
    let page = one.get(&path).await.text();
    assert!(page.contains("The pipeline receives release."), "{page}");
    assert!(
        page.contains("newer than the approval of a grant do not receive its credential"),
        "{page}"
    );
    assert_eq!(scene.seen_by(&one).await.widening, Some(Widening::Made));
    for by in [&one, &scene.app.owner] {
        assert_eq!(scene.approve(by).await.status, 409);
    }
    assert_eq!(scene.app.fetch(&newer, PUSH).await.status, 403);
    assert_eq!(scene.seen_by(&other).await.widening, None);
    assert_eq!(scene.approve(&other).await.status, 200);
    assert_eq!(scene.app.fetch(&newer, PUSH).await.status, 200);
    scene.assert_pushes().await;
}

#[tokio::test]
async fn an_approval_of_a_page_that_is_out_of_date_is_refused() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let page = scene.page(&maintainer).await;
    let epoch = page.epoch.to_string();
    scene.another_token(&scene.app.owner).await;
    let reply = scene.approve_with(&maintainer, &[("epoch", &epoch)]).await;
    assert_eq!(reply.status, 409);
    let said = "Something changed while this page was open: a token or trust rule was added";
    assert!(reply.text().contains(said), "{}", reply.text());
    scene.assert_waits(Lost::NotApproved).await;
    let revision = page.grants[0].revision.to_string();
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    let reply = scene.approve_with(&maintainer, &[("revision", &revision)]).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("Something changed"), "{}", reply.text());
}

#[tokio::test]
async fn the_page_of_who_approves_shows_who_can_act_as_the_pipeline() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let fields = [
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "74"),
        ("form[claims][repository_owner_id]", "65"),
        ("form[claims][ref]", "refs/heads/main"),
    ];
    let reply = scene.app.ask_rule(&scene.app.owner, scene.pipeline, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let detail = scene.page(&maintainer).await;
    let (pipeline, grant) = (scene.pipeline, detail.grants[0].id);
    let page =
        maintainer.get(&format!("/p/acme/pipelines/{pipeline}/grants/{grant}/approve")).await;
    let page = page.text();
    let token = &detail.tokens[0].id;
    for text in [token, "by Olga Owner", "repository_id=74", "token.actions.githubusercontent.com"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(value_in(&page, "epoch"), Some(detail.epoch.to_string()));
    assert_eq!(value_in(&page, "revision"), Some("0".to_owned()));
}

#[tokio::test]
async fn who_was_shown_the_secret_for_drone_does_not_approve_the_rule_of_somebody_else() {
    let scene = Scene::new().await;
    let (shown, maker) = (
        scene.app.member(Role::Maintainer, "acme").await,
        scene.app.new_member("maker", Role::Maintainer).await,
    );
    assert_eq!(scene.approve(&shown).await.status, 200);
    let (elsewhere, _) = scene.app.bare_pipeline("elsewhere").await;
    for (by, pipeline, repository) in [(&shown, elsewhere, "8"), (&maker, scene.pipeline, "7")] {
        let fields = [("form[provider]", "drone"), ("form[claims][repo.id]", repository)];
        let reply = scene.app.ask_rule(by, pipeline, &fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_eq!(scene.seen_by(&shown).await.widening, Some(Widening::Shown));
    let reply = scene.approve(&shown).await;
    assert_eq!(reply.status, 409);
    assert!(
        reply.text().contains("You have seen the shared secret of a trust rule for Drone"),
        "{}",
        reply.text()
    );
    let grant = scene.seen_by(&shown).await.id;
    let page = format!("/p/acme/pipelines/{}/grants/{grant}/approve", scene.pipeline);
    let page = shown.get(&page).await.text();
    assert!(page.contains("You have seen the shared secret of a trust rule for Drone"), "{page}");
    assert_eq!(scene.approve(&maker).await.status, 409, "who made it");
    // Whoever renews it is the one who knows it.
    let pipeline = scene.pipeline.to_string();
    let form =
        [("project", "acme"), ("pipeline", pipeline.as_str()), ("password", crate::app::PASSWORD)];
    let renewed = maker.post_json_accept("/rpc/trust-rules/renew-secret", &form).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    assert_eq!(scene.approve(&maker).await.status, 409);
    assert_eq!(scene.approve(&shown).await.status, 200);
}

#[tokio::test]
async fn a_rule_that_has_stopped_waits_for_no_approval() {
    let scene = Scene::new().await;
    let (one, other) = (
        scene.app.member(Role::Maintainer, "acme").await,
        scene.app.new_member("other", Role::Maintainer).await,
    );
    assert_eq!(scene.approve(&one).await.status, 200);
    let fields = [("form[provider]", "drone"), ("form[claims][repo.id]", "7")];
    assert_eq!(scene.app.ask_rule(&other, scene.pipeline, &fields).await.status, 200);
    let path = format!("/p/acme/credentials/{}", scene.credential);
    let page = one.get(&path).await.text();
    assert!(page.contains("Waiting for approval") && page.contains("Drone rule"), "{page}");
    assert_eq!(scene.app.raw("UPDATE trust_rule SET ended_at = 5").await, 1);
    let page = one.get(&path).await.text();
    assert!(!page.contains("Waiting for approval"), "{page}");
}

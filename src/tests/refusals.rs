//! What is refused leaves a trace: an event where it concerns somebody or something that there is,
//! few of them however much is refused, and nothing of what was typed.

use crate::app::{App, OWNER};
use crate::failpoint::{break_chain, break_other_chains, break_table, mend_table};
use regcred::crypto::token::{generate_token, parse_token};
use regcred::domain::audit::{Action, AuditEvent, Detail, Refusal, Tally};
use regcred::domain::moment::Moment;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::Provider;
use regcred::domain::user::Role;
use regcred::vault::INSTANCE;
use uuid::Uuid;

const SIGN_IN: &str = "/rpc/session/create";
const TYPED: &str = "hunter2-typed";

/// The events of this kind, once all is written down.
async fn written(app: &App, chain: Uuid, action: Action) -> Vec<AuditEvent> {
    app.vault.write_refusals().await.unwrap();
    events_of(app, chain, action).await
}

async fn events_of(app: &App, chain: Uuid, action: Action) -> Vec<AuditEvent> {
    let events = app.vault.store().chain().newest(chain, 1_000).await.unwrap();
    events.into_iter().filter(|event| event.action == action).collect()
}

async fn acme(app: &App) -> Uuid {
    app.evidence(&app.owner, "acme").await.project().id
}

async fn count_events(app: &App) -> i64 {
    app.vault.write_refusals().await.unwrap();
    app.scalar_i64("SELECT COUNT(*) FROM audit_event").await
}

fn tally(event: &AuditEvent) -> &Tally {
    match &event.detail {
        Detail::Refused(tally) => tally,
        other => panic!("no tally: {other:?}"),
    }
}

async fn guess(app: &App, email: &str) -> u16 {
    let form = [("email", email), ("password", TYPED)];
    app.nobody().post_json_accept(SIGN_IN, &form).await.status.as_u16()
}

#[tokio::test]
async fn wrong_passwords_of_an_account_are_one_event_with_a_count() {
    let app = App::new().await;
    for _ in 0..3 {
        assert_eq!(guess(&app, OWNER).await, 422);
    }
    let events = written(&app, INSTANCE, Action::SignInRefused).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    assert_eq!((event.actor.as_str(), event.subject.as_str()), ("Regcred", OWNER));
    assert_eq!(tally(event).times, 3);
    assert!(!format!("{event:?}").contains(TYPED));
    assert_eq!(written(&app, INSTANCE, Action::SignInRefused).await.len(), 1, "it is written once");
    assert_eq!(app.vault.first_break(INSTANCE).await.unwrap(), None);
}

#[tokio::test]
async fn an_unknown_address_and_an_unknown_token_leave_no_event() {
    let app = App::new().await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    let before = count_events(&app).await;
    assert_eq!(guess(&app, "nobody@example.com").await, 422);
    let unknown = generate_token().unwrap();
    let other = generate_token().unwrap();
    app.raw(&format!("UPDATE pipeline_token SET id = '{}', revoked_at = 1", other.id)).await;
    // The public half of a token is in every receipt: to know it is no use of the token.
    for token in [TYPED, unknown.text.as_str(), other.text.as_str(), token.as_str()] {
        assert_eq!(app.docker_config(token, "", &[]).await.status, 401);
    }
    assert_eq!(count_events(&app).await, before);
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(!page.contains("was used on"));
}

#[tokio::test]
async fn an_account_that_has_to_wait_has_an_event() {
    let app = App::new().await;
    for _ in 0..10 {
        assert_eq!(guess(&app, OWNER).await, 422);
    }
    let events = written(&app, INSTANCE, Action::AccountLocked).await;
    assert_eq!((events.len(), events[0].subject.as_str()), (1, OWNER));
}

#[tokio::test]
async fn a_wrong_password_to_confirm_something_has_an_event() {
    let app = App::new().await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("token_days", "1"),
        ("password", TYPED),
    ];
    assert_eq!(app.owner.post_json_accept("/rpc/tokens/create", &form).await.status, 422);
    let events = written(&app, INSTANCE, Action::PasswordRefused).await;
    assert_eq!((events.len(), events[0].subject.as_str()), (1, OWNER));
    assert!(!format!("{events:?}").contains(TYPED));
}

#[tokio::test]
async fn what_a_role_does_not_allow_has_an_event_whether_it_is_a_form_or_a_page() {
    let app = App::new().await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    let viewer = app.member(Role::Viewer, "acme").await;
    let id = pipeline.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("typed_name", "build")];
    assert_eq!(viewer.post_json_accept("/rpc/pipelines/delete", &form).await.status, 403);
    assert_eq!(viewer.get("/admin/keys").await.status, 403);
    let events = written(&app, INSTANCE, Action::PermissionRefused).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    assert!(event.subject.starts_with("viewer-"), "{}", event.subject);
    assert_eq!(tally(event).times, 2);
}

#[tokio::test]
async fn a_revoked_token_that_is_used_has_an_event_and_the_page_of_its_pipeline_says_so() {
    let app = App::new().await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    let (text, id) = (pipeline.to_string(), parse_token(&token).unwrap().id);
    let form = [("project", "acme"), ("pipeline", text.as_str()), ("id", id.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/tokens/revoke", &form).await.status, 200);
    for path in ["/api/v1/docker-config", "/api/v1/credentials"] {
        assert_eq!(app.fetch(&token, path).await.status, 401);
    }
    let events = written(&app, acme(&app).await, Action::RevokedTokenRefused).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    assert_eq!((event.subject.as_str(), tally(event).times), ("build", 2));
    assert_eq!(tally(event).token.as_deref(), Some(id.as_str()));
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(page.contains("A revoked token was used on "), "the page says it");
    assert!(!page.contains(&token) && !format!("{event:?}").contains(&token));
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn an_expired_token_that_is_used_has_an_event() {
    let app = App::new().await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    app.raw("UPDATE pipeline_token SET expires_on = '2020-01-01'").await;
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 401);
    let events = written(&app, acme(&app).await, Action::ExpiredTokenRefused).await;
    assert_eq!((events.len(), events[0].subject.as_str()), (1, "build"));
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(page.contains("An expired token was used on "));
}

#[tokio::test]
async fn a_pipeline_that_looks_round_leaves_an_event_and_its_token_was_used() {
    let app = App::new().await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    for path in ["/api/v1/credentials", "/api/v1/match?image=ghcr.io%2Facme%2Fapi"] {
        assert_eq!(app.fetch(&token, path).await.status, 200);
    }
    let events = written(&app, acme(&app).await, Action::Looked).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    assert_eq!((event.subject.as_str(), tally(event).times), ("build", 2));
    assert_eq!(tally(event).token, parse_token(&token).map(|token| token.id));
    let used = "SELECT COUNT(*) FROM pipeline_token WHERE last_used_at IS NOT NULL";
    assert_eq!(app.scalar_i64(used).await, 1);
}

#[tokio::test]
async fn of_many_at_most_twenty_of_a_kind_have_events_in_an_hour_and_the_rest_is_summed_up() {
    let app = App::new().await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    for _ in 0..25 {
        let token = app.proved(pipeline, &Proof::of(Provider::GitHub)).await;
        assert_eq!(app.fetch(&token, "/api/v1/credentials").await.status, 200);
    }
    assert_eq!(written(&app, acme(&app).await, Action::Looked).await.len(), 20);
    let used = "SELECT COUNT(*) FROM pipeline_token WHERE last_used_at IS NOT NULL";
    assert_eq!(app.scalar_i64(used).await, 25, "each token was used all the same");
    app.vault.write_refusals_at(Moment(i64::MAX / 2)).await.unwrap();
    let events = written(&app, INSTANCE, Action::RefusalsSummed).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    let Detail::Sums(sums) = &event.detail else { panic!("{event:?}") };
    assert_eq!((sums.len(), sums[0].of, sums[0].times), (1, Refusal::Look, 5));
}

#[tokio::test]
async fn a_server_that_ends_writes_down_what_waits_for_the_end_of_the_hour() {
    let app = App::new().await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    for _ in 0..22 {
        let token = app.proved(pipeline, &Proof::of(Provider::GitHub)).await;
        assert_eq!(app.fetch(&token, "/api/v1/credentials").await.status, 200);
    }
    app.vault.write_last_refusals().await.unwrap();
    let events = written(&app, INSTANCE, Action::RefusalsSummed).await;
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    let Detail::Sums(sums) = &event.detail else { panic!("{event:?}") };
    assert_eq!((sums.len(), sums[0].of, sums[0].times), (1, Refusal::Look, 2));
}

#[tokio::test]
async fn what_cannot_be_written_now_is_written_later() {
    let app = App::new().await;
    assert_eq!(guess(&app, OWNER).await, 422);
    break_table(&app, "audit_event").await;
    assert!(app.vault.write_refusals().await.is_err());
    mend_table(&app, "audit_event").await;
    assert_eq!(guess(&app, OWNER).await, 422);
    let events = written(&app, INSTANCE, Action::SignInRefused).await;
    assert_eq!((events.len(), tally(&events[0]).times), (1, 2));
}

#[tokio::test]
async fn a_chain_that_takes_nothing_keeps_no_other_from_its_events() {
    let app = App::new().await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[], "pull").await;
    let project = acme(&app).await;
    assert_eq!(app.fetch(&token, "/api/v1/credentials").await.status, 200);
    assert_eq!(guess(&app, OWNER).await, 422);
    break_chain(&app, project).await;
    assert!(app.vault.write_refusals().await.is_err());
    assert_eq!(events_of(&app, INSTANCE, Action::SignInRefused).await.len(), 1);
    assert!(events_of(&app, project, Action::Looked).await.is_empty());
    let used = "SELECT COUNT(*) FROM pipeline_token WHERE last_used_at IS NOT NULL";
    assert_eq!(app.scalar_i64(used).await, 1, "no chain is needed to mark a token");
    mend_table(&app, "audit_event").await;
    let events = written(&app, project, Action::Looked).await;
    assert_eq!((events.len(), tally(&events[0]).times), (1, 1));
    assert_eq!(
        events_of(&app, INSTANCE, Action::SignInRefused).await.len(),
        1,
        "it is written once"
    );
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn however_many_chains_take_nothing_the_last_one_gets_its_events() {
    let app = App::new().await;
    let mut projects = Vec::new();
    // By their ids they come in this order.
    for slug in ["one", "two", "three", "last"] {
        let owner = app.project(slug).await;
        let (_, token) = app.pipeline(&owner, slug, "build", &[], "pull").await;
        assert_eq!(app.fetch(&token, "/api/v1/credentials").await.status, 200);
        projects.push(app.evidence(&owner, slug).await.project().id);
    }
    let last = projects[3];
    assert!(projects.iter().all(|project| *project <= last));
    break_other_chains(&app, last).await;
    assert!(app.vault.write_refusals().await.is_err());
    assert_eq!(events_of(&app, last, Action::Looked).await.len(), 1);
    mend_table(&app, "audit_event").await;
    for project in projects {
        assert_eq!(written(&app, project, Action::Looked).await.len(), 1);
    }
}

#[test]
fn every_kind_has_an_action_of_its_own() {
    let mut actions: Vec<&str> = Refusal::ALL.iter().map(|kind| kind.action().word()).collect();
    actions.sort_unstable();
    actions.dedup();
    assert_eq!(actions.len(), Refusal::ALL.len());
}

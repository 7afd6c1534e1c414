//! What others do once somebody is gone: confirm rules, approve again, and delete what they had.

use super::decided::approved;
use super::{FETCH, Scene, losses, operate};
use crate::app::{App, Browser, PASSWORD, Reply};
use crate::signing::{Woodpecker, drone, drone_body};
use crate::trust::{drone_rule, shown_by};
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelineDetail;
use regcred::domain::trust_rule::Provider;
use regcred::domain::user::Role;
use serde_json::Value;
use uuid::Uuid;

async fn page(app: &App, pipeline: Uuid) -> PipelineDetail {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline
}

/// Sends the form about something of the pipeline, with the password.
async fn ask(by: &Browser, path: &str, pipeline: Uuid, more: &[(&str, &str)]) -> Reply {
    let pipeline = pipeline.to_string();
    let mut form =
        vec![("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
    form.extend_from_slice(more);
    by.post_json_accept(path, &form).await
}

/// Approves the only grant as it stands on the page now.
async fn approve(app: &App, by: &Browser, pipeline: Uuid) -> Reply {
    let page = page(app, pipeline).await;
    let grant = &page.grants[0];
    let (id, epoch, revision) =
        (grant.id.to_string(), page.epoch.to_string(), grant.revision.to_string());
    let more = [("id", &*id), ("epoch", &*epoch), ("revision", &*revision), ("days", "30")];
    ask(by, "/rpc/grants/approve", pipeline, &more).await
}

/// The member of that name loses the project.
async fn leave(app: &App, name: &str, person: &Browser) {
    let email = format!("{name}-{}@example.com", person.person.unwrap().simple());
    operate(app, &losses(&email)[0]).await.done();
}

/// The rule that stopped is made that person's.
async fn confirm(app: &App, by: &Browser, pipeline: Uuid) {
    let rules = page(app, pipeline).await.rules;
    let id = rules.iter().find(|rule| rule.ended_at.is_some()).unwrap().id.to_string();
    let reply = ask(by, "/rpc/trust-rules/confirm", pipeline, &[("id", &id)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn who_confirms_a_rule_does_not_approve_what_it_receives() {
    let app = App::new().await;
    let leaver = app.new_member("leaver", Role::Maintainer).await;
    let (next, other) = (
        app.new_member("next", Role::Maintainer).await,
        app.new_member("other", Role::Maintainer).await,
    );
    let (pipeline, _) = app.bare_pipeline("build").await;
    let key = Woodpecker::new().public_key();
    let fields = [
        ("form[provider]", "woodpecker"),
        ("form[claims][repo.id]", "7"),
        ("form[public_key]", key.as_str()),
    ];
    assert_eq!(app.ask_rule(&leaver, pipeline, &fields).await.status, 200);
    // The grant is younger than the rule, and was never approved.
    let more = [("is_protected", "true")];
    let id = app.credential_with(&app.owner, "acme", "release", "ghcr.io", "s", &more).await;
    app.grant(pipeline, id, &[]).await;
    leave(&app, "leaver", &leaver).await;
    confirm(&app, &next, pipeline).await;
    for (by, status) in [(&next, 409), (&app.owner, 409), (&other, 200)] {
        let reply = approve(&app, by, pipeline).await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
}

/// How a request for the repository is answered that is signed with the secret.
async fn asked(app: &App, secret: &str, repository: u32) -> u16 {
    let body = drone_body(repository);
    let reply = app.nobody().signed("/api/v1/drone/acme", &drone(secret, &body), &body).await;
    reply.status.as_u16()
}

#[tokio::test]
async fn a_rule_for_drone_that_is_confirmed_does_not_bring_an_ended_secret_back() {
    let app = App::new().await;
    let leaver = app.new_member("leaver", Role::Maintainer).await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let fields = [("form[provider]", "drone"), ("form[claims][repo.id]", "8")];
    assert_eq!(app.ask_rule(&leaver, pipeline, &fields).await.status, 200);
    assert_eq!(asked(&app, &secret, 8).await, 200, "a project has one secret");
    leave(&app, "leaver", &leaver).await;
    // The last rule that works goes, and with it the secret.
    let rules = page(&app, pipeline).await.rules;
    let last = rules.iter().find(|rule| rule.ended_at.is_none()).unwrap();
    assert_eq!(last.provider, Provider::Drone);
    let last = last.id.to_string();
    let reply = ask(&app.owner, "/rpc/trust-rules/delete", pipeline, &[("id", &last)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(asked(&app, &secret, 8).await, 403);

    confirm(&app, &app.owner, pipeline).await;
    assert_eq!(asked(&app, &secret, 8).await, 403);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM shared_secret_view").await, 0);
    let id = pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", id.as_str()), ("password", PASSWORD)];
    let reply = app.owner.post_form("/rpc/trust-rules/renew-secret", &form).await;
    let (renewed, _) = shown_by(&app, &reply).await;
    assert_eq!(asked(&app, &renewed, 8).await, 200);
}

#[tokio::test]
async fn when_the_only_one_who_could_approve_is_gone_there_is_a_way_round_by_two_people() {
    let app = App::new().await;
    let (token, maintainer) = approved(&app).await;
    let id = app.database.scalar::<Uuid>("SELECT id FROM pipeline").await;
    let second = app.new_member("second", Role::Maintainer).await;
    let reply = ask(&second, "/rpc/tokens/create", id, &[("token_days", "30")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let email = format!("maintainer-{}@example.com", maintainer.simple());
    operate(&app, &losses(&email)[0]).await.done();
    let epochs = "SELECT COUNT(*) FROM access_grant WHERE approved_epoch IS NOT NULL";
    assert_eq!(app.scalar_i64(epochs).await, 0, "nothing is newer than an approval that is gone");
    let reply = approve(&app, &second, id).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("revoke the grant and create it again"), "{}", reply.text());

    let grants = page(&app, id).await.grants;
    let (grant, credential) = (grants[0].id.to_string(), grants[0].credential_id);
    let reply = ask(&second, "/rpc/grants/delete", id, &[("id", &grant)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.ask_grant(&second, id, credential, &[]).await.status, 200);
    assert_eq!(approve(&app, &second, id).await.status, 409, "who gave it");
    assert_eq!(app.fetch(&token, FETCH).await.status, 403);
    let reply = approve(&app, &app.owner, id).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.fetch(&token, FETCH).await.status, 200);
}

#[tokio::test]
async fn what_only_bears_the_name_of_who_left_is_listed_and_goes_on() {
    let scene = Scene::new().await;
    let short = scene.exchanged().await.unwrap();
    for table in ["pipeline_token", "trust_rule"] {
        let forget =
            format!("UPDATE {table} SET created_by_id = NULL WHERE created_by = 'maintainer'");
        assert!(scene.app.raw(&forget).await > 0, "{table}");
    }
    let said = scene.operate(&[&losses(&scene.email)[0][..], &["--json"]].concat()).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("created by somebody with this name"), "{}", said.err);
    let left = said.json()["left"].as_array().unwrap().clone();
    let (named, known): (Vec<Value>, Vec<Value>) =
        left.into_iter().partition(|one| one["by_name_only"] == true);
    assert_eq!((named.len(), known.len()), (1 + 3, 1), "{named:?} {known:?}");
    assert!(named.iter().all(|one| one["ended"] == false && one["made_by"] == "maintainer"));
    // The secret that they were shown is the one thing that is known to be theirs.
    assert_eq!(known[0]["ended"], true);
    assert_eq!(scene.ways(&scene.app.nobody(), &short).await, [true, true, false, true]);
}

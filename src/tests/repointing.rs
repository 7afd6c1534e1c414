//! Re-pointing: the pipelines of a credential get another one of the same registry before it goes.

use crate::app::{App, Browser, OWNER, PASSWORD, Reply, auths};
use crate::listing::create;
use crate::pipelines::page;
use regcred::Error;
use regcred::domain::choosing::LISTED;
use regcred::domain::credential::Access;
use regcred::domain::pipeline::GrantForm;
use regcred::domain::user::Role;
use regcred::vault::INSTANCE;
use uuid::Uuid;

const REPOINT: &str = "/rpc/grants/repoint";

/// What the delete dialog of `from` sends.
fn form<'a>(from: &'a str, to: &'a str, password: &'a str) -> [(&'a str, &'a str); 4] {
    [("project", "acme"), ("id", from), ("target", to), ("password", password)]
}

/// Moves the grants as a script does; `to` may be anything.
async fn repoint(app: &App, from: Uuid, to: &str) -> Reply {
    app.owner.post_json_accept(REPOINT, &form(&from.to_string(), to, PASSWORD)).await
}

/// The id of a new credential of `acme`.
async fn add(app: &App, name: &str, host: &str, more: &[(&str, &str)]) -> String {
    app.credential_with(&app.owner, "acme", name, host, "s", more).await.to_string()
}

/// The names and intents of what the pipeline was granted.
async fn granted(app: &App, pipeline: Uuid) -> Vec<(String, Access)> {
    let grants = page(app, pipeline).await.unwrap().pipeline.grants;
    grants.into_iter().map(|grant| (grant.credential, grant.terms.intent)).collect()
}

/// The delete dialog.
async fn dialog(browser: &Browser, id: Uuid) -> String {
    browser.get(&format!("/p/acme/credentials/{id}/delete")).await.text()
}

#[tokio::test]
async fn grants_move_to_another_credential_of_the_same_host() {
    let app = App::new().await;
    let owner = &app.owner;
    let old = app.credential(owner, "acme", "old-key", "ghcr.io", "old").await;
    let new = app.credential(owner, "acme", "new-key", "https://GHCR.io/", "new").await;
    let (builder, token) = app.pipeline(owner, "acme", "nightly-build", &[old], "pull_push").await;
    let (standby, _) = app.pipeline(owner, "acme", "standby-job", &[old], "pull").await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:old");
    let offer = dialog(owner, old).await;
    assert!(
        offer.contains(REPOINT) && offer.contains(&format!("<option value=\"{new}\"")),
        "{offer}"
    );

    let (from, to) = (old.to_string(), new.to_string());
    let reply = owner.post_form(REPOINT, &form(&from, &to, PASSWORD)).await;
    let location = reply.location();
    assert!(
        location.starts_with(&format!("/p/acme/credentials/{old}/delete?said=")),
        "{location} {}",
        reply.text()
    );
    let said = owner.follow(reply).await.text();
    assert!(said.contains("2 pipelines now use new-key."), "{said}");
    // Who has received it is still named, so its name has still to be typed.
    assert!(said.contains("nightly-build") && said.contains("Type old-key to confirm"), "{said}");
    assert!(!said.contains("standby-job") && !said.contains(REPOINT), "{said}");

    assert_eq!(granted(&app, builder).await, [("new-key".to_owned(), Access::PullAndPush)]);
    assert_eq!(granted(&app, standby).await, [("new-key".to_owned(), Access::Pull)]);
    for query in ["", "?intent=push"] {
        let delivered = auths(&app.docker_config(&token, query, &[]).await);
        assert_eq!(delivered["ghcr.io"], "acme-bot:new", "{query}");
    }
    for (action, count) in [("grant.created", 4), ("grant.deleted", 2)] {
        let sql = format!("SELECT COUNT(*) FROM audit_event WHERE action = '{action}'");
        assert_eq!(app.scalar_i64(&sql).await, count, "{action}");
    }
    let project = app.evidence(owner, "acme").await.project().id;
    for chain in [project, INSTANCE] {
        assert_eq!(app.vault.first_break(chain).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_pipeline_that_has_both_keeps_one_grant_for_what_it_could_do() {
    let app = App::new().await;
    let owner = &app.owner;
    let old = app.credential(owner, "acme", "old", "ghcr.io", "s").await;
    let new = app.credential(owner, "acme", "new", "ghcr.io", "s").await;
    let member = app.evidence(owner, "acme").await;
    let granter = app.vault.reauthenticate(&member, PASSWORD).await.unwrap();
    for (name, had, has, keeps) in [
        ("narrower", "pull_push", "pull", Access::PullAndPush),
        ("wider", "pull", "pull_push", Access::PullAndPush),
        ("equal", "pull", "pull", Access::Pull),
    ] {
        let (pipeline, _) = app.pipeline(owner, "acme", name, &[old], had).await;
        let credentials = vec![new.to_string()];
        let more = GrantForm { credentials, intent: has.to_owned(), ..GrantForm::default() };
        app.vault.create_grants(&granter, pipeline, &more).await.unwrap();
        let reply = repoint(&app, old, &new.to_string()).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        assert_eq!(granted(&app, pipeline).await, [("new".to_owned(), keeps)], "{name}");
    }
}

#[tokio::test]
async fn moving_grants_needs_the_password() {
    let app = App::new().await;
    let owner = &app.owner;
    let old = app.credential(owner, "acme", "old", "ghcr.io", "s").await;
    let new = app.credential(owner, "acme", "new", "ghcr.io", "s").await;
    let (pipeline, _) = app.pipeline(owner, "acme", "build", &[old], "pull").await;
    let (from, to) = (old.to_string(), new.to_string());
    // In this session nobody has typed it yet.
    let fresh = app.sign_in(OWNER).await;
    for password in ["", "wrong password", "correct horse battery staple "] {
        let reply = fresh.post_json_accept(REPOINT, &form(&from, &to, password)).await;
        assert_eq!(reply.status, 422, "{password}");
        assert!(reply.at("password").is_some(), "{password}");
    }
    let viewer = app.member(Role::Viewer, "acme").await;
    let reply = viewer.post_json_accept(REPOINT, &form(&from, &to, PASSWORD)).await;
    assert_eq!((reply.status.as_u16(), reply.error()), (403, Error::Forbidden));

    let reply = owner.post_form(REPOINT, &form(&from, &to, "hunter2-hunter2")).await;
    let location = reply.location();
    let back = format!("/p/acme/credentials/{old}/delete?back=");
    assert!(location.starts_with(&back) && !location.contains("hunter2"), "{location}");
    let shown = owner.follow(reply).await.text();
    assert!(shown.contains("This is not your password") && !shown.contains("hunter2"), "{shown}");
    assert_eq!(granted(&app, pipeline).await, [("old".to_owned(), Access::Pull)]);
}

#[tokio::test]
async fn a_credential_of_another_host_or_project_is_no_target() {
    let app = App::new().await;
    let owner = &app.owner;
    let old = app.credential(owner, "acme", "old", "ghcr.io", "s").await;
    let (pipeline, _) = app.pipeline(owner, "acme", "build", &[old], "pull_push").await;
    let beta = app.project("beta").await;
    let off = add(&app, "switched-off", "ghcr.io", &[]).await;
    owner.post_form("/rpc/credentials/disable", &[("project", "acme"), ("id", &off)]).await;
    let theirs = app.credential(&beta, "beta", "theirs", "ghcr.io", "s").await.to_string();
    let targets = [
        ("another host", add(&app, "elsewhere", "quay.io", &[]).await),
        ("another port", add(&app, "port", "ghcr.io:8443", &[]).await),
        ("only pulls", add(&app, "reader", "ghcr.io", &[("access", "pull")]).await),
        ("is protected", add(&app, "guarded", "ghcr.io", &[("is_protected", "true")]).await),
        ("is disabled", off),
        ("itself", old.to_string()),
        ("another project", theirs),
        ("nothing", String::new()),
        ("no id", "new".to_owned()),
        ("no credential", Uuid::nil().to_string()),
        ("gone", Uuid::now_v7().to_string()),
    ];
    let shown = dialog(owner, old).await;
    assert!(
        shown.contains(
            "No other enabled credential for ghcr.io has the access these pipelines need."
        ),
        "{shown}"
    );
    assert!(!shown.contains(REPOINT));
    for (case, target) in &targets {
        let reply = repoint(&app, old, target).await;
        assert_eq!(reply.status, 422, "{case}: {}", reply.text());
        assert!(reply.at("target").is_some(), "{case}: {}", reply.text());
    }
    assert_eq!(granted(&app, pipeline).await, [("old".to_owned(), Access::PullAndPush)]);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 1);
}

#[tokio::test]
async fn without_a_grant_there_is_nothing_to_move() {
    let app = App::new().await;
    let old = app.credential(&app.owner, "acme", "old", "ghcr.io", "s").await;
    let new = app.credential(&app.owner, "acme", "new", "ghcr.io", "s").await;
    let shown = dialog(&app.owner, old).await;
    assert!(
        !shown.contains(REPOINT) && !shown.contains("has the access these pipelines need"),
        "{shown}"
    );
    let reply = repoint(&app, old, &new.to_string()).await;
    assert!(matches!(reply.error(), Error::Conflict(_)), "{}", reply.text());
    assert_eq!(reply.status, 409);
}

/// What can be chosen in the dialog.
fn targets(dialog: &str) -> String {
    let (_, select) = dialog.split_once("id=\"target\"").unwrap();
    select.split("</select>").next().unwrap().to_owned()
}

#[tokio::test]
async fn grants_move_to_a_credential_that_the_dialog_did_not_list() {
    let app = App::new().await;
    let old = app.credential(&app.owner, "acme", "old-key", "ghcr.io", "old").await;
    let (builder, _) = app.pipeline(&app.owner, "acme", "build", &[old], "pull").await;
    for number in 0..=LISTED {
        create(&app, &format!("image-{number:02}"), |_| ()).await;
    }
    create(&app, "elsewhere-50", |form| form.registry_url = "quay.io".to_owned()).await;
    let offer = dialog(&app.owner, old).await;
    let listed = targets(&offer);
    assert!(listed.contains("Choose a credential"), "none is chosen in advance: {listed}");
    assert!(listed.contains("image-49") && !listed.contains("image-50"), "{listed}");
    assert!(
        offer.contains(
            "The first 50 credentials for ghcr.io that can be used instead are listed by name."
        ),
        "{offer}"
    );

    let from = old.to_string();
    let mut searched = form(&from, "", "").to_vec();
    searched.extend([("search[text]", "-50"), ("search[is_pressed]", "true")]);
    let reply = app.owner.post_form(REPOINT, &searched).await;
    let found = app.owner.follow(reply).await.text();
    let listed = targets(&found);
    assert!(listed.contains("image-50") && !listed.contains("elsewhere"), "{listed}");
    let said = "1 credential for ghcr.io that can be used instead matches.";
    assert!(found.contains(said) && !found.contains("alert-error"), "{found}");
    assert_eq!(granted(&app, builder).await, [("old-key".to_owned(), Access::Pull)]);

    let beyond = app.find_credential(&app.owner, "acme", "image-50").await;
    assert_eq!(repoint(&app, old, &beyond.to_string()).await.status, 200);
    assert_eq!(granted(&app, builder).await, [("image-50".to_owned(), Access::Pull)]);
}

//! What people call a pipeline and its tokens, and what is asked before a token is revoked.

use crate::app::{App, Browser, PASSWORD, Reply};
use crate::pipelines::page;
use regcred::Error;
use regcred::crypto::token::parse_token;
use regcred::domain::user::Role;
use uuid::Uuid;

async fn save(by: &Browser, id: Uuid, revision: &str, name: &str, description: &str) -> Reply {
    let id = id.to_string();
    let form = [
        ("project", "acme"),
        ("id", id.as_str()),
        ("revision", revision),
        ("form[name]", name),
        ("form[description]", description),
    ];
    by.post_json_accept("/rpc/pipelines/update", &form).await
}

#[tokio::test]
async fn a_pipeline_is_renamed_and_its_tokens_go_on() {
    let app = App::new().await;
    let (id, token) = app.bare_pipeline("build").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let reply = save(&maintainer, id, "1", "Build of acme/api", "nightly").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let summary = page(&app, id).await.unwrap().pipeline.summary;
    assert_eq!((summary.name.as_str(), summary.revision), ("Build of acme/api", 2));
    assert_eq!(summary.description, "nightly");
    assert!(!page(&app, id).await.unwrap().pipeline.is_changed);
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    let activity = app.owner.get(&format!("/p/acme/pipelines/{id}/activity")).await.text();
    assert!(activity.contains("edited the pipeline"), "{activity}");
    app.assert_chain_holds().await;
    // The same again is no change, and no event.
    assert_eq!(save(&maintainer, id, "2", "Build of acme/api", "nightly").await.status, 200);
    assert_eq!(page(&app, id).await.unwrap().pipeline.summary.revision, 2);
}

#[tokio::test]
async fn a_save_over_a_newer_one_says_what_changed_and_by_whom() {
    let app = App::new().await;
    let (id, _) = app.bare_pipeline("build").await;
    let one = app.new_member("one", Role::Maintainer).await;
    assert_eq!(save(&one, id, "1", "built", "").await.status, 200);
    let reply = save(&app.owner, id, "1", "other", "").await;
    let Error::Stale { by, changes, revision } = reply.error() else { panic!("{}", reply.text()) };
    assert_eq!((by.as_deref(), revision), (Some("one"), 2));
    assert_eq!(changes[0].now, "built");
    assert_eq!(save(&one, id, "2", "built", "nightly").await.status, 200);
    let reply = save(&app.owner, id, "1", "other", "").await;
    let Error::Stale { changes, revision, .. } = reply.error() else { panic!("{}", reply.text()) };
    let now: Vec<&str> = changes.iter().map(|change| change.now.as_str()).collect();
    assert_eq!((now, revision), (vec!["nightly", "built"], 3), "of both saves");
    assert_eq!(save(&app.owner, id, "3", "other", "").await.status, 200);
}

#[tokio::test]
async fn a_name_that_another_pipeline_has_is_refused_and_ones_own_in_another_case_is_not() {
    let app = App::new().await;
    app.bare_pipeline("Deploy").await;
    let (id, _) = app.bare_pipeline("build").await;
    for name in ["deploy", "", "a\u{200b}b"] {
        let reply = save(&app.owner, id, "1", name, "").await;
        assert!(reply.status == 422 && reply.at("name").is_some(), "{name}: {}", reply.text());
    }
    assert_eq!(save(&app.owner, id, "1", "BUILD", "").await.status, 200);
    let viewer = app.member(Role::Viewer, "acme").await;
    assert_eq!(save(&viewer, id, "2", "mine", "").await.status, 403);
}

#[tokio::test]
async fn a_token_has_the_name_that_it_was_given() {
    let app = App::new().await;
    let (id, _) = app.bare_pipeline("build").await;
    let pipeline = id.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("token_name", " GitHub secret "),
        ("token_days", "30"),
        ("password", PASSWORD),
    ];
    assert_eq!(app.owner.post_json_accept("/rpc/tokens/create", &form).await.status, 200);
    let names: Vec<String> =
        page(&app, id).await.unwrap().pipeline.tokens.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["GitHub secret", "First token"]);
}

#[tokio::test]
async fn revoking_asks_and_says_who_used_the_token_last() {
    let app = App::new().await;
    let ghcr = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[ghcr], "pull").await;
    let id = parse_token(&token).unwrap().id;
    let dialog = format!("/p/acme/pipelines/{pipeline}/identity/tokens/{id}/revoke");
    let identity = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(identity.contains(&dialog) && !identity.contains("/rpc/tokens/revoke"), "{identity}");
    let before = app.owner.get(&dialog).await.text();
    assert!(before.contains("build has never used it."), "{before}");
    assert!(before.contains("no other token and no trust rule"), "{before}");
    app.docker_config(&token, "", &[]).await;
    let after = app.owner.get(&dialog).await.text();
    assert!(after.contains("build last used it just now."), "{after}");
    let viewer = app.member(Role::Viewer, "acme").await;
    assert_eq!(viewer.get(&dialog).await.status, 403);
    let none = app.owner.get(&dialog.replace(&id, "none")).await;
    // The page behind it cannot be reached, so a dialog says it and leads back.
    assert_eq!(none.status, 404);
    let none = none.text();
    assert!(none.contains("<dialog") && none.contains("id=\"dialog-problem\""), "{none}");
}

#[tokio::test]
async fn each_part_of_the_page_is_at_its_address_and_older_activity_behind_a_link() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let base = format!("/p/acme/pipelines/{pipeline}");
    for (part, heading, title) in [
        ("", "id=\"grants\"", "build"),
        ("/identity", "id=\"trust-rules\"", "Identity of build"),
        ("/connect", "id=\"how-to\"", "Connect build"),
        ("/definitions", "id=\"files\"", "Definitions of build"),
        ("/deliveries", "id=\"deliveries\"", "Deliveries of build"),
        ("/activity", "id=\"activity\"", "Activity of build"),
    ] {
        let page = app.owner.get(&format!("{base}{part}")).await;
        assert_eq!(page.status, 200, "{part}");
        assert!(page.text().contains(heading), "{part}: {}", page.text());
        assert!(page.text().contains(&format!("<title>{title} · ")), "{part}: {}", page.text());
    }
    // Where the sections stood, links lead on.
    let first = app.owner.get(&base).await.text();
    for id in ["tokens", "trust-rules", "how-to", "deliveries"] {
        assert!(first.contains(&format!("id=\"{id}\"")), "{id}: {first}");
    }
    for number in 1..=25 {
        let (revision, name) = (number.to_string(), format!("build {number}"));
        assert_eq!(save(&app.owner, pipeline, &revision, &name, "").await.status, 200);
    }
    let newest = app.owner.get(&format!("{base}/activity")).await.text();
    assert!(newest.contains("Older") && !newest.contains("created the pipeline"), "{newest}");
    let older = crate::listing::link(&newest, "next").unwrap();
    let older = app.owner.get(&older).await.text();
    assert!(older.contains("created the pipeline") && !older.contains("Older"), "{older}");
    // Nor does an event that only a newer program knows end the pages.
    let of_a_newer_one = "UPDATE audit_event SET action = 'pipeline.later'
        WHERE action = 'pipeline.updated' AND seq = (SELECT MAX(seq) FROM audit_event
            WHERE action = 'pipeline.updated')";
    assert_eq!(app.tamper(of_a_newer_one).await, 1);
    let newest = app.owner.get(&format!("{base}/activity")).await.text();
    assert!(newest.contains("Older") && !newest.contains("created the pipeline"), "{newest}");
}

//! Before a credential is narrowed, disabled, replaced or deleted, who received it lately is named.

use crate::app::App;
use crate::edits::{UPDATE, form, save};
use uuid::Uuid;

/// Not sure of it: the usual form of the tests is.
const ASKS: (&str, &str) = ("anyway", "");

/// A credential that `build` may push with, and its token.
async fn scene() -> (App, Uuid, Uuid, String) {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull_push").await;
    (app, id, pipeline, token)
}

const DISABLE: &str = "/rpc/credentials/disable";

/// Stores a file of the pipeline that names an image on the credential's registry.
pub async fn declare(app: &App, pipeline: Uuid) {
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("name", "web/Dockerfile"),
        ("text", "FROM ghcr.io/acme/api\n"),
    ];
    let reply = app.owner.post_multipart("/rpc/definitions/create", &form, None).await;
    assert!(reply.location().contains("said="), "{}", reply.text());
}

/// What a dialog says of who uses the credential, from its fold on.
fn users(page: &str) -> String {
    let (_, fold) = page.split_once("id=\"who-uses\"").unwrap();
    fold.split("</details>").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_save_that_stops_a_pipeline_names_it_first() {
    let (app, id, _, token) = scene().await;
    // Nobody has received it: there is nobody to name.
    let reply = save(&app, id, "1", &[("access", "pull"), ASKS]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(save(&app, id, "2", &[("access", "pull_push"), ASKS]).await.status, 200);

    let pushed = app.docker_config(&token, "?intent=push&image=ghcr.io/acme/api", &[]).await;
    assert_eq!(pushed.status, 200, "{}", pushed.text());
    let narrowed = save(&app, id, "3", &[("access", "pull"), ("paths", "acme/web"), ASKS]).await;
    let asked = narrowed.asked("access").unwrap();
    assert!(asked.starts_with("build received this credential to push"), "{asked}");
    let asked = narrowed.asked("paths").unwrap();
    assert!(asked.starts_with("build received this credential for acme/api"), "{asked}");
    let stored = app.stored("acme", id).await;
    assert_eq!(stored.revision, 3, "nothing was saved");

    // The dialog that comes back says who uses it, as the one that deletes does; before that, it is folded.
    let text = id.to_string();
    let asked = form(&text, "3", &[("paths", "acme/web"), ASKS]);
    let reply = app.owner.post_multipart(UPDATE, &asked, None).await;
    let asked = users(&app.owner.follow(reply).await.text());
    assert!(asked.starts_with(" open"), "{asked}");
    assert!(asked.contains(">build<") && asked.contains("Used once"), "{asked}");
    let untried = app.owner.get(&format!("/p/acme/credentials/{id}/edit")).await.text();
    assert!(!users(&untried).starts_with(" open"), "{untried}");

    for harmless in [("paths", "acme"), ("description", "for builds")] {
        let revision = app.stored("acme", id).await.revision.to_string();
        let reply = save(&app, id, &revision, &[harmless, ASKS]).await;
        assert_eq!(reply.status, 200, "{harmless:?}: {}", reply.text());
    }
    let revision = app.stored("acme", id).await.revision.to_string();
    assert_eq!(save(&app, id, &revision, &[("access", "pull")]).await.status, 200, "they are sure");
}

#[tokio::test]
async fn who_disables_replaces_or_deletes_reads_who_received_it_and_what_declares_it() {
    let (app, id, pipeline, token) = scene().await;
    declare(&app, pipeline).await;
    app.docker_config(&token, "", &[]).await;

    let page = format!("/p/acme/credentials/{id}");
    let deleting = app.owner.get(&format!("{page}/delete")).await.text();
    assert!(deleting.contains("web/Dockerfile"), "{deleting}");
    let lately = "In the last 30 days, build received it.";
    let replacing = app.owner.get(&format!("{page}/secret")).await.text();
    assert!(replacing.contains(lately), "{replacing}");
    let using = users(&replacing);
    assert!(using.contains(">build<") && using.contains("web/Dockerfile"), "{using}");
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str()), ("back", page.as_str())];
    let asked = app.owner.post_form(DISABLE, &form).await;
    assert_eq!(asked.location(), format!("{page}/disable?from=page"));
    let asked = app.owner.follow(asked).await.text();
    assert!(asked.contains(">build<") && asked.contains("web/Dockerfile"), "{asked}");
    assert!(asked.contains("Move pipelines to another credential first"), "{asked}");
    assert!(app.stored("acme", id).await.summary.disabled_at.is_none(), "it was only asked");
    let sure = [form.as_slice(), &[("anyway", "true")]].concat();
    let reply = app.owner.post_form(DISABLE, &sure).await;
    let said = app.owner.follow(reply).await.text();
    assert!(said.contains(lately) && said.contains("Undo"), "{said}");
    let reply = app.owner.post_form("/rpc/credentials/enable", &form).await;
    assert!(!app.owner.follow(reply).await.text().contains(lately));
}

#[tokio::test]
async fn only_what_is_in_use_is_asked_about_before_it_is_disabled() {
    let (app, id, pipeline, _) = scene().await;
    let (text, page) = (id.to_string(), format!("/p/acme/credentials/{id}"));
    let form = [("project", "acme"), ("id", text.as_str())];
    // A grant alone is no use of it.
    let reply = app.owner.post_form(DISABLE, &form).await;
    assert!(reply.location().contains("?said="), "{}", reply.location());
    app.owner.post_form("/rpc/credentials/enable", &form).await;

    declare(&app, pipeline).await;
    let list = [form[0], form[1], ("back", "/p/acme/credentials?q=gh")];
    let asked = app.owner.post_form(DISABLE, &list).await;
    assert_eq!(asked.location(), format!("{page}/disable?q=gh"), "a file names its registry");
    let asked = app.owner.follow(asked).await.text();
    assert!(asked.contains("value=\"/p/acme/credentials?q=gh\""), "{asked}");
    // A script has said what it wants.
    assert_eq!(app.owner.post_json_accept(DISABLE, &form).await.status, 200);
    assert!(app.stored("acme", id).await.summary.disabled_at.is_some());
    let late = app.owner.get(&format!("{page}/disable")).await.text();
    assert!(late.contains("This credential is already disabled."), "{late}");
    // What is taken back was so a moment ago.
    let reply = app.owner.post_form("/rpc/credentials/enable", &form).await;
    let said = app.owner.follow(reply).await.text();
    let undo = said.split("alert-notice").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(undo.contains(DISABLE) && undo.contains("name=\"anyway\""), "{undo}");
}

//! A row that was changed, then written by us, and put back as it was before.

use super::Scene;
use crate::app::App;
use crate::departed::{back, operate};
use regcred::domain::user::Role;
use regcred::store::Unrecorded;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_row_that_was_changed_when_we_wrote_it_stays_nobodys_when_it_is_put_back() {
    let scene = Scene::new().await;
    let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let store = scene.app.vault.store();
    let low = scene.id(scene.low);
    let set = async |change: &str| {
        let sql = format!("UPDATE access_grant SET {change} WHERE pipeline_id = {low}");
        assert_eq!(scene.app.tamper(&sql).await, 1, "{sql}");
    };
    assert_eq!(scene.everything_of(&scene.token).await, BTreeSet::from([2]));
    set("created_by = created_by || '-2'").await;
    let write = store.write().await.unwrap();
    write.grants(project).note_other_credential(scene.plain, 1).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    set("created_by = 'Olga Owner', revision = 0").await;
    assert_eq!(scene.everything_of(&scene.token).await, BTreeSet::new());
    assert_eq!(scene.found().await.rows, 1);
}

#[tokio::test]
async fn what_was_ended_and_is_put_back_as_it_was_is_found_by_what_the_audit_says() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let leaving = app.new_member("leaving", Role::Maintainer).await;
    let email = app.evidence(&leaving, "acme").await.person().email.clone();
    let token = app.database.scalar_text("SELECT id FROM pipeline_token").await;
    assert_eq!(back(&app).await, json!([]));
    app.tamper("CREATE TABLE kept_token AS SELECT * FROM pipeline_token").await;
    app.tamper("CREATE TABLE kept_member AS SELECT * FROM membership").await;

    let id = pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", id.as_str()), ("id", token.as_str())];
    let reply = app.owner.post_json_accept("/rpc/tokens/revoke", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let remove = ["project", "member", "remove", "acme", email.as_str(), "--yes"];
    operate(&app, &remove).await.done();
    assert_eq!(back(&app).await, json!([]));

    assert_eq!(app.tamper("DELETE FROM pipeline_token").await, 1);
    assert_eq!(app.tamper("INSERT INTO pipeline_token SELECT * FROM kept_token").await, 1);
    app.tamper("DELETE FROM membership").await;
    assert_eq!(app.tamper("INSERT INTO membership SELECT * FROM kept_member").await, 2);
    app.tamper("DROP TABLE kept_token").await;
    app.tamper("DROP TABLE kept_member").await;
    let expected = json!([
        { "project": "acme", "what": format!("token {token} of build") },
        { "project": "acme", "what": format!("membership of {email} (maintainer)") },
    ]);
    assert_eq!(back(&app).await, expected);
}

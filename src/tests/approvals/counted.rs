//! The way back when a token or trust rule was taken away by SQL: the doctor names the pipeline, and an
//! operator accepts how many there are.

use super::Scene;
use crate::departed::operate;
use regcred::domain::user::Role;
use serde_json::json;

#[tokio::test]
async fn who_does_what_the_doctor_says_can_approve_afterwards() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let rows = async || operate(app, &["doctor", "--json"]).await.json()["rows"].clone();
    assert_eq!(app.tamper("UPDATE pipeline_token SET created_at = created_at + 1").await, 1);
    assert_eq!(rows().await["named"][0]["table"], "pipeline_token");
    let said = operate(app, &["doctor"]).await.out;
    assert!(said.contains("Delete these from the database, create them again"), "{said}");
    assert_eq!(app.tamper("DELETE FROM pipeline_token").await, 1);
    scene.another_token(&app.owner).await;

    let reply = scene.approve(&maintainer).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("regcred doctor accept"), "{}", reply.text());
    let id = scene.pipeline.to_string();
    assert_eq!(rows().await["named"], json!([{ "table": "pipeline", "id": id }]));
    let said = operate(app, &["doctor"]).await.out;
    assert!(said.contains("run `regcred doctor accept pipeline ID`"), "{said}");
    let accept = ["doctor", "accept", "pipeline", id.as_str()];
    let shown = operate(app, &accept).await.refused(1);
    assert!(shown.contains("counted 2 tokens and trust rules"), "{shown}");
    assert!(shown.contains("there are 1"), "{shown}");
    operate(app, &[&accept[..], &["--yes"]].concat()).await.done();

    assert_eq!(rows().await["tampered"], 0);
    let again = operate(app, &[&accept[..], &["--yes"]].concat()).await.refused(1);
    assert!(again.contains("wrote this row itself"), "{again}");
    let reply = scene.approve(&maintainer).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

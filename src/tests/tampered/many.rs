//! A pipeline with more short-lived tokens than are in memory at once.

use crate::app::App;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::Provider;
use regcred::store::Unrecorded;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::test]
async fn a_changed_token_among_many_is_found_and_disowned_once() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    app.proved(pipeline, &Proof::of(Provider::GitLab)).await;
    let columns = "project_id, pipeline_id, secret_hash, created_at, created_by, expires_on, expires_at, proof, identity_epoch";
    let many = format!(
        "INSERT INTO pipeline_token (id, {columns})
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
            SELECT 'many' || n.i, {columns} FROM pipeline_token, n WHERE expires_at IS NOT NULL"
    );
    assert_eq!(app.tamper(&many).await, 1_100);
    app.adopt("pipeline_token").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let store = app.vault.store();
    assert!(store.pipelines(project).is_untouched(pipeline).await.unwrap());
    assert_eq!(store.changed_pipelines().await.unwrap(), BTreeSet::new());

    // One on each page.
    let sql = "UPDATE pipeline_token SET created_at = created_at + 1
        WHERE id IN ('many1', 'many500', 'many999')";
    assert_eq!(app.tamper(sql).await, 3);
    assert!(!store.pipelines(project).is_untouched(pipeline).await.unwrap());
    let found = BTreeSet::from([(project, pipeline)]);
    assert_eq!(store.changed_pipelines().await.unwrap(), found);
    let write = store.write().await.unwrap();
    assert_eq!(write.disown(pipeline).await.unwrap(), 3);
    assert_eq!(write.disown(pipeline).await.unwrap(), 0);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(store.changed_pipelines().await.unwrap(), BTreeSet::new());
    assert!(!store.pipelines(project).is_untouched(pipeline).await.unwrap());
}

#[tokio::test]
async fn a_page_of_the_tokens_of_a_pipeline_is_read_in_the_order_of_an_index() {
    let app = App::new().await;
    if !app.database.is_embedded() {
        // PostgreSQL plans by what is in the table.
        return;
    }
    let page = "EXPLAIN QUERY PLAN SELECT * FROM pipeline_token
        WHERE (id) > ('a') AND pipeline_id = x'00' ORDER BY id ASC LIMIT 500";
    let db = app.database.connect().await;
    let steps = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, page)).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
    let [step] = steps.as_slice() else { panic!("{steps:?}") };
    assert!(step.contains("pipeline_token_pipeline (pipeline_id=? AND id>?)"), "{step}");
}

#[tokio::test]
async fn a_short_lived_token_goes_an_hour_after_its_end() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    app.proved(pipeline, &Proof::of(Provider::GitLab)).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    for (minutes, left) in [(30, 1), (90, 0)] {
        let ended = now - minutes * 60 * 1_000;
        let sql =
            format!("UPDATE pipeline_token SET expires_at = {ended} WHERE expires_at IS NOT NULL");
        app.tamper(&sql).await;
        app.vault.sweep().await.unwrap();
        let short = "SELECT COUNT(*) FROM pipeline_token WHERE expires_at IS NOT NULL";
        assert_eq!(app.scalar_i64(short).await, left, "{minutes}");
    }
}

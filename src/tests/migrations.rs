//! The schema: every step goes up, down, and up again, and replicas take their turns.

mod fenced;
mod filled;
mod listed;
mod rolling;

use crate::app::App;
use crate::database::Database;
use filled::back_to_before;
use regcred::migrations::Migrator;
use regcred::store::Store;
use sea_orm_migration::{MigratorTrait, SchemaManager};
use uuid::Uuid;

/// Every table.
pub const TABLES: [&str; 39] = [
    "instance",
    "person",
    "project",
    "membership",
    "session",
    "slot",
    "crypto_key",
    "credential",
    "secret_version",
    "pipeline",
    "pipeline_token",
    "access_grant",
    "usage",
    "chain_head",
    "audit_event",
    "pipeline_fetch",
    "receipt",
    "counted",
    "lease",
    "trust_rule",
    "used_assertion",
    "delivery_report",
    "job",
    "outbox",
    "shared_secret_view",
    "guard_change",
    "removed_links",
    "removed_leaves",
    "removed_days",
    "issuer",
    "credential_count",
    "usage_day",
    "definition",
    "definition_statement",
    "finding",
    "review",
    "review_item",
    "destination",
    "cosignature",
];

#[tokio::test]
async fn every_step_goes_up_down_and_up_again() {
    let database = Database::new().await;
    let db = database.connect().await;
    let there = async || {
        let manager = SchemaManager::new(&db);
        let mut there = 0;
        for table in TABLES {
            there += usize::from(manager.has_table(table).await.unwrap());
        }
        there
    };
    let steps = u32::try_from(Migrator::migrations().len()).unwrap();
    assert_eq!(there().await, 0);
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(there().await, TABLES.len());
    let mut before = TABLES.len();
    for _ in 0..steps {
        Migrator::down(&db, Some(1)).await.unwrap();
        let after = there().await;
        assert!(after <= before);
        before = after;
    }
    assert_eq!(before, 0);
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(there().await, TABLES.len());
    // Once more is nothing to do.
    Migrator::up(&db, None).await.unwrap();
}

#[tokio::test]
async fn a_second_start_keeps_what_is_there() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    app.vault.store().migrate(&app.address).await.unwrap();
    assert_eq!(app.stored("acme", id).await.summary.name, "ghcr");
}

#[tokio::test]
async fn replicas_that_start_at_once_migrate_one_after_the_other() {
    let database = Database::new().await;
    // One process at a time has the embedded database.
    let replicas = if database.is_embedded() { 1 } else { 5 };
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..replicas {
        let address = database.address.clone();
        starting.spawn(async move {
            let store = Store::connect(&address).await.unwrap();
            store.migrate(&address).await.map_err(|error| error.to_string())
        });
    }
    for done in starting.join_all().await {
        assert_eq!(done, Ok(()));
    }
    let steps = database.scalar_i64("SELECT COUNT(*) FROM seaql_migrations").await;
    assert_eq!(usize::try_from(steps).unwrap(), Migrator::migrations().len());
}

#[tokio::test]
async fn going_back_a_step_leaves_no_grant_and_no_token_with_more_rights() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    let id = |number: u128| database.id(Uuid::from_u128(number));
    let grant = |number: u128, credential: u128, intent: &str, columns: &str, values: &str| {
        format!(
            "INSERT INTO access_grant (id, project_id, pipeline_id, credential_id, intent, created_at, created_by{columns})
             VALUES ({}, {}, {}, {}, '{intent}', 1, 'x'{values})",
            id(number), id(1), id(2), id(credential)
        )
    };
    let token = |name: &str, until: &str| {
        format!(
            "INSERT INTO pipeline_token (id, project_id, pipeline_id, secret_hash, created_at, created_by, expires_on, expires_at)
             VALUES ('{name}', {}, {}, {}, 1, 'x', '2099-01-01', {until})",
            id(1), id(2), database.bytes(&[1; 32])
        )
    };
    for sql in [
        // Of these one stays: the wider of two for one credential.
        grant(10, 20, "pull", "", ""),
        grant(11, 20, "pull_push", "", ""),
        grant(12, 21, "pull", ", branches", ", '[\"main\"]'"),
        grant(13, 22, "pull", ", repositories", ", '[\"acme\"]'"),
        grant(14, 23, "pull", ", events", ", '[\"push\"]'"),
        grant(15, 24, "pull", ", expires_on", ", '2026-11-21'"),
        grant(16, 25, "pull", ", is_narrow", ", TRUE"),
        grant(17, 26, "pull_push", ", needs_approval", ", TRUE"),
        token("long", "NULL"),
        token("short", "5"),
    ] {
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    // Back to before there were terms of grants.
    back_to_before(&db, "create_trust_rules").await;
    assert_eq!(database.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 1);
    assert_eq!(database.scalar_text("SELECT intent FROM access_grant").await, "pull_push");
    assert_eq!(database.scalar_i64("SELECT COUNT(*) FROM pipeline_token").await, 1);
    assert_eq!(database.scalar_text("SELECT id FROM pipeline_token").await, "long");
}

#[tokio::test]
async fn who_made_what_was_there_is_filled_in_from_the_events_that_say_so() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "makers_are_ids").await;
    let id = |number: u128| database.id(Uuid::from_u128(number));
    let (project, pipeline, mia) = (id(1), id(2), id(3));
    let token = |name: &str| {
        format!(
            "INSERT INTO pipeline_token (id, project_id, pipeline_id, secret_hash, created_at, created_by, expires_on)
             VALUES ('{name}', {project}, {pipeline}, {}, 1000, 'Mia', '2099-01-01')",
            database.bytes(&[1; 32])
        )
    };
    let rule = |number: u128, by: &str| {
        format!(
            "INSERT INTO trust_rule (id, project_id, pipeline_id, provider, issuer, audience, claims, created_at, created_by)
             VALUES ({}, {project}, {pipeline}, 'drone', '', '', '{{}}', 1000, '{by}')",
            id(number)
        )
    };
    let grant = format!(
        "INSERT INTO access_grant (id, project_id, pipeline_id, credential_id, intent, created_at, created_by)
         VALUES ({}, {project}, {pipeline}, {}, 'pull', 1000, 'Mia')",
        id(20), id(21)
    );
    let event = |seq: u8, action: &str, detail: &str| {
        format!(
            "INSERT INTO audit_event (chain, seq, at, action, actor_id, actor, subject_id, subject, detail, mac)
             VALUES ({project}, {seq}, 1500, '{action}', {mia}, 'Mia', {pipeline}, 'build', '{detail}', {})",
            database.bytes(&[0; 32])
        )
    };
    for sql in [
        token("known"),
        token("old"),
        token("unknown"),
        rule(10, "Mia"),
        rule(11, "Bea"),
        grant,
        event(1, "token.created", "{\"token\":\"known\"}"),
        // As it was written before events held data.
        event(2, "token.created", "old"),
        event(3, "trust_rule.created", "{\"provider\":\"drone\"}"),
        event(4, "grant.created", "{\"grant\":{}}"),
    ] {
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    Migrator::up(&db, None).await.unwrap();
    for (what, made) in [
        ("pipeline_token WHERE created_by_id", 2),
        ("trust_rule WHERE created_by_id", 1),
        ("access_grant WHERE granted_by", 1),
        ("shared_secret_view WHERE person_id", 1),
    ] {
        let found = database.scalar_i64(&format!("SELECT COUNT(*) FROM {what} = {mia}")).await;
        assert_eq!(found, made, "{what}");
    }
    let unknown = "SELECT COUNT(*) FROM pipeline_token WHERE created_by_id IS NULL";
    assert_eq!(database.scalar_i64(unknown).await, 1);
    // On the way back what has stopped does not begin again.
    assert_eq!(
        database.raw("UPDATE trust_rule SET ended_at = 5 WHERE created_by = 'Mia'").await,
        1
    );
    back_to_before(&db, "makers_are_ids").await;
    assert_eq!(database.scalar_i64("SELECT COUNT(*) FROM trust_rule").await, 1);
}

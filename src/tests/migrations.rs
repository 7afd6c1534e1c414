//! The schema: every step goes up, down, and up again, and replicas take their turns.

use crate::app::App;
use crate::database::Database;
use regcred::migrations::Migrator;
use regcred::store::Store;
use sea_orm_migration::{MigratorTrait, SchemaManager};

const TABLES: [&str; 18] = [
    "instance",
    "person",
    "project",
    "membership",
    "session",
    "attempt",
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
    "receipt",
    "lease",
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
    Migrator::down(&db, Some(1)).await.unwrap();
    assert!(there().await < TABLES.len());
    Migrator::down(&db, Some(steps - 1)).await.unwrap();
    assert_eq!(there().await, 0);
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

//! Servers of an older version that still run, and the rows that the first of this version seals.

use super::filled::{PlainMacs, back_to_before};
use crate::database::Database;
use crate::skipped::is_on_postgres;
use regcred::migrations::Migrator;
use regcred::store::{Store, Tampered, Unrecorded};
use sea_orm::{ConnectionTrait, TransactionTrait};
use sea_orm_migration::MigratorTrait;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_server_of_before_fails_instead_of_writing_a_link() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "macs_of_rows").await;
    let (chain, link) = (database.id(Uuid::from_u128(1)), database.bytes(&[7; 32]));
    // As it asks: whether there is an end, for a first one, and for the next one.
    let asked = [
        format!(
            r#"SELECT "chain_head"."chain", "chain_head"."seq", "chain_head"."mac" FROM "chain_head" WHERE "chain_head"."chain" = {chain} LIMIT 1"#
        ),
        format!(
            r#"INSERT INTO "chain_head" ("chain", "seq", "mac") VALUES ({chain}, 0, {link}) ON CONFLICT ("chain") DO NOTHING"#
        ),
        format!(
            r#"UPDATE "chain_head" SET "seq" = "seq" + 1, "mac" = {link} WHERE "chain_head"."chain" = {chain}"#
        ),
    ];
    for sql in &asked {
        db.execute_unprepared(sql).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    for sql in &asked {
        assert!(db.execute_unprepared(sql).await.is_err(), "it still works: {sql}");
    }
    assert_eq!(database.scalar_i64("SELECT seq FROM chain_head").await, 1);
    // Who goes back has what the older version needs.
    back_to_before(&db, "macs_of_rows").await;
    for sql in &asked {
        db.execute_unprepared(sql).await.unwrap();
    }
    assert_eq!(database.scalar_i64("SELECT seq FROM chain_head").await, 2);
}

#[tokio::test]
async fn a_server_without_trees_fails_instead_of_writing_an_end_without_one() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "trees_of_chains").await;
    let (chain, link) = (database.id(Uuid::from_u128(1)), database.bytes(&[7; 32]));
    let asked = [
        format!(
            r#"INSERT INTO "chain_head" ("chain", "seq", "link", "head_mac") VALUES ({chain}, 0, {link}, NULL) ON CONFLICT ("chain") DO NOTHING"#
        ),
        format!(
            r#"UPDATE "chain_head" SET "seq" = "seq" + 1, "link" = {link}, "head_mac" = NULL WHERE "chain_head"."chain" = {chain}"#
        ),
    ];
    for sql in &asked {
        db.execute_unprepared(sql).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    for sql in &asked {
        assert!(db.execute_unprepared(sql).await.is_err(), "it still works: {sql}");
    }
    assert_eq!(database.scalar_i64("SELECT seq FROM chain_head").await, 1);
}

#[tokio::test]
async fn a_server_without_days_counts_nothing_takes_no_report_and_removes_no_receipts() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "usage_by_day").await;
    let chain = database.id(Uuid::from_u128(1));
    let insert = format!(
        r#"INSERT INTO "counted" ("chain", "seq") VALUES ({chain}, 7) ON CONFLICT ("chain") DO NOTHING"#
    );
    // All three begin so.
    let lock = format!(
        r#"SELECT "counted"."chain", "counted"."seq" FROM "counted" WHERE "counted"."chain" = {chain}"#
    );
    for sql in [&insert, &lock] {
        db.execute_unprepared(sql).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    for sql in [&insert, &lock] {
        assert!(db.execute_unprepared(sql).await.is_err(), "it still works: {sql}");
    }
    assert_eq!(database.scalar_i64("SELECT counts_seq FROM counted").await, 7);
    assert_eq!(database.scalar_i64("SELECT summed_seq FROM counted").await, 0);
}

#[tokio::test]
async fn a_server_without_bases_removes_no_receipts() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "bases_of_chains").await;
    let chain = database.id(Uuid::from_u128(1));
    // It begins so.
    let lock = format!(
        r#"SELECT "counted"."chain", "counted"."counts_seq", "counted"."days_seq" FROM "counted" WHERE "counted"."chain" = {chain}"#
    );
    db.execute_unprepared(&lock).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    assert!(db.execute_unprepared(&lock).await.is_err(), "it still works: {lock}");
}

#[tokio::test]
async fn a_server_without_events_of_reports_takes_no_report_where_others_may_run() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "links_of_reports").await;
    let chain = database.id(Uuid::from_u128(1));
    let report = |link: i64| {
        format!(
            r#"INSERT INTO "delivery_report" ("chain", "seq", "number", "outcome", "at") VALUES ({chain}, {link}, 1, 'failed', 9)"#
        )
    };
    db.execute_unprepared(&report(1)).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let is_taken = db.execute_unprepared(&report(2)).await.is_ok();
    // The embedded database has one server.
    assert_eq!(is_taken, database.is_embedded());
    assert_eq!(database.scalar_i64("SELECT link FROM delivery_report WHERE seq = 1").await, 0);
}

/// The store of a server that has not sealed the rows yet.
async fn unsealed(database: &Database) -> Store {
    let store = Store::connect(&database.address).await.unwrap();
    store.set_row_macs(Arc::new(PlainMacs { are_rows_sealed: false }));
    store
}

async fn seal(store: &Store) -> u64 {
    let write = store.write().await.unwrap();
    let sealed = write.seal_rows().await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    sealed
}

#[tokio::test]
async fn rows_are_sealed_in_one_walk_in_the_order_of_their_key() {
    let database = Database::migrated().await;
    let id = if database.is_embedded() { "randomblob(16)" } else { "gen_random_uuid()" };
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)";
    for sql in [
        // Of three, one has a MAC already.
        format!(
            "INSERT INTO instance (name, value, mac)
             {many} SELECT 'n' || i, '', CASE WHEN i % 3 = 0 THEN 'there' END FROM n"
        ),
        format!(
            "INSERT INTO membership (project_id, person_id, role, created_at)
             {many} SELECT {}, {id}, 'viewer', 1 FROM n",
            database.id(Uuid::from_u128(1))
        ),
    ] {
        assert_eq!(database.raw(&sql).await, 1201, "{sql}");
    }
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = Arc::clone(&asked);
    let store = unsealed(&database).await;
    let store = store.observed(move |sql| heard.lock().unwrap().push(sql.to_owned()));
    assert_eq!(seal(&store).await, 801 + 1201);
    for table in ["instance", "membership"] {
        let left = format!("SELECT COUNT(*) FROM {table} WHERE mac IS NULL");
        assert_eq!(database.scalar_i64(&left).await, 0, "{table}");
        let asked = asked.lock().unwrap();
        let begin = format!(" FROM \"{table}\" ");
        let reads: Vec<&String> =
            asked.iter().filter(|sql| sql.starts_with("SELECT ") && sql.contains(&begin)).collect();
        // Of 500 rows each, and one that finds no more.
        assert_eq!(reads.len(), 4, "{reads:?}");
        let is_by_key = |sql: &&String| sql.contains(" ORDER BY ") && !sql.contains(" IS NULL");
        assert!(reads.iter().all(is_by_key), "{reads:?}");
    }
}

#[tokio::test]
async fn a_row_that_is_changed_while_rows_are_sealed_is_sealed_as_it_is_then() {
    if !is_on_postgres("SQLite has one writer: nobody else changes a row meanwhile") {
        return;
    }
    let database = Database::migrated().await;
    database.raw("INSERT INTO instance (name, value) VALUES ('name', 'before')").await;
    let store = unsealed(&database).await;
    let db = database.connect().await;
    let change = db.begin().await.unwrap();
    change.execute_unprepared("UPDATE instance SET value = 'after'").await.unwrap();
    let changing = async {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let began = Instant::now();
        while database.scalar_i64(waiting).await == 0 {
            assert!(began.elapsed() < DEADLINE, "the change is not waited for");
        }
        change.commit().await.unwrap();
    };
    assert_eq!(tokio::join!(seal(&store), changing).0, 1);
    store.set_row_macs(Arc::new(PlainMacs { are_rows_sealed: true }));
    assert_eq!(store.tampered_rows().await.unwrap(), Tampered::default());
    assert_eq!(database.scalar_text("SELECT value FROM instance").await, "after");
}

//! A server of the version before secrets were bound, which still runs: what it asks about secrets and
//! data keys fails, so that it marks, seals and makes nothing.

use super::filled::back_to_before;
use crate::database::Database;
use regcred::migrations::Migrator;
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

/// What a delivery read, with `UUID(…)` round each id.
const DELIVERED: &str = "UUID(g.id), g.intent, g.repositories, g.branches, g.events, g.forks,
    g.expires_on, g.is_narrow, g.needs_approval, g.approver, g.approved_at, g.approved_until,
    g.approved_epoch,
    UUID(c.id), UUID(c.project_id), c.name_key, c.name, c.host, c.is_insecure, c.method, c.username,
    c.access, c.paths, c.expires_on, c.renew_on, c.disabled_at, c.unreadable_at, c.secret_version,
    c.token_service, UUID(v.project_id), UUID(v.id),
    UUID(g.project_id), UUID(g.pipeline_id), UUID(g.credential_id), UUID(g.granted_by),
    UUID(g.approved_by), g.revision, g.mac, c.is_protected, c.mac, UUID(v.credential_id), v.version,
    v.method, v.staged_at, v.destroyed_at, v.mac, g.created_at, g.created_by, c.revision";

fn delivery(database: &Database, project: &str) -> String {
    let columns = if database.is_embedded() {
        let one = |column: &str| match column.trim().strip_prefix("UUID(") {
            Some(id) => format!("hex({id}"),
            None => format!("CASE typeof({0}) WHEN 'blob' THEN NULL ELSE {0} END", column.trim()),
        };
        format!("json_array({})", DELIVERED.split(',').map(one).collect::<Vec<_>>().join(", "))
    } else {
        format!("json_build_array({})::text", DELIVERED.replace("UUID(", "("))
    };
    format!(
        "SELECT {columns}, v.sealed FROM access_grant g INNER JOIN credential c ON c.id = g.credential_id
         LEFT JOIN secret_version v ON v.credential_id = c.id AND v.version = c.secret_version
         WHERE g.project_id = {project} AND g.pipeline_id = {project}"
    )
}

/// What it asks, with rows of that round: names as they were, and of long lists of columns those that
/// matter.
fn asked(database: &Database, round: u128) -> Vec<String> {
    let id = database.id(Uuid::from_u128(round));
    let bytes = database.bytes(&[7; 76]);
    vec![
        delivery(database, &id),
        // The list of credentials, one before it is changed, and the mark of what does not open.
        format!(
            r#"SELECT "credential"."id", "credential"."disabled_at", "credential"."unreadable_at", "credential"."secret_doubt" FROM "credential" WHERE "credential"."project_id" = {id}"#
        ),
        format!(
            r#"UPDATE "credential" SET "unreadable_at" = 1 WHERE "credential"."id" = {id}"#
        ),
        // A secret that is saved, and one that is destroyed.
        format!(
            r#"INSERT INTO "secret_version" ("id", "project_id", "credential_id", "version", "sealed", "created_at", "created_by", "destroyed_at", "method", "key_file", "key_version", "fingerprint", "staged_at", "unreadable_at", "deliveries", "last_delivered_at", "mac", "doubt", "expires_on") VALUES ({id}, {id}, {id}, 1, {bytes}, 1, 'Mia', NULL, 'password', NULL, 1, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL)"#
        ),
        format!(
            r#"UPDATE "secret_version" SET "sealed" = NULL, "key_version" = NULL WHERE "secret_version"."credential_id" = {id}"#
        ),
        // The job: what is left, some of it, and each of these under another key.
        r#"SELECT COUNT("id") AS "rows" FROM "secret_version" WHERE "secret_version"."key_version" < 2 AND "secret_version"."unreadable_at" IS NULL"#.to_owned(),
        r#"SELECT "secret_version"."id" AS "A_id", "secret_version"."key_version" AS "A_key_version", "credential"."unreadable_at" AS "B_unreadable_at" FROM "secret_version" INNER JOIN "credential" ON "secret_version"."credential_id" = "credential"."id" WHERE "secret_version"."key_version" < 2 AND "secret_version"."unreadable_at" IS NULL LIMIT 100"#.to_owned(),
        format!(
            r#"UPDATE "secret_version" SET "sealed" = {bytes}, "key_version" = 2 WHERE "secret_version"."id" = {id} AND "secret_version"."key_version" = 1 AND "secret_version"."sealed" IS NOT NULL"#
        ),
        // The keyring: a look, a key before something is stored under it, and a new key.
        r#"SELECT "crypto_key"."purpose", "crypto_key"."version", "crypto_key"."key_uuid", "crypto_key"."wrapped", "crypto_key"."kek_id", "crypto_key"."state", "crypto_key"."state_since", "crypto_key"."created_at" FROM "crypto_key" ORDER BY "crypto_key"."purpose" ASC, "crypto_key"."version" ASC"#.to_owned(),
        r#"SELECT "crypto_key"."state", "crypto_key"."created_at" FROM "crypto_key" WHERE "crypto_key"."purpose" = 'secret' AND "crypto_key"."version" = 1 LIMIT 1"#.to_owned(),
        format!(
            r#"INSERT INTO "crypto_key" ("purpose", "version", "key_uuid", "wrapped", "kek_id", "state", "state_since", "created_at") VALUES ('secret', {round}, {id}, {bytes}, 'b976fc652f5fdb1d', 'pending', 1, 1) ON CONFLICT DO NOTHING"#
        ),
    ]
}

#[tokio::test]
async fn a_server_of_before_fails_instead_of_touching_a_secret_or_a_key() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "fence_older_servers").await;
    for sql in asked(&database, 1) {
        db.execute_unprepared(&sql).await.unwrap();
    }
    Migrator::up(&db, None).await.unwrap();
    for sql in asked(&database, 2) {
        assert!(db.execute_unprepared(&sql).await.is_err(), "it still works: {sql}");
    }
    for table in ["secret_version", "crypto_key"] {
        let rows = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(database.scalar_i64(&rows).await, 1, "{table}");
    }
    // Who goes back has what the older version needs.
    back_to_before(&db, "fence_older_servers").await;
    for sql in asked(&database, 3) {
        db.execute_unprepared(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn columns_with_other_names_keep_what_was_in_them_and_their_indexes() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "fence_older_servers").await;
    let (id, bytes) = (database.id(Uuid::from_u128(1)), database.bytes(&[7; 76]));
    for sql in [
        format!(
            "INSERT INTO secret_version (id, project_id, credential_id, version, sealed, created_at, created_by, key_version)
             VALUES ({id}, {id}, {id}, 1, {bytes}, 1, 'Mia', 3)"
        ),
        format!(
            "INSERT INTO crypto_key (purpose, version, key_uuid, wrapped, kek_id, state, state_since, created_at)
             VALUES ('secret', 3, {id}, {bytes}, 'b976fc652f5fdb1d', 'active', 2, 5)"
        ),
    ] {
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    Migrator::up(&db, None).await.unwrap();
    let under = "SELECT CAST(data_key AS BIGINT) FROM secret_version";
    assert_eq!(database.scalar_i64(under).await, 3);
    assert_eq!(database.scalar_i64("SELECT made_at FROM crypto_key").await, 5);
    let index = if database.is_embedded() {
        "SELECT sql FROM sqlite_master WHERE name = 'secret_version_key'"
    } else {
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'secret_version_key'"
    };
    let index = database.scalar_text(index).await;
    assert!(index.contains("data_key"), "{index}");
}

//! How many credentials a project has is kept, so that the list need not count them. The database keeps
//! it by itself: whoever writes a row, an older server or a restore, it is counted.
//!
//! On `PostgreSQL` a statement counts once for all of its rows: each change of the number leaves a row
//! behind until the transaction ends, and a restore inserts many. Triggers come before the numbers are
//! filled in: from then on until the step ends nobody else writes a credential.
use super::{drop_tables, run, table};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "credential_count";

const EMBEDDED_UP: [&str; 3] = [
    "CREATE TRIGGER credential_count_insert AFTER INSERT ON credential BEGIN
        INSERT INTO credential_count (project_id, number) VALUES (new.project_id, 1)
            ON CONFLICT (project_id) DO UPDATE SET number = number + 1;
    END",
    "CREATE TRIGGER credential_count_move AFTER UPDATE OF project_id ON credential
        WHEN new.project_id <> old.project_id BEGIN
        UPDATE credential_count SET number = number - 1 WHERE project_id = old.project_id;
        INSERT INTO credential_count (project_id, number) VALUES (new.project_id, 1)
            ON CONFLICT (project_id) DO UPDATE SET number = number + 1;
    END",
    "CREATE TRIGGER credential_count_delete AFTER DELETE ON credential BEGIN
        UPDATE credential_count SET number = number - 1 WHERE project_id = old.project_id;
    END",
];

const EMBEDDED_DOWN: [&str; 3] = [
    "DROP TRIGGER credential_count_delete",
    "DROP TRIGGER credential_count_move",
    "DROP TRIGGER credential_count_insert",
];

/// Several projects are locked in one order, so that no two statements wait for each other.
const SERVER_UP: [&str; 6] = [
    "CREATE FUNCTION credential_count_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO credential_count (project_id, number)
            SELECT added.project_id, COUNT(*) FROM added GROUP BY added.project_id ORDER BY added.project_id
            ON CONFLICT (project_id) DO UPDATE SET number = credential_count.number + excluded.number;
        RETURN NULL;
    END $$",
    "CREATE FUNCTION credential_count_move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO credential_count (project_id, number)
            SELECT moved.project_id, moved.more
            FROM (VALUES (OLD.project_id, -1), (NEW.project_id, 1)) AS moved (project_id, more)
            ORDER BY moved.project_id
            ON CONFLICT (project_id) DO UPDATE SET number = credential_count.number + excluded.number;
        RETURN NULL;
    END $$",
    "CREATE FUNCTION credential_count_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO credential_count (project_id, number)
            SELECT gone.project_id, -COUNT(*) FROM gone GROUP BY gone.project_id ORDER BY gone.project_id
            ON CONFLICT (project_id) DO UPDATE SET number = credential_count.number + excluded.number;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER credential_count_insert AFTER INSERT ON credential
        REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION credential_count_insert()",
    "CREATE TRIGGER credential_count_move AFTER UPDATE OF project_id ON credential
        FOR EACH ROW WHEN (NEW.project_id <> OLD.project_id)
        EXECUTE FUNCTION credential_count_move()",
    "CREATE TRIGGER credential_count_delete AFTER DELETE ON credential
        REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION credential_count_delete()",
];

const SERVER_DOWN: [&str; 6] = [
    "DROP TRIGGER credential_count_delete ON credential",
    "DROP TRIGGER credential_count_move ON credential",
    "DROP TRIGGER credential_count_insert ON credential",
    "DROP FUNCTION credential_count_delete()",
    "DROP FUNCTION credential_count_move()",
    "DROP FUNCTION credential_count_insert()",
];

const FILL: [&str; 1] = ["INSERT INTO credential_count (project_id, number)
    SELECT credential.project_id, COUNT(*) FROM credential GROUP BY credential.project_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = columns![project_id uuid, number big_integer];
        manager.create_table(table(TABLE, columns, &["project_id"])).await?;
        match manager.get_database_backend() {
            DbBackend::Sqlite => run(manager, &EMBEDDED_UP).await?,
            _ => run(manager, &SERVER_UP).await?,
        }
        run(manager, &FILL).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Sqlite => run(manager, &EMBEDDED_DOWN).await?,
            _ => run(manager, &SERVER_DOWN).await?,
        }
        drop_tables(manager, &[TABLE]).await
    }
}

//! A search finds its rows in an index of the letters that follow one another, which each database
//! keeps by itself: whoever writes a row, an older server or a restore, it is found.
//!
//! On `SQLite` it is a full-text index of every three letters, beside the text that it is of, so it
//! takes a tenth of what a table of them would. Rows have a number of their own there: those that
//! `SQLite` gives may change when the file is copied. On `PostgreSQL` it is an index of the parts that
//! a function makes of a text, which needs no extension.
use super::run;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Every text ends with two letters more, so that its last letters begin three as well. `instance`: the
/// index by letter, for what begins with one or two.
const EMBEDDED_UP: [&str; 9] = [
    "CREATE TABLE credential_search_number (
        number INTEGER NOT NULL PRIMARY KEY, credential_id uuid_text NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE credential_search USING fts5(letters, content='',
        contentless_delete=1, detail='none', tokenize='trigram case_sensitive 1')",
    "CREATE VIRTUAL TABLE credential_search_letters USING fts5vocab(credential_search, instance)",
    "INSERT INTO credential_search_number (credential_id) SELECT id FROM credential",
    "INSERT INTO credential_search (rowid, letters)
        SELECT number, search_key || char(10, 10) FROM credential_search_number
        INNER JOIN credential ON credential.id = credential_search_number.credential_id",
    "CREATE TRIGGER credential_search_insert AFTER INSERT ON credential BEGIN
        INSERT INTO credential_search_number (credential_id) VALUES (new.id);
        INSERT INTO credential_search (rowid, letters)
            SELECT number, new.search_key || char(10, 10)
            FROM credential_search_number WHERE credential_id = new.id;
    END",
    "CREATE TRIGGER credential_search_update AFTER UPDATE OF search_key ON credential
        WHEN new.search_key <> old.search_key BEGIN
        DELETE FROM credential_search WHERE rowid =
            (SELECT number FROM credential_search_number WHERE credential_id = new.id);
        INSERT INTO credential_search (rowid, letters)
            SELECT number, new.search_key || char(10, 10)
            FROM credential_search_number WHERE credential_id = new.id;
    END",
    "CREATE TRIGGER credential_search_rename AFTER UPDATE OF id ON credential BEGIN
        UPDATE credential_search_number SET credential_id = new.id WHERE credential_id = old.id;
    END",
    "CREATE TRIGGER credential_search_delete AFTER DELETE ON credential BEGIN
        DELETE FROM credential_search WHERE rowid =
            (SELECT number FROM credential_search_number WHERE credential_id = old.id);
        DELETE FROM credential_search_number WHERE credential_id = old.id;
    END",
];

const EMBEDDED_DOWN: [&str; 7] = [
    "DROP TRIGGER credential_search_delete",
    "DROP TRIGGER credential_search_rename",
    "DROP TRIGGER credential_search_update",
    "DROP TRIGGER credential_search_insert",
    "DROP TABLE credential_search_letters",
    "DROP TABLE credential_search",
    "DROP TABLE credential_search_number",
];

/// Each part has the project before it, so that another project's rows are not read. It is dear, so that
/// the index is taken, and what is known of it says nothing: no plan depends on what is searched for.
const SERVER_UP: [&str; 3] = [
    "CREATE FUNCTION credential_grams(whose uuid, said text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
            SELECT array_agg(whose::text || substr(said, at, size))
            FROM generate_series(1, length(said)) AS at, generate_series(1, 3) AS size
        $$",
    "CREATE INDEX credential_search ON credential
        USING gin (credential_grams(project_id, search_key))",
    "ALTER INDEX credential_search ALTER COLUMN 1 SET STATISTICS 0",
];

const SERVER_DOWN: [&str; 2] =
    ["DROP INDEX credential_search", "DROP FUNCTION credential_grams(uuid, text)"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Sqlite => run(manager, &EMBEDDED_UP).await,
            _ => run(manager, &SERVER_UP).await,
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Sqlite => run(manager, &EMBEDDED_DOWN).await,
            _ => run(manager, &SERVER_DOWN).await,
        }
    }
}

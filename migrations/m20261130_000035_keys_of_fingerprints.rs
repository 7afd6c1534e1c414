//! A fingerprint says which version of its key made it, so that the key can be rotated. What is there, and
//! what a server of the version before writes while it still runs, was made with the first one; if it was
//! not, the job makes it anew once, which does no harm. No MAC of a row covers the column.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "ALTER TABLE secret_version ADD COLUMN fingerprint_key INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX secret_version_fingerprint ON secret_version (fingerprint_key, id)
        WHERE fingerprint IS NOT NULL",
];

const DOWN: [&str; 2] = [
    "DROP INDEX secret_version_fingerprint",
    "ALTER TABLE secret_version DROP COLUMN fingerprint_key",
];

runs!(&UP, &DOWN);

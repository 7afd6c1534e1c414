//! The list by day of expiry is read in two ranges of one index: those with a day, then those without.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "DROP INDEX credential_expiry",
    "CREATE INDEX credential_expiry ON credential (project_id, expires_on, name_key)",
];

const DOWN: [&str; 2] = [
    "DROP INDEX credential_expiry",
    "CREATE INDEX credential_expiry
        ON credential (project_id, (expires_on IS NULL), expires_on, name_key)",
];

runs!(&UP, &DOWN);

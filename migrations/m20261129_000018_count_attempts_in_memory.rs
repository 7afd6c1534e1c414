//! Failed attempts are counted in memory: what strangers do writes nothing.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

runs!(
    &["DROP TABLE attempt"],
    &[
        "CREATE TABLE attempt (\"key\" text NOT NULL, \"count\" bigint NOT NULL, \"since\" bigint NOT NULL, PRIMARY KEY (\"key\"))",
        "CREATE INDEX attempt_since ON attempt (since)",
    ]
);

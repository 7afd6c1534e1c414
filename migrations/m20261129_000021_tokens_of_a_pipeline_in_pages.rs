//! The tokens of a pipeline are read in pages by their id, since there can be many short-lived ones.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "DROP INDEX pipeline_token_pipeline",
    "CREATE INDEX pipeline_token_pipeline ON pipeline_token (pipeline_id, id)",
];

const DOWN: [&str; 2] = [
    "DROP INDEX pipeline_token_pipeline",
    "CREATE INDEX pipeline_token_pipeline ON pipeline_token (pipeline_id)",
];

runs!(&UP, &DOWN);

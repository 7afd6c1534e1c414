//! What pipelines declare: their files, and the images, registries and logins that these name. No text
//! of a file is kept.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    definition (
        id uuid,
        project_id uuid,
        pipeline_id uuid,
        path text,
        system text,
        sha256 text null,
        said text,
        commit_id text null,
        branch text null,
        is_proved boolean,
        sent_by text,
        named big_integer,
        unresolved big_integer,
        passwords big_integer,
        unread big_integer,
        first_seen_at big_integer,
        changed_at big_integer,
        last_seen_at big_integer,
    ) key (id);
    definition_statement (
        definition_id uuid,
        number integer,
        kind text,
        line big_integer,
        place text,
        job text null,
        is_hidden boolean,
        host text null,
        repository text null,
        detail text,
    ) key (definition_id, number);
    "CREATE UNIQUE INDEX definition_of_pipeline ON definition (pipeline_id, path)";
}

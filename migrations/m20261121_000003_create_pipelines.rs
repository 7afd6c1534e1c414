//! Pipelines, their tokens and grants, and what they have received.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    pipeline (
        id uuid, project_id uuid, name text, name_key text, description text,
        created_at big_integer, created_by text
    ) key (id);
    pipeline_token (
        id text, project_id uuid, pipeline_id uuid, secret_hash binary, created_at big_integer,
        created_by text, expires_on text, last_used_at big_integer null,
        revoked_at big_integer null
    ) key (id);
    access_grant (
        id uuid, project_id uuid, pipeline_id uuid, credential_id uuid, intent text,
        created_at big_integer, created_by text
    ) key (id);
    usage (
        project_id uuid, credential_id uuid, pipeline_id uuid, pipeline text,
        deliveries big_integer, first_at big_integer, last_at big_integer,
        last_version big_integer
    ) key (credential_id, pipeline_id);
    "CREATE UNIQUE INDEX pipeline_name ON pipeline (project_id, name_key)";
    "CREATE INDEX pipeline_token_pipeline ON pipeline_token (pipeline_id)";
    "CREATE UNIQUE INDEX access_grant_pair ON access_grant (pipeline_id, credential_id)";
    "CREATE INDEX access_grant_credential ON access_grant (credential_id)";
    "CREATE INDEX usage_project ON usage (project_id)";
    "CREATE INDEX usage_pipeline ON usage (pipeline_id)";
}

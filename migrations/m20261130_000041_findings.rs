//! Findings: what somebody should look at in a project, whether it still is so, and who accepted it.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    finding (
        id uuid,
        project_id uuid,
        found_key text,
        kind text,
        rank big_integer,
        state text,
        credential_id uuid null,
        pipeline_id uuid null,
        found text,
        opened_at big_integer,
        resolved_at big_integer null,
        accepted_until text null,
        accepted_at big_integer null,
        accepted_by text null,
        accepted_by_id uuid null,
        reason text null,
    ) key (id);
    "CREATE UNIQUE INDEX finding_key ON finding (project_id, found_key)";
    "CREATE INDEX finding_listed ON finding (project_id, state, rank, id)";
    "CREATE INDEX finding_credential ON finding (credential_id, project_id)";
    "CREATE INDEX finding_pipeline ON finding (pipeline_id, project_id)";
}

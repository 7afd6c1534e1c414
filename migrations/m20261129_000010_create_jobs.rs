//! Jobs, and the outbox.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    job (
        id uuid, kind text, job_key text, due_at big_integer null, attempts big_integer,
        locked_until big_integer null, locked_by uuid null, last_started_at big_integer null,
        last_finished_at big_integer null, last_result text null, last_error_code text null,
        progress text
    ) key (id);
    outbox (
        id uuid, at big_integer, project_id uuid null, chain uuid, seq big_integer, kind text,
        subject_id uuid
    ) key (id);
    "CREATE UNIQUE INDEX job_name ON job (kind, job_key)";
    "CREATE INDEX job_due ON job (due_at)";
    "CREATE INDEX outbox_at ON outbox (at)";
}

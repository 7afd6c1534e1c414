//! Notifications of projects, and how far each member has read them.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    notification (
        id uuid,
        project_id uuid,
        credential_id uuid,
        cause text,
        name text,
        what text,
        at big_integer,
    ) key (id);
    notification_seen (
        project_id uuid,
        person_id uuid,
        seen_at big_integer,
    ) key (project_id, person_id);
    "CREATE UNIQUE INDEX notification_cause ON notification (project_id, credential_id, cause)";
    "CREATE INDEX notification_project ON notification (project_id, at)";
}

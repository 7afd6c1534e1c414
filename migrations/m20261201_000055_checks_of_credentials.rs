//! Checks of credentials against their registries, and what each credential's last one says.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    credential_check (
        id uuid,
        project_id uuid,
        credential_id uuid,
        version big_integer,
        account text,
        image text,
        asked_by text,
        begun_at big_integer,
        is_refused boolean,
        report text null,
    ) key (id);
    check_state (
        credential_id uuid,
        project_id uuid,
        version big_integer,
        state text,
        since big_integer,
        checked_at big_integer,
        image text,
        due_at big_integer null,
    ) key (credential_id);
    "CREATE INDEX credential_check_credential ON credential_check (credential_id, id)";
    "CREATE INDEX credential_check_refused ON credential_check (account, begun_at) WHERE is_refused";
    "CREATE INDEX check_state_due ON check_state (due_at) WHERE due_at IS NOT NULL";
    "CREATE INDEX check_state_project ON check_state (project_id, state)";
}

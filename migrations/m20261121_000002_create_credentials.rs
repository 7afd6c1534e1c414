//! Keys, credentials, and the versions of their secrets.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    crypto_key (
        purpose text, version integer, key_uuid uuid, wrapped binary, kek_id text,
        is_active boolean, created_at big_integer
    ) key (purpose, version);
    credential (
        id uuid, project_id uuid, name text, name_key text, search_key text, description text,
        host text, is_insecure boolean, method text, username text, access text, email text,
        paths text, owner text, environment text, labels text, expires_on text null,
        review_on text null, rotate_every_days integer null, renew_on text null,
        is_protected boolean, key_file text null, secret_version big_integer,
        secret_set_at big_integer, secret_set_by text, disabled_at big_integer null,
        unreadable_at big_integer null, revision big_integer, created_at big_integer,
        created_by text, updated_at big_integer, updated_by text
    ) key (id);
    secret_version (
        id uuid, project_id uuid, credential_id uuid, version big_integer, sealed binary null,
        created_at big_integer, created_by text, destroyed_at big_integer null
    ) key (id);
    "CREATE UNIQUE INDEX credential_name ON credential (project_id, name_key)";
    "CREATE INDEX credential_host ON credential (project_id, host)";
    "CREATE INDEX credential_changed ON credential (project_id, updated_at)";
    "CREATE UNIQUE INDEX secret_version_number ON secret_version (credential_id, version)";
}

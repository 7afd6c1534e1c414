//! People, projects, who belongs where, and what signing in needs.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    instance (
        name text, value text, until big_integer null
    ) key (name);
    person (
        id uuid, email text, email_key text, name text, password_hash text, is_admin boolean,
        disabled_at big_integer null, created_at big_integer
    ) key (id);
    project (
        id uuid, slug text, name text, created_at big_integer
    ) key (id);
    membership (
        project_id uuid, person_id uuid, role text, created_at big_integer
    ) key (project_id, person_id);
    session (
        id_hash binary, data text, person_id uuid null, expires_at big_integer,
        ends_at big_integer
    ) key (id_hash);
    attempt (
        key text, count big_integer, since big_integer
    ) key (key);
    slot (
        id uuid, id_hash binary, person_id uuid null, kind text, sealed binary,
        expires_at big_integer
    ) key (id);
    "CREATE UNIQUE INDEX person_email ON person (email_key)";
    "CREATE UNIQUE INDEX project_slug ON project (slug)";
    "CREATE INDEX membership_person ON membership (person_id)";
    "CREATE INDEX session_expiry ON session (expires_at)";
    "CREATE UNIQUE INDEX slot_hash ON slot (id_hash)";
}

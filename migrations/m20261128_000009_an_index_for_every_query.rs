//! Every query finds its rows by what it asks for, and never by their project alone: an index that
//! begins with the project is there only for what is listed by project, in the order of the list.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 15] = [
    // The list, by registry, by the time of the last change and by the day of expiry.
    "DROP INDEX credential_host",
    "CREATE INDEX credential_host ON credential (project_id, host, name_key)",
    "DROP INDEX credential_changed",
    "CREATE INDEX credential_changed ON credential (project_id, updated_at DESC, name_key)",
    "CREATE INDEX credential_expiry
        ON credential (project_id, (expires_on IS NULL), expires_on, name_key)",
    // With the project first these were taken for queries that name a credential or a pipeline.
    "DROP INDEX secret_version_same",
    "CREATE INDEX secret_version_same ON secret_version (fingerprint, project_id)",
    "DROP INDEX usage_project",
    "DROP INDEX trust_rule_provider",
    "CREATE INDEX trust_rule_provider ON trust_rule (provider, project_id)",
    // Few do not open.
    "CREATE INDEX secret_version_unreadable
        ON secret_version (unreadable_at) WHERE unreadable_at IS NOT NULL",
    "CREATE INDEX session_person ON session (person_id)",
    "CREATE INDEX slot_person ON slot (person_id, id)",
    "CREATE INDEX slot_expiry ON slot (expires_at)",
    "CREATE INDEX attempt_since ON attempt (since)",
];

const DOWN: [&str; 15] = [
    "DROP INDEX attempt_since",
    "DROP INDEX slot_expiry",
    "DROP INDEX slot_person",
    "DROP INDEX session_person",
    "DROP INDEX secret_version_unreadable",
    "DROP INDEX trust_rule_provider",
    "CREATE INDEX trust_rule_provider ON trust_rule (project_id, provider)",
    "CREATE INDEX usage_project ON usage (project_id)",
    "DROP INDEX secret_version_same",
    "CREATE INDEX secret_version_same ON secret_version (project_id, fingerprint)",
    "DROP INDEX credential_expiry",
    "DROP INDEX credential_changed",
    "CREATE INDEX credential_changed ON credential (project_id, updated_at)",
    "DROP INDEX credential_host",
    "CREATE INDEX credential_host ON credential (project_id, host)",
];

runs!(&UP, &DOWN);

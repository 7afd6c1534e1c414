//! What the audit is filtered by: who did something, what it was, to which noun, and when. A noun is the
//! first word of an action, which its first five letters tell; whatever was not delivered is rare.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 6] = [
    "CREATE INDEX audit_event_actor ON audit_event (chain, actor_id, seq)",
    "CREATE INDEX audit_event_action ON audit_event (chain, action, seq)",
    "CREATE INDEX audit_event_noun ON audit_event (chain, substr(action, 1, 5), seq)",
    "CREATE INDEX audit_event_at ON audit_event (chain, at, seq)",
    "CREATE INDEX fetch_at ON pipeline_fetch (chain, at, seq)",
    "CREATE INDEX receipt_refused ON receipt (chain, seq) WHERE outcome <> 'delivered'",
];

const DOWN: [&str; 6] = [
    "DROP INDEX receipt_refused",
    "DROP INDEX fetch_at",
    "DROP INDEX audit_event_at",
    "DROP INDEX audit_event_noun",
    "DROP INDEX audit_event_action",
    "DROP INDEX audit_event_actor",
];

runs!(&UP, &DOWN);

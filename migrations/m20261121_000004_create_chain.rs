//! Audit events and receipts, chained.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    chain_head (
        chain uuid, seq big_integer, mac binary
    ) key (chain);
    audit_event (
        chain uuid, seq big_integer, at big_integer, action text, actor_id uuid null, actor text,
        subject_id uuid, subject text, detail text, mac binary
    ) key (chain, seq);
    receipt (
        id uuid, chain uuid, seq big_integer, at big_integer, pipeline_id uuid, pipeline text,
        credential_id uuid null, credential text null, version big_integer null, intent text,
        door text, token_id text, claims text, address text null, outcome text, reason text null,
        mac binary
    ) key (chain, seq);
    "CREATE INDEX audit_event_subject ON audit_event (subject_id, seq)";
    "CREATE INDEX receipt_credential ON receipt (credential_id, seq)";
    "CREATE INDEX receipt_pipeline ON receipt (pipeline_id, seq)";
}

//! Where the events of a chain are sent, or who may fetch them, and how far each has come.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    destination (
        id uuid,
        chain uuid,
        name text,
        transport text,
        format text,
        address text,
        salt text null,
        earlier_salt text null,
        earlier_until big_integer null,
        token_id text null,
        token_hash binary null,
        cursor_link big_integer,
        cursor_receipt big_integer,
        until_link big_integer null,
        until_receipt big_integer null,
        stopped_at big_integer null,
        failing_since big_integer null,
        problem text null,
        status big_integer null,
        last_at big_integer null,
        made_at big_integer,
        made_by text,
        mac text null,
    ) key (id);
    "CREATE INDEX destination_chain ON destination (chain)";
    "CREATE UNIQUE INDEX destination_token ON destination (token_id)";
    "CREATE INDEX destination_sent_to ON destination (transport, id) WHERE stopped_at IS NULL";
}

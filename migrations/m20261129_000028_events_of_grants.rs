//! The events about grants of a credential are found by how their details begin, which names it.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 1] =
    ["CREATE INDEX audit_event_granted ON audit_event (substr(detail, 1, 60), seq)"];

const DOWN: [&str; 1] = ["DROP INDEX audit_event_granted"];

runs!(&UP, &DOWN);

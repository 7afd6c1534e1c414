//! The index of what was not delivered has the outcomes, too: it is all that is asked for then. Without
//! them SQLite would look each receipt up, takes that for dear, and goes through all of a chain instead.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "DROP INDEX receipt_refused",
    "CREATE INDEX receipt_refused ON receipt (chain, seq, outcome) WHERE outcome <> 'delivered'",
];

const DOWN: [&str; 2] = [
    "DROP INDEX receipt_refused",
    "CREATE INDEX receipt_refused ON receipt (chain, seq) WHERE outcome <> 'delivered'",
];

runs!(&UP, &DOWN);

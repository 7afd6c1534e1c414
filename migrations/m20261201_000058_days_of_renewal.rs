//! An index of the days by which credentials are to be rotated or reviewed, for reminders.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 1] = ["CREATE INDEX credential_renewal ON credential (project_id, renew_on)"];

const DOWN: [&str; 1] = ["DROP INDEX credential_renewal"];

runs!(&UP, &DOWN);

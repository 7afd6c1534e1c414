//! Secrets are bound to their logins under keys that an older server does not know how to use. Columns
//! that it names in each statement about secrets and data keys get other names, so that one that still
//! runs cannot do harm: its deliveries and saves fail, it marks nothing, seals nothing again and makes no
//! key. No MAC of a row covers these columns.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 3] = [
    // Of the job that seals secrets again, and of each save of one.
    "ALTER TABLE secret_version RENAME COLUMN key_version TO data_key",
    // Of deliveries, of the list, and of the mark of a secret that does not open.
    "ALTER TABLE credential RENAME COLUMN unreadable_at TO secret_unreadable_at",
    // Of each look at the keyring, and of each new key.
    "ALTER TABLE crypto_key RENAME COLUMN created_at TO made_at",
];

const DOWN: [&str; 3] = [
    "ALTER TABLE crypto_key RENAME COLUMN made_at TO created_at",
    "ALTER TABLE credential RENAME COLUMN secret_unreadable_at TO unreadable_at",
    "ALTER TABLE secret_version RENAME COLUMN data_key TO key_version",
];

runs!(&UP, &DOWN);

//! An index of the images that a credential was delivered for, so that each is found at once, however much
//! was delivered for another one since. What named no image is not in it.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 1] = ["CREATE INDEX receipt_image ON receipt (credential_id, image, seq)
    WHERE outcome = 'delivered' AND image IS NOT NULL"];

const DOWN: [&str; 1] = ["DROP INDEX receipt_image"];

runs!(&UP, &DOWN);

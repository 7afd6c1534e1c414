//! What witnesses have said of checkpoints, and since when they are asked in vain.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    cosignature (
        chain uuid,
        witness text,
        tree big_integer,
        size big_integer,
        frontier binary,
        cosigned binary null,
        since big_integer,
        problem text null,
        status big_integer null,
    ) key (chain, witness, tree, size);
}

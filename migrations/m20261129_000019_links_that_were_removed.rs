//! Old receipts may be removed: what the chain needs of them stays.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

creates! {
    removed_links (
        chain uuid, first_seq big_integer, last_seq big_integer, link_mac binary, proof binary
    ) key (chain, first_seq);
    "CREATE UNIQUE INDEX removed_links_last ON removed_links (chain, last_seq)";
}

//! The schema, step by step: the ordered list and nothing else. Names are strings, so that a step
//! never changes when an entity does.
#![expect(elided_lifetimes_in_paths, reason = "the trait's own signature elides them (E0195)")]

use sea_orm_migration::prelude::*;

mod m20261121_000001_create_people;
mod m20261121_000002_create_credentials;
mod m20261121_000003_create_pipelines;
mod m20261121_000004_create_chain;
mod m20261121_000005_create_versions;
mod m20261121_000006_create_trust_rules;
mod m20261128_000007_tell_use_from_asking;
mod m20261128_000008_one_origin_one_host;
mod m20261128_000009_an_index_for_every_query;
mod m20261129_000012_one_link_for_each_fetch;

/// Every step, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_people::Migration),
            Box::new(m20261121_000002_create_credentials::Migration),
            Box::new(m20261121_000003_create_pipelines::Migration),
            Box::new(m20261121_000004_create_chain::Migration),
            Box::new(m20261121_000005_create_versions::Migration),
            Box::new(m20261121_000006_create_trust_rules::Migration),
            Box::new(m20261128_000007_tell_use_from_asking::Migration),
            Box::new(m20261128_000008_one_origin_one_host::Migration),
            Box::new(m20261128_000009_an_index_for_every_query::Migration),
            Box::new(m20261129_000012_one_link_for_each_fetch::Migration),
        ]
    }
}

/// A column that has to have a value.
fn required(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.not_null();
    column
}

/// A column that may be empty.
fn optional(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

/// A table of these columns with this primary key.
fn table(
    name: &'static str,
    columns: Vec<ColumnDef>,
    key: &[&'static str],
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(Alias::new(name));
    for mut column in columns {
        table.col(&mut column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(Alias::new(*column));
    }
    table.primary_key(&mut primary);
    table.to_owned()
}

/// An index called `name`.
fn index(
    name: &'static str,
    on: &'static str,
    columns: &[&'static str],
    is_unique: bool,
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(on));
    for column in columns {
        index.col(Alias::new(*column));
    }
    if is_unique {
        index.unique();
    }
    index.to_owned()
}

/// Drops the tables, last first.
async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names.iter().rev() {
        manager.drop_table(Table::drop().table(Alias::new(*name)).to_owned()).await?;
    }
    Ok(())
}

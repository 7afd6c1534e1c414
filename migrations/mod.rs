//! The schema, step by step: the ordered list, and what its steps are written with. Names are
//! strings, so that a step never changes when an entity does.
#![expect(elided_lifetimes_in_paths, reason = "the trait's own signature elides them (E0195)")]

use sea_orm_migration::prelude::*;

/// Columns as `name kind`. `null`: it may be empty. `= value`: what rows that are there get.
macro_rules! columns {
    ($($name:ident $kind:ident $($null:ident)? $(= $value:expr)?),+ $(,)?) => {
        vec![$({
            let mut column = columns!(@column $($null)?)(stringify!($name));
            column.$kind();
            $(column.default($value);)?
            column
        }),+]
    };
    (@column null) => { $crate::migrations::optional };
    (@column) => { $crate::migrations::required };
}

/// The step makes these tables and indexes. Its way back drops the tables.
macro_rules! creates {
    (
        $($table:ident ($($columns:tt)+) key ($($key:ident),+);)+
        $($index:literal;)*
    ) => {
        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $({
                    let key = [$(stringify!($key)),+];
                    let columns = columns!($($columns)+);
                    let table = $crate::migrations::table(stringify!($table), columns, &key);
                    manager.create_table(table).await?;
                })+
                $crate::migrations::run::<&str>(manager, &[$($index),*]).await
            }

            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::migrations::drop_tables(manager, &[$(stringify!($table)),+]).await
            }
        }
    };
}

/// The step runs the first statements, and its way back the others.
macro_rules! runs {
    ($up:expr, $down:expr) => {
        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::migrations::run(manager, $up).await
            }

            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::migrations::run(manager, $down).await
            }
        }
    };
}

mod m20261121_000001_create_people;
mod m20261121_000002_create_credentials;
mod m20261121_000003_create_pipelines;
mod m20261121_000004_create_chain;
mod m20261121_000005_create_versions;
mod m20261121_000006_create_trust_rules;
mod m20261128_000007_tell_use_from_asking;
mod m20261128_000008_one_origin_one_host;
mod m20261128_000009_an_index_for_every_query;
mod m20261129_000010_create_jobs;
mod m20261129_000011_pages_by_day_of_expiry;
mod m20261129_000012_one_link_for_each_fetch;
mod m20261129_000013_approvals_hold_for_identities;
mod m20261129_000014_makers_are_ids;
mod m20261129_000015_macs_of_rows;
mod m20261129_000016_intent_of_a_rule;
mod m20261129_000017_refused_tokens;
mod m20261129_000018_count_attempts_in_memory;
mod m20261129_000019_links_that_were_removed;
mod m20261129_000020_issuers;
mod m20261129_000021_tokens_of_a_pipeline_in_pages;
mod m20261129_000022_lists_as_people_read;
mod m20261129_000023_doubts_about_secrets;
mod m20261129_000024_edited_pipelines_and_named_tokens;
mod m20261129_000025_titles_of_rules;
mod m20261129_000026_rejected_approvals;
mod m20261129_000028_events_of_grants;
mod m20261129_000029_an_index_for_searches;
mod m20261129_000032_searches_of_pipelines;
mod m20261129_000033_repositories_of_pipelines;
mod m20261129_000034_fence_older_servers;
mod m20261130_000035_keys_of_fingerprints;
mod m20261130_000036_numbers_of_credentials;
mod m20261130_000037_usage_by_day;
mod m20261130_000038_definitions_of_pipelines;
mod m20261130_000039_filters_of_the_audit;
mod m20261130_000040_trees_of_chains;
mod m20261130_000041_findings;
mod m20261130_000042_compromised_credentials;
mod m20261130_000043_destinations;
mod m20261130_000044_access_reviews;
mod m20261130_000045_cosignatures;
mod m20261130_000046_bases_of_chains;
mod m20261130_000047_refusals_with_their_outcomes;
mod m20261130_000048_definitions_of_runs;
mod m20261130_000049_last_stays_last;
mod m20261130_000050_kinds_of_tokens;
mod m20261130_000051_makers_of_destinations;
mod m20261130_000052_images_of_credentials;
mod m20261130_000053_links_of_reports;
mod m20261130_000054_references_since;
mod m20261201_000055_checks_of_credentials;
mod m20261201_000057_notifications;
mod m20261201_000058_days_of_renewal;

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
            Box::new(m20261129_000010_create_jobs::Migration),
            Box::new(m20261129_000011_pages_by_day_of_expiry::Migration),
            Box::new(m20261129_000012_one_link_for_each_fetch::Migration),
            Box::new(m20261129_000013_approvals_hold_for_identities::Migration),
            Box::new(m20261129_000014_makers_are_ids::Migration),
            Box::new(m20261129_000015_macs_of_rows::Migration),
            Box::new(m20261129_000016_intent_of_a_rule::Migration),
            Box::new(m20261129_000017_refused_tokens::Migration),
            Box::new(m20261129_000018_count_attempts_in_memory::Migration),
            Box::new(m20261129_000019_links_that_were_removed::Migration),
            Box::new(m20261129_000020_issuers::Migration),
            Box::new(m20261129_000021_tokens_of_a_pipeline_in_pages::Migration),
            Box::new(m20261129_000022_lists_as_people_read::Migration),
            Box::new(m20261129_000023_doubts_about_secrets::Migration),
            Box::new(m20261129_000024_edited_pipelines_and_named_tokens::Migration),
            Box::new(m20261129_000025_titles_of_rules::Migration),
            Box::new(m20261129_000026_rejected_approvals::Migration),
            Box::new(m20261129_000028_events_of_grants::Migration),
            Box::new(m20261129_000029_an_index_for_searches::Migration),
            Box::new(m20261129_000032_searches_of_pipelines::Migration),
            Box::new(m20261129_000033_repositories_of_pipelines::Migration),
            Box::new(m20261129_000034_fence_older_servers::Migration),
            Box::new(m20261130_000035_keys_of_fingerprints::Migration),
            Box::new(m20261130_000036_numbers_of_credentials::Migration),
            Box::new(m20261130_000037_usage_by_day::Migration),
            Box::new(m20261130_000038_definitions_of_pipelines::Migration),
            Box::new(m20261130_000039_filters_of_the_audit::Migration),
            Box::new(m20261130_000040_trees_of_chains::Migration),
            Box::new(m20261130_000041_findings::Migration),
            Box::new(m20261130_000042_compromised_credentials::Migration),
            Box::new(m20261130_000043_destinations::Migration),
            Box::new(m20261130_000044_access_reviews::Migration),
            Box::new(m20261130_000045_cosignatures::Migration),
            Box::new(m20261130_000046_bases_of_chains::Migration),
            Box::new(m20261130_000047_refusals_with_their_outcomes::Migration),
            Box::new(m20261130_000048_definitions_of_runs::Migration),
            Box::new(m20261130_000049_last_stays_last::Migration),
            Box::new(m20261130_000050_kinds_of_tokens::Migration),
            Box::new(m20261130_000051_makers_of_destinations::Migration),
            Box::new(m20261130_000052_images_of_credentials::Migration),
            Box::new(m20261130_000053_links_of_reports::Migration),
            Box::new(m20261130_000054_references_since::Migration),
            Box::new(m20261201_000055_checks_of_credentials::Migration),
            Box::new(m20261201_000057_notifications::Migration),
            Box::new(m20261201_000058_days_of_renewal::Migration),
        ]
    }
}

fn required(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.not_null();
    column
}

fn optional(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

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

async fn add_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for mut column in columns {
        let add = Table::alter().table(Alias::new(table)).add_column(&mut column).to_owned();
        manager.alter_table(add).await?;
    }
    Ok(())
}

async fn drop_columns(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        let column = Alias::new(column.get_column_name());
        let drop = Table::alter().table(Alias::new(table)).drop_column(column).to_owned();
        manager.alter_table(drop).await?;
    }
    Ok(())
}

/// Drops the tables, last first.
async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names.iter().rev() {
        manager.drop_table(Table::drop().table(Alias::new(*name)).to_owned()).await?;
    }
    Ok(())
}

async fn run<S: AsRef<str>>(manager: &SchemaManager<'_>, statements: &[S]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(sql.as_ref()).await?;
    }
    Ok(())
}

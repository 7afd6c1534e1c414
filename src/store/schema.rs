//! Which steps of the schema a database has. Reading never makes a table.

use super::Store;
use crate::migrations::Migrator;
use sea_orm::sea_query::{Alias, Expr, Order, Query};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use std::collections::BTreeSet;

/// The steps of the schema, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// What the database has, oldest first; nothing for a new one.
    pub applied: Vec<String>,
    /// What this program would add.
    pub pending: Vec<String>,
    /// What the database has and this program does not know: it was made by a newer one.
    pub unknown: Vec<String>,
}

impl Schema {
    /// Whether it is the schema of this program.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }
}

/// Every step that this program knows, oldest first.
pub(super) fn steps() -> Vec<String> {
    Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
}

/// Whether this program has the step of that name.
pub fn knows_schema(step: &str) -> bool {
    steps().iter().any(|known| known == step)
}

pub(super) async fn read(database: &SchemaManager<'_>) -> Result<Schema, DbErr> {
    let mut applied: Vec<String> = Vec::new();
    if database.has_table("seaql_migrations").await? {
        let version = Alias::new("version");
        let all = Query::select()
            .column(version.clone())
            .from(Alias::new("seaql_migrations"))
            .order_by(version, Order::Asc)
            .to_owned();
        for row in database.get_connection().query_all(&all).await? {
            applied.push(row.try_get_by_index(0)?);
        }
    }
    let known = steps();
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        of.iter().filter(|step| !from.contains(step)).cloned().collect()
    };
    let (pending, unknown) = (missing(&applied, &known), missing(&known, &applied));
    Ok(Schema { applied, pending, unknown })
}

/// The ids of the key-encryption keys that the keyring is under, read in a way that an older schema
/// allows, too; none when there is no keyring yet. A key that was destroyed has no bytes.
pub(super) async fn kek_ids(database: &SchemaManager<'_>) -> Result<BTreeSet<String>, DbErr> {
    if !database.has_table("crypto_key").await? {
        return Ok(BTreeSet::new());
    }
    let ids = Query::select()
        .distinct()
        .column(Alias::new("kek_id"))
        .from(Alias::new("crypto_key"))
        .and_where(Expr::cust("length(wrapped) > 0"))
        .to_owned();
    let rows = database.get_connection().query_all(&ids).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

impl Store {
    /// Which steps of the schema the database has.
    pub async fn schema(&self) -> Result<Schema, DbErr> {
        read(&SchemaManager::new(&self.reader.inner)).await
    }

    /// The ids of the key-encryption keys that open the keyring; none when there is none yet.
    /// Works on an older schema, too.
    pub async fn kek_ids(&self) -> Result<BTreeSet<String>, DbErr> {
        kek_ids(&SchemaManager::new(&self.reader.inner)).await
    }
}

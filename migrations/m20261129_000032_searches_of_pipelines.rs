//! The search for pipelines finds their names and descriptions in any case and without accents.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Rows that are read at once.
const ROWS: u64 = 500;

/// Of a folded name and a description, what the search looks in.
fn searched(name_key: &str, description: &str) -> String {
    let description: String = description.nfkc().collect();
    let text = format!("{name_key}\n{}", caseless::default_case_fold_str(&description));
    text.nfkc().nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfkc().collect()
}

async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = ["id", "name_key", "description"];
    let mut last = Uuid::nil();
    loop {
        let mut page = Query::select();
        page.columns(columns.map(Alias::new)).from(Alias::new("pipeline"));
        page.and_where(Expr::col(Alias::new("id")).gt(last));
        page.order_by(Alias::new("id"), Order::Asc).limit(ROWS);
        let rows = manager.get_connection().query_all(&page).await?;
        for row in &rows {
            last = row.try_get_by_index(0)?;
            let name_key: String = row.try_get_by_index(1)?;
            let description: String = row.try_get_by_index(2)?;
            let mut update = Query::update();
            update.table(Alias::new("pipeline"));
            let text = searched(&name_key, &description);
            update.value(Alias::new("search_key"), Expr::val(text));
            update.and_where(Expr::col(Alias::new("id")).eq(last));
            manager.execute(update).await?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// The column that the older table gets. A server of the version before, which still runs, writes rows
/// without it: they are found by their names.
fn added() -> Vec<ColumnDef> {
    columns![search_key text = ""]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "pipeline", added()).await?;
        fill(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "pipeline", added()).await
    }
}

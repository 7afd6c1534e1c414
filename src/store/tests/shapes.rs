//! The entities know the whole schema: what is said of every table and column of theirs, as which of
//! them decide, is said of the database's. The index of searches is none of theirs: the database keeps
//! it by itself.

use super::*;
use std::collections::BTreeSet;

#[tokio::test]
async fn every_table_and_column_of_the_database_has_its_entity() {
    let scene = Scene::new().await;
    let all = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'seaql_migrations'
        AND m.name NOT LIKE 'credential_search%'";
    let all = sea_orm::Statement::from_string(DbBackend::Sqlite, all);
    let rows = scene.store.reader.query_all_raw(all).await.unwrap();
    let text = |row: &sea_orm::QueryResult, at: usize| row.try_get_by_index::<String>(at).unwrap();
    let there: BTreeSet<(String, String)> =
        rows.iter().map(|row| (text(row, 0), text(row, 1))).collect();
    let known: BTreeSet<(String, String)> = entity::shapes()
        .unwrap()
        .into_iter()
        .flat_map(|shape| {
            let name = shape.name;
            let column =
                move |(column, _): (&'static str, ColumnKind)| (name.to_owned(), column.to_owned());
            shape.columns.into_iter().map(column).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(there, known);
}

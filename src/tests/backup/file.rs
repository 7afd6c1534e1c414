//! A backup in memory: made, read, changed, restored.

use crate::database::Database;
use regcred::crypto::digest::Sha256;
use regcred::store::Store;
use regcred::vault::{BackupProblem, Contents, back_up, check_backup, restore};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A backup of it.
pub async fn dump(store: &Store) -> Vec<u8> {
    let mut file = Vec::new();
    back_up(store, &mut file).await.unwrap();
    file
}

/// What `regcred restore` does.
pub async fn load(store: &Store, file: &[u8]) -> Result<Contents, BackupProblem> {
    let checked = check_backup(&mut &*file)?;
    restore(store, &checked, &mut &*file).await
}

/// The lines of the rows.
pub fn rows(file: &[u8]) -> Vec<&str> {
    let lines: Vec<&str> = std::str::from_utf8(file).unwrap().lines().collect();
    lines[1..lines.len() - 1].to_vec()
}

/// The rows of a table, each with its values by column.
pub fn table(file: &[u8], name: &str) -> Vec<BTreeMap<String, Value>> {
    let text = std::str::from_utf8(file).unwrap();
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let columns = header["tables"][name]["columns"].as_array().unwrap();
    let column = |at: usize| columns[at][0].as_str().unwrap().to_owned();
    rows(file)
        .into_iter()
        .map(|line| serde_json::from_str::<(String, Vec<Value>)>(line).unwrap())
        .filter(|(table, _)| table == name)
        .map(|(_, cells)| cells.into_iter().enumerate().map(|(at, v)| (column(at), v)).collect())
        .collect()
}

/// Lines with the end that makes them a backup.
pub fn ended(lines: &[String]) -> Vec<u8> {
    let mut file = lines.join("\n").into_bytes();
    file.push(b'\n');
    let mut hash = Sha256::default();
    hash.update(&file);
    let end = json!({"end": true, "rows": lines.len() - 1, "sha256": hash.finish()});
    file.extend_from_slice(end.to_string().as_bytes());
    file.push(b'\n');
    file
}

/// The backup with another header.
pub fn with_header(file: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    let text = std::str::from_utf8(file).unwrap();
    let mut header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    change(&mut header);
    let mut lines = vec![header.to_string()];
    lines.extend(rows(file).into_iter().map(str::to_owned));
    ended(&lines)
}

/// A database with nothing in it, not even a schema.
pub async fn empty() -> (Database, Store) {
    let database = Database::new().await;
    let store = Store::connect(&database.address).await.unwrap();
    (database, store)
}

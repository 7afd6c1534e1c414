//! A backup in memory: made, read, changed, restored.

use crate::app::App;
use crate::database::Database;
use regcred::crypto::digest::Sha256;
use regcred::store::Store;
use regcred::vault::{
    BackupProblem, Contents, KeySource, back_up, check_backup, restore, unlock_as_it_is,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A backup of the instance.
pub async fn dump(app: &App) -> Vec<u8> {
    dump_of(app.vault.store(), app.key_source()).await
}

/// A backup of the store whose keyring this opens.
pub async fn dump_of(store: &Store, source: KeySource) -> Vec<u8> {
    let keys = unlock_as_it_is(store, source).await.unwrap();
    let mut file = Vec::new();
    back_up(store, &keys, &mut file).await.unwrap();
    file
}

/// What `regcred restore` does with the key of that instance.
pub async fn load(store: &Store, file: &[u8], of: &App) -> Result<Contents, BackupProblem> {
    let backup = check_backup(&mut &*file)?.authenticate(&of.key_source())?;
    restore(store, &backup, &mut &*file).await
}

/// What `regcred restore --unauthenticated` does with a backup of the old form.
pub async fn load_unproved(store: &Store, file: &[u8]) -> Result<Contents, BackupProblem> {
    let backup = check_backup(&mut &*file)?.unproved().expect("it is of the old form");
    restore(store, &backup, &mut &*file).await
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

/// The lines before the end.
pub fn body(file: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    lines
}

/// Lines with the end that anybody can make.
pub fn ended(lines: &[String]) -> Vec<u8> {
    ended_with(lines, &Value::Null)
}

/// The same with this as the proof, as somebody writes it who cannot make one.
pub fn ended_with(lines: &[String], hmac: &Value) -> Vec<u8> {
    let mut file = lines.join("\n").into_bytes();
    file.push(b'\n');
    let mut hash = Sha256::default();
    hash.update(&file);
    let mut end = json!({"end": true, "rows": lines.len() - 1, "sha256": hash.finish()});
    if !hmac.is_null() {
        end["hmac"] = hmac.clone();
    }
    file.extend_from_slice(end.to_string().as_bytes());
    file.push(b'\n');
    file
}

/// The proof in the last line.
pub fn proof(file: &[u8]) -> Value {
    let text = std::str::from_utf8(file).unwrap();
    let end: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    end["hmac"].clone()
}

/// The backup with another header, and the end that anybody can make.
pub fn with_header(file: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut lines = body(file);
    let mut header: Value = serde_json::from_str(&lines[0]).unwrap();
    change(&mut header);
    lines[0] = header.to_string();
    ended(&lines)
}

/// The backup as the version before proofs wrote it.
pub fn old_form(file: &[u8]) -> Vec<u8> {
    with_header(file, |header| header["version"] = 1.into())
}

/// A database with nothing in it, not even a schema.
pub async fn empty() -> (Database, Store) {
    let database = Database::new().await;
    let store = Store::connect(&database.address).await.unwrap();
    (database, store)
}

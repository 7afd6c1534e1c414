//! A backup from before columns of secrets and keys got other names.

use super::file::{empty, ended, load_unproved};
use regcred::migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use serde_json::{Value, json};
use uuid::Uuid;

/// The columns of a row: name, kind, value.
type Row = Vec<(&'static str, &'static str, Value)>;

/// What a table has in the header, and the line of its one row.
fn one(table: &str, row: &Row) -> (Value, String) {
    let columns: Vec<Value> = row.iter().map(|(name, kind, _)| json!([name, kind])).collect();
    let cells: Vec<&Value> = row.iter().map(|(.., value)| value).collect();
    (json!({ "columns": columns }), json!([table, cells]).to_string())
}

fn credential(id: Uuid) -> Row {
    let mut row: Row = vec![
        ("id", "uuid", json!(id)),
        ("project_id", "uuid", json!(id)),
        ("is_insecure", "boolean", json!(false)),
        ("is_protected", "boolean", json!(false)),
        ("unreadable_at", "bigint", json!(7)),
    ];
    let texts = [
        "name",
        "name_key",
        "natural_key",
        "search_key",
        "description",
        "host",
        "method",
        "username",
        "access",
        "email",
        "paths",
        "owner",
        "environment",
        "labels",
        "secret_set_by",
        "created_by",
        "updated_by",
    ];
    row.extend(texts.map(|name| (name, "text", json!("x"))));
    let numbers = ["secret_version", "secret_set_at", "revision", "created_at", "updated_at"];
    row.extend(numbers.map(|name| (name, "bigint", json!(1))));
    row
}

#[tokio::test]
async fn a_backup_of_the_schema_before_has_its_values_under_the_new_names() {
    let steps = Migrator::migrations();
    let at = steps.iter().position(|step| step.name().ends_with("fence_older_servers")).unwrap();
    let id = Uuid::now_v7();
    let key = vec![
        ("purpose", "text", json!("secret")),
        ("version", "integer", json!(3)),
        ("key_uuid", "uuid", json!(id)),
        ("wrapped", "bytes", json!("AAEC")),
        ("kek_id", "text", json!("b976fc652f5fdb1d")),
        ("state", "text", json!("active")),
        ("state_since", "bigint", json!(6)),
        ("created_at", "bigint", json!(5)),
    ];
    let version = vec![
        ("id", "uuid", json!(id)),
        ("project_id", "uuid", json!(id)),
        ("credential_id", "uuid", json!(id)),
        ("version", "bigint", json!(1)),
        ("sealed", "bytes", json!("AAEC")),
        ("created_at", "bigint", json!(1)),
        ("created_by", "text", json!("Mia")),
        ("key_version", "integer", json!(3)),
    ];
    let (keys, key) = one("crypto_key", &key);
    let (versions, version) = one("secret_version", &version);
    let (credentials, credential) = one("credential", &credential(id));
    let header = json!({
        "format": "regcred-backup", "version": 1, "schema": steps[at - 1].name(),
        "made_at": "2026-11-29T00:00:00Z", "database": "sqlite", "kek_ids": ["b976fc652f5fdb1d"],
        "tables": { "crypto_key": keys, "credential": credentials, "secret_version": versions },
    });
    let file = ended(&[header.to_string(), key, credential, version]);
    let (database, store) = empty().await;
    load_unproved(&store, &file).await.unwrap();
    assert!(store.schema().await.unwrap().is_current());
    let key = store.keys().list().await.unwrap().remove(0);
    assert_eq!((key.version, key.state_since, key.created_at), (3, 6, 5));
    let under = "SELECT CAST(data_key AS BIGINT) FROM secret_version";
    assert_eq!(database.scalar_i64(under).await, 3);
    let marked = "SELECT secret_unreadable_at FROM credential";
    assert_eq!(database.scalar_i64(marked).await, 7);
}

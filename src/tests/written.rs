//! What is written to a database, row by row, whoever writes it.

use crate::database::Database;
use crate::migrations::TABLES;

/// From now on every row that is added, changed or removed is noted.
pub async fn watch(database: &Database) {
    let mut all = vec!["CREATE TABLE written (name text NOT NULL)".to_owned()];
    if !database.is_embedded() {
        all.push(
            "CREATE FUNCTION note_written() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN INSERT INTO written (name) VALUES (TG_TABLE_NAME); RETURN NULL; END'"
                .to_owned(),
        );
    }
    for table in TABLES {
        if !database.is_embedded() {
            all.push(format!(
                "CREATE TRIGGER note_written AFTER INSERT OR UPDATE OR DELETE ON \"{table}\"
                 FOR EACH ROW EXECUTE FUNCTION note_written()"
            ));
            continue;
        }
        for act in ["INSERT", "UPDATE", "DELETE"] {
            all.push(format!(
                "CREATE TRIGGER note_{table}_{act} AFTER {act} ON \"{table}\"
                 BEGIN INSERT INTO written (name) VALUES ('{table}'); END"
            ));
        }
    }
    database.raw(&all.join(";\n")).await;
}

/// How many rows were written, but for those of the tables that are named.
pub async fn count(database: &Database, but: &[&str]) -> i64 {
    let mut names: Vec<String> = but.iter().map(|name| format!("'{name}'")).collect();
    names.push("''".to_owned());
    let names = names.join(", ");
    database.scalar_i64(&format!("SELECT COUNT(*) FROM written WHERE name NOT IN ({names})")).await
}

//! Plans of the embedded database. They do not depend on what is in it: it keeps no statistics.

use super::{SMALL, is_wide};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// What is scanned and is no table: rows that stand in the statement, and what a part of it found.
const NO_TABLE: [&str; 4] = ["CONSTANT", "found", "sub_query", "2"];

/// The steps of the statement's plan that go through what grows.
pub async fn complaints(db: &DatabaseConnection, statement: &str) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {statement}");
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
    let rows = rows.unwrap_or_else(|error| panic!("{statement}: {error}"));
    let steps = rows.iter().map(|row| row.try_get_by_index::<String>(3).unwrap());
    steps.filter(|step| goes_through(step)).collect()
}

fn goes_through(step: &str) -> bool {
    let mut words = step.split_whitespace();
    let (verb, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if SMALL.contains(&name) {
        return false;
    }
    match verb {
        "SCAN" => match step.split_once(" VIRTUAL TABLE INDEX ") {
            Some((_, asked)) => is_whole(asked),
            None => !NO_TABLE.contains(&name) && !name.starts_with('('),
        },
        // An automatic index is made for the one statement, out of all rows.
        "SEARCH" => step.contains(" AUTOMATIC ") || is_wide(&conditions(step)),
        _ => false,
    }
}

/// Whether a full-text index, or the list of its words, is asked for all that it has. What it is asked
/// for stands after the colon, and the bounds of the words in the higher bits of the number before.
fn is_whole(asked: &str) -> bool {
    let (bounds, what) = asked.split_once(':').unwrap_or((asked, ""));
    what.is_empty() && bounds.parse::<u32>().is_ok_and(|bounds| bounds < 256)
}

/// What stands in the brackets: `(project_id=? AND host>?)`.
fn conditions(step: &str) -> Vec<(String, bool)> {
    let Some((_, rest)) = step.split_once(" (") else { return Vec::new() };
    let Some((inside, _)) = rest.rsplit_once(')') else { return Vec::new() };
    let one = |text: &str| {
        let end = text.find(['=', '<', '>']).unwrap_or(text.len());
        (text[..end].to_owned(), text[end..].starts_with('='))
    };
    inside.split(" AND ").map(one).collect()
}

/// It is told at the build, in `.cargo/config.toml`.
#[tokio::test]
async fn a_plan_does_not_depend_on_what_is_bound() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.unwrap();
    let told = "SELECT sqlite_compileoption_used('ENABLE_QPSG')";
    let told = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, told)).await;
    assert_eq!(told.unwrap().unwrap().try_get_by_index::<i32>(0).unwrap(), 1);
}

#[test]
fn a_plan_that_finds_its_rows_is_told_from_one_that_goes_through_them() {
    for (step, expected) in [
        ("SCAN credential", true),
        ("SCAN credential USING COVERING INDEX credential_host", true),
        ("SCAN lease", false),
        ("SCAN 2 CONSTANT ROWS", false),
        ("SEARCH credential USING INDEX credential_name (project_id=?)", true),
        ("SEARCH credential USING INDEX credential_host (project_id=? AND host=?)", false),
        (
            "SEARCH receipt USING INDEX sqlite_autoindex_receipt_1 (chain=? AND seq>? AND seq<?)",
            false,
        ),
        ("SEARCH session USING INDEX session_expiry (expires_at<?)", true),
        ("SEARCH receipt USING INDEX receipt_id (id>? AND id<?)", false),
        (
            "SEARCH v USING INDEX secret_version_number (credential_id=? AND version=?) LEFT-JOIN",
            false,
        ),
        ("SEARCH u USING AUTOMATIC COVERING INDEX (credential_id=?)", true),
        ("USE TEMP B-TREE FOR ORDER BY", false),
        ("SCAN credential_search VIRTUAL TABLE INDEX 0:M1", false),
        ("SCAN credential_search VIRTUAL TABLE INDEX 0:", true),
        ("SCAN credential_search_letters VIRTUAL TABLE INDEX 1539:", false),
        ("SCAN credential_search_letters VIRTUAL TABLE INDEX 2:", true),
    ] {
        assert_eq!(goes_through(step), expected, "{step}");
    }
}

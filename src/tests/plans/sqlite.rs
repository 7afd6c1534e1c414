//! Plans of the embedded database. They do not depend on what is in it: it keeps no statistics.

use super::{SMALL, WHOSE, is_wide, statements};
use crate::database::connect;
use regcred::migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use sea_orm_migration::MigratorTrait;

/// What is scanned and is no table: rows that stand in the statement, and what a part of it found.
const NO_TABLE: [&str; 5] = ["CONSTANT", "found", "newest", "sub_query", "2"];

/// The steps of the statement's plan that go through what grows, or past an index of what is asked for.
pub async fn complaints(db: &DatabaseConnection, statement: &str) -> Vec<String> {
    let steps = rows(db, &format!("EXPLAIN QUERY PLAN {statement}")).await;
    let steps = steps.iter().map(|row| row.try_get_by_index::<String>(3).unwrap());
    let partial =
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'";
    let partial = rows(db, partial).await.into_iter().map(|row| {
        let [name, table, sql] = [0, 1, 2].map(|at| row.try_get_by_index::<String>(at).unwrap());
        Partial::new(name, &table, &sql)
    });
    let partial: Vec<Partial> = partial.filter(|index| index.is_for(statement)).collect();
    steps.filter(|step| goes_through(step) || goes_past(step, &partial)).collect()
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// An index of some rows of a table.
struct Partial {
    name: String,
    table: String,
    /// Which rows these are, as statements say it.
    of: String,
}

impl Partial {
    fn new(name: String, table: &str, sql: &str) -> Self {
        let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, of) = sql.split_once(" WHERE ").unwrap();
        Self { name, table: table.to_owned(), of: format!("{table}.{of}") }
    }

    /// Whether the statement asks for such rows alone.
    fn is_for(&self, statement: &str) -> bool {
        statement.replace('"', "").contains(&self.of)
    }
}

/// Whether the step looks for the rows of these indexes in all of their table, or in all of a project
/// from a place on, and goes by none of the indexes.
fn goes_past(step: &str, indexes: &[Partial]) -> bool {
    let words: Vec<&str> = step.split_whitespace().collect();
    let is_of = |index: &Partial| words.get(1) == Some(&index.table.as_str());
    let is_by = |index: &Partial| words.contains(&index.name.as_str());
    let conditions = conditions(step);
    let times = |column: &str| conditions.iter().filter(|(other, _)| other == column).count();
    let is_narrow = conditions.iter().any(|(column, is_equal)| {
        (*is_equal && !WHOSE.contains(&column.as_str())) || times(column) > 1
    });
    indexes.iter().any(is_of) && !indexes.iter().any(is_by) && !is_narrow
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

/// However much is reported in a project, no report costs more by it, and no part of a verification.
#[tokio::test]
async fn what_was_reported_of_a_fetch_is_found_by_the_fetch() {
    let db = connect("sqlite::memory:").await;
    Migrator::up(&db, None).await.unwrap();
    let about = statements::all().filter(|one| one.contains(" JOIN audit_event e "));
    let about: Vec<&str> = about.collect();
    let [about] = about[..] else { panic!("{about:?}") };
    let steps = rows(&db, &format!("EXPLAIN QUERY PLAN {about}")).await;
    let steps: Vec<String> = steps.iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
    let is_found = |step: &String| step.contains(" audit_event_subject (subject_id=? AND seq>?)");
    assert!(steps.iter().any(is_found), "{steps:?}");
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

#[test]
fn a_plan_that_passes_an_index_of_what_is_asked_for_is_told_from_one_that_goes_by_it() {
    let sql = "CREATE INDEX refused ON receipt (chain, seq)\n  WHERE outcome <> 'delivered'";
    let index = Partial::new("refused".to_owned(), "receipt", sql);
    let reported = "CREATE INDEX reported ON receipt (reported_at) WHERE reported_at IS NOT NULL";
    let other = Partial::new("reported".to_owned(), "receipt", reported);
    assert!(
        index.is_for("SELECT 1 FROM \"receipt\" WHERE (\"receipt\".\"outcome\" <> 'delivered')")
    );
    assert!(!index.is_for("SELECT 1 FROM \"receipt\" WHERE \"receipt\".\"outcome\" <> ?"));
    let indexes = [index, other];
    for (step, expected) in [
        ("SEARCH receipt USING PRIMARY KEY (chain=? AND seq<?)", true),
        ("SCAN receipt", true),
        ("SEARCH receipt USING COVERING INDEX refused (chain=? AND seq<?)", false),
        ("SEARCH receipt USING INDEX reported (reported_at>?)", false),
        ("SEARCH receipt USING PRIMARY KEY (chain=? AND seq=?)", false),
        ("SEARCH receipt USING PRIMARY KEY (chain=? AND seq>? AND seq<?)", false),
        ("SEARCH pipeline_fetch USING PRIMARY KEY (chain=? AND seq<?)", false),
    ] {
        assert_eq!(goes_past(step, &indexes), expected, "{step}");
    }
}

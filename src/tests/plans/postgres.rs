//! Plans of PostgreSQL, with fresh statistics of tables that hold one large project, for any values.
//! Reading a whole table is made dear, so that it is in a plan only where there is no other way.

use super::statements::numbered;
use super::{SMALL, is_wide};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

/// Rows of each table.
const ROWS: u32 = 5_000;

/// Fills every table that grows with rows of one project, whatever its columns are.
pub async fn fill(db: &DatabaseConnection) {
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    for row in rows(db, tables).await {
        let table = text(&row, 0);
        if SMALL.contains(&table.as_str()) {
            continue;
        }
        let columns = format!(
            "SELECT column_name::text, data_type::text, is_nullable::text FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        );
        let columns = rows(db, &columns).await;
        let values = columns.iter().map(|row| value(&text(row, 0), &text(row, 1), &text(row, 2)));
        let values: Vec<String> = values.collect();
        let insert = format!(
            "INSERT INTO \"{table}\" SELECT {} FROM generate_series(1, {ROWS}) AS n ON CONFLICT DO NOTHING",
            values.join(", ")
        );
        db.execute_unprepared(&insert).await.unwrap_or_else(|error| panic!("{insert}: {error}"));
    }
    // The tables are too small for the joins of large ones, which begin by reading a whole index.
    let settings = "ANALYZE; SET enable_seqscan = off; SET enable_mergejoin = off; SET enable_hashjoin = off; SET plan_cache_mode = force_generic_plan";
    db.execute_unprepared(settings).await.unwrap();
}

/// A value of row `n`: the same project for all, and most of what may be missing is.
fn value(column: &str, kind: &str, may_be_missing: &str) -> String {
    if ["project_id", "chain"].contains(&column) {
        return "'01890000-0000-7000-8000-000000000001'::uuid".to_owned();
    }
    match kind {
        "uuid" => "gen_random_uuid()",
        "boolean" => "n % 2 = 0",
        "bytea" => "decode(md5(n::text), 'hex')",
        "bigint" if may_be_missing == "YES" => "CASE WHEN n % 10 = 0 THEN n END",
        "bigint" | "integer" => "n",
        _ => "'x' || n",
    }
    .to_owned()
}

/// The steps of the statement's plan that go through what grows.
pub async fn complaints(db: &DatabaseConnection, statement: &str) -> Vec<String> {
    let (sql, places) = numbered(statement);
    let prepared = db.execute_unprepared(&format!("PREPARE explained AS {sql}")).await;
    prepared.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let values =
        if places == 0 { String::new() } else { format!("({})", vec!["NULL"; places].join(", ")) };
    let plan = rows(db, &format!("EXPLAIN (COSTS OFF) EXECUTE explained{values}")).await;
    let plan: Vec<String> = plan.iter().map(|row| text(row, 0)).collect();
    db.execute_unprepared("DEALLOCATE explained").await.unwrap();
    wide_steps(&plan)
}

fn wide_steps(plan: &[String]) -> Vec<String> {
    let mut wide = Vec::new();
    for (at, line) in plan.iter().enumerate() {
        let step = line.trim_start().trim_start_matches("->").trim_start();
        let table = step.rsplit_once(" on ").map_or("", |(_, table)| table);
        let table = table.split_whitespace().next().unwrap_or_default().trim_matches('"');
        if SMALL.contains(&table) {
            continue;
        }
        let is_wide = if step.contains("Seq Scan on ") {
            true
        } else if step.contains("Index Scan") || step.contains("Index Only Scan") {
            let next = plan.get(at + 1).map_or("", |line| line.trim_start());
            is_wide(&next.strip_prefix("Index Cond: ").map(conditions).unwrap_or_default())
        } else {
            false
        };
        if is_wide {
            wide.push(line.trim_start().to_owned());
        }
    }
    wide
}

/// `((project_id = $1) AND (host > $2))`.
fn conditions(text: &str) -> Vec<(String, bool)> {
    let one = |text: &str| {
        let text = text.trim_matches(['(', ')', ' ']);
        let (column, rest) = text.split_once(' ').unwrap_or((text, ""));
        let column = column.split([')', ':']).next().unwrap_or_default();
        // All of some parts are as narrow as one value.
        let is_equal = rest.starts_with("= ") || rest == "IS NULL" || rest.contains(") @> ");
        (column.to_owned(), is_equal)
    };
    text.split(" AND ").map(one).collect()
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn text(row: &QueryResult, at: usize) -> String {
    row.try_get_by_index(at).unwrap()
}

#[test]
fn a_plan_that_finds_its_rows_is_told_from_one_that_goes_through_them() {
    for (plan, expected) in [
        ("Seq Scan on credential|  Filter: (project_id = $1)", 1),
        ("Seq Scan on lease", 0),
        (
            "Limit|  ->  Index Scan using credential_name on credential|        Index Cond: (project_id = $1)",
            1,
        ),
        (
            "Index Scan using credential_host on credential|  Index Cond: ((project_id = $1) AND (host = $2))",
            0,
        ),
        ("Index Scan Backward using receipt_pkey on receipt|  Filter: (id = $1)", 1),
        (
            "Index Scan using credential_pkey on credential|  Index Cond: (id = ANY (ARRAY[$1, $2]))",
            0,
        ),
        (
            "Bitmap Index Scan on credential_search|  Index Cond: (credential_grams(project_id, search_key) @> string_to_array($3, 'x'::text))",
            0,
        ),
        (
            "Bitmap Heap Scan on slot|  ->  Bitmap Index Scan on slot_person|        Index Cond: (person_id IS NULL)",
            0,
        ),
    ] {
        let lines: Vec<String> = plan.split('|').map(str::to_owned).collect();
        assert_eq!(wide_steps(&lines).len(), expected, "{plan}");
    }
}

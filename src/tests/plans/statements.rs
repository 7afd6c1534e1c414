//! The list of statements, and what a statement is in it: the same for any number of values and for
//! both databases.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

static LIST: &str = include_str!("statements.txt");
static KNOWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| all().collect());

/// What asks the database about itself.
const ITSELF: [&str; 6] =
    ["sqlite_master", "sqlite_schema", "information_schema", "pg_", "seaql_migrations", "PRAGMA"];

/// Every statement in the list.
pub fn all() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|line| !line.is_empty())
}

/// The index that a search goes by, as each database calls it.
const EMBEDDED_SEARCH: &str = "credential_search";
const SERVER_SEARCH: &str = "credential_grams(";

/// Whether it goes by that index.
pub fn is_search(statement: &str) -> bool {
    statement.contains(EMBEDDED_SEARCH) || statement.contains(SERVER_SEARCH)
}

/// Whether this database is ever asked it: the other one may have an index of its own kind.
pub fn is_asked(statement: &str, is_embedded: bool) -> bool {
    !statement.contains(if is_embedded { SERVER_SEARCH } else { EMBEDDED_SEARCH })
}

/// Whether the list has it.
pub fn is_known(statement: &str) -> bool {
    KNOWN.contains(statement)
}

/// Adds them to the file of the list.
pub fn add(statements: BTreeSet<String>) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _turn = WRITING.lock().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/plans/statements.txt");
    let mut lines = statements;
    lines.extend(std::fs::read_to_string(&path).unwrap().lines().map(str::to_owned));
    lines.remove("");
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    std::fs::write(path, text).unwrap();
}

/// The line of a statement; `None` for what has no plan to look at: rows that are inserted, what is
/// asked about the database itself, and the pages of a backup, which reads everything.
pub fn line(sql: &str) -> Option<String> {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let sql = inside(&sql);
    let is_read =
        ["SELECT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|verb| sql.starts_with(verb));
    let is_copied = sql.starts_with("INSERT ") && sql.contains(" SELECT ");
    let is_cut = sql.ends_with(" LIMIT ?") || sql.contains(" LIMIT $");
    let is_page_of_all = is_cut && sql.starts_with("SELECT ") && !sql.contains("\".\"");
    // The rows are in the values.
    let is_given = sql.contains("FROM json_to_recordset(");
    if !(is_read || is_copied)
        || is_given
        || is_page_of_all
        || ITSELF.iter().any(|word| sql.contains(word))
    {
        return None;
    }
    let sql = unnumbered(sql).replace("E'\\\\'", "'\\'").replace(" FOR UPDATE SKIP LOCKED", "");
    let sql = sql.strip_suffix(" FOR UPDATE").or(sql.strip_suffix(" FOR SHARE")).unwrap_or(&sql);
    let case = "WHEN ? THEN CAST(? AS BIGINT)";
    let sql = shrunk(sql, &format!("{case} {case}"), case);
    let sql = shrunk(&sql, "?, ?, ?", "?, ?").replace("IN (?)", "IN (?, ?)");
    Some(without_columns(&without_json(&widened(&sql))))
}

/// With as many values as columns where rows are compared: there neither is a list.
fn widened(sql: &str) -> String {
    const SHRUNK: &str = ") > (?, ?)";
    let Some((columns, _)) = sql.split_once(SHRUNK) else { return sql.to_owned() };
    let columns = columns.rsplit_once('(').map_or(0, |(_, columns)| columns.split(", ").count());
    sql.replacen(SHRUNK, &format!(") > ({})", vec!["?"; columns].join(", ")), 1)
}

/// What is found, where its rows are put together as one value: they are gone through as they were found.
fn inside(sql: &str) -> &str {
    let is_whole =
        ["SELECT string_agg(", "SELECT CAST(group_concat("].iter().any(|one| sql.starts_with(one));
    // What stands beside a row may be asked for in the row itself, before its order is said.
    let rest =
        ["chr(10) ORDER BY ", "char(10) ORDER BY "].iter().find_map(|one| sql.split_once(one));
    let found = rest.filter(|_| is_whole).and_then(|(_, rest)| rest.split_once(") FROM ("));
    found.and_then(|(_, found)| found.strip_suffix(") AS listed")).unwrap_or(sql)
}

/// With the last column alone where the others are read as one value, which each database makes in
/// its own words.
fn without_json(sql: &str) -> String {
    let is_json = sql.starts_with("SELECT json_");
    let end = sql.find(" FROM ").filter(|_| is_json);
    let last = end.and_then(|end| Some(sql[..end].rfind(", ")? + 2));
    last.map_or_else(|| sql.to_owned(), |last| format!("SELECT {}", &sql[last..]))
}

/// The statement with the places as `PostgreSQL` counts them, and how many there are.
pub fn numbered(statement: &str) -> (String, usize) {
    let parts: Vec<&str> = statement.split('?').collect();
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            out.push_str(&format!("${number}"));
        }
        out.push_str(part);
    }
    (out, parts.len() - 1)
}

/// `$1` as `?`.
fn unnumbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        let is_place = c == '$' && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if is_place { '?' } else { c });
        while is_place && chars.next_if(char::is_ascii_digit).is_some() {}
    }
    out
}

/// With `long` replaced by `short` until there is none.
fn shrunk(sql: &str, long: &str, short: &str) -> String {
    let mut sql = sql.to_owned();
    while sql.contains(long) {
        sql = sql.replace(long, short);
    }
    sql
}

/// With `*` for a list of three plain columns or more: how rows are found does not depend on it.
fn without_columns(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find("SELECT \"") {
        let (before, list) = rest.split_at(at + "SELECT ".len());
        let end = list.find(" FROM ").unwrap_or(list.len());
        let columns = &list[..end];
        let is_plain = !columns.contains('(') && columns.matches(", ").count() >= 2;
        out.push_str(before);
        out.push_str(if is_plain { "*" } else { columns });
        rest = &list[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_one_line_for_both_databases_and_any_number_of_values() {
        for (sql, expected) in [
            (
                "SELECT \"a\".\"b\", \"a\".\"c\", \"a\".\"d\" FROM \"a\" WHERE \"a\".\"b\" IN ($1, $2, $3) LIMIT $4 FOR UPDATE",
                "SELECT * FROM \"a\" WHERE \"a\".\"b\" IN (?, ?) LIMIT ?",
            ),
            (
                "SELECT \"a\".\"b\" FROM \"a\" WHERE \"a\".\"b\" IN (?)",
                "SELECT \"a\".\"b\" FROM \"a\" WHERE \"a\".\"b\" IN (?, ?)",
            ),
            (
                "SELECT COUNT(*) AS num_items FROM (SELECT \"a\".\"b\", \"a\".\"c\", \"a\".\"d\" FROM \"a\") AS \"s\"",
                "SELECT COUNT(*) AS num_items FROM (SELECT * FROM \"a\") AS \"s\"",
            ),
            (
                "SELECT \"a\".\"b\" FROM \"a\" WHERE \"a\".\"c\" LIKE $1 ESCAPE E'\\\\'",
                "SELECT \"a\".\"b\" FROM \"a\" WHERE \"a\".\"c\" LIKE ? ESCAPE '\\'",
            ),
            ("SELECT json_array(hex(g.id), g.a), v.sealed FROM t", "SELECT v.sealed FROM t"),
            (
                "SELECT CAST(group_concat(json_array(hex(a)), char(10) ORDER BY a) AS BLOB) FROM (SELECT a FROM t WHERE b IN (?)) AS listed",
                "SELECT a FROM t WHERE b IN (?, ?)",
            ),
            (
                "SELECT string_agg(json_build_array((a))::text, chr(10) ORDER BY a) FROM (SELECT a FROM t WHERE b = $1) AS listed",
                "SELECT a FROM t WHERE b = ?",
            ),
            (
                "SELECT json_build_array((g.id), g.a)::text, v.sealed FROM t",
                "SELECT v.sealed FROM t",
            ),
            (
                "UPDATE t SET a = CASE b WHEN ? THEN CAST(? AS BIGINT) WHEN ? THEN CAST(? AS BIGINT) END",
                "UPDATE t SET a = CASE b WHEN ? THEN CAST(? AS BIGINT) END",
            ),
        ] {
            assert_eq!(line(sql).as_deref(), Some(expected));
        }
        assert_eq!(numbered("a = ? AND b = ?"), ("a = $1 AND b = $2".to_owned(), 2));
    }

    #[test]
    fn what_has_no_plan_to_look_at_has_no_line() {
        for sql in [
            "INSERT INTO \"a\" (\"b\") VALUES (?)",
            "SELECT COUNT(*) FROM \"sqlite_master\"",
            "SELECT \"id\", \"name\" FROM \"person\" ORDER BY \"id\" ASC LIMIT ?",
            "COMMIT",
        ] {
            assert_eq!(line(sql), None, "{sql}");
        }
    }
}

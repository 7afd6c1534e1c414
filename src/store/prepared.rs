//! Statements of the hot path: their text is made once. Nothing is built for each request, and the
//! database, which knows a prepared statement by its text, prepares each of them once.

use sea_orm::{DbBackend, Statement, Value};
use std::sync::OnceLock;

/// The text of one statement, for each of the two databases.
#[derive(Debug)]
pub(super) struct Prepared {
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Prepared {
    pub(super) const fn new() -> Self {
        Self { sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// The statement with these values; `text` makes its text the first time.
    pub(super) fn with(
        &self,
        backend: DbBackend,
        text: impl FnOnce() -> String,
        values: Vec<Value>,
    ) -> Statement {
        let kept = if backend == DbBackend::Postgres { &self.postgres } else { &self.sqlite };
        Statement::from_sql_and_values(backend, kept.get_or_init(text).as_str(), values)
    }
}

/// The text as a `LIKE` pattern that means it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// How many rows one statement takes. Few sizes, so that few texts have to be prepared: a statement
/// with as many places as there are rows would be a new one for almost every group. And large ones,
/// since each statement goes to the database's thread and back: 50 rows go in 3, and 3,200 in 13.
const SIZES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// The texts of a statement for several rows, one for each size.
#[derive(Debug)]
pub(super) struct PreparedRows([Prepared; SIZES.len()]);

impl PreparedRows {
    pub(super) const fn new() -> Self {
        Self([const { Prepared::new() }; SIZES.len()])
    }

    /// The statements for all of the rows. `text` makes the text for so many rows, with a question
    /// mark for each value, and `values` gives the values for some of them.
    pub(super) fn statements<T>(
        &self,
        backend: DbBackend,
        mut rows: &[T],
        text: impl Fn(usize) -> String,
        values: impl Fn(&[T]) -> Vec<Value>,
    ) -> Vec<Statement> {
        let mut statements = Vec::new();
        for (size, prepared) in SIZES.into_iter().zip(&self.0) {
            while rows.len() >= size {
                let (part, rest) = rows.split_at(size);
                let text = || numbered(backend, &text(size));
                statements.push(prepared.with(backend, text, values(part)));
                rows = rest;
            }
        }
        statements
    }
}

/// The text with the places as the database counts them. It holds no other question mark.
pub(super) fn numbered(backend: DbBackend, text: &str) -> String {
    if backend != DbBackend::Postgres {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 64);
    for (number, part) in text.split('?').enumerate() {
        if number > 0 {
            out.push_str(&format!("${number}"));
        }
        out.push_str(part);
    }
    out
}

/// `what` so many times, with commas between.
pub(super) fn repeated(what: &str, times: usize) -> String {
    vec![what; times].join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one_on_postgres_only() {
        let text = "UPDATE t SET a = ? WHERE b IN (?, ?)";
        assert_eq!(numbered(DbBackend::Sqlite, text), text);
        let counted = "UPDATE t SET a = $1 WHERE b IN ($2, $3)";
        assert_eq!(numbered(DbBackend::Postgres, text), counted);
    }

    #[test]
    fn any_number_of_rows_needs_few_texts_and_each_row_goes_once() {
        static ROWS: PreparedRows = PreparedRows::new();
        let mut texts = std::collections::BTreeSet::new();
        for count in 0..600_i64 {
            let rows: Vec<i64> = (0..count).collect();
            let text = |rows| format!("VALUES {}", repeated("(?)", rows));
            let values = |part: &[i64]| part.iter().map(|row| Value::from(*row)).collect();
            let statements = ROWS.statements(DbBackend::Sqlite, &rows, text, values);
            let mut sent = Vec::new();
            for statement in statements {
                let values = statement.values.unwrap().0;
                assert_eq!(statement.sql.matches('?').count(), values.len());
                sent.extend(values);
                texts.insert(statement.sql);
            }
            assert_eq!(sent, rows.into_iter().map(Value::from).collect::<Vec<_>>());
        }
        assert_eq!(texts.len(), SIZES.len());
    }
}

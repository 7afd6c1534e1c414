//! What is printed: lines for people, or one JSON document for scripts.

pub(super) use crate::domain::counted::count;

use super::failure::Failure;
use serde_json::Value;
use std::io::{self, Write};

pub(super) fn print(is_json: bool, document: &Value, text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = if is_json { document.to_string() } else { clean(text) };
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // The reader has seen enough, as `head` does. The result stays the same.
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(Failure::Output),
    }
}

/// Each item as a document for scripts and as a row for people.
pub(super) fn list<T, const N: usize>(
    headings: [&str; N],
    items: &[T],
    one: impl Fn(&T) -> (Value, [String; N]),
) -> (Value, String) {
    let (documents, rows): (Vec<Value>, Vec<[String; N]>) = items.iter().map(one).unzip();
    (documents.into(), table(headings, &rows))
}

pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let length = |text: &str| text.chars().count();
    let widths: [usize; N] = std::array::from_fn(|at| {
        rows.iter().map(|row| length(&row[at])).chain([length(headings[at])]).max().unwrap_or(0)
    });
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths);
        let line: Vec<String> = padded.map(|(cell, width)| format!("{cell:<width$}")).collect();
        line.join("  ").trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(std::array::from_fn(|at| row[at].as_str())));
    std::iter::once(line(headings)).chain(rows).collect::<Vec<_>>().join("\n")
}

/// A terminal does what control characters tell it: none of a stored name gets there.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings() {
        let rows = [["ä".to_owned(), "1".to_owned()], ["long".to_owned(), String::new()]];
        assert_eq!(table(["NAME", "N"], &rows), "NAME  N\nä     1\nlong");
    }

    #[test]
    fn a_name_cannot_steer_a_terminal() {
        assert_eq!(clean("a\u{1b}[2J\nb\r"), "a\u{fffd}[2J\nb\u{fffd}");
    }
}

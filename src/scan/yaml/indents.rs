//! Lines of lists, mappings and texts in brackets and quotes that are indented less than the YAML specification wants.
//! The libraries that the systems use read them all the same, and so many files have them.

use saphyr_parser::{Marker, ScanError};

/// More lines of one file are not moved, and not more is read again.
const MOST_READ: usize = 32 * 1024 * 1024;

/// Deeper than any indentation.
const PAD: usize = 256;

/// Moves lines to the right where the parser stopped at them. What they say stays the same, and so do their numbers.
#[derive(Default)]
pub(super) struct Indents {
    read: usize,
    last: Option<(usize, usize)>,
}

impl Indents {
    /// The text with the lines moved that the parser did not take; nothing if that is not what is wrong.
    pub(super) fn moved(&mut self, text: &str, error: &ScanError) -> Option<String> {
        let mark = error.marker();
        let place = (mark.line(), mark.col());
        self.read = self.read.saturating_add(text.len());
        if self.read > MOST_READ || self.last.replace(place) == Some(place) {
            return None;
        }
        match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => {
                Some(padded(text, mark.line(), mark.line()))
            }
            "invalid indentation in quoted scalar" => {
                let last = end_of_quoted(text, mark)?;
                Some(padded(text, mark.line() + 1, last))
            }
            _ => None,
        }
    }
}

/// The lines from the first to the last, from 1, further to the right. Empty ones stay empty.
fn padded(text: &str, first: usize, last: usize) -> String {
    let mut out = String::with_capacity(text.len() + PAD);
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if (first..=last).contains(&(at + 1)) && !line.trim().is_empty() {
            out.extend(std::iter::repeat_n(' ', PAD));
        }
        out.push_str(line);
    }
    out
}

/// The line that the quotes close on which open at the mark.
fn end_of_quoted(text: &str, mark: &Marker) -> Option<usize> {
    let start: usize =
        text.split_inclusive('\n').take(mark.line().checked_sub(1)?).map(str::len).sum();
    let mut chars = text[start..].chars().skip(mark.col()).peekable();
    let quote = chars.next().filter(|c| matches!(c, '"' | '\''))?;
    let mut line = mark.line();
    while let Some(c) = chars.next() {
        match c {
            '\n' => line += 1,
            // What is escaped can be the end of a line.
            '\\' if quote == '"' => line += usize::from(chars.next() == Some('\n')),
            c if c == quote => {
                let is_doubled = quote == '\'' && chars.peek() == Some(&quote);
                if !is_doubled {
                    return Some(line);
                }
                chars.next();
            }
            _ => {}
        }
    }
    None
}

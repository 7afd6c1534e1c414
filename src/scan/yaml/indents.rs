//! Lines of lists, mappings and texts in brackets and quotes that are indented less than the YAML specification wants.
//! The libraries that the systems use read them all the same, and so many files have them.

use saphyr_parser::{Marker, ScanError};

/// More lines of one file are not moved, and not more is read again.
const MOST_READ: usize = 32 * 1024 * 1024;

/// Deeper than any indentation.
const PAD: usize = 256;

/// After so many lines, all that only close something are moved at once.
const SINGLE: usize = 8;

/// Moves lines to the right where the parser stopped at them. What they say stays the same, and so do their numbers.
#[derive(Default)]
pub(super) struct Indents {
    read: usize,
    moved: usize,
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
        self.moved += 1;
        match error.info() {
            "invalid indentation" | "invalid indentation in flow construct"
                if self.moved == SINGLE =>
            {
                let is_moved = |at: usize, line: &str| {
                    at == mark.line() || at > mark.line() && only_closes(line)
                };
                Some(padded(text, is_moved))
            }
            "invalid indentation" | "invalid indentation in flow construct" => {
                Some(padded(text, |at, _| at == mark.line()))
            }
            "invalid indentation in quoted scalar" => {
                let last = end_of_quoted(text, mark)?;
                Some(padded(text, |at, _| (mark.line() + 1..=last).contains(&at)))
            }
            _ => None,
        }
    }
}

/// The text with lines further to the right, by their number from 1. Empty ones stay empty.
fn padded(text: &str, is_moved: impl Fn(usize, &str) -> bool) -> String {
    let mut out = String::with_capacity(text.len() + PAD);
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if !line.trim().is_empty() && is_moved(at + 1, line) {
            out.extend(std::iter::repeat_n(' ', PAD));
        }
        out.push_str(line);
    }
    out
}

fn only_closes(line: &str) -> bool {
    let line = line.trim();
    line.starts_with([']', '}']) && line.trim_matches([']', '}', ',', ' ']).is_empty()
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

//! Scripts are lists of commands that one shell runs: what an earlier item sets, a later one has.

use super::jobs::Job;
use super::value::{File, Value};
use crate::found::Findings;
use crate::scripts::commands;
use crate::variables::Lookup;
use crate::yaml::Script;
use std::rc::Rc;

/// Combinations of variables that a script is read with. With more, none of them is known.
const MOST_CASES: usize = 20;

/// Items of a script that are read as one text.
struct Piece<'a, 't> {
    first: &'a Value<'t>,
    /// The list that the last of them is in.
    list: &'a str,
    text: String,
    line: usize,
    /// The line behind the last one.
    end: usize,
    keeps_lines: bool,
}

impl<'t> Piece<'_, 't> {
    /// Whether what stands on the line of the file can be put behind it without moving any line.
    fn goes_on(&self, file: &Rc<File<'t>>, line: usize) -> bool {
        self.keeps_lines && Rc::ptr_eq(&self.first.file, file) && self.end <= line
    }
}

/// The items of `before_script` and `script` together, or of another script.
pub(super) fn read(job: &Job<'_, '_>, items: &[Value<'_>], found: &mut Findings) {
    let cases = job.environment.cases();
    for piece in pieces(items) {
        let place = job.place(piece.first).path(piece.list);
        let script = Script { text: &piece.text, line: piece.line, keeps_lines: piece.keeps_lines };
        if cases.len() > MOST_CASES {
            commands(script, &|_| Lookup::Unknown, &place, found);
            continue;
        }
        for case in cases {
            commands(script, &|name| case.lookup(name), &place, found);
        }
    }
}

/// The path of the list that the path of an item is in.
fn without_numbers(path: &str) -> &str {
    let mut path = path;
    while let Some((list, _)) = path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        path = list;
    }
    path
}

fn pieces<'a, 't>(items: &'a [Value<'t>]) -> Vec<Piece<'a, 't>> {
    let mut pieces: Vec<Piece<'a, 't>> = Vec::new();
    for item in items {
        let Some(script) = item.node.script() else { continue };
        let text = item.file.inputs.put_in(script.text.trim_end());
        // One line is where it is, however it is written.
        let keeps_lines = script.keeps_lines || !text.contains('\n');
        let list = without_numbers(&item.path);
        let end = script.line + text.matches('\n').count() + 1;
        let before = pieces.last_mut().filter(|_| keeps_lines);
        match before.filter(|piece| piece.goes_on(&item.file, script.line)) {
            Some(piece) => {
                let gap = script.line + 1 - piece.end;
                piece.text.push_str(&"\n".repeat(gap));
                piece.text.push_str(&text);
                piece.end = end;
                piece.list = list;
            }
            None => {
                let line = script.line;
                pieces.push(Piece { first: item, list, text, line, end, keeps_lines });
            }
        }
    }
    pieces
}

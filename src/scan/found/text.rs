//! The report for people: a line for each finding, `file:line  kind  what  job`.

use super::{Found, Kind, Password, Place, Report, Unread, What};
use std::fmt::Write;

impl Kind {
    /// The word for it in a table.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pulls => "pulls",
            Self::Pushes => "pushes",
            Self::LogsIn => "logs in",
            Self::Builds => "builds",
            Self::Implicit => "implicit",
        }
    }
}

impl Report {
    /// A table for people. Control characters of file names and keys are replaced: a terminal does what they say.
    pub fn to_text(&self) -> String {
        let mut rows: Vec<[String; 4]> = self.found.iter().map(found_row).collect();
        rows.extend(self.passwords.iter().map(password_row));
        rows.extend(self.unread.iter().map(unread_row));
        let mut widths = [0; 3];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for [place, kind, what, job] in &rows {
            let [first, second, third] = widths;
            let line = format!("{place:first$}  {kind:second$}  {what:third$}  {job}");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The same lines without padding, one space between columns: what tests compare.
    pub fn to_lines(&self) -> Vec<String> {
        let found = self.found.iter().map(found_row);
        let rows = found
            .chain(self.passwords.iter().map(password_row))
            .chain(self.unread.iter().map(unread_row));
        rows.map(|row| row.join("  ").trim_end().to_owned()).collect()
    }
}

impl What {
    /// For people: the name, or why there is none.
    pub fn to_text(&self) -> String {
        match self {
            Self::Image(reference) => reference.to_string(),
            Self::Registry(host) => host.clone(),
            Self::Invalid { reason } => format!("invalid: {reason}"),
            Self::Unresolved { variables, host, repository } => {
                let mut text = String::from("unresolved: ");
                match (host, repository) {
                    (Some(host), Some(repository)) => {
                        // Writing to a string cannot fail.
                        let _ = write!(text, "{host}/{repository}, ");
                    }
                    (Some(host), None) => {
                        let _ = write!(text, "{host}/…, ");
                    }
                    _ => {}
                }
                let each: Vec<String> = variables
                    .iter()
                    .map(|variable| format!("{} from {}", variable.name, variable.from))
                    .collect();
                text + &each.join(", ")
            }
        }
    }
}

fn found_row(found: &Found) -> [String; 4] {
    let Found { place, kind, what, .. } = found;
    [position(place), kind.label().to_owned(), clean(&what.to_text()), job(place)]
}

fn password_row(password: &Password) -> [String; 4] {
    let Password { place, field } = password;
    [position(place), "password in a file".to_owned(), clean(field), job(place)]
}

fn unread_row(unread: &Unread) -> [String; 4] {
    let line = unread.line.map_or_else(String::new, |line| format!(":{line}"));
    let position = clean(&format!("{}{line}", unread.file));
    [position, "cannot be read".to_owned(), clean(&unread.reason), String::new()]
}

fn position(place: &Place) -> String {
    clean(&format!("{}:{}", place.file, place.line))
}

fn job(place: &Place) -> String {
    let job = place.job.as_deref().map(clean).unwrap_or_default();
    match (place.hidden, job.is_empty()) {
        (true, false) => format!("{job} (hidden)"),
        (true, true) => "(hidden)".to_owned(),
        (false, _) => job,
    }
}

fn clean(text: &str) -> String {
    // Bidirectional marks would show a line in another order than it has.
    let is_mark = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| if c.is_control() || is_mark(c) { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

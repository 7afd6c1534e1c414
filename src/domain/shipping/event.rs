//! One event in each format.

use super::{Cursor, Format, cef, ocsf};
use crate::domain::audit::ExportLine;
use crate::domain::moment::Moment;
use serde_json::{Value, json};
use uuid::Uuid;

/// The program in each event.
pub(super) const PRODUCT: &str = "Regcred";
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Which chain events are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The project, or nil for the instance.
    pub chain: Uuid,
    /// The project's part of the URL, or `instance`.
    pub name: String,
}

impl Source {
    /// What tells an event from all others: who receives it twice finds it out by this.
    pub(super) fn id(&self, line: &ExportLine) -> String {
        match line {
            ExportLine::Change { seq, .. } => format!("{}/{seq}", self.chain),
            ExportLine::Receipt { receipt, .. } => receipt.receipt.id.to_string(),
            ExportLine::End { cursor, .. } => format!("{}/{cursor}/end", self.chain),
        }
    }
}

impl Format {
    /// The event in this format; for CEF it is a text of one line.
    pub fn event(self, source: &Source, line: &ExportLine) -> Value {
        match self {
            Self::Json => ours(source, line),
            Self::Ocsf => ocsf::event(source, line),
            Self::Cef => Value::String(cef::line(source, line)),
        }
    }
}

/// A line of the export, with the chain that it is of.
fn ours(source: &Source, line: &ExportLine) -> Value {
    let mut event = line.to_json();
    if let Value::Object(fields) = &mut event {
        fields.insert("event_id".to_owned(), json!(source.id(line)));
        fields.insert("chain".to_owned(), json!(source.name));
        fields.insert("chain_id".to_owned(), json!(source.chain));
    }
    event
}

/// The body of a call with these events, each as JSON, between the two cursors.
pub fn call_body(
    source: &Source,
    format: Format,
    (after, cursor): (Cursor, Cursor),
    at: Moment,
    events: &[String],
) -> String {
    let data = format!(
        "{},\"after\":\"{}\",\"cursor\":\"{}\",\"events\":[{}]",
        head(source, format),
        after.to_text(),
        cursor.to_text(),
        events.join(",")
    );
    message("audit.events", at, &data)
}

/// The body of a call that only shows whether calls arrive.
pub fn test_body(source: &Source, format: Format, at: Moment) -> String {
    message("audit.test", at, &head(source, format))
}

/// What somebody is answered who fetches events.
pub fn page_body(
    source: &Source,
    format: Format,
    cursor: Cursor,
    has_more: bool,
    events: &[String],
) -> String {
    format!(
        "{{{},\"events\":[{}],\"cursor\":\"{}\",\"has_more\":{has_more}}}",
        head(source, format),
        events.join(","),
        cursor.to_text()
    )
}

fn message(kind: &str, at: Moment, data: &str) -> String {
    let at = json!(at.to_rfc3339());
    format!("{{\"type\":\"{kind}\",\"timestamp\":{at},\"data\":{{{data}}}}}")
}

fn head(source: &Source, format: Format) -> String {
    let name = json!(source.name);
    format!("\"chain\":{name},\"chain_id\":\"{}\",\"format\":\"{}\"", source.chain, format.word())
}

//! One event in each format.

use super::{Cursor, Format, cef, ocsf, syslog};
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
            ExportLine::Change { seq, at, .. } => self.id_of_link(*seq, *at).to_string(),
            ExportLine::Receipt { receipt, .. } => receipt.receipt.id.to_string(),
            ExportLine::End { cursor, .. } => format!("{}/{cursor}/end", self.chain),
        }
    }

    /// In a restored database another event has the number of one that was sent: so the time is in it, too.
    /// CEF has room for no more than such an id.
    fn id_of_link(&self, seq: i64, at: Moment) -> Uuid {
        let place = (u128::from(seq.cast_unsigned()) << 64) | u128::from(at.0.cast_unsigned());
        Uuid::from_u128(self.chain.as_u128() ^ place)
    }
}

impl Format {
    /// The event in this format; for CEF it is a text of one line.
    pub fn event(self, source: &Source, line: &ExportLine) -> Value {
        match self {
            Self::Json => ours(source, line),
            Self::Ocsf => ocsf::event(source, line),
            Self::Cef => Value::String(cef::line(source, line, usize::MAX)),
        }
    }
}

/// How events are written for a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    pub format: Format,
    /// For syslog, what this server is called in its messages; otherwise each event is JSON.
    pub host: Option<String>,
}

impl Writing {
    /// The event, which has this place among those that are sent together, from 0.
    pub fn event(&self, source: &Source, line: &ExportLine, place: usize) -> String {
        match &self.host {
            Some(host) => syslog::message(host, self.format, (source, line), place),
            None => self.format.event(source, line).to_string(),
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

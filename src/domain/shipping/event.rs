//! One event in each format.

use super::{Format, cef, ocsf};
use crate::domain::audit::ExportLine;
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

//! Audit events and receipts as files for others: CSV for spreadsheets, and JSON Lines, which lose
//! nothing.

use super::AuditChange;
use crate::domain::delivery::Receipt;
use crate::domain::hearsay::written_out;
use crate::domain::moment::Moment;
use serde_json::{Value, json};
use uuid::Uuid;

crate::domain::words! {
    pub enum ExportFormat {
        Csv = "csv", "CSV";
        JsonLines = "jsonl", "JSON Lines";
        /// For who verifies it with a checkpoint: each link of the chain as it is hashed.
        Links = "links", "Links";
    }
}

/// A line of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportLine {
    Change {
        seq: i64,
        at: Moment,
        change: Box<AuditChange>,
    },
    Receipt {
        seq: i64,
        receipt: Box<ExportedReceipt>,
    },
    /// The last line of a whole export: everything up to this link was looked at.
    End {
        cursor: i64,
        lines: u64,
        /// What was asked for, as the address of the page has it; empty when it was everything.
        filters: String,
        /// Until when deliveries that were asked for are kept as daily figures, and are not in it.
        figures_until: Option<Moment>,
    },
}

/// A receipt with the id of its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedReceipt {
    pub receipt: Receipt,
    pub credential_id: Option<Uuid>,
}

/// The columns of the CSV.
const COLUMNS: [&str; 25] = [
    "link",
    "at",
    "kind",
    "action",
    "by",
    "by_id",
    "subject",
    "subject_id",
    "detail",
    "credential",
    "credential_id",
    "version",
    "intent",
    "image",
    "outcome",
    "reason",
    "door",
    "token_id",
    "address",
    "proven_by",
    "claimed_run",
    "claimed_commit",
    "claimed_branch",
    "claimed_actor",
    "claimed_event",
];

impl ExportFormat {
    /// What a file in it is, for the browser.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines | Self::Links => "application/x-ndjson; charset=utf-8",
        }
    }

    /// What stands before the first line.
    pub fn head(self) -> String {
        match self {
            Self::Csv => csv_row(COLUMNS.map(str::to_owned)),
            Self::JsonLines | Self::Links => String::new(),
        }
    }

    /// The line with its end.
    pub fn line(self, line: &ExportLine) -> String {
        match self {
            Self::Csv => csv_row(cells(line)),
            Self::JsonLines | Self::Links => format!("{}\n", json(line)),
        }
    }
}

impl ExportLine {
    /// The line as JSON Lines have it.
    pub fn to_json(&self) -> Value {
        json(self)
    }
}

fn json(line: &ExportLine) -> Value {
    match line {
        ExportLine::Change { seq, at, change } => {
            let AuditChange { action, actor, actor_id, subject, subject_id, detail } = &**change;
            json!({
                "link": seq, "at": at.to_rfc3339(), "kind": "change", "action": action, "by": actor,
                "by_id": actor_id, "subject": subject, "subject_id": subject_id, "detail": detail,
            })
        }
        ExportLine::Receipt { seq, receipt } => {
            let ExportedReceipt { receipt: one, credential_id } = &**receipt;
            json!({
                "link": seq, "at": one.at.to_rfc3339(), "kind": "delivery", "id": one.id,
                "pipeline": one.pipeline, "pipeline_id": one.pipeline_id,
                "credential": one.credential, "credential_id": credential_id,
                "version": one.version, "intent": one.intent, "image": one.image,
                "outcome": one.outcome, "reason": one.reason, "door": one.door,
                "token_id": one.token_id, "address": one.address, "proven": one.proof,
                "claimed": one.claims,
            })
        }
        ExportLine::End { cursor, lines, filters, figures_until } => {
            json!({
                "kind": "end", "cursor": cursor, "lines": lines, "filters": filters,
                "figures_until": figures_until.map(Moment::to_rfc3339),
            })
        }
    }
}

fn cells(line: &ExportLine) -> [String; COLUMNS.len()] {
    let mut cells: [String; COLUMNS.len()] = std::array::from_fn(|_| String::new());
    let mut set = |name: &str, value: String| {
        if let Some(at) = COLUMNS.iter().position(|column| *column == name) {
            cells[at] = value;
        }
    };
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    match line {
        ExportLine::Change { seq, at, change } => {
            set("link", seq.to_string());
            set("at", at.to_rfc3339());
            set("kind", "change".to_owned());
            set("action", change.action.word().to_owned());
            set("by", change.actor.clone());
            set("by_id", id(change.actor_id));
            set("subject", change.subject.clone());
            set("subject_id", change.subject_id.to_string());
            set("detail", change.detail.to_text());
        }
        ExportLine::Receipt { seq, receipt } => {
            let ExportedReceipt { receipt: one, credential_id } = &**receipt;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            set("link", seq.to_string());
            set("at", one.at.to_rfc3339());
            set("kind", "delivery".to_owned());
            set("by", one.pipeline.clone());
            set("by_id", one.pipeline_id.to_string());
            set("credential", text(&one.credential));
            set("credential_id", id(*credential_id));
            set("version", one.version.map(|version| version.to_string()).unwrap_or_default());
            set("intent", one.intent.word().to_owned());
            set("image", text(&one.image));
            set("outcome", one.outcome.word().to_owned());
            set("reason", text(&one.reason));
            set("door", one.door.word().to_owned());
            set("token_id", one.token_id.clone());
            set("address", text(&one.address));
            set(
                "proven_by",
                one.proof.provider.map(|one| one.word().to_owned()).unwrap_or_default(),
            );
            set("claimed_run", text(&one.claims.run));
            set("claimed_commit", text(&one.claims.commit));
            set("claimed_branch", text(&one.claims.branch));
            set("claimed_actor", text(&one.claims.actor));
            set("claimed_event", text(&one.claims.event));
        }
        ExportLine::End { cursor, lines, filters, figures_until } => {
            let filters = (!filters.is_empty()).then(|| format!("filters: {filters}"));
            let figures = figures_until.map(|until| {
                format!("deliveries until {} are kept as daily figures", until.to_text())
            });
            let said = [Some(format!("lines: {lines}")), filters, figures];
            set("link", cursor.to_string());
            set("kind", "end".to_owned());
            set("detail", said.into_iter().flatten().collect::<Vec<_>>().join(", "));
        }
    }
    cells
}

/// A record as RFC 4180 has it, in which no cell is a formula.
pub fn csv_row<const N: usize>(cells: [String; N]) -> String {
    let cells = cells.map(|text| cell(&text));
    format!("{}\r\n", cells.join(","))
}

/// What a spreadsheet takes for the beginning of a formula, also in its full-width and small forms.
const FORMULAS: [char; 14] = [
    '=', '+', '-', '@', '|', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}',
    '\u{fe62}', '\u{fe63}', '\u{fe6b}', '\u{2212}',
];

/// The text as a cell: it is no formula, shows every character that it has, and is in quotes where it
/// could be taken for several cells. Where a comma separates decimals, a spreadsheet splits a line at
/// semicolons and knows nothing of the quotes: so what stands behind one is no formula either.
fn cell(text: &str) -> String {
    let shown: String = written_out(text).split_inclusive(';').map(no_formula).collect();
    let has_space = shown.starts_with(char::is_whitespace) || shown.ends_with(char::is_whitespace);
    if has_space || shown.contains([',', ';', '"']) {
        return format!("\"{}\"", shown.replace('"', "\"\""));
    }
    shown
}

fn no_formula(text: &str) -> String {
    let inside = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
    if inside.starts_with(FORMULAS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests;

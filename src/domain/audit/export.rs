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
        ExportLine::End { cursor, lines } => {
            json!({ "kind": "end", "cursor": cursor, "lines": lines })
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
        ExportLine::End { cursor, lines } => {
            set("link", cursor.to_string());
            set("kind", "end".to_owned());
            set("detail", format!("lines: {lines}"));
        }
    }
    cells
}

/// A record as RFC 4180 has it, in which no cell is a formula.
pub fn csv_row<const N: usize>(cells: [String; N]) -> String {
    let cells = cells.map(|text| cell(&text));
    format!("{}\r\n", cells.join(","))
}

/// What a spreadsheet takes for the beginning of a formula, also in its full-width form.
const FORMULAS: [char; 9] =
    ['=', '+', '-', '@', '|', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

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
mod tests {
    use super::*;
    use crate::domain::audit::{Action, Detail};

    #[test]
    fn no_cell_is_a_formula_or_several_cells_and_none_hides_a_character() {
        for (text, expected) in [
            ("build", "build"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("|calc", "'|calc"),
            ("＝1", "'＝1"),
            (" =1", "' =1"),
            ("\"=1", "\"'\"\"=1\""),
            ("'=1", "''=1"),
            ("\t=1", "\\u{9}=1"),
            ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{2028}b\0", "a\\u{2028}b\\u{0}"),
            ("a,b", "\"a,b\""),
            ("a;=1", "\"a;'=1\""),
            ("a;\" =1;-b;c", "\"a;'\"\" =1;'-b;c\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a=1", "a=1"),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_record_has_all_columns_and_ends_as_rfc_4180_says() {
        let change = AuditChange {
            action: Action::CredentialDeleted,
            actor: "=cmd".to_owned(),
            actor_id: None,
            subject: "a, b".to_owned(),
            subject_id: Uuid::nil(),
            detail: Detail::Version(3),
        };
        let line = ExportLine::Change { seq: 7, at: Moment(1_500), change: Box::new(change) };
        let csv = ExportFormat::Csv.line(&line);
        assert!(
            csv.starts_with("7,1970-01-01T00:00:01.5Z,change,credential.deleted,'=cmd,,\"a, b\",")
        );
        assert!(csv.ends_with("\r\n"), "{csv}");
        assert_eq!(csv.matches(',').count(), COLUMNS.len(), "one stands within a cell");
        let head = ExportFormat::Csv.head();
        assert_eq!(head.matches(',').count(), COLUMNS.len() - 1);
        let read: Value = serde_json::from_str(&ExportFormat::JsonLines.line(&line)).unwrap();
        assert_eq!((&read["by"], &read["link"]), (&json!("=cmd"), &json!(7)));
        let end = ExportFormat::JsonLines.line(&ExportLine::End { cursor: 9, lines: 2 });
        let end: Value = serde_json::from_str(&end).unwrap();
        assert_eq!(end, json!({ "kind": "end", "cursor": 9, "lines": 2 }));
    }
}

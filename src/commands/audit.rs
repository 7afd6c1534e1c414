//! `regcred audit`.

use super::failure::Failure;
use super::output::{count, list, print, table};
use super::{Common, Session};
use crate::domain::audit::{AuditEvent, AuditQuery, ExportFormat};
use crate::vault::{ChainReport, Export, KeptHead};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::process::ExitCode;

/// Verify, list and export audit events
///
/// Events and receipts form chains: one for each project and one for the instance. A change to the
/// past breaks the chain at the changed link.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred audit verify
  regcred audit list --project acme --limit 20")]
pub(super) struct Audit {
    #[command(flatten)]
    common: Common,

    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Verify every chain; exit with 1 if one is broken
    #[command(
        after_help = "HEAD is the end of a chain. Keep a copy of it elsewhere. With --since, the copy proves later that nothing was cut off. A server also writes the ends of all chains to its log, when it starts and every hour.\n\nExamples:\n  regcred audit verify --project acme\n  regcred audit verify --since acme:1024:7f0c9a54d1e3b2687f0c9a54d1e3b2687f0c9a54d1e3b2687f0c9a54d1e3b268"
    )]
    Verify {
        /// Verify only this project (first column of `regcred project list`)
        #[arg(long, value_name = "SLUG")]
        project: Option<String>,
        /// An earlier end of a chain that you kept elsewhere; can be given several times
        #[arg(long, value_name = "CHAIN:LINKS:HEAD", value_parser = kept_head)]
        since: Vec<KeptHead>,
    },
    /// List the events of the instance or of a project, newest first
    #[command(after_help = "Example:\n  regcred audit list --project acme --limit 20 --json")]
    List {
        /// List the events of this project (first column of `regcred project list`)
        #[arg(long, value_name = "SLUG")]
        project: Option<String>,
        /// How many events to list
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: u32,
    },
    Export(Box<ExportWhat>),
}

/// Write the events and receipts of the instance or of a project to standard output, oldest first
///
/// That you exported them is an audit event. The last line has the link up to which the export goes:
/// give it as --after to get what is newer. An export without that line is not whole.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred audit export --project acme > audit.csv
  regcred audit export --project acme --format jsonl --after 1024 >> audit.jsonl")]
struct ExportWhat {
    /// Export the chain of this project (first column of `regcred project list`)
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// csv for spreadsheets, or jsonl, which loses nothing
    #[arg(long, value_name = "FORMAT", value_parser = format, default_value = "csv")]
    format: ExportFormat,
    /// Only what comes after this link
    #[arg(long, default_value_t = 0, value_name = "LINK")]
    after: u32,
    /// The filters in the address of the page Audit, such as noun=credential&from=2026-11-01
    #[arg(long, value_name = "FILTERS", default_value = "")]
    filters: String,
}

impl ExportWhat {
    async fn write(self, Session { vault, operator }: &Session) -> Result<ExitCode, Failure> {
        let Self { project, format, after, filters } = self;
        let pairs: Vec<(&str, &str)> =
            filters.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let query = AuditQuery::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })?;
        let export = Export { format, query, after: after.into() };
        let mut pieces = vault.export_chain(operator, project.as_deref(), export).await?;
        while let Some(piece) = pieces.recv().await {
            let piece = piece?;
            io::stdout().lock().write_all(piece.as_bytes()).map_err(Failure::Output)?;
        }
        io::stdout().lock().flush().map_err(Failure::Output)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Audit {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let session = self.common.begin(0).await?;
        if let Action::Export(what) = self.action {
            let done = what.write(&session).await;
            session.end().await;
            return done;
        }
        let done = self.action.carry_out(&session).await;
        session.end().await;
        let (document, text, is_fine) = done?;
        print(self.common.json, &document, &text)?;
        Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Action {
    async fn carry_out(
        self,
        Session { vault, operator }: &Session,
    ) -> Result<(Value, String, bool), Failure> {
        Ok(match self {
            Self::Verify { project, since } => {
                verified(&vault.verify_chains(operator, project.as_deref(), &since).await?)
            }
            Self::List { project, limit } => {
                let most = u64::from(limit);
                listed(&vault.newest_events(operator, project.as_deref(), most).await?)
            }
            // It prints no document: see `run`.
            Self::Export(_) => (Value::Null, String::new(), true),
        })
    }
}

fn format(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::from_word(text).ok_or_else(|| "Give csv or jsonl.".to_owned())
}

/// What is wrong is not repeated: it may be anything.
fn kept_head(text: &str) -> Result<KeptHead, String> {
    KeptHead::parse(text).ok_or_else(|| {
        "Give the columns CHAIN, LINKS and HEAD of an earlier `regcred audit verify`, with a colon between them."
            .to_owned()
    })
}

fn verified(reports: &[ChainReport]) -> (Value, String, bool) {
    let row = |report: &ChainReport| {
        let state = match (report.broken_at, &report.wrong_sum) {
            (Some(link), _) => format!("BROKEN at link {link}"),
            (None, Some(_)) => "holds, SUMS CHANGED".to_owned(),
            (None, None) => "holds".to_owned(),
        };
        [report.name.clone(), report.links.to_string(), state, report.head.clone()]
    };
    let rows: Vec<[String; 4]> = reports.iter().map(row).collect();
    let mut text = table(["CHAIN", "LINKS", "STATE", "HEAD"], &rows);
    let broken = reports.iter().filter(|report| report.broken_at.is_some()).count() as u64;
    if broken > 0 {
        let chains = count(broken, "chain");
        text += &format!(
            "\n{chains} broken. From the named link on, events cannot be trusted. Compare with a backup."
        );
    }
    let wrong: Vec<String> = reports
        .iter()
        .filter_map(|report| Some(format!("{}: {}", report.name, report.wrong_sum.as_ref()?)))
        .collect();
    if !wrong.is_empty() {
        text += &format!(
            "\nFigures or reports do not fit the receipts of their chain. They were changed outside Regcred. The first row of each:\n{}",
            wrong.join("\n")
        );
    }
    (json!(reports), text, broken == 0 && wrong.is_empty())
}

fn listed(events: &[AuditEvent]) -> (Value, String, bool) {
    let headings = ["LINK", "AT", "ACTION", "BY", "SUBJECT", "DETAIL"];
    let (documents, text) = list(headings, events, |event| {
        let AuditEvent { seq, at, action, actor, subject, detail } = event;
        let detail = detail.to_text();
        let document = json!({
            "link": seq, "at": at.to_rfc3339(), "action": action, "actor": actor,
            "subject": subject, "detail": detail,
        });
        let (actor, subject) = (actor.clone(), subject.clone());
        let action = action.word().to_owned();
        (document, [seq.to_string(), at.to_text(), action, actor, subject, detail])
    });
    (documents, text, true)
}

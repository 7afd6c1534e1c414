//! `regcred audit export`.

use crate::commands::Session;
use crate::commands::failure::Failure;
use crate::domain::audit::{AuditQuery, ExportFormat};
use crate::error;
use crate::vault::Export;
use std::io::{self, Write};
use std::process::ExitCode;
use tokio::sync::mpsc::Receiver;

/// Write the events and receipts of the instance or of a project to standard output, oldest first
///
/// Each export is recorded as an audit event. The last line names the last link of the export: give
/// it as --after to get only newer links. If that line is missing, the export is not complete. The
/// format links has each link as it is hashed, for `regcred audit verify --export`, without such a
/// last line.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred audit export --project acme > audit.csv
  regcred audit export --project acme --format jsonl --after 1024 >> audit.jsonl
  regcred audit export --project acme --format links > acme.links")]
pub(super) struct ExportWhat {
    /// Export the chain of this project (first column of `regcred project list`)
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// csv for spreadsheets, jsonl for programs, or links to verify with a checkpoint
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
    pub(super) async fn write(
        self,
        Session { vault, operator }: &Session,
    ) -> Result<ExitCode, Failure> {
        let Self { project, format, after, filters } = self;
        let export = Export { format, query: query(&filters)?, after: after.into() };
        let mut pieces = vault.export_chain(operator, project.as_deref(), export).await?;
        let done = print(&mut pieces).await;
        // Who reads it may have seen enough. How far it came is recorded before the database closes.
        pieces.close();
        while pieces.recv().await.is_some() {}
        done.map(|()| ExitCode::SUCCESS)
    }
}

async fn print(pieces: &mut Receiver<error::Result<String>>) -> Result<(), Failure> {
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        io::stdout().lock().write_all(piece.as_bytes()).map_err(Failure::Output)?;
    }
    io::stdout().lock().flush().map_err(Failure::Output)
}

fn format(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::from_word(text).ok_or_else(|| "Give csv, jsonl or links.".to_owned())
}

/// What is no filter is refused: without it more would be exported than was meant.
fn query(filters: &str) -> Result<AuditQuery, Failure> {
    let pairs: Vec<(&str, &str)> = filters
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    if pairs.iter().any(|(key, _)| !AuditQuery::KEYS.contains(key)) {
        return Err(Failure::said(format!(
            "--filters names an unknown filter. The filters are {}.",
            AuditQuery::KEYS.join(", ")
        )));
    }
    let value = |key: &str| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    AuditQuery::read(|key| value(key).map(str::to_owned))
        .map_err(|_| Failure::said("--filters has an unknown value, or days in the wrong order."))
}

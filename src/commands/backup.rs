//! `regcred backup`.

use super::failure::Failure;
use super::files::NewFile;
use super::output::{count, print};
use super::{Common, operator};
use crate::opening::{Opened, open_existing};
use crate::vault::{Contents, Settings, Vault, back_up};
use serde_json::{Value, json};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write a backup to one file while servers run
///
/// A backup can be restored to SQLite or PostgreSQL, so you can use it to move between them. It does
/// not contain the key-encryption key: keep that apart from it. Set the key as for the server,
/// because it authenticates the backup. Sessions are not included, so people sign in again after a
/// restore.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred backup /var/backups/acme-regcred-2026-11-21.jsonl
  regcred backup - | ssh backup.example.com 'cat > acme-regcred.jsonl'")]
pub(super) struct Backup {
    #[command(flatten)]
    common: Common,

    /// The file to create, readable only by its owner, or - for standard output
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let is_piped = self.file == Path::new("-");
        let mut piped = io::stdout();
        if is_piped && piped.is_terminal() {
            return Err(Failure::said(
                "Standard output is a terminal. Name a file, or pipe the backup into a program.",
            ));
        }
        let file = if is_piped { None } else { Some(NewFile::create(&self.file)?) };
        let Opened { store, keys, .. } = open_existing(&self.common.storage).await?;
        let vault = Vault::new(store.clone(), keys.clone(), Settings::default());
        // Before it is made, so that it is in the backup, too. A full disk is no reason to have none.
        if let Err(error) = vault.record_backup(&operator()).await {
            tracing::warn!(error = %error, "this backup has no audit event");
        }
        let contents = match file {
            None => back_up(&store, &keys, &mut BufWriter::new(&mut piped)).await?,
            Some(mut file) => {
                let contents = back_up(&store, &keys, &mut file).await?;
                file.keep()?;
                contents
            }
        };
        if let Err(error) = store.disconnect().await {
            tracing::warn!(error = %error, "the database was not closed");
        }
        let text = told(&contents, &self.file);
        if is_piped {
            // The standard output is the backup.
            let text = if self.common.json { document(&contents).to_string() } else { text };
            writeln!(io::stderr(), "{text}").map_err(Failure::Output)?;
        } else {
            print(self.common.json, &document(&contents), &text)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) fn document(contents: &Contents) -> Value {
    let header = &contents.header;
    json!({
        "made_at": header.made_at, "schema": header.schema, "database": header.database,
        "kek_ids": header.kek_ids, "authenticated": header.is_authenticated(),
        "rows": contents.rows, "total": contents.rows.values().sum::<u64>(),
    })
}

fn told(contents: &Contents, file: &Path) -> String {
    let rows = count(contents.rows.values().sum(), "row");
    let to = if file == Path::new("-") {
        "standard output".to_owned()
    } else {
        file.display().to_string()
    };
    let keys = contents.header.kek_ids.join(", ");
    format!(
        "{rows} were written to {to}. Its secrets are encrypted with key {keys}, which is not in the backup. Keep a copy of the key apart from it."
    )
}

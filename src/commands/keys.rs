//! `regcred keys`.

use super::failure::Failure;
use super::files::NewFile;
use super::output::{count, list, print};
use super::{Common, Session};
use crate::crypto::kek::Kek;
use crate::domain::key::{KeyPurpose, KeyReport, RewrapProgress};
use crate::error::Error;
use crate::opening::config::PaceConfig;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Manage data keys and create key-encryption keys
///
/// Data keys encrypt the secrets, make the fingerprints by which equal secrets are found, protect the
/// audit log, and sign its checkpoints. They are stored in the database, encrypted with the key-encryption
/// key. That key is not stored there.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred keys list
  regcred keys rotate
  regcred keys new /etc/regcred/kek-2027")]
pub(super) struct Keys {
    #[command(flatten)]
    common: Common,

    #[command(flatten)]
    pace: PaceConfig,

    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the data keys and the progress of a rotation
    #[command(after_help = "Example:\n  regcred keys list --json")]
    List,
    /// Create a data key; running servers encrypt every secret with it
    #[command(
        after_help = "No downtime: the servers do the work. regcred keys list shows the progress.\n\nExamples:\n  regcred keys rotate\n  regcred keys rotate --purpose fingerprint\n  regcred keys rotate --purpose audit"
    )]
    Rotate {
        /// What the key is for
        #[arg(long, value_parser = purpose(), default_value = KeyPurpose::Secret.word())]
        purpose: KeyPurpose,
    },
    /// Retire a data key that no secret uses
    #[command(
        after_help = "A retired data key for the audit log only verifies audit events and receipts from its time.\n\nExamples:\n  regcred keys retire 1\n  regcred keys retire 1 --purpose audit"
    )]
    Retire {
        /// The version shown by regcred keys list
        version: u32,
        /// What the key is for
        #[arg(long, value_parser = purpose(), default_value = KeyPurpose::Secret.word())]
        purpose: KeyPurpose,
    },
    /// Destroy a retired data key permanently
    #[command(
        after_help = "Backups whose secrets use this key cannot be read afterwards. Destroy it only when you keep none. A data key for the audit log cannot be destroyed.\n\nExample:\n  regcred keys destroy 1"
    )]
    Destroy {
        /// The version shown by regcred keys list
        version: u32,
        /// What the key is for
        #[arg(long, value_parser = purpose(), default_value = KeyPurpose::Secret.word())]
        purpose: KeyPurpose,
    },
    /// Create a key-encryption key in a new file, readable only by its owner
    #[command(
        after_help = "The database is not changed. The output says what to do next.\n\nExample:\n  regcred keys new /etc/regcred/kek-2027"
    )]
    New {
        /// The file to create
        file: PathBuf,
    },
}

impl Keys {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let (document, text) = if let Action::New { file } = &self.action {
            made(file)?
        } else {
            let session = self.common.begin(self.pace.seconds(&self.common.storage)).await?;
            let done = self.action.carry_out(&session).await;
            session.end().await;
            done?
        };
        print(self.common.json, &document, &text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Action {
    async fn carry_out(
        &self,
        Session { vault, operator }: &Session,
    ) -> Result<(Value, String), Failure> {
        let admin = operator.instance_admin();
        Ok(match self {
            Self::List => listed(&vault.data_keys(&admin).await?),
            Self::Rotate { purpose } => {
                let version = vault.rotate_data_key(&admin, *purpose).await?;
                let does = match purpose {
                    KeyPurpose::Secret => "encrypt every secret with it",
                    KeyPurpose::Fingerprint => "make every fingerprint with it",
                    KeyPurpose::Audit => "protect the audit log with it",
                    KeyPurpose::Checkpoint => "sign checkpoints with it, beside the old one",
                };
                let text = format!(
                    "Data key {} was created. In about a minute, running servers start to {does}. regcred keys list shows the progress.",
                    purpose.number(version)
                );
                (changed(*purpose, version, "pending"), text)
            }
            Self::Retire { version, purpose } => {
                vault.retire_data_key(&admin, *purpose, *version).await.map_err(named)?;
                let text = format!("Data key {} was retired.", purpose.number(*version));
                (changed(*purpose, *version, "retired"), text)
            }
            Self::Destroy { version, purpose } => {
                vault.destroy_data_key(&admin, *purpose, *version).await.map_err(named)?;
                let text = format!("Data key {} was destroyed.", purpose.number(*version));
                (changed(*purpose, *version, "destroyed"), text)
            }
            Self::New { file } => made(file)?,
        })
    }
}

fn purpose() -> impl TypedValueParser<Value = KeyPurpose> {
    PossibleValuesParser::new(KeyPurpose::ALL.iter().map(|purpose| purpose.word()))
        .try_map(|word| KeyPurpose::from_word(&word).ok_or("there is no such purpose"))
}

fn changed(purpose: KeyPurpose, version: u32, state: &str) -> Value {
    json!({"purpose": purpose.word(), "version": version, "state": state})
}

fn named(error: Error) -> Failure {
    match error {
        Error::NotFound => {
            Failure::said("There is no data key of this version. `regcred keys list` lists them.")
        }
        other => other.into(),
    }
}

fn listed(report: &KeyReport) -> (Value, String) {
    let headings = ["PURPOSE", "VERSION", "STATE", "SECRETS", "WRAPPED BY", "SINCE"];
    let (keys, mut text) = list(headings, &report.keys, |key| {
        let document = json!({
            "purpose": key.purpose, "version": key.version, "state": key.state,
            "since": key.since.to_rfc3339(), "created_at": key.created_at.to_rfc3339(),
            "kek_id": key.kek_id, "secrets": key.rows,
        });
        let is_counted = KeyPurpose::from_word(&key.purpose).is_some_and(KeyPurpose::is_of_secrets);
        let secrets = if is_counted { key.rows.to_string() } else { String::new() };
        let (version, state) = (key.version.to_string(), key.state.word().to_owned());
        let (purpose, kek_id) = (key.purpose.clone(), key.kek_id.clone());
        (document, [purpose, version, state, secrets, kek_id, key.since.to_text()])
    });
    if let Some(progress) = &report.rewrap {
        text += &format!("\n{}", under_way(progress));
    }
    if let Some(sentence) = report.said_of_fingerprints() {
        text += &format!("\n{sentence}");
    }
    if let Some(sentence) = report.said_of_rows() {
        text += &format!("\n{sentence}");
    }
    if report.unreadable > 0 {
        let secrets = count(report.unreadable, "secret");
        text += &format!("\n{secrets} cannot be decrypted. regcred doctor names them.");
    }
    if let Some(sentence) = report.said_of_waiting() {
        text += &format!("\n{sentence} regcred doctor names them and says what to do.");
    }
    let document = json!({
        "keys": keys,
        "rewrap": report.rewrap,
        "unreadable": report.unreadable,
        "waiting": report.waiting,
        "fingerprints_left": report.fingerprints_left,
        "rows_moving": report.are_rows_moving,
    });
    (document, text)
}

fn under_way(progress: &RewrapProgress) -> String {
    let left = count(progress.left, "secret");
    match progress.seconds_left {
        Some(seconds) => format!(
            "{left} still encrypted with an older key; {:.0} per second, {} left.",
            progress.per_second,
            count(seconds, "second")
        ),
        None => format!(
            "{left} still encrypted with an older key. A running server encrypts them again."
        ),
    }
}

fn made(path: &Path) -> Result<(Value, String), Failure> {
    let kek = Kek::generate().map_err(Error::from)?;
    let mut file = NewFile::create(path)?;
    file.write_all(kek.to_text().as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(
        |cause| Failure::said(format!("{} cannot be written: {cause}.", path.display())),
    )?;
    file.keep()?;
    let (id, path) = (kek.id().to_string(), path.display().to_string());
    let text = format!(
        "Key {id} was written to {path}. Keep a copy of it apart from the database.

To use it:
1. Set REGCRED_KEK_FILE to {path} and REGCRED_KEK_PREVIOUS_FILE to the file of the previous key.
2. Restart the servers one after the other, or send each SIGHUP. The first wraps the data keys again.
3. When `regcred keys list` shows {id} everywhere, remove REGCRED_KEK_PREVIOUS_FILE.
   Keep the previous key as long as you keep backups that were made under it."
    );
    Ok((json!({"kek_id": id, "file": path}), text))
}

//! `regcred audit`.

mod export;
mod offline;
mod proofs;

use super::failure::Failure;
use super::output::{count, list, print, table};
use super::{Common, Session, public_address};
use crate::checkpoints::cosignature::WitnessKey;
use crate::checkpoints::note::Key;
use crate::domain::audit::AuditEvent;
use crate::opening::config::{SiteConfig, WitnessConfig};
use crate::vault::{ChainReport, Kept, KeptHead};
use export::ExportWhat;
use offline::{ToVerify, are_witnesses, one_note};
use proofs::Which;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a command found: as a document, as text, and whether it is fine.
type Done = (Value, String, bool);

/// Verify, list and export audit events, and sign checkpoints of them
///
/// Events and receipts form chains: one for each project and one for the instance. A change to the
/// past breaks the chain at the changed link. A checkpoint lets others check this without the database
/// and its keys.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred audit verify
  regcred audit list --project acme --limit 20
  regcred audit checkpoint --project acme")]
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
        after_help = "HEAD is the end of a chain. Keep a copy of it elsewhere. With --since, the copy proves later that nothing was cut off. A server also writes the ends of all chains to its log, when it starts and every hour.\n\nA checkpoint proves the same to others. With --export, --checkpoint and --key, an export is verified without the database: the command needs no settings.\n\nExamples:\n  regcred audit verify --project acme\n  regcred audit verify --since acme:1024:7f0c9a54d1e3b2687f0c9a54d1e3b2687f0c9a54d1e3b2687f0c9a54d1e3b268\n  regcred audit verify --checkpoint acme.checkpoint\n  regcred audit verify --export acme.links --checkpoint acme.checkpoint --key KEY"
    )]
    Verify {
        /// Verify only this project (first column of `regcred project list`)
        #[arg(long, value_name = "SLUG")]
        project: Option<String>,
        /// An earlier end of a chain that you kept elsewhere; can be given several times
        #[arg(long, value_name = "CHAIN:LINKS:HEAD", value_parser = kept_head)]
        since: Vec<KeptHead>,
        /// An earlier checkpoint that you kept elsewhere; can be given several times
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// A public key that signed the checkpoint; can be given several times
        #[arg(long, value_name = "KEY", value_parser = public_key)]
        key: Vec<Key>,
        /// The public key of a witness that must have cosigned each checkpoint; can be given several
        /// times
        #[arg(
            long,
            value_name = "KEY",
            value_parser = witness_key,
            requires = "checkpoint",
            conflicts_with = "proof"
        )]
        witness: Vec<WitnessKey>,
        /// Verify this export instead of the database
        #[arg(long, value_name = "FILE", requires = "key", conflicts_with_all = ["project", "since"])]
        export: Option<PathBuf>,
        /// Verify that an event of the export is in the chain, with a proof (`regcred audit proof`)
        #[arg(long, value_name = "FILE", requires = "export", conflicts_with = "checkpoint")]
        proof: Option<PathBuf>,
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
    /// Print a signed checkpoint of a chain
    #[command(
        after_help = "Keep it elsewhere. It proves later that no event it covers was changed or removed. It does not prove that an event is true, and says nothing about later events. The command needs the settings of the server.\n\nWith REGCRED_WITNESSES, the checkpoint has the cosignatures that witnesses have given, and standard error says which are missing. A server asks the witnesses within a minute.\n\nExamples:\n  regcred audit checkpoint --project acme > acme.checkpoint\n  regcred audit checkpoint --project acme --witnessed > acme.checkpoint"
    )]
    Checkpoint {
        #[command(flatten)]
        of: OfChain,
        /// Begin a new series of checkpoints first, after the database was restored by hand
        #[arg(long)]
        new_origin: bool,
        /// Print the newest checkpoint that a witness has cosigned, and sign no new one
        #[arg(long, conflicts_with = "new_origin")]
        witnessed: bool,
        #[command(flatten)]
        witnesses: WitnessConfig,
    },
    /// Print the public key that verifies checkpoints of a chain
    #[command(
        after_help = "While a key is replaced, both are printed. The command needs the settings of the server.\n\nExample:\n  regcred audit key --project acme"
    )]
    Key {
        #[command(flatten)]
        of: OfChain,
    },
    Export(Box<ExportWhat>),
    /// Print a proof that one event is in a chain
    #[command(
        after_help = "LINK is the first column of `regcred audit list`. The command needs the settings of the server.\n\nExample:\n  regcred audit proof 1024 --project acme > event.tlog-proof"
    )]
    Proof {
        #[command(flatten)]
        of: OfChain,
        /// The number of the event
        link: i64,
    },
}

/// A chain, and the server whose name checkpoints of it have.
#[derive(Debug, clap::Args)]
struct OfChain {
    /// The chain of this project (first column of `regcred project list`), not that of the instance
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,

    #[command(flatten)]
    site: SiteConfig,
}

impl OfChain {
    fn slug(&self) -> Option<&str> {
        self.project.as_deref()
    }

    fn address(&self) -> Result<String, Failure> {
        public_address(&self.site)
    }
}

impl Audit {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let Self { common, action } = self;
        if let Some(files) = ToVerify::of(&action) {
            return finish(common.json, files.verified()?);
        }
        let session = common.begin(0).await?;
        let done = match action {
            Action::Export(what) => what.write(&session).await,
            other => other.carry_out(&session).await.and_then(|done| finish(common.json, done)),
        };
        session.end().await;
        done
    }
}

/// Prints what a command found; the exit code says whether it is fine.
fn finish(json: bool, (document, text, is_fine): Done) -> Result<ExitCode, Failure> {
    print(json, &document, &text)?;
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Action {
    async fn carry_out(self, session: &Session) -> Result<Done, Failure> {
        let Session { vault, operator } = session;
        Ok(match self {
            Self::Verify { project, since, checkpoint, key, witness, .. } => {
                let mut checkpoints = Vec::new();
                for file in &checkpoint {
                    let note = one_note(file)?;
                    are_witnesses(&note, &witness)?;
                    checkpoints.push(vault.read_checkpoint(operator, &note, &key)?);
                }
                let kept = Kept { heads: &since, checkpoints: &checkpoints };
                verified(&vault.verify_chains(operator, project.as_deref(), kept).await?)
            }
            Self::List { project, limit } => {
                let most = u64::from(limit);
                listed(&vault.newest_events(operator, project.as_deref(), most).await?)
            }
            Self::Checkpoint { of, new_origin, witnessed, witnesses } => {
                let which = match (new_origin, witnessed) {
                    (true, _) => Which::OfNewOrigin,
                    (false, true) => Which::Witnessed,
                    (false, false) => Which::New,
                };
                proofs::checkpoint(session, &of, which, &witnesses).await?
            }
            Self::Key { of } => proofs::keys(session, &of).await?,
            Self::Proof { of, link } => proofs::proof(session, &of, link).await?,
            // It prints no document: see `run`.
            Self::Export(_) => (Value::Null, String::new(), true),
        })
    }
}

fn public_key(text: &str) -> Result<Key, String> {
    Key::parse(text).ok_or_else(|| {
        "Give a public key as `regcred audit key` prints it, such as regcred.example.com/chain/ID+0a1b2c3d+AZ….".to_owned()
    })
}

fn witness_key(text: &str) -> Result<WitnessKey, String> {
    WitnessKey::parse(text).ok_or_else(|| {
        "Give the public key of a witness, such as witness.example.com/w1+0a1b2c3d+BA…. It must be an Ed25519 key for cosignatures.".to_owned()
    })
}

/// What is wrong is not repeated: it may be anything.
fn kept_head(text: &str) -> Result<KeptHead, String> {
    KeptHead::parse(text).ok_or_else(|| {
        "Give the columns CHAIN, LINKS and HEAD of an earlier `regcred audit verify`, with a colon between them."
            .to_owned()
    })
}

fn verified(reports: &[ChainReport]) -> Done {
    let row = |report: &ChainReport| {
        let state = match (report.broken_at, report.broken_until, &report.wrong_sum) {
            (None, _, None) => "holds".to_owned(),
            (None, _, Some(_)) => "holds, SUMS CHANGED".to_owned(),
            (Some(link), Some(last), _) if last > link => {
                format!("BROKEN between links {link} and {last}")
            }
            (Some(link), ..) => format!("BROKEN at link {link}"),
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
            "\nFigures, reports or what is kept of removed receipts do not fit their chain. They were changed outside Regcred. The first row of each:\n{}",
            wrong.join("\n")
        );
    }
    (json!(reports), text, broken == 0 && wrong.is_empty())
}

fn listed(events: &[AuditEvent]) -> Done {
    let headings = ["LINK", "AT", "ACTION", "BY", "SUBJECT", "DETAIL"];
    let (documents, text) = list(headings, events, |event| {
        let AuditEvent { seq, at, action, actor, subject, detail, .. } = event;
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

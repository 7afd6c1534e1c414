//! `regcred restore`.

mod brought_back;

use super::Common;
use super::backup::document;
use super::failure::Failure;
use super::output::{count, print};
use crate::opening::StartError;
use crate::opening::config::StorageConfig;
use crate::opening::kek::{self, KekSourceProblem};
use crate::opening::{make_data_folder, wait_for_turn};
use crate::store::Store;
use crate::vault::{
    BroughtBack, Contents, KeySource, Settings, Vault, check_backup, restore, unlock_restored,
};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, IsTerminal, Seek};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use uuid::Uuid;

/// Bytes that are read at once.
const BUFFER: usize = 1024 * 1024;

/// Restore a backup into an empty database
///
/// The whole backup is checked before anything is written, and then all of it is restored or nothing.
/// Tokens, trust rules, approvals, destinations of audit logs and members come back as they were: all of
/// them are listed.
/// A backup of SQLite can be restored to PostgreSQL and the other way round. Set the key of its
/// secrets as for the server: the backup is authenticated with it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  REGCRED_DATA=/srv/acme-regcred regcred restore /var/backups/acme-regcred-2026-11-21.jsonl
  regcred restore --revoke-tokens /var/backups/acme-regcred-2026-11-21.jsonl
  ssh backup.example.com 'cat acme-regcred.jsonl' | regcred restore -")]
pub(super) struct Restore {
    #[command(flatten)]
    common: Common,

    /// The backup, or - for standard input
    file: PathBuf,

    /// Restore a backup of an older Regcred, which cannot be authenticated
    ///
    /// WARNING: anyone who could change such a file can have added users, grants or trust rules, and
    /// nothing shows it. Use this only for a file that nobody else could change. Newer backups are
    /// authenticated even with this option.
    #[arg(long)]
    unauthenticated: bool,

    /// Revoke all pipeline tokens of the backup, and stop the destinations that pull audit logs
    ///
    /// A backup brings back tokens that were revoked after it was made. Every pipeline that uses a
    /// token needs a new one afterwards. Trust rules stay.
    #[arg(long)]
    revoke_tokens: bool,
}

impl Restore {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let storage = &self.common.storage;
        let address = storage.address().map_err(StartError::from)?;
        let unreadable = |cause: io::Error| {
            Failure::said(format!("{} cannot be read: {cause}.", self.file.display()))
        };
        let file = if self.file == Path::new("-") {
            spooled()?
        } else {
            File::open(&self.file).map_err(unreadable)?
        };
        let mut file = BufReader::with_capacity(BUFFER, file);
        let checked = check_backup(&mut file)?;
        file.rewind().map_err(unreadable)?;
        let unproved = if self.unauthenticated { checked.unproved() } else { None };
        let (backup, keys) = match unproved {
            Some(backup) => {
                let keys = keys(storage, &checked.named_keys()).await?;
                (backup, keys)
            }
            None => {
                // Of a backup that asks for none, the folder of a new database would get a key.
                let keys = keys(storage, &checked.kek_ids()?).await?;
                (checked.authenticate(&keys)?, keys)
            }
        };

        make_data_folder(storage)?;
        let _turn = wait_for_turn(storage).await?;
        let store = Store::connect(&address).await.map_err(StartError::from)?;
        let contents = restore(&store, &backup, &mut file).await?;
        let back = look_back(&store, keys, &contents, self.revoke_tokens).await;
        store.close().await.map_err(StartError::from)?;
        let back = back?;
        let mut document = document(&contents);
        document["brought_back"] = brought_back::document(&back);
        let text = format!(
            "{}\n\n{}",
            told(&contents, storage),
            brought_back::text(&back, self.revoke_tokens)
        );
        print(self.common.json, &document, &text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Records the restore; gives what came back with it.
async fn look_back(
    store: &Store,
    keys: KeySource,
    contents: &Contents,
    revoke_tokens: bool,
) -> Result<BroughtBack, Failure> {
    let Ok(keys) = unlock_restored(store, keys).await else {
        let ids = contents.header.kek_ids.join(", ");
        return Err(Failure::said(format!(
            "The backup was restored, but its keys do not open with the key given. The restore was not recorded, and no token was revoked. Give every key that it names ({ids}), and restore it into another empty database."
        )));
    };
    let vault = Vault::new(store.clone(), keys, Settings::default());
    let (operator, made_at) = (super::operator(), &contents.header.made_at);
    vault.record_restore(&operator, made_at, revoke_tokens).await.map_err(|cause| {
        Failure::said(format!(
            "The backup was restored. The restore was not recorded, and no token was revoked: {cause}"
        ))
    })
}

/// The keys that the operator gave, for one of those that the backup asks for.
async fn keys(storage: &StorageConfig, expected: &BTreeSet<String>) -> Result<KeySource, Failure> {
    if expected.is_empty() {
        return Err(Failure::said(
            "This backup names no key, so nothing in it can be decrypted. Nothing was changed.",
        ));
    }
    let found = kek::find(storage, expected).await.map_err(|problem| {
        // No database waits for them here, as the problem would say.
        StartError::from(KekSourceProblem { expected: BTreeSet::new(), ..problem })
    })?;
    for warning in &found.warnings {
        tracing::warn!("{warning}");
    }
    Ok(found.source)
}

/// The standard input in a file that has no name: a backup is read twice.
fn spooled() -> Result<File, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(Failure::said(
            "Standard input is a terminal. Name a file, or pipe a backup in.",
        ));
    }
    let path = std::env::temp_dir().join(format!("regcred-restore-{}", Uuid::now_v7().simple()));
    let spool = || -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let mut file = options.open(&path)?;
        // It goes away with this process, whatever becomes of it.
        fs::remove_file(&path)?;
        io::copy(&mut input.lock(), &mut file)?;
        file.rewind()?;
        Ok(file)
    };
    spool().map_err(|cause| {
        Failure::said(format!("The backup cannot be stored temporarily: {cause}."))
    })
}

fn told(contents: &Contents, storage: &StorageConfig) -> String {
    let total = count(contents.rows.values().sum(), "row");
    let made_at = &contents.header.made_at;
    let rows = contents.rows.iter().map(|(table, rows)| format!("  {rows:>9} {table}\n"));
    let rows: String = rows.collect();
    let keys = contents.header.kek_ids.join(", ");
    let ways = if storage.database_url.is_some() {
        "set REGCRED_KEK_FILE to its file, or REGCRED_KEK_COMMAND to a program that prints it"
            .to_owned()
    } else {
        let name = contents.header.kek_ids.first().map_or("", String::as_str);
        let local = storage.data.join("kek").join(format!("kek-{name}.key"));
        let local = local.display();
        format!("copy its file to {local} (only its owner may read it), or set REGCRED_KEK_FILE")
    };
    let doubt = if contents.header.is_authenticated() {
        ""
    } else {
        "\nThis backup was not authenticated. Before you run a server on it, check its users, members, pipelines and grants."
    };
    format!(
        "{total} were restored from the backup of {made_at}:\n{rows}The secrets are encrypted with key {keys}, which is not in the backup. To give it to the server, {ways}. Then run `regcred doctor`.{doubt}"
    )
}

//! Where the key-encryption key comes from (security 3.5).
//!
//! The current key comes from one of these:
//!
//! 1. a file, `REGCRED_KEK_FILE`
//! 2. a command that prints it, `REGCRED_KEK_COMMAND`
//! 3. the key itself in `REGCRED_KEK`, with a warning
//! 4. the service manager's credential `regcred-kek`, when none of the three is given
//! 5. the file that the first run makes, for the embedded database only
//!
//! Two of the first three at once are refused: a silent order among them would hide that the source
//! an operator looks at is not the one in use. The previous key, for changing over, comes from
//! `REGCRED_KEK_PREVIOUS_FILE`, or without it from the credential `regcred-kek-previous`.

mod command;
mod config;
mod file;
mod local;
mod lock;
mod problem;

pub use command::TIMEOUT;
pub use config::{KekConfig, KeyText};
pub use lock::{FirstRunLock, lock_data_folder};
pub use problem::{KekFault, KekSourceProblem, KekWay};

use super::config::StorageConfig;
use crate::crypto::kek::Kek;
use crate::vault::KeySource;
use file::Keeper;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The service manager's names for the two keys.
const CREDENTIAL: &str = "regcred-kek";
const PREVIOUS_CREDENTIAL: &str = "regcred-kek-previous";

/// The keys, and where the local one lies when it was generated here.
#[derive(Debug)]
pub struct FoundKeys {
    pub source: KeySource,
    /// The generated file, if that is what is used.
    pub local: Option<PathBuf>,
    pub is_new: bool,
    /// What an operator should change although it works; sentences for the log.
    pub warnings: Vec<String>,
}

/// Finds the keys; it may be asked again while serving. With none given, the embedded database uses
/// the file in `<data>/kek` whose id the database `expected`; a new database gets a new one.
///
/// # Errors
/// When a source that was given has no key, or two were given. Nothing is changed then.
pub async fn find(
    config: &StorageConfig,
    expected: &BTreeSet<String>,
) -> Result<FoundKeys, KekSourceProblem> {
    keys(config, expected)
        .await
        .map_err(|fault| KekSourceProblem { fault, expected: expected.clone() })
}

async fn keys(config: &StorageConfig, expected: &BTreeSet<String>) -> Result<FoundKeys, KekFault> {
    let mut warnings = Vec::new();
    let mut source = KeySource {
        current: current(&config.kek, &mut warnings).await?,
        previous: previous(&config.kek)?,
    };
    let (mut local, mut is_new) = (None, false);
    if source.current.is_none() && config.database_url.is_none() {
        (local, is_new) = local::find_or_generate(&config.data.join("kek"), expected)?;
        if let Some(path) = &local {
            source.current = Some(file::read(path, Keeper::Operator)?);
        }
    }
    // The previous key may be weak: to change from it is the way out.
    if source.current.as_ref().is_some_and(Kek::is_weak) {
        if !config.kek.kek_accept_weak {
            return Err(KekFault::Weak { way: way(&config.kek, local.is_some()) });
        }
        warnings.push(
            "The key-encryption key is easy to guess, and REGCRED_KEK_ACCEPT_WEAK allows it. Create a random one with `regcred keys new FILE`."
                .to_owned(),
        );
    }
    if let (None, Some(previous)) = (&source.current, &source.previous) {
        return Err(KekFault::OnlyPrevious { given: previous.id().to_string() });
    }
    Ok(FoundKeys { source, local, is_new, warnings })
}

/// How the current key was given. Two ways at once were refused before.
fn way(config: &KekConfig, is_generated: bool) -> KekWay {
    if config.kek_command.is_some() {
        KekWay::Command
    } else if config.kek.is_some() {
        KekWay::Variable
    } else if config.kek_file.is_some() || is_generated {
        KekWay::File
    } else {
        KekWay::Credential
    }
}

async fn current(config: &KekConfig, warnings: &mut Vec<String>) -> Result<Option<Kek>, KekFault> {
    let mut given = config.given();
    let given = match (given.next(), given.next()) {
        (Some(one), Some(other)) => return Err(KekFault::TwoSources { one, other }),
        (one, _) => one,
    };
    let credential = credential(config, CREDENTIAL);
    if let (Some(given), Some(path)) = (given, &credential) {
        let path = path.display();
        warnings.push(format!(
            "The credential {path} is not used, because the key comes from {given}."
        ));
    }
    if let Some(path) = &config.kek_file {
        return file::read(path, Keeper::Operator).map(Some);
    }
    if let Some(line) = &config.kek_command {
        return command::run(line).await.map(Some);
    }
    if let Some(text) = &config.kek {
        // The variable stays in the environment of this process: removing it needs `unsafe` since
        // another thread may be reading there, and this code has none.
        warnings.push(
            "The key is in the environment, in REGCRED_KEK: container and service managers show it to anyone who asks, and programs started from here inherit it. Put it into a file and set REGCRED_KEK_FILE instead."
                .to_owned(),
        );
        return text.read().map(Some);
    }
    credential.map(|path| file::read(&path, Keeper::ServiceManager)).transpose()
}

fn previous(config: &KekConfig) -> Result<Option<Kek>, KekFault> {
    if let Some(path) = &config.kek_previous_file {
        return file::read(path, Keeper::Operator).map(Some);
    }
    let credential = credential(config, PREVIOUS_CREDENTIAL);
    credential.map(|path| file::read(&path, Keeper::ServiceManager)).transpose()
}

/// The service manager's file of that name, if it gave one: it may have given others only.
fn credential(config: &KekConfig, name: &str) -> Option<PathBuf> {
    let folder = config.credentials_directory.as_ref().filter(|folder| !folder.is_empty())?;
    let path = Path::new(folder).join(name);
    // One that cannot even be looked at is there as far as we know, and reading it says what is wrong.
    path.try_exists().unwrap_or(true).then_some(path)
}

//! Opening: the data folder, the database and its keys, in an order in which a refusal leaves the
//! database as it was.

use super::config::{ConfigProblem, StorageConfig};
use super::kek::{self, FoundKeys, KekSourceProblem};
use crate::error::Error;
use crate::store::{Address, Store};
use crate::vault::{Keys, StartProblem, check, unlock, unlock_as_it_is};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why something did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigProblem),
    #[error(transparent)]
    Kek(#[from] KekSourceProblem),
    #[error(transparent)]
    Start(#[from] StartProblem),
    #[error("The data folder {0} cannot be used: {1}.")]
    Data(String, io::Error),
    #[error(
        "There is no Regcred database in {0}. Check REGCRED_DATA, or start the server once to create one."
    )]
    NoDatabase(String),
    #[error(
        "The database of DATABASE_URL is not a Regcred database. Check the address, or start the server once to set it up."
    )]
    NoSharedDatabase,
    #[error(
        "The database has the schema of an older Regcred. Run `regcred migrate`, or start the server once. Nothing was changed."
    )]
    OlderSchema,
    #[error(
        "The database was used by a newer Regcred. Use that version or a newer one. Nothing was changed."
    )]
    NewerSchema,
    #[error(
        "Regcred cannot listen on {0}: {1}. Another program may be using it. Choose another address with REGCRED_LISTEN."
    )]
    Listen(SocketAddr, io::Error),
    /// Of the certificate or its key; the sentence names the setting.
    #[error("{0}")]
    Tls(String),
    #[error("The server stopped: {0}.")]
    Serve(io::Error),
    #[error("The database cannot be used. The log says why.")]
    Database(Error),
}

impl From<sea_orm::DbErr> for StartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

#[derive(Debug)]
pub struct Opened {
    pub store: Store,
    pub keys: Keys,
    /// The generated file of the key-encryption key, if that is what is used.
    pub local: Option<PathBuf>,
    pub is_new: bool,
}

/// Opens the database for serving: a new one is made, an older schema is brought up to date.
///
/// # Errors
/// Whatever is wrong with a setting, a key or the database. A database that was there is as it was.
pub async fn open(config: &StorageConfig) -> Result<Opened, StartError> {
    let address = config.address()?;
    if address.is_private() == Some(false) {
        tracing::warn!(
            "The database is on another machine, and REGCRED_DATABASE_INSECURE allows it without verified TLS. Others on the network could read its data or impersonate the database. Add sslmode=verify-full to DATABASE_URL."
        );
    }
    make_data_folder(config)?;
    let _turn = wait_for_turn(config).await?;
    let store = Store::connect(&address).await?;
    let found = find_keys(config, &store).await?;
    if !store.schema().await?.unknown.is_empty() {
        return Err(StartError::NewerSchema);
    }
    store.migrate(&address).await?;
    let FoundKeys { source, local, is_new, .. } = found;
    let keys = unlock(&store, source).await?;
    Ok(Opened { store, keys, local, is_new })
}

/// Opens a database that a server has made, and that has the schema of this program.
///
/// # Errors
/// As [`open`], and when there is no such database: none is made.
pub async fn open_existing(config: &StorageConfig) -> Result<Opened, StartError> {
    let store = open_store(config).await?;
    let _turn = wait_for_turn(config).await?;
    if store.kek_ids().await?.is_empty() {
        return Err(nothing_there(config));
    }
    let FoundKeys { source, local, is_new, .. } = find_keys(config, &store).await?;
    // Which of two keys wraps the keyring is for the servers to change.
    let keys = unlock_as_it_is(&store, source).await?;
    Ok(Opened { store, keys, local, is_new })
}

/// Opens the rows of a database that has the schema of this program, for what needs no key.
pub async fn open_store(config: &StorageConfig) -> Result<Store, StartError> {
    let store = connect_existing(config).await?;
    let schema = store.schema().await?;
    if !schema.unknown.is_empty() {
        return Err(StartError::NewerSchema);
    }
    if schema.is_current() { Ok(store) } else { Err(StartError::OlderSchema) }
}

/// Connects to a database that is there, whatever its schema.
pub async fn connect_existing(config: &StorageConfig) -> Result<Store, StartError> {
    let address = config.address()?;
    if let Address::File(path) = &address
        && !path.try_exists().map_err(|cause| unusable(&config.data, cause))?
    {
        return Err(nothing_there(config));
    }
    let store = Store::connect(&address).await?;
    if store.has_schema().await? { Ok(store) } else { Err(nothing_there(config)) }
}

/// Finds the key-encryption keys and refuses those that do not fit the database.
///
/// # Errors
/// The source's, or that of a key that is missing or wrong. Nothing is changed then.
pub async fn find_keys(config: &StorageConfig, store: &Store) -> Result<FoundKeys, StartError> {
    let expected = store.kek_ids().await?;
    let found = kek::find(config, &expected).await?;
    for warning in &found.warnings {
        tracing::warn!("{warning}");
    }
    check(&expected, &found.source)?;
    Ok(found)
}

/// Makes the folder of the embedded database, closed to others; a shared one has none.
pub fn make_data_folder(config: &StorageConfig) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt;
    if config.database_url.is_some() {
        return Ok(());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data)
        .map_err(|cause| unusable(&config.data, cause))
}

/// Until it is dropped, nobody else starts on this data folder.
pub async fn wait_for_turn(
    config: &StorageConfig,
) -> Result<Option<kek::FirstRunLock>, StartError> {
    kek::lock_data_folder(config).await.map_err(|cause| unusable(&config.data, cause))
}

fn unusable(folder: &Path, cause: io::Error) -> StartError {
    StartError::Data(folder.display().to_string(), cause)
}

fn nothing_there(config: &StorageConfig) -> StartError {
    match config.database_url {
        None => StartError::NoDatabase(config.data.display().to_string()),
        Some(_) => StartError::NoSharedDatabase,
    }
}

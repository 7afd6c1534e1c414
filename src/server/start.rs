//! Starting: configuration, key, database, and only then the port.

use super::config::{Config, ConfigProblem};
use super::{kek_file, router};
use crate::error::Error;
use crate::store::Store;
use crate::vault::{Settings, StartProblem, Vault, expected_keys, unlock};
use axum::serve::ListenerExt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigProblem),
    /// A key file.
    #[error(transparent)]
    KeyFile(#[from] kek_file::KeyFileProblem),
    /// The keyring or the database.
    #[error(transparent)]
    Start(#[from] StartProblem),
    /// The data folder.
    #[error("The data folder {0} cannot be made or written: {1}.")]
    Data(String, io::Error),
    /// The port.
    #[error(
        "{0} cannot be listened on: {1}. Another server may use it; choose one with REGCRED_LISTEN."
    )]
    Listen(SocketAddr, io::Error),
    /// The network, while serving.
    #[error("Serving stopped: {0}.")]
    Serve(io::Error),
    /// The database, while starting.
    #[error("The database cannot be used. The log says why.")]
    Database(Error),
}

impl From<sea_orm::DbErr> for StartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

/// How long requests under way may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(25);
/// How often what has expired is removed.
const SWEEP: Duration = Duration::from_secs(15 * 60);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Everything that is wrong before the port is opened leaves it closed and the database as it was.
pub async fn serve(config: &Config) -> Result<(), StartError> {
    // What can be checked without touching anything comes first.
    config.public_url(config.listen.port())?;
    let database = config.database()?;
    if config.database_url.is_none() {
        make_data_folder(config)?;
    }
    let store = Store::connect(&database).await?;
    let keys = kek_file::find(config, &expected_keys(&store).await?)?;
    crate::vault::check(&expected_keys(&store).await?, &keys.source)?;
    store.migrate(&database).await?;
    let keyring = unlock(&store, &keys.source).await?;

    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|cause| StartError::Listen(config.listen, cause))?;
    let address = listener.local_addr().map_err(StartError::Serve)?;
    let settings = Settings {
        address: config.public_url(address.port())?,
        has_local_key: keys.local.is_some(),
    };
    let vault = Vault::new(store.clone(), keyring, settings);
    let app = router(&vault, &config.trusted_proxies);
    greet(&vault, &keys).await.map_err(StartError::Serve)?;

    let sweeper = tokio::spawn(sweep(vault.clone()));
    // Without it every page costs a delayed acknowledgement: 43 ms.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = %error, "TCP_NODELAY was not set");
        }
    });
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        asked_to_stop().await;
        // Who waits for this is gone only when serving has ended by itself.
        let _ = stopping.send(());
    });
    let late = async {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = async { serving.await } => done.map_err(StartError::Serve)?,
        () = late => tracing::warn!("requests were still under way when time was up"),
    }
    sweeper.abort();
    store.close().await?;
    Ok(())
}

/// The address, the first key, and the set-up link as long as nobody is set up.
async fn greet(vault: &Vault, keys: &kek_file::FoundKeys) -> io::Result<()> {
    let mut out = io::stdout();
    let address = &vault.settings().address;
    if let (Some(path), true) = (&keys.local, keys.is_new) {
        let path = path.display();
        writeln!(
            out,
            "A new encryption key was written to {path}. Back it up separately; without it secrets are unrecoverable."
        )?;
    }
    writeln!(out, "Regcred listens on {address}")?;
    match vault.new_setup_link().await {
        Ok(Some(link)) => {
            let link = link.as_str();
            writeln!(out, "Set it up within 24 hours at {address}/setup?link={link}")?;
        }
        Ok(None) => {}
        Err(error) => tracing::error!(error = %error, "no set-up link could be made"),
    }
    out.flush()
}

fn make_data_folder(config: &Config) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data)
        .map_err(|cause| StartError::Data(config.data.display().to_string(), cause))
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(error) => {
                tracing::error!(error = %error, "SIGTERM cannot be listened for");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

async fn sweep(vault: Vault) {
    let mut every = tokio::time::interval(SWEEP);
    loop {
        every.tick().await;
        if let Err(error) = vault.sweep().await {
            tracing::warn!(error = %error, "what has expired was not removed");
        }
    }
}

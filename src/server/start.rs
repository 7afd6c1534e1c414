//! Serving: what must be there is opened first, and then the port.

use super::client::Proxies;
use super::{router, serving};
use crate::issuers::Issuers;
use crate::opening::config::{Config, StorageConfig};
use crate::opening::{Opened, StartError, find_keys, open};
use crate::registries::Registries;
use crate::vault::{Reach, Settings, Vault};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long requests under way may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(25);
/// How long jobs may take to stop after serving has ended. They are asked to when the server is.
const JOBS_GRACE: Duration = Duration::from_secs(10);
/// How often it is looked whether the database file is still there.
const LOOK: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Everything that is wrong before the port is opened leaves it closed and the database as it was.
pub async fn serve(config: &Config) -> Result<(), StartError> {
    // What can be checked without touching anything comes first.
    config.public_url(config.listen.port())?;
    let outbound = config.outbound.open()?;
    let proxies = config.proxies()?;
    let Opened { store, keys, local, is_new } = open(&config.storage).await?;

    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|cause| StartError::Listen(config.listen, cause))?;
    let address = listener.local_addr().map_err(StartError::Serve)?;
    let settings = Settings {
        address: config.public_url(address.port())?,
        has_local_key: local.is_some(),
        keep_versions: config.keep_versions,
        key_settle: config.pace.seconds(&config.storage),
        hsts_subdomains: config.hsts_subdomains,
        access_log: config.access_log,
        rates: config.shares.rates(),
        retention: config.shares.retention,
    };
    let reach =
        Reach { issuers: Issuers::new(outbound.clone()), registries: Registries::new(outbound) };
    let vault = Vault::new(store.clone(), keys, settings).reaching(reach);
    let app = router(&vault, &proxies);
    // Listened for before anybody is told that it serves: from then on they may come.
    let stop = Stop::listen().map_err(StartError::Serve)?;
    let hangup = signal(SignalKind::hangup()).map_err(StartError::Serve)?;
    greet(&vault, local.filter(|_| is_new)).await.map_err(StartError::Serve)?;

    if let Err(error) = vault.tell_heads().await {
        tracing::warn!(error = %error, "the ends of the audit chains were not written to the log");
    }
    let (watching, refusals) = (vault.clone(), vault.clone());
    let beside = [
        tokio::spawn(watch_file(vault.clone())),
        tokio::spawn(async move { watching.watch_keys().await }),
        tokio::spawn(async move { refusals.keep_refusals().await }),
        tokio::spawn(read_keys_again(vault.clone(), config.storage.clone(), hangup)),
    ];
    let (stop_jobs, jobs_are_stopped) = tokio::sync::watch::channel(false);
    let jobs = tokio::spawn(crate::jobs::run(vault.clone(), jobs_are_stopped));
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let (readiness, drain) = (vault.clone(), Duration::from_secs(config.drain));
    let until = async move {
        stop.asked().await;
        // Those who still come are served until nobody sends them here any more.
        readiness.begin_to_stop();
        stop_jobs.send_replace(true);
        tokio::time::sleep(drain).await;
        // Who waits for this is gone only when serving has ended by itself.
        let _ = stopping.send(());
    };
    let late = async {
        let _ = stopped.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = serving::serve(listener, app, Proxies::new(&proxies), until) => {}
        () = late => tracing::warn!("requests were still under way when time was up"),
    }
    for task in beside {
        task.abort();
    }
    // What they hold is given up before the database closes.
    if tokio::time::timeout(JOBS_GRACE, jobs).await.is_err() {
        tracing::warn!("a job was still under way when time was up");
    }
    if tokio::time::timeout(JOBS_GRACE, vault.write_refusals()).await.is_err() {
        tracing::warn!("what was refused last has no audit event");
    }
    store.close().await?;
    Ok(())
}

/// The address, the first key, and the set-up link as long as nobody is set up.
async fn greet(vault: &Vault, new_key: Option<PathBuf>) -> io::Result<()> {
    let mut out = io::stdout();
    let address = &vault.settings().address;
    if let Some(path) = new_key {
        let path = path.display();
        writeln!(
            out,
            "A new encryption key was written to {path}. Back it up separately. Without it, no secret can be read."
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

struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The store tells the log when one of its files goes, also while nobody asks for anything.
async fn watch_file(vault: Vault) {
    let mut every = tokio::time::interval(LOOK);
    loop {
        every.tick().await;
        vault.store().has_its_files();
    }
}

/// Each SIGHUP says that the operator has given another key-encryption key.
async fn read_keys_again(vault: Vault, config: StorageConfig, mut asked: Signal) {
    while asked.recv().await.is_some() {
        let replaced = async {
            let found = find_keys(&config, vault.store()).await?;
            vault.replace_kek(found.source).await.map_err(StartError::from)
        };
        match replaced.await {
            Ok(()) => {
                tracing::info!("the key-encryption key was read again");
                // Why it was not recorded is logged where it failed.
                let _ = vault.record_kek_read_again().await;
            }
            // What is in use goes on serving.
            Err(problem) => tracing::error!("{problem}"),
        }
    }
}

//! Serving: what must be there is opened first, and then the port.

use super::certificate::Files;
use super::client::Proxies;
use super::greeting::greet;
use super::tls::Tls;
use super::{router, serving};
use crate::issuers::Issuers;
use crate::opening::config::{Config, SiteConfig, StorageConfig, is_plain_in_public};
use crate::opening::{Opened, StartError, exposure, find_keys, open};
use crate::receivers::Receivers;
use crate::registries::Registries;
use crate::vault::{Reach, Settings, Vault};
use std::io;
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
    let tls = tls(&config.site)?;
    let outbound = config.outbound.open()?;
    let proxies = config.proxies()?;
    let pipeline_hosts = config.pipeline_hosts()?;
    let witnesses = config.witnesses.read()?;
    let Opened { store, keys, local, is_new } = open(&config.storage).await?;
    let written = local.as_deref().filter(|_| is_new);
    for warning in exposure::warnings(&config.storage, written) {
        tracing::warn!("{warning}");
    }

    let listen = config.site.listen;
    let listener =
        TcpListener::bind(listen).await.map_err(|cause| StartError::Listen(listen, cause))?;
    let address = listener.local_addr().map_err(StartError::Serve)?;
    let settings = Settings {
        address: config.site.public_url(address.port())?,
        pipeline_hosts,
        has_local_key: local.is_some(),
        keep_versions: config.keep_versions,
        key_settle: config.pace.seconds(&config.storage),
        hsts_subdomains: config.hsts_subdomains,
        access_log: config.access_log,
        rates: config.shares.rates(),
        retention: config.shares.kept.retention,
        witnesses,
    };
    let reach = Reach {
        issuers: Issuers::new(outbound.clone()),
        receivers: Receivers::new(outbound.clone()),
        registries: Registries::new(outbound),
    };
    let vault = Vault::new(store.clone(), keys, settings).reaching(reach);
    let app = router(&vault, &proxies);
    // Listened for before anybody is told that it serves: from then on they may come.
    let stop = Stop::listen().map_err(StartError::Serve)?;
    let hangup = signal(SignalKind::hangup()).map_err(StartError::Serve)?;
    let new_key = local.filter(|_| is_new);
    greet(&vault, &config.storage, new_key).await.map_err(StartError::Serve)?;

    if let Err(error) = vault.tell_heads().await {
        tracing::warn!(error = %error, "the ends of the audit chains were not written to the log");
    }
    let (watching, refusals, looking) = (vault.clone(), vault.clone(), vault.clone());
    let mut beside = vec![
        tokio::spawn(watch_file(vault.clone())),
        tokio::spawn(async move { watching.watch_keys().await }),
        tokio::spawn(async move { refusals.keep_refusals().await }),
        // Beside serving: it goes through many rows.
        tokio::spawn(async move {
            if let Err(error) = looking.tell_changed_rows().await {
                tracing::warn!(error = %error, "changed rows were not looked for");
            }
        }),
        tokio::spawn(read_keys_again(vault.clone(), config.storage.clone(), hangup)),
    ];
    let acceptor = tls.as_ref().map(Tls::acceptor);
    if let Some(tls) = tls {
        let hangup = signal(SignalKind::hangup()).map_err(StartError::Serve)?;
        beside.push(tokio::spawn(tls.keep_current(hangup)));
    }
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
        () = serving::serve(listener, app, Proxies::new(&proxies), acceptor, until) => {}
        () = late => tracing::warn!("requests were still under way when time was up"),
    }
    for task in &beside {
        task.abort();
    }
    // What one of them was about to write is given back when it has ended, and not before.
    for task in beside {
        let _ = task.await;
    }
    // What they hold is given up before the database closes.
    if tokio::time::timeout(JOBS_GRACE, jobs).await.is_err() {
        tracing::warn!("a job was still under way when time was up");
    }
    if tokio::time::timeout(JOBS_GRACE, vault.write_last_refusals()).await.is_err() {
        tracing::warn!("what was refused last has no audit event");
    }
    store.close().await?;
    Ok(())
}

/// TLS of the server's own, if it was given a certificate; and all that is wrong with its address.
fn tls(site: &SiteConfig) -> Result<Option<Tls>, StartError> {
    let url = site.public_url(site.listen.port())?;
    if is_plain_in_public(&url) {
        tracing::warn!(
            "REGCRED_INSECURE_HTTP allows {url}: others on the network can read passwords, tokens and secrets."
        );
    }
    let Some((certificate, key)) = site.tls_files()? else { return Ok(None) };
    let files = Files { certificate: certificate.to_owned(), key: key.to_owned() };
    let host = url::Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let tls = Tls::open(files, &host.unwrap_or_default());
    tls.map(Some).map_err(|problem| StartError::Tls(problem.to_string()))
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

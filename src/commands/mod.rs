//! The command line: one file for each noun. What is asked for is read here and done by the rooms
//! below; what is said to people and to scripts is made here.
//!
//! Exit codes: 0 done, 1 not done or a problem was found, 2 usage error, 78 could not start
//! (`EX_CONFIG`: trying again without a change is useless).

mod asking;
mod audit;
mod backup;
mod completions;
pub mod demo;
mod doctor;
mod failure;
mod files;
mod issuer;
mod keys;
mod leaving;
mod migrate;
mod output;
mod password;
mod project;
mod restore;
mod scan;
mod setup_link;
mod user;

use crate::domain::actor::Operator;
use crate::opening::config::{Config, LogFormat, SiteConfig, StorageConfig, sudo_user};
use crate::opening::exposure::close_new_files;
use crate::opening::memory;
use crate::opening::{Opened, StartError, open_existing};
use crate::server::{panics, serve};
use crate::vault::{Settings, Vault};
use failure::Failure;
use std::io::IsTerminal;
use std::pin::Pin;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// SIGXFSZ, on Linux and the BSDs: a file has reached the size that the system allows it.
const TOO_LARGE: SignalKind = SignalKind::from_raw(25);

/// Store container registry credentials and deliver them to pipelines.
#[derive(Debug, clap::Parser)]
#[command(
    name = "regcred",
    version,
    after_help = "Each command has its own help, for example: regcred user add --help.\nAll commands except restore can be used while a server runs."
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Run the server
    #[command(
        after_help = "Example:\n  REGCRED_URL=https://regcred.example.com regcred serve --listen 127.0.0.1:3000"
    )]
    Serve(Box<Config>),
    Demo(demo::Demo),
    SetupLink(Box<setup_link::SetupLink>),
    Migrate(Box<migrate::Migrate>),
    User(Box<user::User>),
    Project(Box<project::Project>),
    Issuer(Box<issuer::Issuer>),
    Keys(Box<keys::Keys>),
    Audit(Box<audit::Audit>),
    Backup(Box<backup::Backup>),
    Restore(Box<restore::Restore>),
    Doctor(Box<doctor::Doctor>),
    Scan(scan::Scan),
    Completions(completions::Completions),
}

/// What every command but `serve` takes, before its own words or behind them.
#[derive(Clone, Debug, clap::Args)]
#[command(mut_args(|arg| arg.global(true)))]
struct Common {
    #[command(flatten)]
    storage: StorageConfig,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Does what was asked for. Boxed, so that all of it is compiled here, and not a second time in `main`.
pub fn run(arguments: Arguments) -> Pin<Box<dyn Future<Output = ExitCode>>> {
    Box::pin(begin(arguments.command))
}

async fn begin(command: Command) -> ExitCode {
    let (filter, format, has_access_log) = match &command {
        Command::Serve(config) => (config.log.as_str(), config.log_format, config.access_log),
        // A command says itself what it has done; only what went wrong is logged.
        _ => ("warn", LogFormat::Text, false),
    };
    let mut filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_default();
    // It has a line for every request with a strange cookie, and for every one while the database is
    // away, which our store of the sessions logs once.
    if let Ok(silent) = "tower_sessions=off".parse() {
        filter = filter.add_directive(silent);
    }
    // Whatever else is logged: it was asked for.
    if let (true, Ok(access)) = (has_access_log, "regcred::access=info".parse()) {
        filter = filter.add_directive(access);
    }
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
        }
    }
    panics::log_place_only();
    memory::harden();
    memory::take_small_pages();
    close_new_files();
    // Listened for, it is an error of the write, which is told, and not the end of the process. It
    // stays so for as long as the process lives.
    if let Err(error) = signal(TOO_LARGE) {
        tracing::warn!(error = %error, "a file that reaches its largest size will end the process");
    }
    carry_out(command).await.unwrap_or_else(Failure::tell)
}

async fn carry_out(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(config) => {
            serve(&config).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Demo(command) => command.run().await,
        Command::SetupLink(command) => command.run().await,
        Command::Migrate(command) => command.run().await,
        Command::User(command) => command.run().await,
        Command::Project(command) => command.run().await,
        Command::Issuer(command) => command.run().await,
        Command::Keys(command) => command.run().await,
        Command::Audit(command) => command.run().await,
        Command::Backup(command) => command.run().await,
        Command::Restore(command) => command.run().await,
        Command::Doctor(command) => command.run().await,
        Command::Scan(command) => command.run(),
        Command::Completions(command) => command.run(),
    }
}

/// The public address of the server with these settings.
fn public_address(site: &SiteConfig) -> Result<String, Failure> {
    let port = site.listen.port();
    let address = site.public_url(port).map_err(StartError::from)?;
    if port == 0 && site.url.is_none() {
        return Err(Failure::said(
            "The server takes any free port, so this command does not know its address. Set REGCRED_URL to it.",
        ));
    }
    Ok(address)
}

/// Who runs the command, as audit events name them.
fn operator() -> Operator {
    Operator::at_the_machine(rustix::process::getuid().as_raw(), sudo_user().as_deref())
}

struct Session {
    vault: Vault,
    operator: Operator,
}

impl Common {
    async fn begin(&self, key_settle: i64) -> Result<Session, Failure> {
        let Opened { store, keys, local, .. } = open_existing(&self.storage).await?;
        // They get them all at once, before anything is written beside them.
        if !keys.ring().are_rows_sealed() {
            return Err(StartError::RowsNotSealed.into());
        }
        let has_local_key = local.is_some();
        let settings = Settings { has_local_key, key_settle, ..Settings::default() };
        let vault = Vault::new(store, keys, settings);
        Ok(Session { vault, operator: operator() })
    }

    /// Ends the session, and prints what was done in it.
    async fn finish(
        &self,
        session: Session,
        done: Result<(serde_json::Value, String), Failure>,
    ) -> Result<ExitCode, Failure> {
        session.end().await;
        let (document, text) = done?;
        output::print(self.json, &document, &text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Session {
    /// The database is left as if nobody had been there; what was written is durable without it.
    async fn end(self) {
        if let Err(error) = self.vault.store().clone().disconnect().await {
            tracing::warn!(error = %error, "the database was not closed");
        }
    }
}

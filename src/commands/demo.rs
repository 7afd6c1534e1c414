//! `regcred demo`.

mod cast;
mod dice;
mod files;
mod pipelines;
mod registries;
mod runs;
mod story;

use super::failure::Failure;
use super::operator;
use super::output::print;
use crate::domain::moment::Moment;
use crate::opening::config::Config;
use crate::opening::{Opened, StartError, make_data_folder, open};
use crate::server::serve;
use crate::vault::{Settings, Vault, now, told_at};
use serde_json::json;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Whom to sign in as. Everybody knows the password, which is why only this machine is served.
const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "three made-up words";
/// The file that says of a folder that it is the demo's, and whether it was filled to the end.
const MARK: &str = "demo";
const BEGUN: &str = "This folder was not filled to the end.\n";
const FILLED: &str = "Nothing in this folder is real. Delete it when you have seen enough.\n";

/// Start a made-up instance to look around in
///
/// It fills a new folder with projects, members, registries, pipelines and the receipts of 90 days, and
/// serves it on this machine. Nothing in it is real. A later start shows the same folder again: delete
/// it for a fresh one. The settings of a real server are not read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  regcred demo --data /tmp/acme-demo")]
pub(super) struct Demo {
    /// A folder that does not exist yet, or that of an earlier demo
    #[arg(long, default_value = "demo", value_name = "FOLDER")]
    data: PathBuf,

    /// The address to listen on, of this machine alone; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
}

impl Demo {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        if !self.listen.ip().is_loopback() {
            return Err(Failure::said(
                "Everybody knows the password of the demo, so it serves this machine only. Listen on an address such as 127.0.0.1:3000.",
            ));
        }
        let config = Config::of_demo(self.data.clone(), self.listen);
        if !self.is_filled()? {
            self.fill(&config).await?;
        }
        let folder = self.data.display();
        let text = format!(
            "Everything in {folder} is made up. Sign in as {EMAIL} with the password: {PASSWORD}"
        );
        print(false, &json!({}), &text)?;
        serve(&config).await?;
        Ok(ExitCode::SUCCESS)
    }

    /// Whether the folder is that of a demo; `false` when there is nothing in it.
    fn is_filled(&self) -> Result<bool, Failure> {
        let folder = self.data.display();
        match fs::read_to_string(self.mark()) {
            Ok(said) if said == FILLED => return Ok(true),
            Ok(_) => {
                return Err(Failure::said(format!(
                    "The demo in {folder} was not filled to the end. Delete the folder and start again."
                )));
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => {}
            Err(cause) => return Err(self.unusable(&cause)),
        }
        match fs::read_dir(&self.data).map(|mut inside| inside.next().is_none()) {
            Ok(true) => Ok(false),
            Ok(false) => Err(Failure::said(format!(
                "The folder {folder} is not empty, and no demo is in it. Name a new folder with --data. Nothing was changed."
            ))),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(self.unusable(&cause)),
        }
    }

    async fn fill(&self, config: &Config) -> Result<(), Failure> {
        print(false, &json!({}), "Regcred makes up 90 days. This takes a few seconds.")?;
        let address = config.site.public_url(self.listen.port()).map_err(StartError::from)?;
        make_data_folder(&config.storage)?;
        fs::write(self.mark(), BEGUN).map_err(|cause| self.unusable(&cause))?;
        let end = now();
        fill(config, address, end).await?;
        fs::write(self.mark(), FILLED).map_err(|cause| self.unusable(&cause))
    }

    fn mark(&self) -> PathBuf {
        self.data.join(MARK)
    }

    fn unusable(&self, cause: &io::Error) -> Failure {
        Failure::said(format!("The folder {} cannot be used: {cause}.", self.data.display()))
    }
}

/// Makes the database of the demo, as it is at that moment.
async fn fill(config: &Config, address: String, end: Moment) -> Result<(), Failure> {
    let Opened { store, keys, .. } = told_at(begin(end), open(&config.storage)).await?;
    let settings = Settings { address, has_local_key: true, ..Settings::default() };
    let vault = Vault::new(store, keys, settings);
    let told = tell(&vault, end).await;
    vault.store().clone().close().await.map_err(StartError::from)?;
    told.map_err(Failure::from)
}

/// When a database is made whose story ends at that moment.
pub fn begin(end: Moment) -> Moment {
    end.plus_seconds(-(story::DAYS + story::LEAD + 1) * 24 * 60 * 60)
}

/// Fills an instance that nobody has set up with what happened until that moment: its findings are those that were planted,
/// each kind at least once.
///
/// # Errors
/// When the database does not answer, or something of the story was refused that is not to be.
pub async fn tell(vault: &Vault, end: Moment) -> crate::error::Result<()> {
    Box::pin(story::tell(vault, operator(), end)).await
}

//! `regcred setup-link`.

use super::failure::Failure;
use super::output::print;
use super::{Common, Session, public_address};
use crate::opening::config::SiteConfig;
use serde_json::json;
use std::process::ExitCode;

/// Print a new link to set up Regcred
///
/// The link works for one hour, and earlier links stop working. The command needs the settings of the
/// server. It does nothing once Regcred is set up.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  REGCRED_URL=https://regcred.example.com regcred setup-link")]
pub(super) struct SetupLink {
    #[command(flatten)]
    common: Common,

    #[command(flatten)]
    site: SiteConfig,
}

impl SetupLink {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let address = public_address(&self.site)?;
        let session = self.common.begin(0).await?;
        let Session { vault, .. } = &session;
        let made = vault.new_setup_link().await;
        session.end().await;
        let Some(link) = made? else {
            return Err(Failure::said(
                "Regcred is set up already. `regcred user add` adds people.",
            ));
        };
        let link = format!("{address}/setup?link={}", link.as_str());
        print(
            self.common.json,
            &json!({"link": link}),
            &format!("Set up Regcred within 1 hour at {link}"),
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

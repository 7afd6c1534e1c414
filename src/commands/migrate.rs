//! `regcred migrate`.

use super::Common;
use super::failure::Failure;
use super::output::print;
use crate::opening::StartError;
use crate::opening::{make_data_folder, wait_for_turn};
use crate::store::Store;
use serde_json::json;
use std::process::ExitCode;

/// Update the database schema
///
/// Servers do this when they start. Use this command to do it earlier. Make a backup first. It needs
/// no key, and creates the database if it does not exist.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  regcred migrate
  DATABASE_URL='postgres://regcred:…@db.example.com/regcred?sslmode=verify-full' regcred migrate")]
pub(super) struct Migrate {
    #[command(flatten)]
    common: Common,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let storage = &self.common.storage;
        let address = storage.address().map_err(StartError::from)?;
        make_data_folder(storage)?;
        let _turn = wait_for_turn(storage).await?;
        let store = Store::connect(&address).await.map_err(StartError::from)?;
        let before = store.schema().await.map_err(StartError::from)?;
        if !before.unknown.is_empty() {
            return Err(StartError::NewerSchema.into());
        }
        store.migrate(&address).await.map_err(StartError::from)?;
        store.disconnect().await.map_err(StartError::from)?;
        let schema = before.pending.last().or(before.applied.last());
        let text = if before.pending.is_empty() {
            "The schema is up to date.".to_owned()
        } else {
            let steps = before.pending.iter().map(|step| format!("{step} was applied.\n"));
            steps.collect::<String>() + "The schema is up to date."
        };
        print(self.common.json, &json!({"applied": before.pending, "schema": schema}), &text)?;
        Ok(ExitCode::SUCCESS)
    }
}

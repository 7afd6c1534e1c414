//! `regcred scan`.

use super::failure::Failure;
use super::output;
use regcred_scan::command::printed;
use std::path::PathBuf;
use std::process::ExitCode;

/// Read pipeline files, and print each image, registry and login that they name
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is sent anywhere. Neither the text of a line nor a secret is printed.
Exit codes: 0 all files were read, 1 a file could not be read, 2 usage error.

Examples:
  regcred scan .
  regcred scan --json compose.yaml Dockerfile"
)]
pub(super) struct Scan {
    /// A file, or a folder whose pipeline files, manifests, compose files and Dockerfiles are read
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Scan {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let report = regcred_scan::scan(&self.paths);
        let document = serde_json::to_value(&report)
            .map_err(|_| Failure::said("The report cannot be written as JSON."))?;
        output::print(self.json, &document, printed(&report, false).trim_end())?;
        Ok(ExitCode::from(report.exit_code()))
    }
}

//! What is said once the server listens: the first key, the address, and how to set it up.

use crate::opening::config::StorageConfig;
use crate::vault::Vault;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, IsTerminal, Stdout, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The file of the set-up link, in the data folder.
const LINK: &str = "setup-link";

/// The address, the first key, and the set-up link as long as nobody is set up.
pub(super) async fn greet(
    vault: &Vault,
    storage: &StorageConfig,
    new_key: Option<PathBuf>,
) -> io::Result<()> {
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
    let file = storage.data.join(LINK);
    match vault.new_setup_link().await {
        Ok(Some(link)) => {
            offer(&mut out, &file, &format!("{address}/setup?link={}", link.as_str()))?;
        }
        // A link that was left there does not work any more. That it is there would only confuse.
        Ok(None) => drop(fs::remove_file(&file)),
        Err(error) => tracing::error!(error = %error, "no set-up link could be made"),
    }
    out.flush()
}

/// Prints the link for who sits at a terminal. Elsewhere the output is a log, which many can read and
/// which is kept for long: the link goes into a file.
fn offer(out: &mut Stdout, file: &Path, link: &str) -> io::Result<()> {
    if out.is_terminal() {
        return writeln!(out, "Set up Regcred within 1 hour at {link}");
    }
    match write(file, link) {
        Ok(()) => writeln!(out, "Set up Regcred within 1 hour: the link is in {}", file.display()),
        Err(cause) => {
            let file = file.display();
            tracing::warn!("The set-up link cannot be written to {file}: {cause}.");
            writeln!(out, "Set up Regcred: `regcred setup-link` prints the link")
        }
    }
}

/// Whole, and never readable by others, whatever was there.
fn write(file: &Path, link: &str) -> io::Result<()> {
    // With a shared database there may be no data folder yet.
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let draft = file.with_file_name(format!("{LINK}.{}", Uuid::now_v7().simple()));
    let mut options = OpenOptions::new();
    let written = options.write(true).create_new(true).mode(0o600).open(&draft);
    written.and_then(|mut written| writeln!(written, "{link}"))?;
    fs::rename(&draft, file)
}

//! The settings of the key-encryption key. Beside `server/config.rs` this is the only place that
//! reads the environment.

use super::problem::KekFault;
use crate::crypto::kek::Kek;
use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

const FILE: &str = "REGCRED_KEK_FILE (--kek-file)";
const COMMAND: &str = "REGCRED_KEK_COMMAND (--kek-command)";
const VARIABLE: &str = "REGCRED_KEK";

/// Where the key-encryption key comes from.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KekConfig {
    /// A file with the 32-byte key-encryption key (raw, base64 or hex), readable by its owner only
    #[arg(long, env = "REGCRED_KEK_FILE", value_name = "FILE")]
    pub kek_file: Option<PathBuf>,

    /// A file with the key-encryption key before the current one, while changing over
    #[arg(long, env = "REGCRED_KEK_PREVIOUS_FILE", value_name = "FILE")]
    pub kek_previous_file: Option<PathBuf>,

    /// Instead of a file, a program that prints the key within 10 seconds, such as that of a key
    /// vault: its name and arguments, separated by spaces, without a shell and its quotes
    #[arg(long, env = "REGCRED_KEK_COMMAND", hide_env_values = true, value_name = "COMMAND")]
    pub kek_command: Option<String>,

    /// The key itself.
    // Only as a variable: what stands on a command line is there for every user to see, so the
    // option that clap wants as well has a name that nobody types.
    #[arg(
        long = "kek-from-environment",
        env = "REGCRED_KEK",
        hide = true,
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub kek: Option<KeyText>,

    /// Use a key-encryption key although it is easy to guess: true or false
    #[arg(
        long,
        env = "REGCRED_KEK_ACCEPT_WEAK",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub kek_accept_weak: bool,

    /// Where systemd puts what `LoadCredential=` names.
    // Not a path: it is set by others, and an empty one is no mistake of the operator's.
    #[arg(long, env = "CREDENTIALS_DIRECTORY", hide = true, value_name = "FOLDER")]
    pub credentials_directory: Option<OsString>,
}

impl KekConfig {
    /// The sources of the current key that were given, as people know them.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        let sources = [
            (FILE, self.kek_file.is_some()),
            (COMMAND, self.kek_command.is_some()),
            (VARIABLE, self.kek.is_some()),
        ];
        sources.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name)
    }
}

/// A key as it was written into the environment: wiped on drop, printed as a name only.
#[derive(Clone)]
pub struct KeyText(Zeroizing<Vec<u8>>);

impl KeyText {
    pub(super) fn read(&self) -> Result<Kek, KekFault> {
        Kek::parse(&self.0)
            .map_err(|cause| KekFault::NotAKey { origin: VARIABLE.to_owned(), cause })
    }
}

/// Any bytes at all, so that a mistake is answered with our sentence and not with the value.
impl From<OsString> for KeyText {
    fn from(text: OsString) -> Self {
        Self(Zeroizing::new(text.into_vec()))
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_no_key() {
        let kek = Some(KeyText::from(OsString::from("hunter2")));
        let config = KekConfig { kek, ..KekConfig::default() };
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn a_variable_that_is_no_key_is_told_without_its_value() {
        let fault = KeyText::from(OsString::from("hunter2")).read().expect_err("it is refused");
        let sentence = fault.to_string();
        assert!(sentence.contains("REGCRED_KEK") && !sentence.contains("hunter2"), "{sentence}");
    }
}

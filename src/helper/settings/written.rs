//! The settings file: the same settings, as one JSON object.

use crate::bounded;
use crate::environment::Variables;
use crate::failure::Failure;
use crate::secret::Secret;
use serde::Deserialize;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

const LIMIT: u64 = 64 * 1024;

/// What the file says; nothing where there is no file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Written {
    pub(super) url: Option<String>,
    pub(super) insecure_http: Option<bool>,
    pub(super) token: Option<Secret>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) id_token: Option<Secret>,
    pub(super) id_token_file: Option<PathBuf>,
    pub(super) audience: Option<String>,
    pub(super) pipeline: Option<String>,
    pub(super) intent: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) image: Option<String>,
    pub(super) azure_service_connection: Option<String>,
    pub(super) strict: Option<bool>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) timeout: Option<u64>,
    pub(super) state: Option<PathBuf>,
    pub(super) ignore_store: Option<bool>,
    pub(super) kubelet_cache: Option<String>,
    pub(super) kubelet_cache_duration: Option<String>,
}

impl Written {
    /// Reads the file that `REGCRED_CONFIG` names, or the one beside docker's own if it is there.
    pub(super) fn read(variables: &Variables) -> Result<Self, Failure> {
        if let Some(path) = variables.path("REGCRED_CONFIG") {
            let file = File::open(&path).map_err(|_| {
                Failure::here("The settings file that REGCRED_CONFIG names cannot be read.")
            })?;
            return Self::of(file, &path);
        }
        let folder = variables.path("DOCKER_CONFIG");
        let folder = folder.or_else(|| Some(variables.path("HOME")?.join(".docker")));
        let Some(path) = folder.map(|folder| folder.join("regcred.json")) else {
            return Ok(Self::default());
        };
        match File::open(&path) {
            Ok(file) => Self::of(file, &path),
            Err(error) if is_absence(&error) => Ok(Self::default()),
            Err(_) => Err(Failure::here("The settings file regcred.json cannot be read.")),
        }
    }

    /// Whether this is the address in the file, too.
    pub(super) fn is_at(&self, url: &str) -> bool {
        self.url.as_deref().is_some_and(|written| written.trim() == url.trim())
    }

    /// Drops what says where to go and whom to believe there: it is for the tokens of the file. Whether
    /// that was an address.
    pub(super) fn keep_to_itself(&mut self) -> bool {
        self.insecure_http = None;
        self.audience = None;
        self.ca_file = None;
        self.url.take().is_some()
    }

    fn of(mut file: File, path: &Path) -> Result<Self, Failure> {
        let unreadable = |_| Failure::here("The settings file cannot be read.");
        let is_open = bounded::is_open_to_others(&file).map_err(unreadable)?;
        let bytes = bounded::read(&mut file, LIMIT).map_err(unreadable)?;
        let bytes = bytes.ok_or_else(|| Failure::here("The settings file is too long."))?;
        // The parser's own words would repeat what stands there.
        let mut written: Self = serde_json::from_slice(&bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::here(format!(
                "The settings file cannot be used: see line {line}, column {column}. It must be a JSON object with keys such as url, token_file and intent, and no other keys."
            ))
        })?;
        if is_open && (written.token.is_some() || written.id_token.is_some()) {
            return Err(Failure::here(
                "Others can read the settings file, and it contains a token. Run chmod 600 on it.",
            ));
        }
        // Clients start this program wherever they happen to be.
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in [
            &mut written.token_file,
            &mut written.id_token_file,
            &mut written.ca_file,
            &mut written.state,
        ] {
            *path = path.take().map(|path| folder.join(path));
        }
        Ok(written)
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

//! What a form comes to when nothing is wrong with it.

use super::google_path;
use crate::domain::credential::CredentialSettings;
use crate::domain::registry::RegistryHost;
use crate::domain::typed_text::NAME_MAX;

/// A form that keeps every rule that needs no database and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialDraft {
    pub settings: CredentialSettings,
    pub host: RegistryHost,
    pub is_insecure: bool,
    /// What is stored differently from what was typed, for the page after the save.
    pub changes: Vec<String>,
    /// The other Google hosts for the same key, each once; none unless it is a key file.
    pub also: Vec<RegistryHost>,
}

impl CredentialDraft {
    /// The same for another of Google's hosts, whose name stands behind its own. Where that has other
    /// paths for its repositories, those that are limited to are its projects.
    pub fn for_host(&self, host: &RegistryHost) -> Self {
        let suffix = format!(" ({})", host.as_str());
        let room = NAME_MAX.saturating_sub(suffix.chars().count());
        let start: String = self.settings.name.chars().take(room).collect();
        let name = format!("{}{suffix}", start.trim_end());
        let own = &self.settings.paths;
        let paths = google_path::mapped(own, &self.host, host).unwrap_or_else(|| own.clone());
        let settings = CredentialSettings { name, paths, ..self.settings.clone() };
        Self { settings, host: host.clone(), ..self.clone() }
    }
}

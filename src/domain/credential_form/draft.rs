//! What a form comes to when nothing is wrong with it.

use crate::domain::credential::{Access, Method};
use crate::domain::moment::Day;
use crate::domain::registry::RegistryHost;
use crate::domain::typed_text::NAME_MAX;

/// A form that keeps every rule that needs no database and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialDraft {
    /// 1 to 100 characters, trimmed.
    pub name: String,
    /// At most 1,000 characters.
    pub description: String,
    /// Canonical.
    pub host: RegistryHost,
    /// What is stored differently from what was typed, for the page after the save.
    pub changes: Vec<String>,
    /// How the registry is convinced.
    pub method: Method,
    /// Without a colon; fixed for a key file, and by some registries.
    pub username: String,
    /// Empty or an address.
    pub email: String,
    /// Canonical prefixes.
    pub paths: Vec<String>,
    /// What it can do.
    pub access: Access,
    /// The last day it works.
    pub expires_on: Option<Day>,
    /// Who answers for it.
    pub owner: String,
    /// Where it is used.
    pub environment: String,
    /// At most 20, of at most 50 characters each.
    pub labels: Vec<String>,
    /// When to look again.
    pub review_on: Option<Day>,
    /// 1 to 3,650.
    pub rotate_every_days: Option<u32>,
    /// Needs an approval to grant push.
    pub is_protected: bool,
    /// Plain HTTP.
    pub is_insecure: bool,
    /// The other Google hosts for the same key, each once; none unless it is a key file.
    pub also: Vec<RegistryHost>,
}

impl CredentialDraft {
    /// The same, with `name` to answer for it when nobody was named.
    pub fn owned_by(mut self, name: &str) -> Self {
        if self.owner.is_empty() {
            name.clone_into(&mut self.owner);
        }
        self
    }

    /// The same for another host, whose name stands behind its own.
    pub fn for_host(&self, host: &RegistryHost) -> Self {
        let suffix = format!(" ({})", host.as_str());
        let room = NAME_MAX.saturating_sub(suffix.chars().count());
        let start: String = self.name.chars().take(room).collect();
        let name = format!("{}{suffix}", start.trim_end());
        Self { name, host: host.clone(), ..self.clone() }
    }
}

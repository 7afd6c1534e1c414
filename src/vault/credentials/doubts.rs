//! What is asked before a credential is saved, and what is said after it was saved all the same.

use crate::domain::actor::Can;
use crate::domain::audit::Subject;
use crate::domain::credential::CredentialSettings;
use crate::domain::credential_form::{Asked, CredentialForm, alternatives};
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::registry::RegistryHost;
use crate::error::{Error, Result};
use crate::store::{Alike, Write};
use crate::vault::{Vault, names};
use uuid::Uuid;

/// What a save did, and what the page after it says.
#[derive(Clone, Debug)]
pub struct Saved {
    pub id: Uuid,
    /// Sentences, without anything secret.
    pub notices: Vec<String>,
    /// What is doubtful about it. The sentence is among the notices.
    pub doubt: Option<Doubt>,
}

/// What is to be mended after a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The secret looks wrong.
    Secret,
    /// Another credential is for just the same.
    Twin(Subject),
}

/// Asks about what is probably not meant, unless the person is sure.
pub(super) fn ask(form: &CredentialForm, until: Option<Day>, asked: Asked) -> Result<()> {
    let doubts = if form.is_sure { Vec::new() } else { form.doubts(until, asked) };
    if doubts.is_empty() { Ok(()) } else { Err(Error::Questioned(doubts)) }
}

/// Another enabled credential for which no image tells which of the two is meant.
pub(super) async fn twin(
    write: &Write,
    project: Uuid,
    id: Uuid,
    (host, is_insecure): (&RegistryHost, bool),
    settings: &CredentialSettings,
) -> Result<Option<Subject>> {
    let CredentialSettings { access, paths, .. } = settings;
    let alike = Alike { host: host.as_str(), is_insecure, access: *access, paths };
    Ok(write.credentials(project).twin_of(id, alike).await?)
}

/// What is said of it.
pub(super) fn of_twin(twin: &Subject) -> String {
    format!(
        "{} is for the same registry, repository path and access. A pipeline with both receives neither. Give one of them another repository path, or delete it.",
        twin.name
    )
}

impl Vault {
    /// The name, or the first with a number behind it that nobody has; blank when there is none.
    pub async fn free_name(&self, editor: &Can<of::RegistryWrite>, name: &str) -> Result<String> {
        if name.is_empty() {
            return Ok(String::new());
        }
        let all = alternatives(name);
        let keys = all.iter().map(|name| names::fold(name)).collect();
        let taken = self.store.credentials(editor.project().id).taken(keys).await?;
        let free = all.into_iter().find(|name| !taken.contains(&names::fold(name)));
        Ok(free.unwrap_or_default())
    }
}

//! What is asked before a credential is saved, and what is said after it was saved all the same.

use crate::domain::actor::Can;
use crate::domain::audit::Subject;
use crate::domain::credential::CredentialSettings;
use crate::domain::credential_form::{Asked, CredentialForm, alternatives};
use crate::domain::found_expiry::FoundEnd;
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::{RegistryKind, username_doubt};
use crate::error::{Error, FieldError, Result};
use crate::store::{Alike, Write};
use crate::vault::{SecretInput, Vault, names, today};
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
    /// There was a last day, and the new secret has none.
    Undated,
}

/// Asks about what is probably not meant, and what `more` asks, unless the person is sure.
pub(super) fn ask(
    form: &CredentialForm,
    until: Option<Day>,
    asked: Asked,
    more: Vec<FieldError>,
) -> Result<()> {
    if form.is_sure {
        return Ok(());
    }
    let doubts = [more, form.doubts(until, asked)].concat();
    if doubts.is_empty() { Ok(()) } else { Err(Error::Questioned(doubts)) }
}

/// What is asked about a username that was not stored before.
pub(super) fn of_username(kind: RegistryKind, username: &str, is_new: bool) -> Vec<FieldError> {
    let doubt = username_doubt(kind, username).filter(|_| is_new);
    doubt.map(|text| FieldError::new("username", text)).into_iter().collect()
}

/// Another enabled credential for which no image tells which of the two is meant.
pub(super) async fn twin(
    write: &Write,
    project: Uuid,
    id: Uuid,
    (host, is_insecure): (&RegistryHost, bool),
    settings: &CredentialSettings,
) -> Result<Option<Subject>> {
    let CredentialSettings { access, paths, expires_on, .. } = settings;
    let today = today();
    let has_expired = expires_on.is_some_and(|day| day < today);
    let (host, access) = (host.as_str(), *access);
    let alike = Alike { host, is_insecure, access, paths, has_expired, today };
    Ok(write.credentials(project).twin_of(id, alike).await?)
}

/// What is said of it.
pub(super) fn of_twin(twin: &Subject) -> String {
    format!(
        "{} is for the same registry, repository path and access. A pipeline with both receives neither. Give one of them another repository path, or delete it.",
        twin.name
    )
}

/// The same of a copy for another host, which has this name.
pub(super) fn of_copys_twin(name: &str, twin: &Subject) -> String {
    format!(
        "{} is for the same registry, repository path and access as {name}. A pipeline with both receives neither. Give one of them another repository path, or delete it.",
        twin.name
    )
}

impl Vault {
    /// What would be asked about the form if it was saved; nothing about one that breaks a rule. `id`:
    /// the credential that it is of.
    pub async fn questions(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Option<Uuid>,
        form: &CredentialForm,
        secret: &SecretInput,
    ) -> Result<Vec<FieldError>> {
        let credentials = self.store.credentials(editor.project().id);
        let stored = match id {
            Some(id) => Some(credentials.find(id).await?.ok_or(Error::NotFound)?),
            None => None,
        };
        let form = match &stored {
            // The dialog for another secret has no other field.
            Some(stored) if form.method.is_empty() => CredentialForm {
                expires_on: form.expires_on.clone(),
                is_staged: form.is_staged,
                ..CredentialForm::from(stored)
            },
            _ => form.clone(),
        };
        let checked = if stored.is_some() { form.check_stored() } else { form.check() };
        let Ok(draft) = checked else { return Ok(Vec::new()) };
        let CredentialSettings { method, username, expires_on, .. } = &draft.settings;
        let Ok(read) = secret.read(*method, username) else { return Ok(Vec::new()) };
        let kind = RegistryKind::recognise(&draft.host);
        let secret = read.as_ref().and_then(|read| read.doubt(kind, *method, username));
        let narrowed = match &stored {
            Some(stored) => self.narrowed(editor.project().id, stored, &draft.settings).await?,
            None => Vec::new(),
        };
        let is_new =
            stored.as_ref().is_none_or(|stored| stored.summary.username != username.as_str());
        let of_username = of_username(kind, username, is_new);
        let stored_until = stored.and_then(|stored| stored.summary.expires_on);
        let is_replaced = read.is_some() && !form.is_staged;
        let found = read.as_ref().and_then(|read| read.end(*expires_on));
        let told = found.map(FoundEnd::day);
        let asked = Asked { today: today(), stored_until, is_replaced, secret, told };
        Ok([of_username, narrowed, form.doubts(*expires_on, asked)].concat())
    }

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

//! Registry credentials: listed, created.

mod checks;
mod completed;
mod compromised;
mod doubts;
mod edits;
mod guards;
mod hindered;
mod lately;
mod listed;
mod pages;
mod registry_tokens;
mod repointing;
mod same_secret;
mod seals;
mod secret_input;
mod switched;
mod tabs;
mod taking_over;
mod versions;

pub(super) use checks::is_wrong;
pub use doubts::{Doubt, Saved};
pub use hindered::Hindered;
pub(super) use registry_tokens::Kept as RegistryTokens;
pub use registry_tokens::problems_of_token_service;
pub(super) use seals::{place_of, secret_place};
pub use secret_input::SecretInput;
pub use switched::Switched;

use super::{Vault, names, now, today};
use crate::domain::actor::Can;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::{CredentialSettings, Method};
use crate::domain::credential_form::{Asked, CredentialDraft, CredentialForm, copy_taken};
use crate::domain::found_expiry::FoundEnd;
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::RegistryKind;
use crate::error::{Error, FieldError, Result};
use crate::store::{CredentialChanges, Recorded, Set, Write, unless_taken};
use checks::name_taken;
use secret_input::ReadSecret;
use uuid::Uuid;
use versions::NewVersion;

impl Vault {
    /// Creates a credential, and, when the method is a key file, one more for each other Google host
    /// of the form.
    ///
    /// # Errors
    /// `Invalid` with a sentence for every field that breaks a rule; `Questioned` for what is probably
    /// not meant.
    pub async fn create_credential(
        &self,
        editor: &Can<of::RegistryWrite>,
        form: &CredentialForm,
        secret: &SecretInput,
    ) -> Result<Saved> {
        let checked = form.check();
        let mut errors = checked.as_ref().err().cloned().unwrap_or_default();
        let read = Method::from_word(&form.method)
            .and_then(|method| required(secret, method, form).map_err(|e| errors.push(e)).ok());
        let write = self.write_by(editor).await?;
        self.check_name(&write, editor, form, None, &mut errors).await?;
        let owner = self.owner(&write, editor, form, None, &mut errors).await?;
        let (Ok(mut draft), Some(read), true) = (checked, read, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let kind = RegistryKind::recognise(&draft.host);
        let secret = read.doubt(kind, draft.settings.method, &draft.settings.username);
        let typed = draft.settings.expires_on;
        let found = read.end(typed);
        let told = found.map(FoundEnd::day);
        let asked = Asked { today: today(), stored_until: None, is_replaced: false, secret, told };
        let of_username = doubts::of_username(kind, &draft.settings.username, true);
        doubts::ask(form, typed, asked, of_username)?;
        draft.settings.expires_on = typed.or(told);
        // Without another name, the creator is the owner.
        let by = &editor.person().name;
        draft.settings.owner = if owner.is_empty() { by.clone() } else { owner };
        let (id, mut recorded) = self.insert(&write, editor, &draft, &read).await?;
        let CredentialSettings { name, method, username, .. } = &draft.settings;
        let mut notices = vec![format!("{name} was created for {}.", draft.host.as_str())];
        notices.extend(draft.changes.iter().cloned());
        notices.extend(read.notices(kind, *method, username));
        notices.extend(found.and_then(|found| found.sentence(None, now())));
        let mut copies: Vec<(Uuid, CredentialDraft)> = Vec::new();
        for host in &draft.also {
            let copy = draft.for_host(host);
            let inserted = self.insert(&write, editor, &copy, &read).await;
            let (copied, event) = inserted.map_err(|error| match error {
                Error::Invalid(_) => Error::at("also", copy_taken(&copy)),
                other => other,
            })?;
            recorded = event;
            notices.push(said_of_copy(&draft, &copy));
            copies.push((copied, copy));
        }
        let (project, origin) = (editor.project().id, (&draft.host, draft.is_insecure));
        let mut twin = doubts::twin(&write, project, id, origin, &draft.settings).await?;
        notices.extend(twin.as_ref().map(doubts::of_twin));
        for (id, CredentialDraft { host, is_insecure, settings, .. }) in &copies {
            let other = doubts::twin(&write, project, *id, (host, *is_insecure), settings).await?;
            notices.extend(other.as_ref().map(|twin| doubts::of_copys_twin(&settings.name, twin)));
            twin = twin.or(other);
        }
        write.commit(recorded).await?;
        let is_doubtful = secret.is_some() || read.has_edge();
        let doubt = is_doubtful.then_some(Doubt::Secret).or(twin.map(Doubt::Twin));
        Ok(Saved { id, notices, doubt })
    }

    /// Writes the draft as a new credential, with its event.
    ///
    /// # Errors
    /// `Invalid` for a name that is taken, and for nothing else.
    async fn insert(
        &self,
        write: &Write,
        editor: &Can<of::RegistryWrite>,
        draft: &CredentialDraft,
        read: &ReadSecret,
    ) -> Result<(Uuid, Recorded)> {
        let (id, at, by) = (Uuid::now_v7(), now(), editor.person().name.clone());
        let mut row = fields(&draft.settings, &draft.host, at.day());
        row.id = Set(id);
        row.host = Set(draft.host.as_str().to_owned());
        row.is_insecure = Set(draft.is_insecure);
        row.disabled_at = Set(None);
        row.secret_unreadable_at = Set(None);
        row.revision = Set(1);
        row.created_at = Set(at.0);
        row.created_by = Set(by.clone());
        row.updated_at = Set(at.0);
        row.updated_by = Set(by);
        let origin = draft.host.origin(draft.is_insecure);
        let kind = RegistryKind::recognise(&draft.host);
        let new = NewVersion {
            credential: id,
            origin: &origin,
            username: &draft.settings.username,
            method: draft.settings.method,
            before: None,
            before_ends: None,
            waits: false,
            doubt: read.doubt(kind, draft.settings.method, &draft.settings.username),
            ends: None,
        };
        self.set_secret(write, editor, &mut row, new, read, at).await?;
        let project = editor.project().id;
        let inserted = write.credentials(project).insert(row).await;
        inserted.map_err(|error| unless_taken(error, Error::Invalid(vec![name_taken()])))?;
        let subject = Subject { id, name: draft.settings.name.clone() };
        let detail = Detail::Registry(draft.host.as_str().to_owned());
        let what = (Action::CredentialCreated, subject, detail);
        Ok((id, self.record_event_at(write, project, (editor, at), what).await?))
    }
}

/// The columns that the form decides, on creation and on edit.
fn fields(
    draft: &CredentialSettings,
    host: &RegistryHost,
    secret_set_on: Day,
) -> CredentialChanges {
    let json = |list: &[String]| serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned());
    let name_key = names::fold(&draft.name);
    let search = [
        draft.name.as_str(),
        &draft.description,
        host.as_str(),
        registry_name(host),
        &draft.username,
        &draft.email,
        &draft.paths.join("\n"),
        &draft.owner,
        &draft.environment,
        &draft.labels.join("\n"),
    ];
    CredentialChanges {
        name: Set(draft.name.clone()),
        natural_key: Set(names::natural(&name_key)),
        name_key: Set(name_key),
        search_key: Set(names::searched(&search.join("\n"))),
        description: Set(draft.description.clone()),
        method: Set(draft.method.word().to_owned()),
        username: Set(draft.username.clone()),
        access: Set(draft.access.word().to_owned()),
        email: Set(draft.email.clone()),
        paths: Set(json(&draft.paths)),
        owner: Set(draft.owner.clone()),
        environment: Set(draft.environment.clone()),
        labels: Set(json(&draft.labels)),
        expires_on: Set(draft.expires_on.map(Day::to_text)),
        review_on: Set(draft.review_on.map(Day::to_text)),
        rotate_every_days: Set(draft.rotate_every_days.and_then(|days| i32::try_from(days).ok())),
        renew_on: Set(
            renew_on(draft.review_on, draft.rotate_every_days, secret_set_on).map(Day::to_text)
        ),
        is_protected: Set(draft.is_protected),
        ..CredentialChanges::default()
    }
}

/// What the registry at the host is called; nothing for those that only have an address.
fn registry_name(host: &RegistryHost) -> &'static str {
    match RegistryKind::recognise(host) {
        RegistryKind::SelfHosted => "",
        kind => kind.label(),
    }
}

/// The day on which something is due: the review, or the next rotation of the secret.
fn renew_on(
    review_on: Option<Day>,
    rotate_every_days: Option<u32>,
    secret_set_on: Day,
) -> Option<Day> {
    let rotate = rotate_every_days.map(|days| secret_set_on.plus_days(i64::from(days)));
    review_on.into_iter().chain(rotate).min()
}

/// What is said of a copy for another of Google's hosts.
fn said_of_copy(draft: &CredentialDraft, copy: &CredentialDraft) -> String {
    let name = &copy.settings.name;
    if copy.settings.paths == draft.settings.paths {
        return format!("{name} was created with the same key.");
    }
    format!(
        "{name} was created with the same key. Its repository path is {}, because paths below the project differ between these hosts.",
        copy.settings.paths.join(", ")
    )
}

fn required(
    secret: &SecretInput,
    method: Method,
    form: &CredentialForm,
) -> Result<ReadSecret, FieldError> {
    secret.read(method, form.username.trim())?.ok_or_else(|| match method {
        Method::GcpServiceAccountKey => {
            FieldError::new("key_json", "Paste the service account key, or upload its .json file.")
        }
        Method::Password => FieldError::new(
            "password",
            "Enter the password or token. It is stored encrypted and never shown again.",
        ),
    })
}

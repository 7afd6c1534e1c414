//! Registry credentials: listed, created, disabled.

use super::secret_input::ReadSecret;
use super::versions::NewVersion;
use super::{SecretInput, Vault, names, now, today};
use crate::crypto::blob::Place;
use crate::domain::actor::{Editor, Reader};
use crate::domain::audit::{Action, Subject};
use crate::domain::credential::Method;
use crate::domain::credential_form::{CredentialDraft, CredentialForm};
use crate::domain::listing::{ListQuery, Listing};
use crate::domain::moment::Day;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::{GOOGLE_HOSTS, RegistryKind, paste_warning};
use crate::domain::typed_text::NAME_MAX;
use crate::error::{Error, FieldError, Result};
use crate::store::{CredentialChanges, Set, Write};
use uuid::Uuid;

/// What a creation made, and what the page after it says.
#[derive(Clone, Debug)]
pub struct Created {
    /// The new credential.
    pub id: Uuid,
    /// Sentences, without anything secret.
    pub notices: Vec<String>,
}

impl Vault {
    /// One page of the project's credentials.
    pub async fn list_credentials(&self, reader: &Reader, query: &ListQuery) -> Result<Listing> {
        query.check()?;
        let rows = self.store.credentials(reader.project().id);
        let (search, today) = (names::fold(&query.search), today());
        let listed = rows.list(query, &search, today).await?;
        let total = rows.count(query, &search, today).await?;
        let hosts = rows.hosts().await?;
        Ok(Listing { rows: listed, total, is_empty_project: hosts.is_empty(), hosts, today })
    }

    /// Creates a credential, and one more for each other Google host that is ticked when the method is
    /// a key file.
    ///
    /// # Errors
    /// `Invalid` with a sentence for every field that breaks a rule.
    pub async fn create_credential(
        &self,
        editor: &Editor,
        form: &CredentialForm,
        secret: &SecretInput,
    ) -> Result<Created> {
        let checked = form.check();
        let read = checked.as_ref().map_or_else(
            |_| Method::from_word(&form.method).map(|m| secret.read(m)),
            |draft| Some(secret.read(draft.method)),
        );
        let mut errors = checked.as_ref().err().cloned().unwrap_or_default();
        let read = match read {
            Some(Ok(Some(read))) => Some(read),
            Some(Ok(None)) => {
                errors.push(missing(form));
                None
            }
            Some(Err(error)) => {
                errors.push(error);
                None
            }
            None => None,
        };
        let write = self.store.write().await?;
        if self.is_name_taken(&write, editor, form.name.trim(), None).await? {
            errors.push(name_taken());
        }
        let (Ok(draft), Some(read), true) = (checked, read, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let draft = draft.owned_by(&editor.person().name);
        let mut notices = draft.host_changes.clone();
        let kind = RegistryKind::recognise(&draft.host);
        let typed = std::str::from_utf8(read.secret.expose()).unwrap_or_default();
        notices.extend(paste_warning(kind, typed).map(str::to_owned));
        let id = self.insert(&write, editor, &draft, &read).await?;
        notices.insert(0, format!("{} was created for {}.", draft.name, draft.host.as_str()));
        for host in other_google_hosts(&draft, &form.also) {
            let mut copy = draft.clone();
            let suffix = format!(" ({})", host.as_str());
            let room = NAME_MAX.saturating_sub(suffix.chars().count());
            copy.name = draft.name.chars().take(room).collect::<String>() + &suffix;
            copy.host = host;
            if self.is_name_taken(&write, editor, &copy.name, None).await? {
                return Err(Error::at(
                    "also",
                    "A credential for that host with this name and the host's name behind it exists already.",
                ));
            }
            self.insert(&write, editor, &copy, &read).await?;
            notices.push(format!("{} was created with the same key.", copy.name));
        }
        write.commit().await?;
        Ok(Created { id, notices })
    }

    async fn insert(
        &self,
        write: &Write,
        editor: &Editor,
        draft: &CredentialDraft,
        read: &ReadSecret,
    ) -> Result<Uuid> {
        let (id, at, by) = (Uuid::now_v7(), now(), editor.person().name.clone());
        let mut row = fields(draft, at.day());
        row.id = Set(id);
        row.host = Set(draft.host.as_str().to_owned());
        row.is_insecure = Set(draft.is_insecure);
        row.disabled_at = Set(None);
        row.unreadable_at = Set(None);
        row.revision = Set(1);
        row.created_at = Set(at.0);
        row.created_by = Set(by.clone());
        row.updated_at = Set(at.0);
        row.updated_by = Set(by);
        let origin = draft.host.origin(draft.is_insecure);
        let new = NewVersion {
            credential: id,
            origin: &origin,
            method: draft.method,
            before: None,
            waits: false,
        };
        self.set_secret(write, editor, &mut row, new, read, at).await?;
        write.credentials(editor.project().id).insert(row).await?;
        let subject = Subject { id, name: draft.name.clone() };
        let detail = draft.host.as_str().to_owned();
        let project = editor.project().id;
        self.note(
            write,
            project,
            Some(editor.person()),
            Action::CredentialCreated,
            subject,
            detail,
        )
        .await?;
        Ok(id)
    }

    /// Whether another credential than `except` has the name.
    pub(super) async fn is_name_taken(
        &self,
        write: &Write,
        editor: &Editor,
        name: &str,
        except: Option<Uuid>,
    ) -> Result<bool> {
        Ok(write.credentials(editor.project().id).is_named(&names::fold(name), except).await?)
    }

    /// Stops deliveries, or allows them again. Doing it twice changes nothing.
    pub async fn set_disabled(
        &self,
        editor: &Editor,
        id: Uuid,
        is_disabled: bool,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.store.write().await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        if found.summary.disabled_at.is_some() != is_disabled {
            let at = now().0;
            let row = CredentialChanges {
                disabled_at: Set(is_disabled.then_some(at)),
                revision: Set(found.revision + 1),
                updated_at: Set(at),
                updated_by: Set(editor.person().name.clone()),
                ..CredentialChanges::default()
            };
            write.credentials(project).update(id, row).await?;
            let action =
                if is_disabled { Action::CredentialDisabled } else { Action::CredentialEnabled };
            let subject = Subject { id, name: found.summary.name.clone() };
            self.note(&write, project, Some(editor.person()), action, subject, String::new())
                .await?;
            write.commit().await?;
        }
        Ok(found.summary.name)
    }
}

/// Where a secret lies, as its seal is bound to it (security 3.3). The origin is made from the
/// host, so that a row whose host was changed does not open.
pub(super) fn secret_place(
    row_id: Uuid,
    project_id: Uuid,
    version: i64,
    origin: &str,
) -> Place<'_> {
    Place {
        table: "secret_version",
        column: "sealed",
        row_id,
        project_id,
        secret_version: u64::try_from(version).unwrap_or(0),
        origin,
    }
}

/// The columns that the form decides, on creation and on edit.
pub(super) fn fields(draft: &CredentialDraft, secret_set_on: Day) -> CredentialChanges {
    let json = |list: &[String]| serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned());
    let search = [
        draft.name.as_str(),
        &draft.description,
        draft.host.as_str(),
        &draft.username,
        &draft.paths.join("\n"),
        &draft.owner,
        &draft.environment,
        &draft.labels.join("\n"),
    ];
    CredentialChanges {
        name: Set(draft.name.clone()),
        name_key: Set(names::fold(&draft.name)),
        search_key: Set(names::fold(&search.join("\n"))),
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

/// The day on which something is due: the review, or the next rotation of the secret.
pub(super) fn renew_on(
    review_on: Option<Day>,
    rotate_every_days: Option<u32>,
    secret_set_on: Day,
) -> Option<Day> {
    let rotate = rotate_every_days.map(|days| secret_set_on.plus_days(i64::from(days)));
    review_on.into_iter().chain(rotate).min()
}

pub(super) fn name_taken() -> FieldError {
    FieldError::new(
        "name",
        "Another credential in this project has this name. Capital and small letters count as the same. Choose another one.",
    )
}

fn missing(form: &CredentialForm) -> FieldError {
    if form.method == Method::GcpServiceAccountKey.word() {
        FieldError::new("key_json", "Paste the service account key, or upload its .json file.")
    } else {
        FieldError::new(
            "password",
            "Enter the password or token. It is stored encrypted and never shown again.",
        )
    }
}

fn other_google_hosts(draft: &CredentialDraft, also: &[String]) -> Vec<RegistryHost> {
    if draft.method != Method::GcpServiceAccountKey {
        return Vec::new();
    }
    GOOGLE_HOSTS
        .iter()
        .filter(|host| also.iter().any(|also| also == *host) && draft.host.as_str() != **host)
        .filter_map(|host| RegistryHost::stored(host))
        .collect()
}

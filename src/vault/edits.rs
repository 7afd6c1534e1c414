//! Edits of a credential. Blank keeps the secret; the host never changes; a save against an older
//! revision tells what changed meanwhile.

use super::credentials::{fields, is_wrong, name_taken};
use super::versions::NewVersion;
use super::{SecretInput, Vault, now};
use crate::domain::actor::Editor;
use crate::domain::audit::{Action, AuditEvent, Subject};
use crate::domain::credential::{Access, Credential, Method};
use crate::domain::credential_form::{CredentialDraft, CredentialForm};
use crate::domain::moment::Day;
use crate::domain::registry::{ParsedRegistry, RegistryHost};
use crate::error::{Change, Error, FieldError, Result};
use crate::store::{Set, Write, unless_taken};
use uuid::Uuid;

const SECRET_LABEL: &str = "Password or key";
const UNCHANGED: &str = "The secret is unchanged: it is the one that is stored already.";
const WAITS_ALREADY: &str = "The secret is unchanged: it is the one that waits already.";

impl Vault {
    /// Saves the form over the revision it was made from; gives the sentences for the next page.
    ///
    /// # Errors
    /// `Stale` when somebody saved meanwhile; `Invalid` for broken rules, a changed host, a changed
    /// method without a new secret, and a changed user name whose secret is to wait.
    pub async fn update_credential(
        &self,
        editor: &Editor,
        id: Uuid,
        revision: i64,
        form: &CredentialForm,
        secret: &SecretInput,
    ) -> Result<Vec<String>> {
        let project = editor.project().id;
        let write = self.store.write().await?;
        let stored = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        if revision != stored.revision {
            return Err(self.stale(&write, project, &stored, revision).await?);
        }
        let is_same_origin = is_same_origin(form, &stored);
        // The stored origin stands, whatever was typed; the rest is checked for it.
        let form = CredentialForm {
            registry_url: stored.summary.host.as_str().to_owned(),
            is_insecure: false,
            ..form.clone()
        };
        let checked = form.check_stored();
        let mut errors = checked.as_ref().err().cloned().unwrap_or_default();
        if !is_same_origin {
            errors.push(FieldError::new(
                "registry_url",
                "The registry of a credential cannot change: its secret is bound to that host. Add a new credential for the other one.",
            ));
        }
        let method = Method::from_word(&form.method).unwrap_or(stored.summary.method);
        let read = secret
            .read(method, form.username.trim())
            .map_err(|error| errors.push(error))
            .ok()
            .flatten();
        if method != stored.summary.method && read.is_none() && !has_secret_error(&errors) {
            let field = if method == Method::Password { "password" } else { "key_json" };
            errors.push(FieldError::new(
                field,
                "A change of the authentication method needs a new secret.",
            ));
        }
        let secret_field = if method == Method::Password { "password" } else { "key_json" };
        if form.is_staged && method != stored.summary.method {
            errors.push(FieldError::new(
                "method",
                "A secret that waits has to be for the method in use. Save the new method without waiting.",
            ));
        } else if form.is_staged && read.is_none() && !has_secret_error(&errors) {
            errors.push(FieldError::new(secret_field, "Enter the secret that is to wait."));
        }
        let is_another = |draft: &CredentialDraft| draft.username != stored.summary.username;
        let has_new_username = checked.as_ref().is_ok_and(is_another);
        if form.is_staged && has_new_username && !is_wrong(&errors, "method") {
            errors.push(FieldError::new(
                "username",
                "Until you switch, pipelines receive the current secret with the stored user name. Change the user name after that, or do not let the secret wait.",
            ));
        }
        self.check_name(&write, editor, &form, Some(id), &mut errors).await?;
        let owner = self.owner(&write, editor, &form, Some(&stored.owner), &mut errors).await?;
        let (Ok(draft), true) = (checked, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let draft = CredentialDraft { owner, ..draft };

        let at = now();
        let mut changed = changed_labels(&stored, &draft);
        let (origin, before) = (&stored.origin, Some(stored.secret.version));
        let new = NewVersion { credential: id, origin, method, before, waits: form.is_staged };
        let is_stored_already = match &read {
            Some(read) => self.is_stored_already(&write, project, &stored, &new, read, at).await?,
            None => false,
        };
        let new_secret = read.as_ref().filter(|_| !is_stored_already);
        let is_replaced = new_secret.is_some() && !form.is_staged;
        let secret_set_on = if is_replaced { at.day() } else { stored.secret.set_at.day() };
        let mut row = fields(&draft, secret_set_on);
        let mut version = None;
        if let Some(read) = new_secret {
            version = Some(self.set_secret(&write, editor, &mut row, new, read, at).await?);
            changed.push(SECRET_LABEL.to_owned());
        }
        let kind = stored.summary.kind();
        let mut about_secret: Vec<String> = Vec::new();
        if is_stored_already {
            about_secret.push(if form.is_staged { WAITS_ALREADY } else { UNCHANGED }.to_owned());
        }
        if let Some(read) = &read {
            about_secret.extend(read.notices(kind, method, &draft.username));
        }
        if changed.is_empty() {
            about_secret.insert(0, "Nothing was changed.".to_owned());
            return Ok(about_secret);
        }
        row.revision = Set(stored.revision + 1);
        row.updated_at = Set(at.0);
        row.updated_by = Set(editor.person().name.clone());
        let updated = write.credentials(project).update(id, row).await;
        updated.map_err(|error| unless_taken(error, Error::Invalid(vec![name_taken()])))?;
        let mut waiting = 0;
        let guards = draft.is_protected && draft.access == Access::PullAndPush;
        if guards && !stored.guards_its_secret() {
            waiting = write.grants(project).require_approval(id).await?;
        }
        let action = match (new_secret, form.is_staged) {
            (None, _) => Action::CredentialUpdated,
            (Some(_), false) => Action::SecretReplaced,
            (Some(_), true) => Action::SecretStaged,
        };
        let subject = Subject { id, name: draft.name.clone() };
        self.note(&write, project, Some(editor.person()), action, subject, changed.join(", "))
            .await?;
        write.commit().await?;
        let mut notices = vec![format!("{} was saved.", draft.name)];
        notices.extend(draft.changes);
        if waiting > 0 {
            notices.push("Grants of it wait for the approval of a second person now.".to_owned());
        }
        if let Some(version) = version {
            notices.push(if form.is_staged {
                format!(
                    "Version {version} of the secret waits. Pipelines receive version {} until you make {version} the current one.",
                    stored.secret.version
                )
            } else {
                format!("Pipelines receive version {version} of the secret from now on.")
            });
        }
        notices.extend(about_secret);
        Ok(notices)
    }

    /// What changed since `revision`: the labels come from the events of the saves since then (each
    /// save makes one), the values from the row. Of a secret, only that it was replaced.
    async fn stale(
        &self,
        write: &Write,
        project: Uuid,
        stored: &Credential,
        revision: i64,
    ) -> Result<Error> {
        let saves = u64::try_from(stored.revision - revision).unwrap_or(0).clamp(1, 50);
        let events = write.chain().about(project, stored.summary.id, saves + 50).await?;
        let is_save = |event: &&AuditEvent| {
            matches!(
                event.action,
                Action::CredentialUpdated
                    | Action::SecretReplaced
                    | Action::SecretStaged
                    | Action::SecretSwitched
                    | Action::CredentialDisabled
                    | Action::CredentialEnabled
            )
        };
        let since: Vec<&AuditEvent> =
            events.iter().filter(is_save).take(usize::try_from(saves).unwrap_or(1)).collect();
        let mut changes: Vec<Change> = Vec::new();
        for event in &since {
            let labels = match event.action {
                Action::CredentialDisabled | Action::CredentialEnabled => vec!["State"],
                Action::SecretSwitched => vec![SECRET_LABEL],
                _ => event.detail.split(", ").collect(),
            };
            for label in labels {
                if !changes.iter().any(|change| change.label == label) {
                    changes.push(Change { label: label.to_owned(), now: value(stored, label) });
                }
            }
        }
        let by = since.first().map(|event| event.actor.clone());
        Ok(Error::Stale { by, changes, revision: stored.revision })
    }
}

/// Whether what came as the registry is the stored one, in scheme and port as well, though the rest
/// of the form may be wrong. What was not sent is not changed.
fn is_same_origin(form: &CredentialForm, stored: &Credential) -> bool {
    let (typed, shown) = (form.registry_url.trim(), &stored.summary);
    if form.is_insecure && !shown.is_insecure {
        return false;
    }
    let is_same = |parsed: ParsedRegistry| {
        let is_of_other_scheme = if shown.is_insecure { parsed.is_https } else { parsed.is_http };
        shown.host.serves(shown.is_insecure, &parsed.host)
            && parsed.path.is_none()
            && !is_of_other_scheme
    };
    typed.is_empty()
        || typed == shown.host.as_str()
        || RegistryHost::parse(typed).is_ok_and(is_same)
}

fn has_secret_error(errors: &[FieldError]) -> bool {
    errors.iter().any(|error| ["password", "key_json", "key_file"].contains(&error.field.as_str()))
}

/// A field's label and its value for people, before and after.
fn values(stored: &Credential) -> [(&'static str, String); 14] {
    let shown = &stored.summary;
    let day = |day: Option<Day>| day.map(Day::to_text).unwrap_or_default();
    [
        ("Name", shown.name.clone()),
        ("Description", shown.description.clone()),
        ("Authentication method", shown.method.label().to_owned()),
        ("Username", shown.username.clone()),
        ("Email", stored.email.clone()),
        ("Repository path", shown.paths.join(", ")),
        ("Access", shown.access.label().to_owned()),
        ("Expires on", day(shown.expires_on)),
        ("Owner", stored.owner.clone()),
        ("Environment", stored.environment.clone()),
        ("Labels", stored.labels.join(", ")),
        ("Review date", day(stored.review_on)),
        ("Rotate every", stored.rotate_every_days.map(|n| format!("{n} days")).unwrap_or_default()),
        ("Protected", if stored.is_protected { "Yes" } else { "No" }.to_owned()),
    ]
}

fn value(stored: &Credential, label: &str) -> String {
    if label == SECRET_LABEL {
        return format!("replaced; version {} is stored", stored.secret.version);
    }
    if label == "State" {
        return if stored.summary.disabled_at.is_some() { "Disabled" } else { "Enabled" }
            .to_owned();
    }
    let found = values(stored).into_iter().find(|(name, _)| *name == label);
    found
        .map(|(_, value)| if value.is_empty() { "(empty)".to_owned() } else { value })
        .unwrap_or_default()
}

fn changed_labels(stored: &Credential, draft: &CredentialDraft) -> Vec<String> {
    let mut after = stored.clone();
    after.summary.name.clone_from(&draft.name);
    after.summary.description.clone_from(&draft.description);
    after.summary.method = draft.method;
    after.summary.username.clone_from(&draft.username);
    after.email.clone_from(&draft.email);
    after.summary.paths.clone_from(&draft.paths);
    after.summary.access = draft.access;
    after.summary.expires_on = draft.expires_on;
    after.owner.clone_from(&draft.owner);
    after.environment.clone_from(&draft.environment);
    after.labels.clone_from(&draft.labels);
    after.review_on = draft.review_on;
    after.rotate_every_days = draft.rotate_every_days;
    after.is_protected = draft.is_protected;
    values(stored)
        .iter()
        .zip(values(&after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((label, _), _)| (*label).to_owned())
        .collect()
}

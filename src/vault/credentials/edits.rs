//! Edits of a credential. Blank keeps the secret; the host never changes; a save against an older
//! revision tells what changed meanwhile.

mod ends;
mod replace;
mod said;

use super::doubts::{ask, of_twin, of_username, twin};
use super::guards::{ONLY_PROPOSED, PROPOSED, note_saved};
use super::versions::NewVersion;
use super::{Doubt, Saved, fields, is_wrong, name_taken};
use crate::domain::actor::Can;
use crate::domain::audit::{Action, AuditEvent, Detail, Field, FieldChange, Subject};
use crate::domain::credential::{Credential, CredentialSettings, Method};
use crate::domain::credential_form::{Asked, CredentialDraft, CredentialForm};
use crate::domain::expiry;
use crate::domain::found_expiry::FoundEnd;
use crate::domain::guard_change::LoweredGuards;
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::registry::{ParsedRegistry, RegistryHost};
use crate::error::{Change, Error, FieldError, Result};
use crate::store::{Set, Write, unless_taken};
use crate::vault::checks::soon;
use crate::vault::{SecretInput, Vault, now, today};
use uuid::Uuid;

impl Vault {
    /// Saves the form over the revision it was made from; gives the sentences for the next page.
    ///
    /// # Errors
    /// `Stale` when somebody saved meanwhile; `Invalid` for broken rules, a changed host, a changed
    /// method without a new secret, and a changed user name whose secret is to wait; `Questioned` for
    /// what is probably not meant.
    pub async fn update_credential(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        revision: i64,
        form: &CredentialForm,
        secret: &SecretInput,
    ) -> Result<Saved> {
        self.save(editor, id, revision, form, secret, None).await
    }

    /// The same; `ends` is the last day of a secret that waits, blank for none.
    async fn save(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        revision: i64,
        form: &CredentialForm,
        secret: &SecretInput,
        mut ends: Option<String>,
    ) -> Result<Saved> {
        let project = editor.project().id;
        let write = self.write_by(editor).await?;
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
                "The registry of a credential cannot change, because its secret is bound to that host. Add a new credential for the other registry.",
            ));
        }
        let method = Method::from_word(&form.method).unwrap_or(stored.summary.method);
        let read = secret
            .read(method, form.username.trim())
            .map_err(|error| errors.push(error))
            .ok()
            .flatten();
        let secret_field = method.secret_field();
        if method != stored.summary.method && read.is_none() && !has_secret_error(&errors) {
            let message = "Another authentication method needs a new secret.";
            errors.push(FieldError::new(secret_field, message));
        }
        if form.is_staged && method != stored.summary.method {
            errors.push(FieldError::new(
                "method",
                "A staged secret must be for the current authentication method. Save the new method without staging.",
            ));
        } else if form.is_staged && read.is_none() && !has_secret_error(&errors) {
            errors.push(FieldError::new(secret_field, "Enter the secret to stage."));
        }
        let is_another =
            |draft: &CredentialDraft| draft.settings.username != stored.summary.username;
        let has_new_username = checked.as_ref().is_ok_and(is_another);
        if form.is_staged && has_new_username && !is_wrong(&errors, "method") {
            errors.push(FieldError::new(
                "username",
                "Pipelines receive the current secret with the stored username until the staged secret is current. Change the username after that, or save without staging.",
            ));
        }
        let typed = (secret_field, read.as_ref());
        errors.extend(self.known_to_others(&write, project, &stored, typed).await?);
        self.check_name(&write, editor, &form, Some(id), &mut errors).await?;
        let owner = self.owner(&write, editor, &form, Some(&stored.owner), &mut errors).await?;
        let (Ok(draft), true) = (checked, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let mut settings = CredentialSettings { owner, ..draft.settings };
        let lowered = LoweredGuards::split(&stored, &mut settings);
        let until = ends.as_deref().map_or(settings.expires_on, Day::parse);
        let stored_until = stored.summary.expires_on.filter(|_| ends.is_none());
        let (read_now, waits) = (read.as_ref(), form.is_staged);
        let found = ends::fill_in(read_now, &stored, waits, &mut settings, &mut ends);
        let told = found.map(FoundEnd::day);
        let mut changed = CredentialSettings::from(&stored).diff(&settings);
        let proposed = self.propose(&write, editor, &stored, lowered).await?;
        let at = now();
        let (origin, before) = (&stored.origin, Some(stored.secret.version));
        let kind = stored.summary.kind();
        let doubt = read.as_ref().and_then(|read| read.doubt(kind, method, &settings.username));
        let is_without_end = ends.as_deref() == Some("");
        let before_ends = stored.summary.expires_on;
        let (credential, username) = (id, settings.username.as_str());
        let new = NewVersion {
            credential,
            origin,
            username,
            method,
            before,
            before_ends,
            waits,
            doubt,
            ends,
        };
        let stored_as = match &read {
            Some(read) => self.stored_as(&write, project, &stored, &new, read).await?,
            None => None,
        };
        let new_secret = read.as_ref().filter(|_| stored_as.is_none());
        let is_replaced = new_secret.is_some() && !form.is_staged;
        let secret = doubt.filter(|_| new_secret.is_some());
        let narrowed = self.narrowed_in(&write, project, &stored, &settings).await?;
        let narrowed = [of_username(kind, &settings.username, has_new_username), narrowed].concat();
        let asked = Asked { today: today(), stored_until, is_replaced, secret, told };
        ask(&form, until, asked, narrowed)?;
        let secret_set_on = if is_replaced { at.day() } else { stored.secret.set_at.day() };
        let mut row = fields(&settings, &stored.summary.host, secret_set_on);
        if has_new_username {
            self.reseal_for(&write, project, &stored, username).await?;
            write.checks(project).replaced(id, soon(at)).await?;
        }
        let mut version = None;
        if let Some(read) = new_secret {
            version = Some(self.set_secret(&write, editor, &mut row, new, read, at).await?);
            changed.push(FieldChange::secret());
        }
        let mut about_secret: Vec<String> = Vec::new();
        if let Some(stored_as) = stored_as {
            about_secret.push(said::of_stored(stored_as, form.is_staged).to_owned());
        }
        if let Some(read) = &read {
            about_secret.extend(read.notices(kind, method, &settings.username));
        }
        if changed.is_empty() {
            let said = if proposed.is_some() { ONLY_PROPOSED } else { "No changes to save." };
            about_secret.insert(0, said.to_owned());
            if let Some(recorded) = proposed {
                write.commit(recorded).await?;
            }
            return Ok(Saved { id, notices: about_secret, doubt: None });
        }
        row.revision = Set(stored.revision + 1);
        row.updated_at = Set(at.0);
        row.updated_by = Set(editor.person().name.clone());
        let updated = write.credentials(project).update(id, row).await;
        updated.map_err(|error| unless_taken(error, Error::Invalid(vec![name_taken()])))?;
        let waiting = note_saved(&write, project, &stored, settings.is_protected).await?;
        let action = match (new_secret, form.is_staged) {
            (None, _) => Action::CredentialUpdated,
            (Some(_), false) => Action::SecretReplaced,
            (Some(_), true) => Action::SecretStaged,
        };
        let (host, is_insecure) = (&stored.summary.host, stored.summary.is_insecure);
        let twin = twin(&write, project, id, (host, is_insecure), &settings).await?;
        // A disabled one is in nobody's way.
        let twin = twin.filter(|_| stored.summary.disabled_at.is_none());
        let subject = Subject { id, name: settings.name.clone() };
        let what = (action, subject, Detail::Changed(changed));
        let recorded = self.record_event_at(&write, project, (editor, at), what).await?;
        write.commit(recorded).await?;
        let mut notices = vec![format!("{} was saved.", settings.name)];
        notices.extend(draft.changes);
        if proposed.is_some() {
            notices.push(PROPOSED.to_owned());
        }
        if waiting > 0 {
            notices.push("Its grants now wait for a second person's approval.".to_owned());
        }
        if let Some(version) = version {
            let (current, is_disabled) =
                (stored.secret.version, stored.summary.disabled_at.is_some());
            notices.push(said::of_new(version, current, form.is_staged, is_disabled));
        }
        notices.extend(about_secret);
        notices.extend(ends::said(found, version, waits, at));
        notices.extend(twin.as_ref().map(of_twin));
        let lost = before_ends.filter(|_| settings.expires_on.is_none());
        notices.extend(lost.map(|day| expiry::lost(&settings.name, day)));
        let undated = version.filter(|_| is_without_end && before_ends.is_some());
        notices.extend(undated.map(said::of_undated));
        // Who only empties the field means it.
        let is_undated = lost.is_some() && read.is_some();
        let is_doubtful = secret.is_some() || new_secret.is_some_and(|read| read.has_edge());
        let doubt = is_doubtful.then_some(Doubt::Secret).or(twin.map(Doubt::Twin));
        let doubt = doubt.or(is_undated.then_some(Doubt::Undated));
        Ok(Saved { id, notices, doubt })
    }

    /// What changed since `revision`: the fields come from the events of the saves since then (each
    /// save makes one), the values from the row. Of a secret, only that it was replaced.
    async fn stale(
        &self,
        write: &Write,
        project: Uuid,
        stored: &Credential,
        revision: i64,
    ) -> Result<Error> {
        let saves =
            u64::try_from(stored.revision.saturating_sub(revision)).unwrap_or(0).clamp(1, 50);
        let events = write.chain().about(project, stored.summary.id, saves + 50).await?;
        let is_save = |event: &&AuditEvent| event.action.saves_credential();
        let since: Vec<&AuditEvent> =
            events.iter().filter(is_save).take(usize::try_from(saves).unwrap_or(1)).collect();
        let mut changes: Vec<Change> = Vec::new();
        for field in since.iter().flat_map(|event| fields_of(event)) {
            let label = field.label();
            if !changes.iter().any(|change| change.label == label) {
                changes.push(Change { label: label.to_owned(), now: value(stored, field) });
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

fn fields_of(event: &AuditEvent) -> Vec<Field> {
    match (event.action, &event.detail) {
        (
            Action::CredentialDisabled | Action::CredentialEnabled | Action::CredentialCompromised,
            _,
        ) => vec![Field::State],
        (Action::SecretSwitched, _) => vec![Field::Secret],
        (_, Detail::Changed(changes)) => changes.iter().map(|change| change.field).collect(),
        // Older events list the labels of the form.
        (_, Detail::Text(labels)) => labels.split(", ").filter_map(Field::from_label).collect(),
        _ => Vec::new(),
    }
}

fn value(stored: &Credential, field: Field) -> String {
    match field {
        Field::Secret => format!("replaced; version {} is stored", stored.secret.version),
        Field::State if stored.summary.disabled_at.is_some() => "Disabled".to_owned(),
        Field::State => "Enabled".to_owned(),
        _ => {
            let value = CredentialSettings::from(stored).value(field).unwrap_or_default();
            if value.is_empty() { "(empty)".to_owned() } else { value }
        }
    }
}

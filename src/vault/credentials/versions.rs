//! Versions of a secret. Every change makes one. The last few are kept, so that a change can be
//! undone, and one can be staged beside the current one.

use super::guards::note_saved;
use super::hindered::Hindered;
use super::renew_on;
use super::seals::{login_of, secret_place};
use super::secret_input::ReadSecret;
use crate::crypto::blob::Login;
use crate::domain::actor::{Can, Confirmed};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::{Credential, Method};
use crate::domain::moment::{Day, Moment};
use crate::domain::permission::of;
use crate::domain::registry_kind::PersonalToken;
use crate::domain::secret_version::{SecretVersion, VersionState};
use crate::error::{Error, Result};
use crate::store::{CredentialChanges, Set, VersionRow, Write};
use crate::vault::checks::soon;
use crate::vault::{Vault, now};
use uuid::Uuid;

const SHOWN: u64 = 20;
/// The newest ones, among which those are looked for that are not kept any more: older ones are
/// destroyed already.
pub(super) const LOOKED_AT: u64 = 100;

pub(super) struct NewVersion<'a> {
    pub(super) credential: Uuid,
    pub(super) origin: &'a str,
    /// The user name that it is sent with.
    pub(super) username: &'a str,
    pub(super) method: Method,
    /// The version that was current until now, if there is one.
    pub(super) before: Option<i64>,
    /// The last day of that one.
    pub(super) before_ends: Option<Day>,
    /// Whether it waits beside that one instead of taking its place.
    pub(super) waits: bool,
    /// What looks wrong with it.
    pub(super) doubt: Option<&'static str>,
    /// The last day of one that waits, blank when it has none.
    pub(super) ends: Option<String>,
}

impl Vault {
    /// Seals the secret as the next version, destroys those that are not kept any more, and sets
    /// the credential's account of it, unless it waits; gives its number.
    pub(super) async fn set_secret(
        &self,
        write: &Write,
        editor: &Can<of::RegistryWrite>,
        row: &mut CredentialChanges,
        new: NewVersion<'_>,
        read: &ReadSecret,
        at: Moment,
    ) -> Result<i64> {
        let (id, project) = (Uuid::now_v7(), editor.project().id);
        let secrets = write.secrets(project);
        let version = secrets.newest(new.credential).await? + 1;
        let login = Login { credential_id: new.credential, username: new.username };
        let place = secret_place(id, project, version, new.origin, login);
        let sealed = self.keys.ring().seal(&place, read.secret.expose())?;
        let under = self.may_store(write, &sealed).await?;
        let by = editor.person().name.clone();
        let key_file = read.key_file.as_ref().and_then(|key| serde_json::to_string(key).ok());
        let version_row = VersionRow {
            id,
            credential_id: new.credential,
            version,
            key_version: under,
            sealed,
            method: new.method,
            key_file: key_file.clone(),
            fingerprint: self.fingerprint(project, read.secret.expose()),
            staged_at: new.waits.then_some(at.0),
            doubt: new.doubt.map(str::to_owned),
            token: PersonalToken::of(read.secret.expose()),
            expires_on: new.ends,
            created_at: at.0,
            created_by: by.clone(),
        };
        secrets.insert(version_row).await?;
        let current = if new.waits { new.before.unwrap_or(version) } else { version };
        let stored = secrets.versions(new.credential, current, LOOKED_AT).await?;
        let keep = usize::from(self.settings.keep_versions);
        let spent = spent(&stored, version, new.before, keep);
        secrets.destroy(new.credential, &spent, at.0).await?;
        if !new.waits {
            if let Some(before) = new.before {
                secrets.keep_last_day(new.credential, before, new.before_ends).await?;
                write.checks(project).replaced(new.credential, soon(at)).await?;
            }
            row.secret_version = Set(version);
            row.secret_set_at = Set(at.0);
            row.secret_set_by = Set(by);
            row.secret_unreadable_at = Set(None);
            row.key_file = Set(key_file);
            row.secret_doubt = Set(new.doubt.map(str::to_owned));
        }
        Ok(version)
    }

    /// The versions of a credential's secret, newest first.
    pub(super) async fn secret_versions(
        &self,
        reader: &Can<of::RegistryRead>,
        credential: &Credential,
    ) -> Result<Vec<SecretVersion>> {
        let secrets = self.store.secrets(reader.project().id);
        let (id, current) = (credential.summary.id, credential.secret.version);
        Ok(secrets.versions(id, current, SHOWN).await?)
    }

    /// Makes a staged or previous version the current one; gives the credential's name, the last day that
    /// it had if it has none any more, and what keeps pipelines from getting on with it.
    ///
    /// # Errors
    /// `Conflict` when it was destroyed, does not open, or signs in by another method than the
    /// credential; `NotFound` when there is none; `Unavailable` when this server lacks a key.
    pub async fn make_current(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        version: i64,
    ) -> Result<(String, Option<Day>, Hindered)> {
        let project = editor.project().id;
        let write = self.write_by(editor).await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        let chosen = one(&write, project, &found, version).await?;
        let name = found.summary.name.clone();
        if chosen.state == VersionState::Current {
            drop(write);
            return Ok((name, None, self.hindered((project, editor.person().id), id).await));
        }
        if !chosen.can_be_current() {
            return Err(Error::Conflict(format!(
                "Version {version} cannot be current: its secret was destroyed or cannot be decrypted."
            )));
        }
        if let Some(sentence) = chosen.unfit_for(&found) {
            return Err(Error::Conflict(sentence));
        }
        let unreadable = || {
            Error::Conflict(format!(
                "Version {version} cannot be current: its stored secret cannot be decrypted."
            ))
        };
        let stored = write.secrets(project).sealed(id, version).await?.ok_or_else(unreadable)?;
        let place = secret_place(stored.id, project, version, &found.origin, login_of(&found));
        // Opened once before pipelines depend on it.
        if self.open_stored(&place, &stored.sealed).await?.is_err() {
            return Err(unreadable());
        }
        let at = now().0;
        let set_on = chosen.set_at.day();
        let mut row = CredentialChanges {
            secret_version: Set(version),
            secret_set_at: Set(chosen.set_at.0),
            secret_set_by: Set(chosen.set_by),
            secret_unreadable_at: Set(None),
            key_file: Set(stored.key_file),
            secret_doubt: Set(stored.doubt),
            renew_on: Set(
                renew_on(found.review_on, found.rotate_every_days, set_on).map(Day::to_text)
            ),
            revision: Set(found.revision + 1),
            updated_at: Set(at),
            updated_by: Set(editor.person().name.clone()),
            ..CredentialChanges::default()
        };
        let (before, ends) = (found.secret.version, found.summary.expires_on);
        let is_undated = stored.expires_on.as_deref() == Some("");
        if let Some(day) = stored.expires_on {
            row.expires_on = Set(Some(day).filter(|day| !day.is_empty()));
        }
        write.secrets(project).keep_last_day(id, before, ends).await?;
        write.secrets(project).unstage(id, version).await?;
        write.checks(project).replaced(id, soon(now())).await?;
        write.credentials(project).update(id, row).await?;
        note_saved(&write, project, &found, found.is_protected).await?;
        let detail = Detail::Versions { from: found.secret.version, to: version };
        let what = (Action::SecretSwitched, Subject { id, name: name.clone() }, detail);
        self.commit_event(write, project, editor, what).await?;
        let hindered = self.hindered((project, editor.person().id), id).await;
        Ok((name, ends.filter(|_| is_undated), hindered))
    }

    /// Destroys the ciphertext of a version that is not the current one; gives the credential's name.
    ///
    /// # Errors
    /// `Conflict` for the current one; `NotFound` when there is none.
    pub async fn destroy_version(
        &self,
        remover: &Can<of::RegistryDelete>,
        _: Confirmed,
        id: Uuid,
        version: i64,
    ) -> Result<String> {
        let project = remover.project().id;
        let write = self.write_by(remover).await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        let chosen = one(&write, project, &found, version).await?;
        let name = found.summary.name.clone();
        if version == found.secret.version {
            return Err(Error::Conflict(
                "The current version cannot be destroyed. Save another secret first, or delete the credential."
                    .to_owned(),
            ));
        }
        if chosen.state == VersionState::Destroyed {
            return Ok(name);
        }
        write.secrets(project).destroy(id, &[version], now().0).await?;
        let subject = Subject { id, name: name.clone() };
        let what = (Action::SecretDestroyed, subject, Detail::Version(version));
        self.commit_event(write, project, remover, what).await?;
        Ok(name)
    }
}

async fn one(
    write: &Write,
    project: Uuid,
    found: &Credential,
    version: i64,
) -> Result<SecretVersion> {
    let (id, current) = (found.summary.id, found.secret.version);
    write.secrets(project).version(id, version, current).await?.ok_or(Error::NotFound)
}

/// The versions whose ciphertext is not kept once `newest` was stored: all but the last `keep` that
/// could be delivered, and what waited if the newest waits in its place. The current one stays, and
/// so does the one `before` it: of those that were replaced it is the one that is known to work.
fn spent(stored: &[SecretVersion], newest: i64, before: Option<i64>, keep: usize) -> Vec<i64> {
    let is_before = |one: &SecretVersion| keep > 1 && before == Some(one.version);
    let waits = |one: &SecretVersion| one.state == VersionState::Staged;
    let newest_waits = stored.iter().any(|one| one.version == newest && waits(one));
    let mut kept = stored.iter().filter(|one| is_before(one) && !is_current(one)).count();
    let mut spent = Vec::new();
    for one in stored {
        match one.state {
            VersionState::Destroyed => {}
            VersionState::Current => kept += 1,
            VersionState::Staged if newest_waits && one.version != newest => {
                spent.push(one.version);
            }
            VersionState::Staged => {}
            VersionState::Kept | VersionState::Unreadable if is_before(one) => {}
            VersionState::Kept | VersionState::Unreadable => {
                kept += 1;
                if kept > keep {
                    spent.push(one.version);
                }
            }
        }
    }
    spent
}

fn is_current(one: &SecretVersion) -> bool {
    one.state == VersionState::Current
}

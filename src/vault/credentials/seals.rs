//! What a secret's seal is bound to: where it lies, and whose it is. Here secrets are opened and sealed
//! that are compared with a new one, or that get another user name.

use super::secret_input::ReadSecret;
use super::versions::{LOOKED_AT, NewVersion};
use crate::crypto::CryptoError;
use crate::crypto::blob::{self, Format, Login, Place};
use crate::crypto::digest::same;
use crate::domain::credential::Credential;
use crate::domain::secret_version::VersionState;
use crate::error::{Error, Result};
use crate::store::{SealedRow, Write};
use crate::vault::Vault;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Where a secret lies, and whose it is, as its seal is bound to it (security 3.3). The origin is made
/// from the host, so that a row whose host was changed does not open.
pub(in crate::vault) fn secret_place<'a>(
    row_id: Uuid,
    project_id: Uuid,
    version: i64,
    origin: &'a str,
    login: Login<'a>,
) -> Place<'a> {
    Place {
        table: "secret_version",
        column: "sealed",
        row_id,
        project_id,
        secret_version: u64::try_from(version).unwrap_or(0),
        origin,
        login: Some(login),
    }
}

/// The same of a stored secret of any project.
pub(in crate::vault) fn place_of<'a>(row: &'a SealedRow, origin: &'a str) -> Place<'a> {
    let login = Login { credential_id: row.credential_id, username: &row.username };
    secret_place(row.id, row.project_id, row.version, origin, login)
}

/// What the stored versions of the credential's secret are bound to.
pub(super) fn login_of(credential: &Credential) -> Login<'_> {
    let shown = &credential.summary;
    Login { credential_id: shown.id, username: &shown.username }
}

/// As which version a secret is stored already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoredAs {
    Current,
    Waiting,
}

impl Vault {
    /// What is sealed there, or why it does not open.
    ///
    /// # Errors
    /// `Unavailable` when this server lacks a key: the secret is whole, and another server opens it.
    pub(in crate::vault) async fn open_stored(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Result<Zeroizing<Vec<u8>>, CryptoError>> {
        match self.keys.open(&self.store, place, sealed).await {
            Err(CryptoError::WrongKek) => Err(Error::Unavailable),
            opened => Ok(opened),
        }
    }

    /// The current secret of a credential, for its registry.
    ///
    /// # Errors
    /// `Conflict` when it cannot be read; `Unavailable` when this server lacks a key.
    pub(in crate::vault) async fn current_secret(
        &self,
        project: Uuid,
        found: &Credential,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let (shown, version) = (&found.summary, found.secret.version);
        let unreadable = || {
            Error::Conflict(
                "The stored secret cannot be read, so it was not checked. Replace it.".to_owned(),
            )
        };
        let stored = self.store.secrets(project).sealed(shown.id, version).await?;
        let stored = stored.ok_or_else(unreadable)?;
        // From the host, not from a stored origin: a row that was re-pointed does not open.
        let origin = shown.host.origin(shown.is_insecure);
        let place = secret_place(stored.id, project, version, &origin, login_of(found));
        self.open_stored(&place, &stored.sealed).await?.map_err(|_| unreadable())
    }

    /// Where the secret is stored already: as the current version or, if it is to wait, as the one that
    /// waits. One more version of it would only push out others.
    pub(super) async fn stored_as(
        &self,
        write: &Write,
        project: Uuid,
        stored: &Credential,
        new: &NewVersion<'_>,
        read: &ReadSecret,
    ) -> Result<Option<StoredAs>> {
        // Saved for another method, or in place of what does not open, it is a new one.
        if new.method != stored.summary.method || stored.summary.unreadable_at.is_some() {
            return Ok(None);
        }
        if !self.may_compare(project) {
            return Ok(None);
        }
        let (secrets, current) = (write.secrets(project), stored.secret.version);
        let mut places = vec![(StoredAs::Current, current)];
        if new.waits {
            let versions = secrets.versions(new.credential, current, LOOKED_AT).await?;
            let waiting = versions.iter().find(|one| one.state == VersionState::Staged);
            places.extend(waiting.map(|one| (StoredAs::Waiting, one.version)));
        }
        for (stored_as, version) in places {
            let Some(kept) = secrets.sealed(new.credential, version).await? else { continue };
            let place = secret_place(kept.id, project, version, new.origin, login_of(stored));
            // One that this server cannot open is not another one.
            let opened = self.open_stored(&place, &kept.sealed).await?;
            if opened.is_ok_and(|secret| same(&secret, read.secret.expose())) {
                self.was_the_same(project);
                return Ok(Some(stored_as));
            }
        }
        Ok(None)
    }

    /// Seals every stored version of the credential's secret again for the user name that it has from now
    /// on, in the transaction that changes it. One that does not open stays as it is, and so does one in
    /// the older format whose row somebody else wrote: nothing says that it is this credential's, and
    /// once somebody answers for the row it opens with any name.
    pub(super) async fn reseal_for(
        &self,
        write: &Write,
        project: Uuid,
        stored: &Credential,
        username: &str,
    ) -> Result<()> {
        let (credential_id, origin) = (stored.summary.id, stored.origin.as_str());
        let secrets = write.secrets(project);
        for kept in secrets.lock_sealed(credential_id).await? {
            if !kept.is_ours && blob::format(&kept.sealed) != Ok(Format::Bound) {
                continue;
            }
            let at = |login| secret_place(kept.id, project, kept.version, origin, login);
            let secret = match self.open_stored(&at(login_of(stored)), &kept.sealed).await? {
                Ok(secret) => secret,
                Err(error) => {
                    tracing::error!(credential = %credential_id, version = kept.version, error = %error, "a stored secret does not open");
                    continue;
                }
            };
            let sealed = self.keys.ring().seal(&at(Login { credential_id, username }), &secret)?;
            let under = self.may_store(write, &sealed).await?;
            secrets.reseal(kept.id, under, sealed).await?;
        }
        Ok(())
    }
}

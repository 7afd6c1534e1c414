//! Which credentials of a project hold the same secret: when one of them leaks or is rotated, the
//! others are concerned as well.
//!
//! A fingerprint under a key of its own tells it, so nothing can be tried against the database
//! alone. Typing guesses into new credentials to see whether they are reported would be an oracle,
//! so only so many secrets of a project are compared in an hour; the others are not compared.

use crate::domain::actor::Can;
use crate::domain::credential::{Credential, Method, Summary};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::error::Result;
use crate::store::Write;
use crate::vault::Vault;
use uuid::Uuid;

/// Secrets of one project that are compared in an hour, with others and with the one before.
const COMPARED_PER_HOUR: i64 = 60;

impl Vault {
    /// The fingerprint to store with a new secret; `None` when there were too many this hour.
    pub(super) async fn fingerprint(
        &self,
        write: &Write,
        project: Uuid,
        secret: &[u8],
        at: Moment,
    ) -> Result<Option<Vec<u8>>> {
        // Not counted among the versions: those of a try can be destroyed by the next one.
        let is_allowed = counted(write, &format!("same-secret:{project}"), at).await?;
        Ok(is_allowed.then(|| self.keys.ring().fingerprint(project, secret).to_vec()))
    }

    /// Whether one more secret may be held against the version that it would replace. Those that
    /// turn out to be the same are given back by [`Self::was_the_same`]: only guesses cost.
    pub(super) async fn may_compare(
        &self,
        write: &Write,
        project: Uuid,
        at: Moment,
    ) -> Result<bool> {
        counted(write, &guesses(project), at).await
    }

    /// The last one was the same.
    pub(super) async fn was_the_same(&self, write: &Write, project: Uuid) -> Result<()> {
        Ok(write.attempts().decrement(&guesses(project)).await?)
    }

    /// The other credentials of the project that hold the same secret, by name. A Google key that
    /// is stored for several Google hosts is meant to be the same.
    pub(super) async fn same_secret(
        &self,
        reader: &Can<of::RegistryRead>,
        credential: &Credential,
    ) -> Result<Vec<(Uuid, String)>> {
        let others = self.store.secrets(reader.project().id).same_as(credential).await?;
        let mine = &credential.summary;
        Ok(others
            .into_iter()
            .filter(|other| !is_meant(mine, other))
            .map(|other| (other.id, other.name))
            .collect())
    }
}

/// Counts one more; whether it is within what an hour allows.
async fn counted(write: &Write, key: &str, at: Moment) -> Result<bool> {
    let from = at.plus_seconds(-3_600).0;
    Ok(write.attempts().add(key, from, at.0).await?.0 <= COMPARED_PER_HOUR)
}

fn guesses(project: Uuid) -> String {
    format!("same-version:{project}")
}

fn is_meant(one: &Summary, other: &Summary) -> bool {
    let takes_key =
        |one: &Summary| one.method == Method::GcpServiceAccountKey && one.kind().takes_key_file();
    takes_key(one) && takes_key(other) && one.host != other.host
}

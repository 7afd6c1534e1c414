//! Which credentials of a project hold the same secret: when one of them leaks or is rotated, the
//! others are concerned as well.
//!
//! A fingerprint under a key of its own tells it, so nothing can be tried against the database
//! alone. Typing guesses into new credentials to see whether they are reported would be an oracle,
//! so only so many secrets of a project are compared in an hour; the others are not compared.

use super::Vault;
use crate::domain::actor::Reader;
use crate::domain::credential::{Credential, Method, Summary};
use crate::domain::moment::Moment;
use crate::error::Result;
use crate::store::Write;
use uuid::Uuid;

/// Secrets of one project that are compared in an hour.
const AN_HOUR: i64 = 60;

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
        let (key, from) = (format!("same-secret:{project}"), at.plus_seconds(-3_600).0);
        if write.attempts().add(&key, from, at.0).await?.0 > AN_HOUR {
            return Ok(None);
        }
        Ok(Some(self.keys.ring().fingerprint(project, secret).to_vec()))
    }

    /// The other credentials of the project that hold the same secret, by name. A Google key that
    /// is stored for several Google hosts is meant to be the same.
    pub(super) async fn same_secret(
        &self,
        reader: &Reader,
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

fn is_meant(one: &Summary, other: &Summary) -> bool {
    let takes_key =
        |one: &Summary| one.method == Method::GcpServiceAccountKey && one.kind().takes_key_file();
    takes_key(one) && takes_key(other) && one.host != other.host
}

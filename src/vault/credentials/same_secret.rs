//! Which credentials of a project hold the same secret: when one of them leaks or is rotated, the
//! others are concerned as well.
//!
//! A fingerprint under a key of its own tells it, so nothing can be tried against the database
//! alone. When that key is rotated, equal secrets are told again once the job has made the older
//! fingerprints anew. Typing guesses into new credentials to see whether they are reported would be an oracle,
//! so only so many secrets of a project are compared in an hour; the others are not compared.

use crate::domain::actor::Can;
use crate::domain::credential::{Credential, Method, Summary};
use crate::domain::permission::of;
use crate::error::Result;
use crate::store::Fingerprint;
use crate::vault::Vault;
use crate::vault::attempts::Limit;
use crate::vault::keys::fingerprint_of;
use uuid::Uuid;

/// Secrets of one project that are compared in an hour, with others and with the one before.
const COMPARED: Limit = Limit { most: 60, window: 3_600 };

impl Vault {
    /// The fingerprint to store with a new secret; `None` when there were too many this hour.
    pub(super) fn fingerprint(&self, project: Uuid, secret: &[u8]) -> Option<Fingerprint> {
        // Not counted among the versions: those of a try can be destroyed by the next one.
        let is_allowed = self.is_one_of_few(&format!("same-secret:{project}"));
        is_allowed.then(|| fingerprint_of(&self.keys.ring(), project, secret))
    }

    /// Whether one more secret may be held against the version that it would replace. Those that
    /// turn out to be the same are given back by [`Self::was_the_same`]: only guesses cost.
    pub(super) fn may_compare(&self, project: Uuid) -> bool {
        self.is_one_of_few(&guesses(project))
    }

    /// The last one was the same.
    pub(super) fn was_the_same(&self, project: Uuid) {
        self.attempts.take_back(&guesses(project));
    }

    /// Counts one more; whether it is within what an hour allows.
    fn is_one_of_few(&self, key: &str) -> bool {
        self.attempts.add(key, COMPARED) <= COMPARED.most
    }

    /// The other credentials of the project that hold the same secret, by name. A Google key that
    /// is stored for several Google hosts is meant to be the same.
    pub(super) async fn same_secret(
        &self,
        reader: &Can<of::RegistryRead>,
        credential: &Credential,
    ) -> Result<Vec<(Uuid, String)>> {
        self.same_secret_in(reader.project().id, credential).await
    }

    /// The same for who looks at all of a project.
    pub(in crate::vault) async fn same_secret_in(
        &self,
        project: Uuid,
        credential: &Credential,
    ) -> Result<Vec<(Uuid, String)>> {
        let others = self.store.secrets(project).same_as(credential).await?;
        let mine = &credential.summary;
        Ok(others
            .into_iter()
            .filter(|other| !is_meant(mine, other))
            .map(|other| (other.id, other.name))
            .collect())
    }
}

fn guesses(project: Uuid) -> String {
    format!("same-version:{project}")
}

fn is_meant(one: &Summary, other: &Summary) -> bool {
    let takes_key =
        |one: &Summary| one.method == Method::GcpServiceAccountKey && one.kind().takes_key_file();
    takes_key(one) && takes_key(other) && one.host != other.host
}

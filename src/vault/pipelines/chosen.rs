//! The credentials that a form grants, each with what for.

use crate::domain::actor::Granter;
use crate::domain::credential::{Access, Credential};
use crate::domain::grant::CREDENTIALS_MAX;
use crate::error::{Error, Result};
use crate::store::Write;
use crate::vault::Vault;
use std::collections::BTreeMap;
use uuid::Uuid;

impl Vault {
    /// The credentials with these ids, each with what it is granted for. They are locked, in one
    /// order: a save that protects one meanwhile sees the grant or is waited for.
    ///
    /// # Errors
    /// `Invalid` at `credentials`, with every name that cannot be granted for that.
    pub(super) async fn chosen_for(
        &self,
        write: &Write,
        granter: &Granter,
        wanted: Vec<(String, Access)>,
    ) -> Result<Vec<(Credential, Access)>> {
        if let Some(message) = too_many(wanted.len()) {
            return Err(Error::at("credentials", message));
        }
        let credentials = write.credentials(granter.project().id);
        // By the id, and so each once.
        let wanted: BTreeMap<Option<Uuid>, Access> =
            wanted.into_iter().map(|(id, access)| (Uuid::parse_str(&id).ok(), access)).collect();
        let (mut chosen, mut pull_only) = (Vec::new(), Vec::new());
        for (id, access) in wanted {
            let found = match id {
                Some(id) => credentials.lock(id).await?,
                None => None,
            };
            let Some(credential) = found else {
                return Err(Error::at(
                    "credentials",
                    "One of these credentials was deleted. Choose again.",
                ));
            };
            if credential.summary.access.satisfies(access) {
                chosen.push((credential, access));
            } else {
                pull_only.push(credential.summary.name);
            }
        }
        match only_pull(&pull_only) {
            Some(message) => Err(Error::at("credentials", message)),
            None => Ok(chosen),
        }
    }
}

/// What is said when so many are chosen.
pub(super) fn too_many(count: usize) -> Option<String> {
    (count > CREDENTIALS_MAX)
        .then(|| format!("Choose at most {CREDENTIALS_MAX} credentials at once."))
}

/// What is said of credentials that were chosen to push and can only pull.
pub(super) fn only_pull(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [name] => {
            Some(format!("{name} can only pull. Choose Pull, or remove it from the selection."))
        }
        names => Some(format!(
            "{} can only pull. Choose Pull for each of them, or remove them from the selection.",
            names.join(", ")
        )),
    }
}

//! What stands on the other pages of a credential: its versions, what was done to it, and how it is
//! fetched.

use crate::domain::actor::Can;
use crate::domain::choosing::{Choices, Sought};
use crate::domain::credential_page::{Activity, Connection, CredentialHead, VersionInUse};
use crate::domain::permission::{Permission, of};
use crate::domain::secret_version::SecretVersion;
use crate::error::{Error, Result};
use crate::vault::Vault;
use crate::vault::pipelines::tied;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Events on a page.
const EVENTS: u64 = 25;

impl Vault {
    /// The versions of its secret, newest first.
    pub async fn credential_versions(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, Vec<SecretVersion>)> {
        self.count_receipts(reader.project().id).await;
        let head = self.credential_head(reader, id).await?;
        let versions = self.secret_versions(reader, &head.credential).await?;
        Ok((head, versions))
    }

    /// One version of its secret, and who received that one last.
    ///
    /// # Errors
    /// `NotFound` when there is no such version.
    pub async fn credential_version(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
        version: i64,
    ) -> Result<(CredentialHead, VersionInUse)> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let head = self.credential_head(reader, id).await?;
        let current = head.credential.secret.version;
        let found = self.store.secrets(project).version(id, version, current).await?;
        let dependents = self.store.credentials(project).dependents(id).await?;
        let of_it = dependents.into_iter().filter(|one| one.last_version == Some(version));
        let in_use = VersionInUse {
            version: found.ok_or(Error::NotFound)?,
            pipelines: of_it.map(|one| one.pipeline).collect(),
        };
        Ok((head, in_use))
    }

    /// What was done to it and to grants of it, before the link `before`.
    pub async fn credential_activity(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
        before: Option<i64>,
    ) -> Result<(CredentialHead, Activity)> {
        let head = self.credential_head(reader, id).await?;
        let project = reader.project().id;
        let page = self.store.chain().about_credential(project, id, before, EVENTS).await?;
        Ok((head, Activity { events: page.events, older: page.older }))
    }

    /// How a pipeline with a grant of it fetches it: `chosen`, or the first one.
    pub async fn credential_connection(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
        chosen: Option<Uuid>,
    ) -> Result<(CredentialHead, Connection)> {
        if !reader.may(Permission::PipelineRead) {
            return Err(Error::Forbidden);
        }
        let project = reader.project().id;
        let head = self.credential_head(reader, id).await?;
        let granted = self.store.grants(project).of_credential(id).await?;
        let granted: BTreeSet<Uuid> = granted.into_iter().map(|(pipeline, _)| pipeline).collect();
        let names = self.store.pipelines(project).names(granted.into_iter().collect()).await?;
        let mut pipelines: Vec<(Uuid, String)> = names.into_iter().collect();
        pipelines.sort_by(|one, other| one.1.cmp(&other.1));
        let chosen = pipelines.iter().find(|(pipeline, _)| chosen == Some(*pipeline));
        let shown = match chosen.or(pipelines.first()) {
            Some((pipeline, _)) => {
                let viewer = reader.person().id;
                // What else the pipeline may have decides how this one is asked for.
                let held = self.store.grants(project).held_by(*pipeline, viewer).await?;
                let mut grants = tied(held);
                grants.retain(|grant| grant.credential_id == id);
                let rules = self.store.trust_rules(project).of_pipeline(*pipeline).await?;
                Some((*pipeline, grants, rules))
            }
            None => None,
        };
        let address = self.settings.address.clone();
        Ok((head, Connection { pipelines, shown, address }))
    }

    /// The pipelines that it can be granted to: those that the search finds, or the first ones, and
    /// `chosen` whatever it finds.
    pub async fn credential_choices(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
        (search, chosen): (&Sought, Option<Uuid>),
    ) -> Result<(CredentialHead, Choices<(Uuid, String)>)> {
        if !reader.may(Permission::PipelineRead) {
            return Err(Error::Forbidden);
        }
        let head = self.credential_head(reader, id).await?;
        Ok((head, self.pipelines_listed(reader.project().id, search, chosen).await?))
    }
}

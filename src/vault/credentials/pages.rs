//! One credential with what stands on its first page and in its delete dialog, and on the page of who
//! can read it: who uses it, and who could.

use super::lately::is_enabled;
use super::switched::at_most_a_page;
use crate::domain::actor::{Can, Member};
use crate::domain::choosing::{Choices, Sought};
use crate::domain::credential::{Access, Credential, Dependent, Summary};
use crate::domain::credential_page::{
    CredentialHead, Declared, Deletion, Holder, Overview, Readers, Receivers, Selected, Users,
};
use crate::domain::departure::Thing;
use crate::domain::permission::{Permission, of};
use crate::domain::secret_version::VersionState;
use crate::error::{Error, Result};
use crate::vault::people::gone;
use crate::vault::pipelines::sees_tokens;
use crate::vault::{Vault, today};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Vault {
    /// What every page of a credential begins with.
    ///
    /// # Errors
    /// `NotFound` when the project has no such credential.
    pub async fn credential_head(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<CredentialHead> {
        let found = self.store.credentials(reader.project().id).find(id).await?;
        Ok(CredentialHead { credential: found.ok_or(Error::NotFound)?, today: today() })
    }

    /// The credential, and who depends on it.
    pub async fn credential_users(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, Users)> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let head = self.credential_head(reader, id).await?;
        let users = self.users_of(reader, &head.credential.summary).await?;
        Ok((head, users))
    }

    /// Of those that are selected, how many are enabled, and who depends on those that are in use.
    ///
    /// # Errors
    /// `BadRequest` for too many; `NotFound` when the project has none of them.
    pub async fn selected_users(
        &self,
        reader: &Can<of::RegistryRead>,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Selected> {
        at_most_a_page(ids)?;
        let project = reader.project().id;
        self.count_receipts(project).await;
        let found = self.found(project, ids).await?;
        if found.is_empty() && !ids.is_empty() {
            return Err(Error::NotFound);
        }
        let enabled: Vec<Credential> = found.into_iter().filter(is_enabled).collect();
        let received = self.received_among(project, &enabled).await?;
        let mut selected = Selected { enabled: enabled.len() as u64, in_use: Vec::new() };
        for credential in enabled {
            let summary = &credential.summary;
            let (dependents, declared) = self.dependents_of(project, summary).await?;
            if received.contains(&summary.id) || !declared.is_empty() {
                let users = self.users(reader, dependents, declared).await?;
                selected.in_use.push((credential, users));
            }
        }
        selected.in_use.sort_by(|(one, _), (other, _)| one.summary.name.cmp(&other.summary.name));
        Ok(selected)
    }

    /// Who depends on it, and whose files name it.
    async fn users_of(
        &self,
        reader: &Can<of::RegistryRead>,
        credential: &Summary,
    ) -> Result<Users> {
        let (dependents, declared) = self.dependents_of(reader.project().id, credential).await?;
        self.users(reader, dependents, declared).await
    }

    /// Who depends on it, as that person may see them.
    async fn users(
        &self,
        reader: &Can<of::RegistryRead>,
        dependents: Vec<Dependent>,
        mut declared: Vec<Declared>,
    ) -> Result<Users> {
        if !reader.may(Permission::PipelineRead) {
            declared.clear();
        }
        let named = dependents.iter().map(|dependent| dependent.pipeline_id).collect();
        let existing = self.existing(reader, named).await?;
        Ok(Users { dependents, existing, declared })
    }

    /// The credential, and who would receive another secret of it.
    pub async fn credential_receivers(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, Receivers)> {
        let (head, users) = self.credential_users(reader, id).await?;
        let granted = users.dependents.iter().filter(|one| one.grant.is_some()).count();
        let lately = self.received_lately(reader.project().id, id).await?;
        Ok((head, Receivers { granted, lately, users }))
    }

    pub async fn credential_overview(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, Overview)> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let head = self.credential_head(reader, id).await?;
        let credential = &head.credential;
        let dependents = self.store.credentials(project).dependents(id).await?;
        let named = dependents.iter().map(|dependent| dependent.pipeline_id).collect();
        let versions = self.secret_versions(reader, credential).await?;
        let staged = versions.iter().find(|version| version.state == VersionState::Staged);
        let overview = Overview {
            existing: self.existing(reader, named).await?,
            dependents,
            same_secret: self.same_secret(reader, credential).await?,
            staged: staged.map(|version| version.version),
            waiting: self.store.grants(project).waiting_for(id, today()).await?,
            guard_change: self.guard_change(reader, id).await?,
        };
        Ok((head, overview))
    }

    /// Who can read its secret, and where that may be sent.
    pub async fn credential_readers(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, Readers)> {
        let project = reader.project().id;
        let head = self.credential_head(reader, id).await?;
        let members = self.store.projects().members(project).await?;
        let holders = self.store.credentials(project).holders(id, today()).await?;
        let gone = gone(&members, holders.iter().map(|(holder, _)| holder.made_by.id));
        let sees_tokens = sees_tokens(reader);
        let holders = holders.into_iter().map(|(holder, thing)| Holder {
            what: match thing {
                Thing::Token(_) if !sees_tokens => "token".to_owned(),
                thing => thing.label(),
            },
            is_gone: holder.made_by.is_among(&gone),
            ..holder
        });
        let obtainers = members
            .into_iter()
            .filter(|(_, role)| role.may_grant())
            .map(|(person, role)| (person.name, role.label().to_owned()))
            .collect();
        let summary = &head.credential.summary;
        let companions = summary.kind().companions(&summary.host);
        let readers = Readers {
            obtainers,
            holders: holders.collect(),
            companions: companions.into_iter().map(str::to_owned).collect(),
        };
        Ok((head, readers))
    }

    /// What the delete dialog says and offers: to move to what the search finds, or to the first ones, and
    /// to `chosen` whatever it finds.
    pub async fn credential_deletion(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
        moving: (&Sought, Option<Uuid>),
    ) -> Result<(CredentialHead, Deletion)> {
        let (head, users) = self.credential_users(reader, id).await?;
        let (project, summary) = (reader.project().id, &head.credential.summary);
        let intents: Vec<Access> = users.dependents.iter().filter_map(|one| one.grant).collect();
        // Without a grant there is nothing to take over.
        let replacements = if intents.is_empty() {
            Choices::of(Vec::new())
        } else {
            self.replacements_listed(project, (summary, intents.as_slice()), moving).await?
        };
        Ok((head, Deletion { users, replacements }))
    }

    /// Which of these pipelines still exist: the others have no page.
    pub(in crate::vault) async fn existing(
        &self,
        reader: &Member,
        named: Vec<Uuid>,
    ) -> Result<Vec<Uuid>> {
        let names = self.store.pipelines(reader.project().id).names(named).await?;
        Ok(names.into_keys().collect())
    }
}

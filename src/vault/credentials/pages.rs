//! One credential with everything that stands round it: who uses it, who could, what happened.

use super::repointing::replacements;
use crate::domain::actor::Can;
use crate::domain::credential::Access;
use crate::domain::credential_page::{CredentialPage, Holder};
use crate::domain::delivery::Receipt;
use crate::domain::departure::Thing;
use crate::domain::permission::{Permission, of};
use crate::error::{Error, Result};
use crate::vault::people::gone;
use crate::vault::pipelines::sees_tokens;
use crate::vault::{Vault, today};
use uuid::Uuid;

const SHOWN: u64 = 20;

impl Vault {
    pub async fn credential_page(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<CredentialPage> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let credential = self.store.credentials(project).find(id).await?.ok_or(Error::NotFound)?;
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
        let kind = credential.summary.kind();
        let companions = kind.companions(&credential.summary.host);
        let dependents = self.store.credentials(project).dependents(id).await?;
        let mut receipts = self.store.receipts(project).of_credential(id, SHOWN).await?;
        if !reader.may(Permission::AuditRead) {
            receipts = receipts.into_iter().map(Receipt::without_source).collect();
        }
        let named = dependents.iter().map(|dependent| dependent.pipeline_id);
        let named = named.chain(receipts.iter().map(|receipt| receipt.pipeline_id)).collect();
        let existing = self.store.pipelines(project).names(named).await?.into_keys().collect();
        let intents: Vec<Access> = dependents.iter().filter_map(|one| one.grant).collect();
        // Without a grant there is nothing to take over.
        let others = if intents.is_empty() {
            Vec::new()
        } else {
            let host = credential.summary.host.as_str();
            self.store.credentials(project).grantable(Some(host)).await?
        };
        Ok(CredentialPage {
            versions: self.secret_versions(reader, &credential).await?,
            same_secret: self.same_secret(reader, &credential).await?,
            replacements: replacements(&credential.summary, &intents, others),
            existing,
            dependents,
            obtainers,
            holders: holders.collect(),
            receipts,
            events: self.store.chain().about(project, id, SHOWN).await?,
            companions: companions.into_iter().map(str::to_owned).collect(),
            waiting: self.store.grants(project).waiting_for(id, today()).await?,
            guard_change: self.guard_change(reader, id).await?,
            today: today(),
            credential,
        })
    }
}

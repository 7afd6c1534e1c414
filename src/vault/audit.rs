//! The chains as who has access to the machine checks and reads them.

use super::{INSTANCE, Vault};
use crate::domain::actor::Operator;
use crate::domain::audit::AuditEvent;
use crate::error::Result;
use std::collections::HashMap;
use uuid::Uuid;

/// One chain, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// The project's part of the URL, or `instance`; the id when the project is gone.
    pub name: String,
    /// Links by its stored end.
    pub links: i64,
    /// The MAC of the last link, in hex. Who keeps it elsewhere can tell later whether the chain
    /// was cut back to before it.
    pub head: String,
    /// The first link that does not hold; `None` when all do.
    pub broken_at: Option<i64>,
}

impl Vault {
    /// Checks every chain, or the one of the project with this part of the URL.
    ///
    /// # Errors
    /// `Conflict` when there is no such project.
    pub async fn verify_chains(
        &self,
        operator: &Operator,
        slug: Option<&str>,
    ) -> Result<Vec<ChainReport>> {
        let only = self.chain_of(operator, slug).await?;
        let projects = self.every_project(operator).await?.into_iter();
        let mut names: HashMap<Uuid, String> =
            projects.map(|entry| (entry.project.id, entry.project.slug)).collect();
        names.insert(INSTANCE, "instance".to_owned());
        let mut reports = Vec::new();
        for head in self.store.chain().heads().await? {
            if slug.is_some() && head.chain != only {
                continue;
            }
            let name = names.get(&head.chain).cloned();
            let name = name.unwrap_or_else(|| head.chain.to_string());
            reports.push(match head.end {
                Some((links, mac)) => ChainReport {
                    name,
                    links,
                    head: mac.iter().map(|byte| format!("{byte:02x}")).collect(),
                    broken_at: self.first_break(head.chain).await?,
                },
                None => ChainReport { name, links: 0, head: String::new(), broken_at: Some(1) },
            });
        }
        Ok(reports)
    }

    /// The newest events of the project with this part of the URL, or of the instance, newest first.
    ///
    /// # Errors
    /// `Conflict` when there is no such project.
    pub async fn newest_events(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        most: u64,
    ) -> Result<Vec<AuditEvent>> {
        let chain = self.chain_of(operator, slug).await?;
        Ok(self.store.chain().newest(chain, most).await?)
    }

    async fn chain_of(&self, _operator: &Operator, slug: Option<&str>) -> Result<Uuid> {
        let Some(slug) = slug else { return Ok(INSTANCE) };
        let found = self.store.projects().find(slug).await?;
        Ok(found.ok_or_else(super::projects::unknown)?.id)
    }
}

//! A pipeline is found by what its trust rules name: people look for the pipeline of a repository.

use crate::domain::trust_rule::TrustRule;
use crate::error::Result;
use crate::store::{Unrecorded, Write};
use crate::vault::{Vault, names};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Pipelines of one project that are completed in one transaction.
const PAGE: u64 = 200;

/// Writes down what the rules of the pipeline name now, for the search. Whoever changes one calls it.
pub(super) async fn note_names(write: &Write, project: Uuid, pipeline: Uuid) -> Result<()> {
    let rules = write.trust_rules(project).of_pipeline(pipeline).await?;
    Ok(write.pipelines(project).find_by_rules(pipeline, named(&rules)).await?)
}

/// What they name, as the search looks in it.
fn named(rules: &[TrustRule]) -> String {
    let named: BTreeSet<&str> = rules.iter().flat_map(|rule| rule.names()).collect();
    names::searched(&named.into_iter().collect::<Vec<_>>().join("\n"))
}

impl Vault {
    /// Writes down what the rules name of pipelines of the project of which nothing is written down: a
    /// server of the version before has saved them, and knows nothing of that.
    pub(in crate::vault) async fn complete_names(&self, project: Uuid) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let unfound = self.store.pipelines(project).unfound(after, PAGE).await?;
            // Most often there is none, and then nothing is written.
            let Some(last) = unfound.last() else { return Ok(()) };
            after = *last;
            let write = self.store.write().await?;
            // Read under the lock that whoever changes a rule needs: what is written is what they say.
            let unfound = write.pipelines(project).lock_unfound(&unfound).await?;
            let rules = write.trust_rules(project).of_pipelines(&unfound).await?;
            for (pipeline, rules) in rules {
                let named = named(&rules);
                // Such as a rule that cannot be read: it stays as it is, and keeps no other out.
                if !named.is_empty() {
                    write.pipelines(project).find_by_rules(pipeline, named).await?;
                }
            }
            write.commit_without_event(Unrecorded::Sweep).await?;
        }
    }
}

//! A pipeline is found by what its trust rules name: people look for the pipeline of a repository.

use crate::domain::trust_rule::TrustRule;
use crate::error::Result;
use crate::store::{Unrecorded, Write};
use crate::vault::{Vault, names};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Pipelines of one project that are completed at once.
const MOST: u64 = 500;

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
        let mut unfound = Vec::new();
        for pipeline in self.store.pipelines(project).unfound(MOST).await? {
            let rules = self.store.trust_rules(project).of_pipeline(pipeline).await?;
            unfound.push((pipeline, named(&rules)));
        }
        // Such as a rule that cannot be read.
        unfound.retain(|(_, named)| !named.is_empty());
        if unfound.is_empty() {
            return Ok(());
        }
        let write = self.store.write().await?;
        for (pipeline, named) in unfound {
            write.pipelines(project).complete(pipeline, named).await?;
        }
        Ok(write.commit_without_event(Unrecorded::Sweep).await?)
    }
}

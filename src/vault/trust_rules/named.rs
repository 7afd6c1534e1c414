//! A pipeline is found by what its trust rules name: people look for the pipeline of a repository.

use crate::error::Result;
use crate::store::Write;
use crate::vault::names;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Writes down what the rules of the pipeline name now, for the search. Whoever changes one calls it.
pub(super) async fn note_names(write: &Write, project: Uuid, pipeline: Uuid) -> Result<()> {
    let rules = write.trust_rules(project).of_pipeline(pipeline).await?;
    let named: BTreeSet<&str> = rules.iter().flat_map(|rule| rule.names()).collect();
    let text = named.into_iter().collect::<Vec<_>>().join("\n");
    Ok(write.pipelines(project).find_by_rules(pipeline, names::searched(&text)).await?)
}

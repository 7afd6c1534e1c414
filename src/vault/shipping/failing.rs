//! Which destinations receive nothing just now, for the operator.

use crate::domain::actor::Operator;
use crate::domain::moment::Moment;
use crate::error::Result;
use crate::vault::Vault;

/// A destination that events cannot be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingDestination {
    pub name: String,
    /// Whose audit log it receives: the project's part of the URL, or `instance`.
    pub log: String,
    pub since: Moment,
    /// Links that it has not received.
    pub links: i64,
    /// Why, in a sentence.
    pub why: String,
}

impl Vault {
    /// The destinations that events cannot be sent to, in all chains; the first of them if there are many.
    /// One that a person has stopped is none of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn failing_destinations(
        &self,
        _operator: &Operator,
    ) -> Result<Vec<FailingDestination>> {
        let mut found = Vec::new();
        for row in self.store.destinations().failing().await? {
            let shown = row.shown;
            let Some(failing) = shown.failing else { continue };
            let length = self.store.chain().length(shown.chain).await?;
            let links = self.behind(&shown, length).await?.links;
            let log = self.source_of(shown.chain).await?.name;
            let (since, why) = (failing.since, failing.to_text());
            found.push(FailingDestination { name: shown.name, log, since, links, why });
        }
        Ok(found)
    }
}

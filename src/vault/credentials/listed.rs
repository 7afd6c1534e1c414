//! The list of a project's credentials.

use crate::domain::actor::Can;
use crate::domain::listing::{HOSTS_MAX, ListQuery, Listing};
use crate::domain::permission::of;
use crate::error::Result;
use crate::vault::{Vault, names, today};
use tokio::try_join;

impl Vault {
    /// One page of those that fit. Who uses them is told as far as it is counted, which is a second
    /// behind at most; what nobody uses is counted first.
    pub async fn list_credentials(
        &self,
        reader: &Can<of::RegistryRead>,
        query: &ListQuery,
    ) -> Result<Listing> {
        query.check()?;
        if query.is_unused {
            self.count_receipts(reader.project().id).await;
        }
        let credentials = self.store.credentials(reader.project().id);
        let today = today();
        let search = credentials.search(names::searched(&query.search)).await?;
        let (page, hosts, (total, are_more)) = try_join!(
            credentials.list(query, &search, today),
            // One more than can be listed: whether there are more is all that is asked of the others.
            credentials.hosts(HOSTS_MAX as u64 + 1),
            credentials.count(query, &search, today),
        )?;
        let shown: Vec<_> = page.rows.iter().map(|row| row.id).collect();
        let checks = self.store.checks(reader.project().id).states(&shown).await?;
        let first = query.first_page();
        let before = |place| ListQuery { before: Some(place), ..first.clone() };
        let after = |place| ListQuery { after: Some(place), ..first.clone() };
        Ok(Listing {
            rows: page.rows,
            used_by: page.used_by,
            checks: checks.into_iter().map(|last| (last.credential, last)).collect(),
            total,
            are_more,
            previous: page.previous.map(before),
            next: page.next.map(after),
            is_empty_project: hosts.is_empty(),
            hosts: Some(hosts).filter(|hosts| hosts.len() <= HOSTS_MAX),
            today,
        })
    }
}

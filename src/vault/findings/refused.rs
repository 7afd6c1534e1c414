//! What pipelines received once and are refused since somebody changed something.

use super::declared::ReceivedOf;
use super::{EVENTS, Known};
use crate::domain::audit::AuditEvent;
use crate::domain::finding::{Change, Found, REFUSALS, REFUSALS_COUNTED, Thing, refused_since};
use crate::domain::registry::RegistryHost;
use crate::error::Result;
use crate::vault::Vault;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Credentials whose events are asked for the change: more of one registry may be refused together.
const ASKED: usize = 10;

impl Vault {
    /// What the pipeline received once and is refused since a change.
    pub(super) async fn refused_since(
        &self,
        project: Uuid,
        pipeline: &Thing,
        of: &ReceivedOf,
        known: &Known,
    ) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for (credential, (figures, _)) in of {
            if figures.refused < REFUSALS {
                continue;
            }
            if credential.is_nil() {
                found.extend(self.refused_whole(project, pipeline, of, known).await?);
                continue;
            }
            let (Some(last), Some(refusal)) = (figures.last_delivery, figures.last_refusal) else {
                continue;
            };
            if refusal < last {
                continue;
            }
            let own = self.events_of(project, &[*credential], refusal).await?;
            let rivals = rivals(*credential, of, known);
            let rivals = self.events_of(project, &rivals, refusal).await?;
            let Some(change) = Change::after(last, pipeline.id, &own, &rivals) else { continue };
            let (pair, receipts) = ((*credential, pipeline.id), self.store.receipts(project));
            let refused = receipts.refused_after(pair, change.link, REFUSALS_COUNTED).await?;
            let both = (known.get(credential).map(|one| one.thing.clone()), pipeline.clone());
            found.extend(refused_since(both, "", (refused, refusal), Some(last), &change));
        }
        Ok(found)
    }

    /// The same of requests that were refused as a whole, whose receipts name no credential: by the registry that they
    /// asked for. What the pipeline still receives of others is no answer to them.
    async fn refused_whole(
        &self,
        project: Uuid,
        pipeline: &Thing,
        of: &ReceivedOf,
        known: &Known,
    ) -> Result<Vec<Found>> {
        let Some(first) = of.values().filter_map(|(figures, _)| figures.last_delivery).min() else {
            return Ok(Vec::new());
        };
        let mut links: BTreeMap<Option<String>, Vec<i64>> = BTreeMap::new();
        for row in self.store.receipts(project).refused_whole(pipeline.id, first).await? {
            let host = row.image.map(|image| image.split('/').take(1).collect());
            links.entry(host).or_default().push(row.seq);
        }
        let mut found = Vec::new();
        for (host, links) in links {
            let (last, asked) = before(host.as_deref(), of, known);
            let (Some(last), Some(refusal)) = (last, links.iter().copied().max()) else { continue };
            if refusal < last || count(&links, last) < REFUSALS {
                continue;
            }
            let mut own = self.events_of(project, &asked, refusal).await?;
            if host.is_none() {
                let chain = self.store.chain();
                let page = chain.about_before(project, pipeline.id, refusal, EVENTS).await?;
                own.extend(page.events);
            }
            let Some(change) = Change::after(last, pipeline.id, &own, &[]) else { continue };
            let refused = count(&links, change.link).min(REFUSALS_COUNTED);
            let (both, host) = ((None, pipeline.clone()), host.unwrap_or_default());
            found.extend(refused_since(both, &host, (refused, refusal), Some(last), &change));
        }
        Ok(found)
    }

    /// The newest events before a link that are about these credentials, and about grants of them.
    async fn events_of(
        &self,
        project: Uuid,
        credentials: &[Uuid],
        before: i64,
    ) -> Result<Vec<AuditEvent>> {
        let (chain, mut events) = (self.store.chain(), Vec::new());
        for credential in credentials {
            let page = chain.about_credential(project, *credential, Some(before), EVENTS).await?;
            events.extend(page.events);
        }
        Ok(events)
    }
}

/// The others for the registry of that credential that the pipeline is refused, too: of two that tie, neither is
/// delivered.
fn rivals(credential: Uuid, of: &ReceivedOf, known: &Known) -> Vec<Uuid> {
    let Some(own) = known.get(&credential) else { return Vec::new() };
    let refused = of.iter().filter(|(_, (figures, _))| figures.refused > 0);
    let others = refused.map(|(id, _)| *id).filter(|id| *id != credential);
    let mut rivals: Vec<Uuid> = others.filter(|id| is_for(*id, &own.host, known)).collect();
    rivals.sort_unstable();
    rivals.truncate(ASKED);
    rivals
}

/// The link of the last delivery of what is for the registry, and the credentials whose events say why there is no
/// other. Of what was deleted nobody knows the registry: it counts where nothing else does. Whoever named no registry
/// asked for all of them.
fn before(host: Option<&str>, of: &ReceivedOf, known: &Known) -> (Option<i64>, Vec<Uuid>) {
    let delivered = of.iter().filter_map(|(id, (figures, _))| Some((figures.last_delivery?, *id)));
    let (there, gone): (Vec<_>, Vec<_>) = delivered.partition(|(_, id)| known.contains_key(id));
    let host = host.map(RegistryHost::stored);
    let (there, mut asked) = match host {
        None => (there, gone.clone()),
        Some(host) => {
            let is_same =
                |(_, id): &(i64, Uuid)| host.as_ref().is_some_and(|host| is_for(*id, host, known));
            let same: Vec<_> = there.into_iter().filter(is_same).collect();
            if same.is_empty() { (gone.clone(), gone) } else { (same.clone(), same) }
        }
    };
    let last = there.iter().chain(&asked).map(|(link, _)| *link).max();
    asked.sort_unstable_by_key(|(link, _)| Reverse(*link));
    asked.truncate(ASKED);
    (last, asked.into_iter().map(|(_, id)| id).collect())
}

/// Whether the credential is there and for that registry.
fn is_for(id: Uuid, host: &RegistryHost, known: &Known) -> bool {
    known.get(&id).is_some_and(|one| one.host.serves(one.is_insecure, host))
}

/// How many links come after that one.
fn count(links: &[i64], after: i64) -> i64 {
    let later = links.iter().filter(|link| **link > after).count();
    i64::try_from(later).unwrap_or(i64::MAX)
}

//! What pipelines received once and are refused since somebody changed something.

use super::declared::ReceivedOf;
use super::{EVENTS, Known};
use crate::domain::audit::{Action, AuditEvent, Detail};
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
            let Some(refusal) = links.iter().copied().max() else { continue };
            let asked = (host.as_deref(), refusal);
            let (last, mut own) = self.before(project, asked, of, known).await?;
            let Some(last) = last.filter(|last| count(&links, *last) >= REFUSALS) else { continue };
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

    /// The link of the last delivery of what is for the registry, and what was done to that and to grants of it before
    /// the refusal. Whoever named no registry asked for all of them.
    async fn before(
        &self,
        project: Uuid,
        (host, refusal): (Option<&str>, i64),
        of: &ReceivedOf,
        known: &Known,
    ) -> Result<(Option<i64>, Vec<AuditEvent>)> {
        let delivered =
            of.iter().filter_map(|(id, (figures, _))| Some((figures.last_delivery?, *id)));
        let (there, gone): (Vec<_>, Vec<_>) = delivered.partition(|(_, id)| known.contains_key(id));
        let Some(host) = host else {
            let last = there.iter().chain(&gone).map(|(link, _)| *link).max();
            return Ok((last, self.events_of(project, &newest(gone), refusal).await?));
        };
        let Some(host) = RegistryHost::stored(host) else { return Ok((None, Vec::new())) };
        let same = there.into_iter().filter(|(_, id)| is_for(*id, &host, known));
        let same: Vec<(i64, Uuid)> = same.collect();
        let mut last = same.iter().map(|(link, _)| *link).max();
        let mut events = self.events_of(project, &newest(same), refusal).await?;
        for id in newest(gone) {
            let of_it = self.events_of(project, &[id], refusal).await?;
            if was_for(&of_it, &host) {
                last = last.max(of.get(&id).and_then(|(figures, _)| figures.last_delivery));
                events.extend(of_it);
            }
        }
        Ok((last, events))
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

/// Those that were delivered last.
fn newest(mut delivered: Vec<(i64, Uuid)>) -> Vec<Uuid> {
    delivered.sort_unstable_by_key(|(link, _)| Reverse(*link));
    delivered.truncate(ASKED);
    delivered.into_iter().map(|(_, id)| id).collect()
}

/// Whether the credential that these events are of was for that registry when it was deleted.
fn was_for(events: &[AuditEvent], host: &RegistryHost) -> bool {
    let deleted = events.iter().filter(|event| event.action == Action::CredentialDeleted);
    let mut of = deleted.filter_map(|event| match &event.detail {
        Detail::Registry(of) => RegistryHost::stored(of),
        _ => None,
    });
    of.any(|of| [false, true].into_iter().any(|is_insecure| of.serves(is_insecure, host)))
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

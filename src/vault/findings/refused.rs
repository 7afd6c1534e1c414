//! What pipelines received once and are refused since somebody changed something.

use super::declared::ReceivedOf;
use super::used::window;
use super::{EVENTS, Known};
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::domain::finding::{Change, Found, REFUSALS, REFUSALS_COUNTED, Thing, refused_since};
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use crate::error::Result;
use crate::store::RefusedRequest;
use crate::vault::Vault;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Credentials whose events are asked for the change: more of one registry may be refused together.
const ASKED: usize = 10;

/// What was delivered of a registry before a refusal.
struct Before {
    /// The link of the last delivery.
    last: Option<i64>,
    /// The credentials that it was of; unknown where no registry was named.
    of: Vec<Uuid>,
    /// What was done to these, and to grants of them.
    events: Vec<AuditEvent>,
}

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
            // Without any it never worked.
            let Some(last) = figures.last_delivery else { continue };
            let refusal = figures.last_refusal.filter(|refusal| *refusal > last);
            let both = (known.get(credential).map(|one| one.thing.clone()), pipeline.clone());
            let pair = (*credential, pipeline.id);
            let whole = match refusal {
                Some(refusal) => {
                    let links = (last, refusal);
                    self.refused_pair(project, pair, &both, links, (of, known)).await?
                }
                None => None,
            };
            match whole {
                Some(whole) => found.push(whole),
                None => found.extend(self.refused_images(project, pair, &both, (of, known)).await?),
            }
        }
        Ok(found)
    }

    /// The same of one credential, of which nothing was received since it was refused.
    async fn refused_pair(
        &self,
        project: Uuid,
        pair: (Uuid, Uuid),
        both: &(Option<Thing>, Thing),
        (last, refusal): (i64, i64),
        (of, known): (&ReceivedOf, &Known),
    ) -> Result<Option<Found>> {
        let (own, rivals) = self.events_around(project, pair.0, refusal, (of, known)).await?;
        let Some(change) = Change::after(last, pair.1, &own, &rivals) else { return Ok(None) };
        let receipts = self.store.receipts(project);
        let refused = receipts.refused_after(pair, change.link, REFUSALS_COUNTED).await?;
        Ok(refused_since(both.clone(), "", (refused, refusal), Some(last), &change))
    }

    /// The same of single images, while others of the credential are received: those are no answer to them.
    async fn refused_images(
        &self,
        project: Uuid,
        pair: (Uuid, Uuid),
        both: &(Option<Thing>, Thing),
        (of, known): (&ReceivedOf, &Known),
    ) -> Result<Vec<Found>> {
        let receipts = self.store.receipts(project);
        let rows = receipts.refusals(pair, since()).await?;
        let mut images = Vec::new();
        for (image, links) in often(rows) {
            let last = receipts.last_of_image(pair, &image).await?;
            if last.is_some_and(|last| count(&links, last) >= REFUSALS) {
                images.push((image, links, last));
            }
        }
        let refusals = images.iter().flat_map(|(_, links, _)| links.iter().copied());
        let Some(refusal) = refusals.max() else { return Ok(Vec::new()) };
        let events = self.events_around(project, pair.0, refusal, (of, known)).await?;
        let found = |(image, links, last): &(String, Vec<i64>, Option<i64>)| {
            judged(both, image, links, *last, &events)
        };
        Ok(images.iter().filter_map(found).collect())
    }

    /// The same of requests that were refused as a whole, whose receipts name no credential: by the registry that they
    /// asked for, or by the image while others of the registry are received. What the pipeline still receives of others
    /// is no answer to them.
    async fn refused_whole(
        &self,
        project: Uuid,
        pipeline: &Thing,
        of: &ReceivedOf,
        known: &Known,
    ) -> Result<Vec<Found>> {
        if of.values().all(|(figures, _)| figures.last_delivery.is_none()) {
            return Ok(Vec::new());
        }
        let (receipts, both) = (self.store.receipts(project), (None, pipeline.clone()));
        let rows = receipts.refusals((Uuid::nil(), pipeline.id), since()).await?;
        let mut asked: BTreeMap<Option<String>, Vec<RefusedRequest>> = BTreeMap::new();
        for row in rows {
            let host = row.image.as_deref().map(|image| image.split('/').take(1).collect());
            asked.entry(host).or_default().push(row);
        }
        let mut found = Vec::new();
        for (host, rows) in asked {
            let links: Vec<i64> = rows.iter().map(|row| row.seq).collect();
            let Some(refusal) = links.iter().copied().max() else { continue };
            if count(&links, 0) < REFUSALS {
                continue;
            }
            let mut before = self.before(project, (host.as_deref(), refusal), of, known).await?;
            let is_whole = before.last.is_some_and(|last| count(&links, last) >= REFUSALS);
            if host.is_none() && is_whole {
                let chain = self.store.chain();
                let page = chain.about_before(project, pipeline.id, refusal, EVENTS).await?;
                before.events.extend(page.events);
            }
            let (events, host) = ((before.events, Vec::new()), host.unwrap_or_default());
            if let Some(whole) = judged(&both, &host, &links, before.last, &events) {
                found.push(whole);
                continue;
            }
            for (image, links) in often(rows) {
                let mut last = None;
                for credential in &before.of {
                    let pair = (*credential, pipeline.id);
                    last = last.max(receipts.last_of_image(pair, &image).await?);
                }
                found.extend(judged(&both, &image, &links, last, &events));
            }
        }
        Ok(found)
    }

    /// What was delivered of what is for the registry, and what was done to that and to grants of it before the
    /// refusal. Whoever named no registry asked for all of them.
    async fn before(
        &self,
        project: Uuid,
        (host, refusal): (Option<&str>, i64),
        of: &ReceivedOf,
        known: &Known,
    ) -> Result<Before> {
        let delivered =
            of.iter().filter_map(|(id, (figures, _))| Some((figures.last_delivery?, *id)));
        let (there, gone): (Vec<_>, Vec<_>) = delivered.partition(|(_, id)| known.contains_key(id));
        let Some(host) = host else {
            let last = there.iter().chain(&gone).map(|(link, _)| *link).max();
            let events = self.events_of(project, &newest(gone), refusal).await?;
            return Ok(Before { last, of: Vec::new(), events });
        };
        let Some(host) = RegistryHost::stored(host) else {
            return Ok(Before { last: None, of: Vec::new(), events: Vec::new() });
        };
        let same = there.into_iter().filter(|(_, id)| is_for(*id, &host, known));
        let same: Vec<(i64, Uuid)> = same.collect();
        let mut last = same.iter().map(|(link, _)| *link).max();
        let mut delivered = newest(same);
        let mut events = self.events_of(project, &delivered, refusal).await?;
        for id in newest(gone) {
            let of_it = self.events_of(project, &[id], refusal).await?;
            if was_for(&of_it, &host) {
                last = last.max(of.get(&id).and_then(|(figures, _)| figures.last_delivery));
                events.extend(of_it);
                delivered.push(id);
            }
        }
        Ok(Before { last, of: delivered, events })
    }

    /// What was done before a refusal to the credential and to grants of it, and to grants of its rivals.
    async fn events_around(
        &self,
        project: Uuid,
        credential: Uuid,
        refusal: i64,
        (of, known): (&ReceivedOf, &Known),
    ) -> Result<(Vec<AuditEvent>, Vec<AuditEvent>)> {
        let own = self.events_of(project, &[credential], refusal).await?;
        let rivals = self.events_of(project, &rivals(credential, of, known), refusal).await?;
        Ok((own, rivals))
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

/// The first moment of the window.
fn since() -> Moment {
    Moment::of_day(window().0)
}

/// What is found of these refusals after the last delivery.
fn judged(
    both: &(Option<Thing>, Thing),
    asked: &str,
    links: &[i64],
    last: Option<i64>,
    (own, rivals): &(Vec<AuditEvent>, Vec<AuditEvent>),
) -> Option<Found> {
    let refusal = links.iter().copied().max()?;
    let last = last.filter(|last| count(links, *last) >= REFUSALS)?;
    let change = Change::after(last, both.1.id, own, rivals)?;
    let refused = count(links, change.link).min(REFUSALS_COUNTED);
    refused_since(both.clone(), asked, (refused, refusal), Some(last), &change)
}

/// The images that were refused again and again, each with the links: those that were refused last.
fn often(rows: Vec<RefusedRequest>) -> Vec<(String, Vec<i64>)> {
    let mut images: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in rows {
        if let Some(image) = row.image.filter(|image| image.contains('/')) {
            images.entry(image).or_default().push(row.seq);
        }
    }
    let mut images: Vec<(String, Vec<i64>)> =
        images.into_iter().filter(|(_, links)| count(links, 0) >= REFUSALS).collect();
    images.sort_by_key(|(_, links)| Reverse(links.iter().copied().max()));
    images.truncate(ASKED);
    images
}

/// How many links come after that one.
fn count(links: &[i64], after: i64) -> i64 {
    let later = links.iter().filter(|link| **link > after).count();
    i64::try_from(later).unwrap_or(i64::MAX)
}

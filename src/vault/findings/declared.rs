//! What is found of pipelines: what their files name beside what they received.

use super::used::window;
use super::{AT_ONCE, Known};
use crate::domain::credential::Summary;
use crate::domain::definition::{Definition, Match};
use crate::domain::finding::{
    Declared, DeclaredFacts, Found, Received, ReceivedImage, Thing, compared_since, of_declared,
};
use crate::domain::moment::Moment;
use crate::domain::pipeline::Grant;
use crate::domain::registry::RegistryHost;
use crate::domain::usage::Figures;
use crate::error::Result;
use crate::store::{SaidIn, UsageOf, UsedPipeline};
use crate::vault::definitions::Granted;
use crate::vault::{Vault, now, today};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What a pipeline received of each credential, nil for whole requests: in the window, and the last time ever.
pub(super) type ReceivedOf = HashMap<Uuid, (Figures, Option<Moment>)>;

/// Each registry with whether it is asked without TLS.
type Registries<'a> = HashMap<(&'a str, bool), &'a RegistryHost>;

impl Vault {
    /// Adds what is found of the project's pipelines; `false` while figures are behind.
    pub(super) async fn found_of_pipelines(
        &self,
        project: Uuid,
        known: &Known,
        found: &mut Vec<Found>,
    ) -> Result<bool> {
        let registries = registries(known);
        let mut after = String::new();
        loop {
            let rows = self.store.pipelines(project).used_after(&after, AT_ONCE).await?;
            let Some(last) = rows.last() else { return Ok(true) };
            after.clone_from(&last.name_key);
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let Some(mut received) = self.received_by(project, &ids).await? else {
                return Ok(false);
            };
            let declaring = self.store.definitions(project).declaring(ids).await?;
            for UsedPipeline { id, name, .. } in rows {
                let pipeline = Thing { id, name };
                let of = received.remove(&id).unwrap_or_default();
                found.extend(self.refused_since(project, &pipeline, &of, known).await?);
                if declaring.contains(&id) {
                    let known = (known, &registries);
                    found.extend(self.found_in_files(project, pipeline, of, known).await?);
                }
            }
        }
    }

    /// What these pipelines received. `None` while figures are behind.
    async fn received_by(
        &self,
        project: Uuid,
        ids: &[Uuid],
    ) -> Result<Option<HashMap<Uuid, ReceivedOf>>> {
        let of = UsageOf::Pipelines(ids.to_vec());
        let receipts = self.store.receipts(project);
        let usage = receipts.usage(&of, window()).await?;
        if usage.is_behind {
            return Ok(None);
        }
        let mut all: HashMap<Uuid, ReceivedOf> = HashMap::new();
        for before in receipts.pairs_known(&of).await? {
            let last = Some(Moment(before.last_at));
            let of = all.entry(before.pipeline_id).or_default();
            of.insert(before.credential_id, (Figures::default(), last));
        }
        for ((credential, pipeline), (figures, _)) in usage.pairs {
            let one = all.entry(pipeline).or_default().entry(credential).or_default();
            one.1 = one.1.max(figures.last_at);
            one.0 = figures;
        }
        Ok(Some(all))
    }

    async fn found_in_files(
        &self,
        project: Uuid,
        pipeline: Thing,
        of: ReceivedOf,
        (known, registries): (&Known, &Registries<'_>),
    ) -> Result<Vec<Found>> {
        let definitions = self.store.definitions(project);
        let files = definitions.of_pipeline(pipeline.id).await?;
        let statements = definitions.statements_of(&files).await?;
        let held = self.store.grants(project).held_by(pipeline.id, Uuid::nil()).await?;
        // Of what is disabled, has ended or waits for its approval it receives nothing.
        let may_receive = |(grant, credential): &&(Grant, Option<Summary>)| {
            let is_on = credential.as_ref().is_some_and(|one| one.disabled_at.is_none());
            is_on && !grant.terms.is_idle(today())
        };
        let grants = held.iter().filter(may_receive);
        let grants: HashMap<Uuid, Uuid> =
            grants.map(|(grant, _)| (grant.credential_id, grant.id)).collect();
        let since = since(&held, known);
        let rules = self.store.trust_rules(project).of_pipeline(pipeline.id).await?;
        let granted = Granted::of(held, rules, today());
        let statements = declared(&files, statements, (&granted, &since), registries);
        let mut images = self.images_of(project, pipeline.id, &files).await?;
        let received = of.into_iter().filter_map(|(id, (figures, last_ever))| {
            let one = known.get(&id)?;
            Some(Received {
                credential: one.thing.clone(),
                host: one.host.clone(),
                is_insecure: one.is_insecure,
                grant: grants.get(&id).copied(),
                figures,
                last_ever,
                images: images.remove(&id).unwrap_or_default(),
            })
        });
        let received = received.collect();
        let facts = DeclaredFacts { pipeline, files: &files, statements, received };
        Ok(of_declared(&facts, now()))
    }

    /// The images that each credential was delivered for since the files name what they name.
    async fn images_of(
        &self,
        project: Uuid,
        pipeline: Uuid,
        files: &[Definition],
    ) -> Result<HashMap<Uuid, Vec<ReceivedImage>>> {
        let mut images: HashMap<Uuid, Vec<ReceivedImage>> = HashMap::new();
        let Some(since) = compared_since(files, now()) else { return Ok(images) };
        for one in self.store.receipts(project).images_since(pipeline, since).await? {
            if let Some((_, repository)) = one.image.split_once('/') {
                let image = ReceivedImage { repository: repository.to_owned(), link: one.seq };
                images.entry(one.credential_id).or_default().push(image);
            }
        }
        Ok(images)
    }
}

/// Since when the pipeline may have each credential: the newest of its grants, and what was approved last, since nobody
/// knows which of them a fetch would need, and since when it is on.
fn since(held: &[(Grant, Option<Summary>)], known: &Known) -> HashMap<Uuid, Moment> {
    let mut all: HashMap<Uuid, Moment> = HashMap::new();
    for (grant, _) in held {
        let approved = grant.terms.approval.as_ref().map(|approval| approval.at);
        let enabled = known.get(&grant.credential_id).and_then(|one| one.enabled);
        let later = approved.max(enabled);
        let at = later.map_or(grant.created_at, |later| later.max(grant.created_at));
        let newest = all.entry(grant.credential_id).or_insert(at);
        *newest = at.max(*newest);
    }
    all
}

/// The statements of these files, each with what a delivery would choose for it.
fn declared<'a>(
    files: &'a [Definition],
    statements: Vec<SaidIn>,
    (granted, since): (&Granted, &HashMap<Uuid, Moment>),
    registries: &Registries<'_>,
) -> Vec<Declared<'a>> {
    let by_id: HashMap<Uuid, &Definition> = files.iter().map(|file| (file.id, file)).collect();
    // Many lines name the same few registries.
    let hosts: BTreeSet<&str> =
        statements.iter().filter_map(|one| one.statement.named.host()).collect();
    let served: BTreeSet<String> =
        hosts.into_iter().filter(|host| is_served(host, registries)).map(str::to_owned).collect();
    let one = |SaidIn { file, statement, since: named_since }: SaidIn| {
        let file = by_id.get(&file).copied()?;
        let found = granted.serve(&statement);
        let granted = match &found {
            Match::Credential { id, .. } => since.get(id).copied(),
            _ => None,
        };
        Some(Declared {
            file,
            since: named_since.unwrap_or(file.changed),
            found,
            granted,
            is_served: statement.named.host().is_none_or(|host| served.contains(host)),
            statement,
        })
    };
    statements.into_iter().filter_map(one).collect()
}

/// The registries of the project's credentials: thousands of these may be for a few of them.
fn registries(known: &Known) -> Registries<'_> {
    known.values().map(|one| ((one.host.as_str(), one.is_insecure), &one.host)).collect()
}

/// Whether a credential of the project is for the registry. One that no credential can have is nobody's to add.
fn is_served(host: &str, registries: &Registries<'_>) -> bool {
    RegistryHost::stored(host).is_none_or(|host| {
        registries.iter().any(|((_, is_insecure), own)| own.serves(*is_insecure, &host))
    })
}

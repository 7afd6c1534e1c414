//! What is found of credentials: how they are used, by the figures of the window, and who answers for them.

use super::{AT_ONCE, EVENTS, Known, KnownCredential};
use crate::domain::audit::{Action, AuditEvent};
use crate::domain::credential::Access;
use crate::domain::finding::{
    CredentialFacts, Found, Granted, PairFacts, ReceivedIn, Thing, WINDOW, no_owner, of_use,
    personal, proved, review_due, same_secret, shared,
};
use crate::domain::moment::{Day, Moment};
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::{PersonalToken, RegistryKind, UsernameRule};
use crate::domain::usage::Figures;
use crate::domain::user::Person;
use crate::error::Result;
use crate::store::{FoundCredential, UsageOf};
use crate::vault::{Vault, now, today};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The pipelines of each credential.
type Pairs = HashMap<Uuid, BTreeMap<Uuid, PairFacts>>;

/// Pages of events that are asked for what was changed in the window.
const PAGES: usize = 20;

/// The days of the window, for figures: its first one, and none of which they are wanted singly.
pub(super) fn window() -> (i64, i64) {
    (now().day_number() - (WINDOW - 1), i64::MAX)
}

impl Vault {
    /// Adds what is found of the project's credentials; gives these. `None` while figures are behind.
    pub(super) async fn found_of_credentials(
        &self,
        project: Uuid,
        found: &mut Vec<Found>,
    ) -> Result<Option<Known>> {
        let members = self.store.projects().members(project).await?.into_iter();
        let members: Vec<Person> = members.map(|(person, _)| person).collect();
        // Pipelines may have the account of somebody who may not sign in any more.
        let roster = self.store.projects().roster(project).await?.into_iter();
        let roster: Vec<Person> = roster.map(|(person, _)| person).collect();
        let first = Moment::of_day(window().0);
        let chain = self.store.chain();
        let enabled = chain.done_since(project, Action::CredentialEnabled, first).await?;
        let (mut after, mut known) = (String::new(), Known::new());
        let mut received = Vec::new();
        loop {
            let rows = self.store.credentials(project).found_after(&after, AT_ONCE).await?;
            let Some(last) = rows.last() else {
                let environments = self.environments_proved(project, &received).await?;
                found.extend(shared(&received, &environments));
                return Ok(Some(known));
            };
            after.clone_from(&last.name_key);
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let Some(mut pairs) = self.pairs_of(project, &ids).await? else { return Ok(None) };
            let alike = self.store.secrets(project).held_twice(&ids).await?;
            let tokens = self.store.secrets(project).personal_tokens(&ids).await?;
            for row in &rows {
                let (enabled, token) = (enabled.get(&row.id), tokens.get(&row.id));
                let facts = facts(row, enabled.copied(), token.copied());
                let pairs = pairs.remove(&row.id).unwrap_or_default();
                let pairs: Vec<PairFacts> = pairs.into_values().collect();
                received.extend(received_of(row, &pairs));
                let used = of_use(&facts, &pairs, now());
                found.extend(self.standing(project, used).await?);
                if alike.contains(&row.id) {
                    let others = self.others_with_same(project, row.id).await?;
                    found.extend(same_secret(&facts, others));
                }
                found.extend(personal(&facts, &roster));
                found.extend(no_owner(&facts, &members, &roster));
                found.extend(review_due(&facts, today()));
            }
            known.extend(rows.into_iter().filter_map(|row| known_of(row, &enabled)));
        }
    }

    /// Who was granted these credentials, or received them. `None` while figures are behind.
    async fn pairs_of(&self, project: Uuid, ids: &[Uuid]) -> Result<Option<Pairs>> {
        let of = UsageOf::Credentials(ids.to_vec());
        let receipts = self.store.receipts(project);
        let usage = receipts.usage(&of, window()).await?;
        if usage.is_behind {
            return Ok(None);
        }
        let mut pairs = Pairs::new();
        for grant in self.store.grants(project).found_of(ids.to_vec(), today()).await? {
            let pair = pair_in(&mut pairs, grant.credential_id, grant.pipeline_id);
            let since = Moment(grant.since);
            let made = Moment(grant.made);
            pair.grants.push(Granted { id: grant.id, intent: grant.intent, made, since });
        }
        for before in receipts.pairs_known(&of).await? {
            let pair = pair_in(&mut pairs, before.credential_id, before.pipeline_id);
            pair.last_ever = Some(Moment(before.last_at));
            pair.last_version = Some(before.last_version);
            pair.pipeline.name = before.pipeline;
        }
        for ((credential, pipeline), (figures, _)) in usage.pairs {
            let pair = pair_in(&mut pairs, credential, pipeline);
            pair.last_ever = pair.last_ever.max(figures.last_at);
            pair.figures = figures;
        }
        let pipelines: BTreeSet<Uuid> = pairs.values().flat_map(|of| of.keys().copied()).collect();
        let names = self.store.pipelines(project).names(pipelines.into_iter().collect()).await?;
        for pair in pairs.values_mut().flat_map(BTreeMap::values_mut) {
            if let Some(name) = names.get(&pair.pipeline.id) {
                pair.pipeline.name.clone_from(name);
            }
        }
        Ok(Some(pairs))
    }

    /// The environments that the runs of pipelines prove which received these.
    async fn environments_proved(
        &self,
        project: Uuid,
        received: &[ReceivedIn],
    ) -> Result<HashMap<Uuid, String>> {
        let pipelines: BTreeSet<Uuid> = received.iter().map(|one| one.pipeline.id).collect();
        let pipelines: Vec<Uuid> = pipelines.into_iter().collect();
        let mut environments = HashMap::new();
        for some in pipelines.chunks(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
            let rules = self.store.trust_rules(project).of_pipelines(some).await?;
            let of = rules.into_iter().filter_map(|(id, rules)| Some((id, proved(&rules)?)));
            environments.extend(of);
        }
        Ok(environments)
    }

    /// Those of what was found of a credential that no change of a moment ago explains.
    async fn standing(&self, project: Uuid, mut found: Vec<Found>) -> Result<Vec<Found>> {
        let judged = found.iter().find(|one| one.depends_on_events());
        let credential = judged.and_then(|one| one.credential.as_ref()).map(|one| one.id);
        if let Some(credential) = credential {
            let events = self.events_of_window(project, credential).await?;
            found.retain(|one| one.stands(&events, now()));
        }
        Ok(found)
    }

    /// The events of the window about a credential, and about grants of it: many pipelines may have been granted it
    /// since one of these was changed.
    async fn events_of_window(&self, project: Uuid, credential: Uuid) -> Result<Vec<AuditEvent>> {
        let (chain, first) = (self.store.chain(), Moment::of_day(window().0));
        let (mut events, mut before) = (Vec::new(), None);
        for _ in 0..PAGES {
            let page = chain.about_credential(project, credential, before, EVENTS).await?;
            let is_all = page.events.last().is_some_and(|last| last.at < first);
            events.extend(page.events);
            before = page.older;
            if is_all || before.is_none() {
                break;
            }
        }
        Ok(events)
    }

    /// The others that hold the same secret and are not meant to.
    async fn others_with_same(&self, project: Uuid, id: Uuid) -> Result<Vec<Thing>> {
        let Some(credential) = self.store.credentials(project).find(id).await? else {
            return Ok(Vec::new());
        };
        let others = self.same_secret_in(project, &credential).await?;
        Ok(others.into_iter().map(|(id, name)| Thing { id, name }).collect())
    }
}

fn pair_in(pairs: &mut Pairs, credential: Uuid, pipeline: Uuid) -> &mut PairFacts {
    pairs.entry(credential).or_default().entry(pipeline).or_insert_with(|| PairFacts {
        pipeline: Thing { id: pipeline, name: String::new() },
        grants: Vec::new(),
        figures: Figures::default(),
        last_ever: None,
        last_version: None,
    })
}

fn facts(
    row: &FoundCredential,
    enabled: Option<Moment>,
    token: Option<PersonalToken>,
) -> CredentialFacts {
    CredentialFacts {
        thing: Thing { id: row.id, name: row.name.clone() },
        username: row.username.clone(),
        access: Access::from_word(&row.access).unwrap_or(Access::Pull),
        owner: row.owner.clone(),
        review_on: row.review_on.as_deref().and_then(Day::parse),
        is_disabled: row.disabled_at.is_some(),
        created: Moment(row.created_at),
        enabled,
        is_usual_name: is_usual_name(row),
        token,
        version: row.secret_version,
        version_since: Moment(row.secret_set_at),
    }
}

/// The pipelines that received it in the window and may receive it still.
fn received_of(row: &FoundCredential, pairs: &[PairFacts]) -> Vec<ReceivedIn> {
    let may = |pair: &&PairFacts| {
        row.disabled_at.is_none() && !pair.grants.is_empty() && pair.figures.delivered() > 0
    };
    let of = |pair: &PairFacts| ReceivedIn {
        credential: Thing { id: row.id, name: row.name.clone() },
        environment: row.environment.clone(),
        pipeline: pair.pipeline.clone(),
        link: pair.figures.last_delivery,
    };
    pairs.iter().filter(may).map(of).collect()
}

/// Whether the registry wants that user name, whoever signs in.
fn is_usual_name(row: &FoundCredential) -> bool {
    let Some(host) = RegistryHost::stored(&row.host) else { return false };
    match RegistryKind::recognise(&host).advice().username {
        UsernameRule::Fixed(name) | UsernameRule::Suggested(name) => row.username == name,
        UsernameRule::Free => false,
    }
}

fn known_of(
    row: FoundCredential,
    enabled: &HashMap<Uuid, Moment>,
) -> Option<(Uuid, KnownCredential)> {
    let host = RegistryHost::stored(&row.host)?;
    let thing = Thing { id: row.id, name: row.name };
    let (is_insecure, enabled) = (row.is_insecure, enabled.get(&row.id).copied());
    Some((row.id, KnownCredential { thing, host, is_insecure, enabled }))
}

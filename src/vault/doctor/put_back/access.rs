//! Tokens, grants, approvals and trust rules that are not as the audit of their project says that they were
//! left. An event names the pipeline with the token, the credential or the provider, and not the row of a
//! grant or rule; so the rows of each pair are compared with all events about it.

use super::{LOOKED_AT, PutBack};
use crate::domain::audit::{Action, AuditEvent, Detail, Subject};
use crate::domain::project::Project;
use crate::domain::trust_rule::Provider;
use crate::error::Result;
use crate::store::{StandingGrant, StandingRule};
use crate::vault::Vault;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What stands of one pipeline.
#[derive(Default)]
struct Standing {
    name: String,
    /// The ids of those that work.
    tokens: Vec<String>,
    /// By their credentials.
    grants: BTreeMap<Uuid, Vec<StandingGrant>>,
    /// By the words of their providers.
    rules: BTreeMap<&'static str, Vec<StandingRule>>,
}

impl Vault {
    /// `tokens`: those of the project that work, each with its pipeline.
    pub(super) async fn access_put_back(
        &self,
        project: &Project,
        tokens: Vec<(Subject, String)>,
    ) -> Result<Vec<PutBack>> {
        let mut all = BTreeMap::new();
        for (pipeline, id) in tokens {
            of_pipeline(&mut all, &pipeline).tokens.push(id);
        }
        for one in self.store.departures().standing_grants(project.id).await? {
            let grants = &mut of_pipeline(&mut all, &one.pipeline).grants;
            grants.entry(one.credential.id).or_default().push(one);
        }
        for one in self.store.departures().standing_rules(project.id).await? {
            let rules = &mut of_pipeline(&mut all, &one.pipeline).rules;
            rules.entry(one.provider.word()).or_default().push(one);
        }
        let mut found = Vec::new();
        for (pipeline, standing) in all {
            // Those of one pipeline are in memory at once, and not those of all.
            let events = self.store.chain().about(project.id, pipeline, LOOKED_AT).await?;
            let what = standing.put_back(&events).into_iter();
            found.extend(what.map(|what| PutBack { project: project.slug.clone(), what }));
        }
        Ok(found)
    }
}

fn of_pipeline<'a>(all: &'a mut BTreeMap<Uuid, Standing>, pipeline: &Subject) -> &'a mut Standing {
    let new = || Standing { name: pipeline.name.clone(), ..Standing::default() };
    all.entry(pipeline.id).or_insert_with(new)
}

impl Standing {
    /// What is not as these events about the pipeline say, in words.
    fn put_back(&self, events: &[AuditEvent]) -> Vec<String> {
        let (name, is_whole) = (&self.name, is_whole(events));
        let revoked = revoked(events);
        let tokens = self.tokens.iter().filter(|id| revoked.contains(id.as_str()));
        let mut found: Vec<String> = tokens.map(|id| format!("token {id} of {name}")).collect();
        for (credential, rows) in &self.grants {
            let Some(row) = rows.first() else { continue };
            let of = format!("{} to {name}", row.credential.name);
            let pair = of_grants(events, *credential);
            if is_whole && are_too_many(&pair, rows.len(), GRANTS) {
                found.push(format!("grant of {of}"));
            }
            if is_approval_back(&pair, rows) {
                found.push(format!("approval of the grant of {of}"));
            }
        }
        for rows in self.rules.values() {
            let Some(row) = rows.first() else { continue };
            let pair = of_rules(events, row.provider);
            let is_back = is_whole && are_too_many(&pair, rows.len(), RULES)
                || is_ended_back(&pair, rows)
                || is_change_undone(&pair, rows);
            if is_back {
                found.push(format!("trust rule for {} of {name}", row.provider.label()));
            }
        }
        found
    }
}

/// The ids of the tokens that were revoked.
fn revoked(events: &[AuditEvent]) -> BTreeSet<&str> {
    let revoked = events.iter().filter_map(|event| match (event.action, &event.detail) {
        (Action::TokenRevoked, Detail::Token(id)) => Some(id.as_str()),
        _ => None,
    });
    revoked.collect()
}

/// What makes one, and what takes one away.
const GRANTS: (Action, Action) = (Action::GrantCreated, Action::GrantDeleted);
const RULES: (Action, Action) = (Action::RuleCreated, Action::RuleDeleted);

fn of_grants(events: &[AuditEvent], wanted: Uuid) -> Vec<&AuditEvent> {
    let is_of = |event: &&AuditEvent| matches!(&event.detail, Detail::Grant { credential, .. } if *credential == wanted);
    events.iter().filter(is_of).collect()
}

fn of_rules(events: &[AuditEvent], wanted: Provider) -> Vec<&AuditEvent> {
    let is_of = |event: &&AuditEvent| {
        matches!(
            &event.detail,
            Detail::Provider(provider) | Detail::Rule { provider, .. } if *provider == wanted
        )
    };
    events.iter().filter(is_of).collect()
}

/// Whether these are all events about the pipeline, each with what it was about as data. Older ones have
/// it in words.
fn is_whole(events: &[AuditEvent]) -> bool {
    let counts = [GRANTS.0, GRANTS.1, RULES.0, RULES.1];
    let is_told = |event: &AuditEvent| {
        !counts.contains(&event.action)
            || matches!(
                event.detail,
                Detail::Grant { .. } | Detail::Provider(_) | Detail::Rule { .. }
            )
    };
    events.iter().any(|event| event.action == Action::PipelineCreated) && events.iter().all(is_told)
}

/// Whether there are more rows than were made and not taken away.
fn are_too_many(events: &[&AuditEvent], rows: usize, (made, taken): (Action, Action)) -> bool {
    let count = |action| events.iter().filter(|event| event.action == action).count();
    rows + count(taken) > count(made)
}

/// Whether the last thing that was done to approvals was to withdraw one, and none is missing.
fn is_approval_back(events: &[&AuditEvent], rows: &[StandingGrant]) -> bool {
    // Of two grants of one credential, what was deleted may be the one that waited.
    let last = events.iter().find(|event| {
        matches!(
            event.action,
            Action::GrantApproved | Action::ApprovalWithdrawn | Action::GrantDeleted
        )
    });
    last.is_some_and(|event| event.action == Action::ApprovalWithdrawn)
        && rows.iter().all(|row| row.is_approved)
}

/// Whether fewer rules have stopped than were stopped since some moment, and neither confirmed nor deleted.
fn is_ended_back(events: &[&AuditEvent], rows: &[StandingRule]) -> bool {
    let (mut still, mut least) = (0_i64, 0_i64);
    for event in events {
        match event.action {
            Action::RuleEnded => still += 1,
            Action::RuleConfirmed | Action::RuleDeleted => still -= 1,
            _ => {}
        }
        least = least.max(still);
    }
    let ended = rows.iter().filter(|row| row.is_ended).count();
    i64::try_from(ended).is_ok_and(|ended| ended < least)
}

/// Whether every rule was written before the last change of one. A change of its title alone writes
/// no new rule.
fn is_change_undone(events: &[&AuditEvent], rows: &[StandingRule]) -> bool {
    let is_change = |event: &AuditEvent| match (event.action, &event.detail) {
        (Action::RuleChanged, Detail::Rule { changes, .. }) => {
            changes.iter().any(|change| change.term != "Title")
        }
        (Action::RuleConfirmed | Action::RuleDeleted, _) => true,
        _ => false,
    };
    let Some(last) = events.iter().find(|event| is_change(event)) else { return false };
    last.action == Action::RuleChanged && rows.iter().all(|row| row.created_at < last.at)
}

//! Pipelines, tokens, grants, approvals and trust rules that are not as the audit of their project says that
//! they were left. An event names the pipeline with the token, the credential or the provider, and not the
//! row of a grant or rule; so the rows of each pair are compared with all events about it.

use super::{LOOKED_AT, PutBack};
use crate::domain::audit::{Action, AuditEvent, Detail, Subject};
use crate::domain::moment::Moment;
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
    /// The pipelines that are there although they were deleted, with all that they had.
    pub(super) async fn pipelines_put_back(&self, project: &Project) -> Result<Vec<PutBack>> {
        let mut found = Vec::new();
        for pipeline in self.store.departures().standing_pipelines(project.id).await? {
            let about = (project.id, pipeline.id);
            if self.last_of(about, &[Action::PipelineDeleted]).await?.is_some() {
                let what = format!("pipeline {}", pipeline.name);
                found.push(PutBack { project: project.slug.clone(), what });
            }
        }
        Ok(found)
    }

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
        let chain = self.store.chain();
        let renewed = chain.done_since(project.id, Action::DroneSecretRenewed, Moment(0)).await?;
        let renewed = renewed.into_values().max();
        let mut found = Vec::new();
        for (pipeline, standing) in all {
            // Those of one pipeline are in memory at once, and not those of all.
            let events = self.store.chain().about(project.id, pipeline, LOOKED_AT).await?;
            let what = standing.put_back(&events, renewed).into_iter();
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
    /// What is not as these events about the pipeline say, in words; `renewed` is when the project's secret for
    /// Drone was renewed last.
    fn put_back(&self, events: &[AuditEvent], renewed: Option<Moment>) -> Vec<String> {
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
            if are_terms_back(&pair, rows) {
                found.push(format!("terms of the grant of {of}"));
            }
        }
        for rows in self.rules.values() {
            let Some(row) = rows.first() else { continue };
            let pair = of_rules(events, row.provider);
            let is_back = is_whole && are_too_many(&pair, rows.len(), RULES)
                || is_ended_back(&pair, rows)
                || is_change_undone(&pair, rows)
                || renewed.is_some_and(|renewed| is_secret_back(rows, renewed));
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

/// Milliseconds for which a rule may have waited before it was written.
const WAITED: i64 = 60_000;

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

/// Whether the last thing that was done to approvals was to withdraw one, and none is missing, or to give
/// one, and there is only one with another last day.
fn is_approval_back(events: &[&AuditEvent], rows: &[StandingGrant]) -> bool {
    // Of two grants of one credential, what was deleted may be the one that waited.
    let last = events.iter().find(|event| {
        matches!(
            event.action,
            Action::GrantApproved | Action::ApprovalWithdrawn | Action::GrantDeleted
        )
    });
    let Some(last) = last else { return false };
    match (last.action, &last.detail) {
        (Action::ApprovalWithdrawn, _) => rows.iter().all(|row| row.is_approved),
        (Action::GrantApproved, Detail::Grant { until: Some(until), .. }) => {
            // Who gives more than before drops the approval that was given last.
            let is_changed = events
                .iter()
                .any(|event| event.action == Action::GrantChanged && event.seq > last.seq);
            let approvals = rows.iter().filter_map(|row| row.terms.as_ref()?.approval.as_ref());
            let mut others = approvals.map(|approval| approval.until != *until).peekable();
            !is_changed && others.peek().is_some() && others.all(|is_other| is_other)
        }
        _ => false,
    }
}

/// Whether no grant says what the last change of one left it with.
fn are_terms_back(events: &[&AuditEvent], rows: &[StandingGrant]) -> bool {
    let last = events.iter().find(|event| {
        matches!(event.action, Action::GrantCreated | Action::GrantChanged | Action::GrantDeleted)
    });
    let Some(last) = last.filter(|event| event.action == Action::GrantChanged) else {
        return false;
    };
    let Detail::Grant { changes, .. } = &last.detail else { return false };
    let is_other =
        |row: &StandingGrant| row.terms.as_ref().is_some_and(|terms| !terms.are_left_by(changes));
    rows.iter().all(is_other)
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

/// Whether one for Drone works that was written before the project's secret was renewed: that wrote all of
/// them.
fn is_secret_back(rows: &[StandingRule], renewed: Moment) -> bool {
    rows.iter().any(|row| {
        row.provider == Provider::Drone && !row.is_ended && row.created_at.0 + WAITED < renewed.0
    })
}

//! Pipelines, grants, approvals and trust rules that are not as the audit of their project says that they
//! were left. An event names the pipeline with the credential or the provider, and not the row; so the rows of each
//! pair are compared with all events about it.

use super::{LOOKED_AT, PutBack};
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::domain::moment::Moment;
use crate::domain::project::Project;
use crate::domain::trust_rule::Provider;
use crate::error::Result;
use crate::store::{StandingGrant, StandingRule};
use crate::vault::Vault;
use std::collections::BTreeMap;
use uuid::Uuid;

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

    pub(super) async fn access_put_back(&self, project: &Project) -> Result<Vec<PutBack>> {
        let mut grants: BTreeMap<(Uuid, Uuid), Vec<StandingGrant>> = BTreeMap::new();
        for one in self.store.departures().standing_grants(project.id).await? {
            grants.entry((one.pipeline.id, one.credential.id)).or_default().push(one);
        }
        let mut rules: BTreeMap<(Uuid, &'static str), Vec<StandingRule>> = BTreeMap::new();
        for one in self.store.departures().standing_rules(project.id).await? {
            rules.entry((one.pipeline.id, one.provider.word())).or_default().push(one);
        }
        let pipelines = grants.keys().map(|(pipeline, _)| *pipeline);
        let pipelines = pipelines.chain(rules.keys().map(|(pipeline, _)| *pipeline));
        let mut histories: BTreeMap<Uuid, Vec<AuditEvent>> =
            pipelines.map(|pipeline| (pipeline, Vec::new())).collect();
        for (pipeline, events) in &mut histories {
            *events = self.store.chain().about(project.id, *pipeline, LOOKED_AT).await?;
        }
        let mut found = Vec::new();
        let mut put = |what: String| {
            found.push(PutBack { project: project.slug.clone(), what });
        };
        for ((pipeline, credential), rows) in &grants {
            let (Some(events), Some(row)) = (histories.get(pipeline), rows.first()) else {
                continue;
            };
            let of = format!("{} to {}", row.credential.name, row.pipeline.name);
            let pair = of_grants(events, *credential);
            if is_whole(events) && are_too_many(&pair, rows.len(), GRANTS) {
                put(format!("grant of {of}"));
            }
            if is_approval_back(&pair, rows) {
                put(format!("approval of the grant of {of}"));
            }
            if are_terms_back(&pair, rows) {
                put(format!("terms of the grant of {of}"));
            }
        }
        let chain = self.store.chain();
        let renewed = chain.done_since(project.id, Action::DroneSecretRenewed, Moment(0)).await?;
        let renewed = renewed.into_values().max();
        for ((pipeline, _), rows) in &rules {
            let (Some(events), Some(row)) = (histories.get(pipeline), rows.first()) else {
                continue;
            };
            let pair = of_rules(events, row.provider);
            let is_back = is_whole(events) && are_too_many(&pair, rows.len(), RULES)
                || is_ended_back(&pair, rows)
                || is_change_undone(&pair, rows)
                || renewed.is_some_and(|renewed| is_secret_back(rows, renewed));
            if is_back {
                let (provider, pipeline) = (row.provider.label(), &row.pipeline.name);
                put(format!("trust rule for {provider} of {pipeline}"));
            }
        }
        Ok(found)
    }
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

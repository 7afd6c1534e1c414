//! What is doubted of a grant.

use super::Doubt;
use crate::domain::credential::{Access, Summary};
use crate::domain::grant::{Terms, is_no_name, is_no_reference, is_open_ended};
use crate::domain::moment::Day;
use crate::domain::registry::covers;
use crate::domain::trust_rule::TrustRule;

/// What stands round a grant of a pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The pipeline's trust rules, also those that have stopped.
    pub rules: &'a [TrustRule],
    /// Whether a token that a person made works.
    pub has_token: bool,
    pub today: Day,
}

/// Whether the grant of this credential can ever be met, and the first thing to mend first.
pub fn of_grant(terms: &Terms, credential: &Summary, around: Around<'_>) -> Vec<Doubt> {
    let id = credential.id;
    let mut doubts = Vec::new();
    match never_met(terms, around) {
        Some(doubt) => doubts.push(doubt),
        None if !may_push(terms, around) => doubts.push(Doubt::NothingPushes),
        None => {}
    }
    if terms.branches.iter().any(|pattern| is_no_reference(pattern)) {
        doubts.push(Doubt::NoReference);
    } else if terms.branches.iter().any(|pattern| is_no_name(pattern)) {
        doubts.push(Doubt::NoName);
    }
    if terms.branches.iter().any(|pattern| is_open_ended(pattern)) {
        doubts.push(Doubt::OpenCondition);
    }
    doubts.extend(outside(&terms.repositories, &credential.paths));
    if terms.intent == Access::PullAndPush && !credential.access.satisfies(terms.intent) {
        doubts.push(Doubt::OnlyPulls { credential: id });
    }
    if let Some(on) = terms.expires_on.filter(|day| *day < around.today) {
        doubts.push(Doubt::Ended { on });
    }
    if credential.disabled_at.is_some() {
        doubts.push(Doubt::CredentialDisabled { credential: id });
    }
    doubts.extend(of_secret(credential, around.today));
    doubts
}

/// Why what is stored of the credential may not sign in. What cannot be read signs in nowhere, so
/// nothing else is said of it.
pub fn of_secret(summary: &Summary, today: Day) -> Vec<Doubt> {
    let credential = summary.id;
    if summary.unreadable_at.is_some() {
        return vec![Doubt::CredentialUnreadable { credential }];
    }
    let expired = summary.expires_on.filter(|day| *day < today);
    let expired = expired.map(|on| Doubt::CredentialExpired { credential, on });
    let wrong = summary.secret_doubt.clone();
    let wrong = wrong.map(|why| Doubt::SecretLooksWrong { credential, why });
    expired.into_iter().chain(wrong).collect()
}

/// Why no run meets the conditions, if none does.
fn never_met(terms: &Terms, around: Around<'_>) -> Option<Doubt> {
    let rules: Vec<&TrustRule> = around.rules.iter().filter(|rule| rule.accepts_any()).collect();
    if rules.is_empty() && !around.has_token {
        return Some(Doubt::NoIdentity);
    }
    let (has_branches, has_events) = (!terms.branches.is_empty(), !terms.events.is_empty());
    let takes_tokens = !has_branches && !has_events;
    if (takes_tokens && around.has_token) || rules.iter().any(|rule| rule.may_meet(terms)) {
        return None;
    }
    if rules.iter().any(|rule| rule.may_meet_conditions(terms)) {
        return Some(Doubt::OnlyForks);
    }
    let proves_branch = rules.iter().any(|rule| rule.references().is_some());
    let proves_event = rules.iter().any(|rule| rule.events().is_some());
    let other_branch = !rules.iter().any(|rule| rule.may_be_from(terms));
    let other_event = !rules.iter().any(|rule| rule.may_be_on(terms));
    Some(match (has_branches, has_events) {
        (true, _) if !proves_branch => Doubt::BranchNotProved,
        (_, true) if !proves_event => Doubt::EventNotProved,
        (true, _) if other_branch || !other_event => Doubt::OtherBranches,
        _ => Doubt::OtherEvents,
    })
}

/// Whether something of the pipeline can push, if the grant is for that: a token that a person made
/// meets no condition.
fn may_push(terms: &Terms, around: Around<'_>) -> bool {
    let by_token = around.has_token && terms.branches.is_empty() && terms.events.is_empty();
    let mut rules = around.rules.iter().filter(|rule| rule.accepts_any());
    terms.intent == Access::Pull || by_token || rules.any(|rule| rule.may_push(terms))
}

/// Whether some of the grant's repositories are not the credential's.
fn outside(granted: &[String], scope: &[String]) -> Option<Doubt> {
    if granted.is_empty() || scope.is_empty() {
        return None;
    }
    let is_within = |one: &&String| scope.iter().any(|of| covers(of, one) || covers(one, of));
    let within = granted.iter().filter(is_within).count();
    (within < granted.len()).then_some(Doubt::OutsidePaths { is_all: within == 0 })
}

//! What is doubted of a trust rule: values that its provider never signs, and patterns of more than
//! they seem to be.

use super::Doubt;
use crate::domain::grant::{Terms, fits, is_open_ended};
use crate::domain::trust_rule::{
    AZURE_PIPELINE_CLAIMS, ClaimField, OwnHosts, Provider, TrustRule, is_service_account,
    names_its_kind,
};
use uuid::Uuid;

/// Whether the rule can ever accept a token, by what it says itself, and whether that is one for a
/// service with these hosts.
pub fn of_rule(rule: &TrustRule, own: &OwnHosts) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let lacks: Vec<String> = rule.lacks().into_iter().map(str::to_lowercase).collect();
    if !lacks.is_empty() {
        doubts.push(Doubt::Lacks(lacks));
    }
    if rule.has_foreign_audience(own) {
        doubts.push(Doubt::ForeignAudience);
    }
    let is_no_uuid = |field: &&ClaimField| {
        field.is_uuid() && rule.claims.get(field.name).is_some_and(|value| !is_uuid(value))
    };
    let ids = rule.provider.fields().iter().filter(is_no_uuid);
    let ids: Vec<String> = ids.map(|field| field.label.to_owned()).collect();
    if !ids.is_empty() {
        doubts.push(Doubt::NoUuid(ids));
    }
    for field in rule.provider.fields().iter().filter(|field| field.is_reference()) {
        let Some(value) = rule.claims.get(field.name) else { continue };
        if !names_its_kind(value) {
            doubts.push(Doubt::ShortReference(field.label.to_owned()));
        } else if !rule.provider.has_reference(value) {
            doubts.push(Doubt::ForeignKind(field.label.to_owned()));
        }
    }
    for (name, value) in &rule.claims {
        let is_truth = || ["true", "false"].iter().any(|word| fits(value, word));
        if rule.provider.is_flag(name) && !is_truth() {
            doubts.push(Doubt::NoTruth(name.clone()));
        }
    }
    doubts.extend(of_provider(rule));
    let is_wide = |field: &&ClaimField| {
        let is_branch = field.is_reference() || field.name == "build_branch";
        is_branch && rule.claims.get(field.name).is_some_and(|value| is_open_ended(value))
    };
    let open = rule.provider.fields().iter().filter(is_wide);
    doubts.extend(open.map(|field| Doubt::OpenPattern(field.label.to_owned())));
    doubts
}

/// Whether it is written as providers sign such ids, and in none of the other forms that are read.
fn is_uuid(value: &str) -> bool {
    Uuid::try_parse(value).is_ok_and(|id| id.hyphenated().to_string() == value)
}

/// What only one provider has.
fn of_provider(rule: &TrustRule) -> Option<Doubt> {
    let claim = |name: &str| rule.claims.get(name).map(String::as_str);
    match rule.provider {
        Provider::GitHub => {
            let is_whole = is_workflow(claim("job_workflow_ref")?);
            (!is_whole).then_some(Doubt::WorkflowWithoutReference)
        }
        Provider::Kubernetes => {
            (!is_service_account(claim("sub")?)).then_some(Doubt::ServiceAccountShape)
        }
        Provider::AzureDevOps => {
            let subject = claim("sub")?;
            let parts = |start: &str| {
                let parts = subject.strip_prefix(start).map(|rest| rest.split('/'));
                parts.is_some_and(|mut all| all.clone().count() >= 3 && !all.any(str::is_empty))
            };
            let is_known = parts("p://")
                || parts("sc://")
                || subject.starts_with("/eid1/")
                // The object id of another workload of Entra.
                || Uuid::try_parse(subject).is_ok();
            let is_asked = |name: &&str| rule.claims.contains_key(*name);
            let names_a_pipeline = AZURE_PIPELINE_CLAIMS.iter().any(is_asked);
            if !is_known {
                Some(Doubt::AzureSubjectShape)
            } else if names_a_pipeline && !subject.starts_with("p://") {
                Some(Doubt::NoPipelineSubject)
            } else {
                None
            }
        }
        Provider::CircleCi => {
            let origin = claim("oidc.circleci.com/vcs-origin")?;
            let is_whole = origin.split('/').count() >= 3
                && origin.split('/').next().is_some_and(|host| host.contains('.'));
            (!is_whole).then_some(Doubt::OriginShape)
        }
        Provider::Buildkite => match (claim("build_branch"), claim("build_tag")) {
            (Some(_), Some(_)) => Some(Doubt::BranchAndTag),
            (Some(branch), None) => branch.starts_with("refs/").then_some(Doubt::BranchAsReference),
            (None, Some(tag)) => tag.starts_with("refs/").then_some(Doubt::TagAsReference),
            (None, None) => None,
        },
        Provider::GitLab | Provider::Other | Provider::Woodpecker | Provider::Drone => None,
    }
}

/// Whether GitHub can write a workflow like this: behind its file stands the reference or the commit
/// that it is of.
fn is_workflow(pattern: &str) -> bool {
    if !pattern.contains('@') {
        return pattern.ends_with('*');
    }
    let mut ends = pattern.match_indices('@').map(|(at, _)| &pattern[at + 1..]);
    ends.any(|of| {
        (names_its_kind(of) || of.contains('*')) && Provider::GitHub.has_reference(of)
            || is_commit(of)
    })
}

/// Whether a commit is of the pattern, by one of the two digests that Git has.
fn is_commit(pattern: &str) -> bool {
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let (is_part, length) = (pattern.contains('*'), pattern.len());
    pattern.chars().all(|c| c == '*' || is_hex(c))
        && if is_part { length <= 65 } else { matches!(length, 40 | 64) }
}

/// Whether the runs that the rule accepts receive anything, by the terms of the pipeline's grants.
pub fn of_rule_beside<'a>(
    rule: &TrustRule,
    grants: impl IntoIterator<Item = &'a Terms>,
) -> Option<Doubt> {
    let grants: Vec<&Terms> = grants.into_iter().collect();
    if grants.is_empty() {
        return Some(Doubt::NoGrants);
    }
    if grants.iter().any(|terms| rule.may_meet(terms)) {
        return None;
    }
    let is_for_forks = grants.iter().any(|terms| rule.may_meet_conditions(terms));
    Some(if is_for_forks { Doubt::NoGrantForForks } else { Doubt::NoGrantForRule })
}

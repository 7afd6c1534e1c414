//! What is doubted of a trust rule: values that its provider never signs.

use super::Doubt;
use crate::domain::grant::{Terms, fits};
use crate::domain::trust_rule::{
    OwnHosts, Provider, TrustRule, is_service_account, names_its_kind,
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
    for field in rule.provider.fields().iter().filter(|field| field.is_reference()) {
        let value = rule.claims.get(field.name);
        if value.is_some_and(|value| !names_its_kind(value)) {
            doubts.push(Doubt::ShortReference(field.label.to_owned()));
        }
    }
    doubts.extend(of_provider(rule));
    doubts
}

/// What only one provider has.
fn of_provider(rule: &TrustRule) -> Option<Doubt> {
    let claim = |name: &str| rule.claims.get(name).map(String::as_str);
    match rule.provider {
        Provider::GitHub => {
            let workflow = claim("job_workflow_ref")?;
            let is_whole = workflow.contains('@') || workflow.ends_with('*');
            (!is_whole).then_some(Doubt::WorkflowWithoutReference)
        }
        Provider::GitLab => {
            let protected = claim("ref_protected")?;
            let is_truth = ["true", "false"].iter().any(|word| fits(protected, word));
            (!is_truth).then_some(Doubt::ProtectedIsNoTruth)
        }
        Provider::Kubernetes => {
            (!is_service_account(claim("sub")?)).then_some(Doubt::ServiceAccountShape)
        }
        Provider::AzureDevOps => {
            let subject = claim("sub")?;
            let parts = |start: &str| {
                subject.strip_prefix(start).is_some_and(|rest| rest.split('/').count() >= 3)
            };
            let is_known = parts("p://")
                || parts("sc://")
                || subject.starts_with("/eid1/")
                // The object id of another workload of Entra.
                || Uuid::try_parse(subject).is_ok();
            (!is_known).then_some(Doubt::AzureSubjectShape)
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
            _ => None,
        },
        Provider::Other | Provider::Woodpecker | Provider::Drone => None,
    }
}

/// Whether the runs that the rule accepts receive anything, by the conditions of the pipeline's grants.
pub fn of_rule_beside<'a>(
    rule: &TrustRule,
    grants: impl IntoIterator<Item = &'a Terms>,
) -> Option<Doubt> {
    let mut grants = grants.into_iter().peekable();
    if grants.peek().is_none() {
        return Some(Doubt::NoGrants);
    }
    let is_met = grants.any(|terms| rule.may_meet(terms));
    (!is_met).then_some(Doubt::NoGrantForRule)
}

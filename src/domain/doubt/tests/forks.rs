//! Grants that only runs could use which may be of a fork.

use super::super::{Doubt, of_rule_beside};
use super::{doubts, from, github, list};
use crate::domain::credential::Access;
use crate::domain::grant::{ForkRule, Terms};
use crate::domain::trust_rule::{Provider, TrustRule};

/// A rule of GitHub for whatever starts a run, and one more claim.
fn narrowed(name: &str, value: &str) -> TrustRule {
    let who = [("repository_id", "74"), ("repository_owner_id", "65")];
    TrustRule::sample(Provider::GitHub, &[who[0], who[1], (name, value)])
}

fn azure(reference: &str) -> TrustRule {
    TrustRule::sample(
        Provider::AzureDevOps,
        &[("sub", "p://acme/shop/build"), ("rpo_ref", reference)],
    )
}

fn circleci(reference: &str) -> TrustRule {
    let who = [
        ("oidc.circleci.com/project-id", "a"),
        ("oidc.circleci.com/vcs-origin", "github.com/acme/api"),
    ];
    TrustRule::sample(
        Provider::CircleCi,
        &[who[0], who[1], ("oidc.circleci.com/vcs-ref", reference)],
    )
}

fn buildkite(branch: &str) -> TrustRule {
    let who = [("organization_id", "a"), ("pipeline_id", "b"), ("build_branch", branch)];
    TrustRule::sample(Provider::Buildkite, &who)
}

fn gitlab(claims: &[(&str, &str)]) -> TrustRule {
    TrustRule::sample(Provider::GitLab, &[claims, &[("project_id", "20")]].concat())
}

fn signed(provider: Provider) -> TrustRule {
    TrustRule::sample(provider, &[("repo.id", "7")])
}

#[test]
fn a_grant_that_only_runs_which_may_be_of_a_fork_can_use_is_doubted() {
    let any = || narrowed("environment", "release");
    let other =
        |sub| TrustRule::sample(Provider::GitLab, &[("project_id", "20"), ("job_project_id", sub)]);
    for (rule, branches, events) in [
        (github("refs/pull/*"), "", ""),
        (github("refs/pull/7/merge"), "", "push pull_request"),
        (any(), "refs/pull/*", ""),
        (any(), "", "pull_request"),
        (any(), "", "pull_request_target"),
        (any(), "main", "pull_request pull_req*"),
        (narrowed("event_name", "pull_request_target"), "main", ""),
        (azure("refs/pull/7/merge"), "", ""),
        (azure("refs/pull/7/merge"), "refs/*", ""),
        (circleci("refs/heads/pull/7"), "", ""),
        (circleci("refs/heads/*"), "pull/7", ""),
        (buildkite("contributor:*"), "", ""),
        (buildkite("*"), "contributor:main", ""),
        (other("21"), "", ""),
    ] {
        let shut = from(branches, events);
        let found = doubts(&shut, std::slice::from_ref(&rule), false);
        assert_eq!(found, [Doubt::OnlyForks], "{rule:?} {shut:?}");
        assert_eq!(of_rule_beside(&rule, [&shut]), Some(Doubt::NoGrantForForks), "{rule:?}");
        let open = Terms { forks: ForkRule::Pull, ..shut };
        assert!(doubts(&open, std::slice::from_ref(&rule), false).is_empty(), "{rule:?} {open:?}");
        assert_eq!(of_rule_beside(&rule, [&open]), None, "{rule:?}");
    }
}

#[test]
fn a_grant_that_a_run_of_no_fork_can_use_is_not_doubted() {
    let any = || narrowed("environment", "release");
    for (rule, branches, events) in [
        (any(), "", ""),
        (any(), "refs/*", ""),
        (any(), "refs/pull/* main", ""),
        (any(), "", "push pull_request"),
        (any(), "", "pu*"),
        (azure("refs/heads/main"), "", ""),
        (circleci("refs/heads/pull/*"), "", ""),
        (circleci("refs/heads/pull/fix"), "", ""),
        (github("refs/heads/*"), "pull/7", ""),
        (buildkite("main"), "", ""),
        // These say when a request is the repository's own.
        (gitlab(&[("ref_path", "refs/merge-requests/*")]), "", "merge_request_event"),
        (gitlab(&[("job_project_id", "20"), ("ref_path", "refs/heads/*")]), "", ""),
        (signed(Provider::Drone), "", "pull_request"),
        (signed(Provider::Woodpecker), "refs/pull/*", "pull_request"),
    ] {
        let terms = from(branches, events);
        let found = doubts(&terms, std::slice::from_ref(&rule), false);
        assert!(found.is_empty(), "{rule:?} {terms:?}: {found:?}");
        assert_eq!(of_rule_beside(&rule, [&terms]), None, "{rule:?} {terms:?}");
    }
}

#[test]
fn one_other_that_can_use_the_grant_is_enough() {
    let (requests, main) = (github("refs/pull/*"), github("refs/heads/main"));
    let plain = Terms::plain(Access::Pull);
    assert!(doubts(&plain, std::slice::from_ref(&requests), true).is_empty(), "a token");
    assert!(doubts(&plain, &[requests.clone(), main], false).is_empty(), "a rule for a branch");
    // A token meets no condition.
    let terms = Terms { branches: list("refs/pull/*"), ..plain };
    assert_eq!(doubts(&terms, &[requests], true), [Doubt::OnlyForks]);
}

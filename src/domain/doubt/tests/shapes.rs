//! Values that look right and that no provider writes so.

use super::super::{Doubt, of_rule};
use super::ID;
use crate::domain::trust_rule::{OwnHosts, Provider, TrustRule};

/// What is doubted, whatever the server's address is.
fn doubts(rule: &TrustRule) -> Vec<Doubt> {
    of_rule(rule, &OwnHosts::default())
}

fn workflow(workflow: &str) -> TrustRule {
    let who = [("repository_id", "74"), ("repository_owner_id", "65")];
    TrustRule::sample(Provider::GitHub, &[who[0], who[1], ("job_workflow_ref", workflow)])
}

#[test]
fn a_workflow_ends_in_a_whole_reference_or_a_commit() {
    let build = "acme/ci/.github/workflows/build.yml";
    let (sha1, sha256) = ("0a1b2c3d4e".repeat(4), "0a1b2c3d".repeat(8));
    for of in [
        "refs/heads/main",
        "refs/heads/olga@work",
        "refs/tags/v*",
        "refs/*",
        "refs/heads/*",
        "refs*",
        "*",
        "0a1b*",
        sha1.as_str(),
        sha256.as_str(),
    ] {
        assert!(doubts(&workflow(&format!("{build}@{of}"))).is_empty(), "{of}");
    }
    for of in [
        "",
        "main",
        "v1",
        "v*",
        "heads/main",
        "refs/heads",
        "refs/head/main",
        "refs/merge-requests/7/head",
        "0a1b2c3d",
        "main@v1",
    ] {
        let found = doubts(&workflow(&format!("{build}@{of}")));
        assert_eq!(found, [Doubt::WorkflowWithoutReference], "{of}");
    }
    assert!(doubts(&workflow("acme/*@refs/heads/main")).is_empty());
    assert_eq!(doubts(&workflow("acme/*@main")), [Doubt::WorkflowWithoutReference]);
}

#[test]
fn a_reference_is_of_a_kind_that_its_provider_has() {
    let github = |reference| {
        let who = [("repository_id", "74"), ("repository_owner_id", "65"), ("ref", reference)];
        TrustRule::sample(Provider::GitHub, &who)
    };
    let gitlab = |reference| {
        TrustRule::sample(Provider::GitLab, &[("project_id", "20"), ("ref_path", reference)])
    };
    let foreign = || vec![Doubt::ForeignKind("Git reference".to_owned())];
    for (rule, expected) in [
        (github("refs/pull/*"), vec![]),
        (github("refs/head/main"), foreign()),
        (github("refs/tag/v1"), foreign()),
        (github("refs/merge-requests/7/head"), foreign()),
        (gitlab("refs/merge-requests/*"), vec![]),
        (gitlab("refs/pull/7/merge"), foreign()),
    ] {
        assert_eq!(doubts(&rule), expected, "{rule:?}");
    }
}

#[test]
fn a_tag_of_buildkite_is_its_name_alone() {
    let tagged = |tag| {
        let who = [("organization_id", ID), ("pipeline_id", ID), ("build_tag", tag)];
        TrustRule::sample(Provider::Buildkite, &who)
    };
    assert!(doubts(&tagged("v*")).is_empty());
    assert_eq!(doubts(&tagged("refs/tags/v1")), [Doubt::TagAsReference]);
}

#[test]
fn only_a_pipelines_own_token_of_azure_says_of_which_pipeline_it_is() {
    let of = |sub, claim| TrustRule::sample(Provider::AzureDevOps, &[("sub", sub), claim]);
    for claim in [("prj_id", "a"), ("def_id", "1"), ("rpo_ref", "refs/heads/main"), ("rpo_id", "a")]
    {
        assert!(doubts(&of("p://acme/shop/build", claim)).is_empty(), "{claim:?}");
        for sub in
            ["sc://acme/shop/push", "/eid1/c/pub/t/a", "90b75b0a-4782-42b5-afc1-16715b10b8ff"]
        {
            let found = doubts(&of(sub, claim));
            assert_eq!(found, [Doubt::NoPipelineSubject], "{sub} {claim:?}");
        }
    }
    let other = of("sc://acme/shop/push", ("team", "a"));
    assert!(doubts(&other).is_empty(), "what else there is, is not known");
}

#[test]
fn an_id_that_is_no_uuid_is_doubted_where_the_provider_signs_only_these() {
    let no_uuid = |labels: &[&str]| {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        vec![Doubt::NoUuid(labels)]
    };
    let circleci = |id| {
        let origin = ("oidc.circleci.com/vcs-origin", "github.com/acme/api");
        let reference = ("oidc.circleci.com/vcs-ref", "refs/heads/main");
        let id = ("oidc.circleci.com/project-id", id);
        TrustRule::sample(Provider::CircleCi, &[id, origin, reference])
    };
    let buildkite = |organization, pipeline| {
        let who = [("organization_id", organization), ("pipeline_id", pipeline)];
        TrustRule::sample(Provider::Buildkite, &[who[0], who[1], ("build_branch", "main")])
    };
    let simple = ID.replace('-', "");
    for (rule, expected) in [
        (circleci(ID), vec![]),
        (circleci("acme"), no_uuid(&["Project id"])),
        (circleci(&simple), no_uuid(&["Project id"])),
        (buildkite(ID, ID), vec![]),
        (buildkite("acme", ID), no_uuid(&["Organization id"])),
        (buildkite("acme", "api"), no_uuid(&["Organization id", "Pipeline id"])),
    ] {
        assert_eq!(doubts(&rule), expected, "{rule:?}");
    }
}

#[test]
fn a_pattern_for_branches_that_is_also_of_names_like_them_is_doubted() {
    let github = |reference| {
        let who = [("repository_id", "74"), ("repository_owner_id", "65"), ("ref", reference)];
        TrustRule::sample(Provider::GitHub, &who)
    };
    let buildkite = |branch| {
        let who = [("organization_id", ID), ("pipeline_id", ID), ("build_branch", branch)];
        TrustRule::sample(Provider::Buildkite, &who)
    };
    let open = |label: &str| vec![Doubt::OpenPattern(label.to_owned())];
    for (rule, expected) in [
        (github("refs/heads/main*"), open("Git reference")),
        (github("refs/heads/*main"), open("Git reference")),
        (github("refs/heads/release/v2*"), open("Git reference")),
        (github("refs/heads/main"), vec![]),
        (github("refs/heads/*"), vec![]),
        (github("refs/heads/release/*"), vec![]),
        (github("refs/heads/release-*"), vec![]),
        (github("refs/heads/v*"), vec![]),
        (github("refs/tags/v1*"), vec![]),
        (github("refs/*"), vec![]),
        (github("refs/heads/gh-readonly-queue/main/*"), vec![]),
        (buildkite("main*"), open("Branch")),
        (buildkite("contributor:*"), vec![]),
    ] {
        assert_eq!(doubts(&rule), expected, "{rule:?}");
    }
}

#[test]
fn a_claim_that_is_only_true_or_false_is_doubted_with_another_word() {
    let circleci = |rerun| {
        let who = [("oidc.circleci.com/project-id", ID), ("oidc.circleci.com/ssh-rerun", rerun)];
        let origin = ("oidc.circleci.com/vcs-origin", "github.com/acme/api");
        TrustRule::sample(Provider::CircleCi, &[who[0], who[1], origin])
    };
    let no_truth = Doubt::NoTruth("oidc.circleci.com/ssh-rerun".to_owned());
    assert_eq!(doubts(&circleci("no")), [no_truth]);
    assert!(doubts(&circleci("false")).is_empty());
}

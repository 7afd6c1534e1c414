//! Sources: <https://docs.github.com/en/actions/reference/security/oidc>,
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations>,
//! <https://docs.github.com/en/rest/actions/oidc>,
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows>.

use super::*;

const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// A push to `main` of `octo-org/octo-repo`.
fn push() -> Value {
    json!({
        "jti": "example-id", "sub": "repo:octo-org/octo-repo:ref:refs/heads/main",
        "aud": AUDIENCE, "iss": ISSUER, "ref": "refs/heads/main", "ref_type": "branch",
        "sha": "example-sha", "repository": "octo-org/octo-repo", "repository_id": "74",
        "repository_owner": "octo-org", "repository_owner_id": "65",
        "repository_visibility": "private", "run_id": "example-run-id", "run_number": "10",
        "run_attempt": "2", "runner_environment": "github-hosted", "actor": "octocat",
        "actor_id": "12", "workflow": "example-workflow", "head_ref": "", "base_ref": "",
        "event_name": "push", "ref_protected": "true",
        "workflow_ref": "octo-org/octo-repo/.github/workflows/build.yml@refs/heads/main",
        "job_workflow_ref": "octo-org/octo-repo/.github/workflows/build.yml@refs/heads/main",
        "exp": 1_632_493_867, "iat": 1_632_493_567, "nbf": 1_632_492_967,
    })
}

fn of(narrowing: (&str, &str)) -> TrustRule {
    let ids = [("repository_id", "74"), ("repository_owner_id", "65"), narrowing];
    rule(Provider::GitHub, ISSUER, AUDIENCE, &ids)
}

const MAIN: Option<&str> = Some("refs/heads/main");

#[test]
fn tokens_for_a_rule_of_a_branch() {
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, Own)),
        ("custom subject", json!({"sub": "repository_owner:octo-org"}), Taken(MAIN, Own)),
        ("subject with ids", json!({"sub": "repo:octo-org@65/octo-repo@74:x"}), Taken(MAIN, Own)),
        ("no subject", json!({"sub": ABSENT}), Taken(MAIN, Own)),
        (
            "numbers as numbers",
            json!({"repository_id": 74, "repository_owner_id": 65.0}),
            Taken(MAIN, Own),
        ),
        ("renamed repository", json!({"repository": "octo-org/renamed"}), Taken(MAIN, Own)),
        ("several audiences", json!({"aud": ["x", AUDIENCE]}), Taken(MAIN, Own)),
        ("scheduled", json!({"event_name": "schedule"}), Taken(MAIN, Own)),
        ("environment", json!({"environment": "prod"}), Taken(MAIN, Own)),
        (
            "reusable workflow",
            json!({"job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main"}),
            Taken(MAIN, Own),
        ),
        (
            "subject of an environment with a colon",
            json!({"environment": "Production:V1", "sub": "repo:octo-org/octo-repo:environment:Production%3AV1"}),
            Taken(MAIN, Own),
        ),
        (
            "subject of a template",
            json!({"sub": "repository_id:74:job_workflow_ref:octo-org/ci/.github/workflows/b.yml@x"}),
            Taken(MAIN, Own),
        ),
        ("started by hand", json!({"event_name": "workflow_dispatch"}), Taken(MAIN, Own)),
        ("after another workflow", json!({"event_name": "workflow_run"}), Taken(MAIN, Own)),
        ("a word that is null", json!({"environment": "null"}), Taken(MAIN, Own)),
        (
            "merge queue",
            json!({"event_name": "merge_group", "ref": "refs/heads/gh-readonly-queue/main/pr-7-6dcb09b5"}),
            Refused(&["ref is not"]),
        ),
        (
            "branch that begins like it",
            json!({"ref": "refs/heads/main-evil"}),
            Refused(&["ref is not"]),
        ),
        ("branch below it", json!({"ref": "refs/heads/main/evil"}), Refused(&["ref is not"])),
        (
            "other letters",
            json!({"ref": "refs/heads/Main"}),
            Refused(&["ref is not", "only upper and lower case differ"]),
        ),
        ("ref that is the word null", json!({"ref": "null"}), Refused(&["ref is not what"])),
        (
            "deployment of a commit",
            json!({"ref": "", "ref_type": ""}),
            Refused(&["ref is empty", "deploy a branch or a tag"]),
        ),
        (
            "transferred repository",
            json!({"repository_owner_id": "66", "repository_owner": "octo-org-2"}),
            Refused(&["repository_owner_id is not"]),
        ),
        ("id that is true", json!({"repository_id": true}), Refused(&["repository_id is not"])),
        // The branch is the base's; what is checked out may be the fork's.
        (
            "pull_request_target",
            json!({"event_name": "pull_request_target", "head_ref": "main", "base_ref": "main"}),
            Taken(MAIN, MayBe),
        ),
        (
            "tag",
            json!({"ref": "refs/tags/v1", "ref_type": "tag"}),
            Refused(&["ref is not what the trust rule asks for"]),
        ),
        (
            "tag named like the branch",
            json!({"ref": "refs/tags/main", "ref_type": "tag"}),
            Refused(&["ref is not"]),
        ),
        (
            "pull request",
            json!({"event_name": "pull_request", "ref": "refs/pull/7/merge", "head_ref": "main", "sub": "repo:octo-org/octo-repo:pull_request"}),
            Refused(&["ref is not"]),
        ),
        (
            "fork",
            json!({"repository_id": "75", "repository_owner_id": "66"}),
            Refused(&["repository_id, repository_owner_id are not"]),
        ),
        ("taken over name", json!({"repository_id": "750075"}), Refused(&["repository_id is not"])),
        (
            "id that is null",
            json!({"repository_id": null}),
            Refused(&["repository_id is null", "id-token: write"]),
        ),
        ("id in a list", json!({"repository_id": ["74"]}), Refused(&["repository_id is a list"])),
        (
            "no ref",
            json!({"ref": ABSENT}),
            Refused(&["ref is absent", "ACTIONS_ID_TOKEN_REQUEST_URL"]),
        ),
        ("empty ref", json!({"ref": ""}), Refused(&["ref is empty"])),
        ("ref of a number", json!({"ref": 1.5}), Refused(&["ref is a number that is not whole"])),
    ];
    assert_answers(&of(("ref", "refs/heads/main")), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_of_tags() {
    let shapes = vec![
        (
            "tag",
            json!({"ref": "refs/tags/v1", "ref_type": "tag"}),
            Taken(Some("refs/tags/v1"), Own),
        ),
        ("branch named like a tag", json!({"ref": "refs/heads/v1"}), Refused(&["ref is not"])),
    ];
    assert_answers(&of(("ref", "refs/tags/v*")), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_of_every_branch() {
    const QUEUED: &str = "refs/heads/gh-readonly-queue/main/pr-7-6dcb09b5";
    let request = |event: &str, reference: &str| json!({"event_name": event, "ref": reference});
    let shapes = vec![
        ("merge queue", request("merge_group", QUEUED), Taken(Some(QUEUED), Own)),
        (
            "comment on a fork's pull request",
            request("issue_comment", "refs/heads/main"),
            Taken(MAIN, Own),
        ),
        (
            "pull_request_target",
            request("pull_request_target", "refs/heads/main"),
            Taken(MAIN, MayBe),
        ),
        ("review", request("pull_request_review", "refs/pull/7/merge"), Refused(&["ref is not"])),
        ("release", request("release", "refs/tags/main"), Refused(&["ref is not"])),
    ];
    assert_answers(&of(("ref", "refs/heads/*")), &push(), shapes);
}

#[test]
fn a_claim_that_only_some_runs_have_is_asked_for_in_its_own_way() {
    for (name, value, said) in [
        ("head_ref", "fix", "head_ref is empty (only a run for a pull request has it)"),
        ("enterprise_id", "7", "enterprise_id is absent (only a repository of an enterprise"),
        ("repo_property_team", "a", "repo_property_team is absent (an admin of the organization"),
        ("check_run_id", "7", "check_run_id is absent"),
    ] {
        let mut rule = of(("ref", "refs/heads/main"));
        rule.claims.insert(name.to_owned(), value.to_owned());
        let reason = judge(std::slice::from_ref(&rule), &with(&push(), &json!({}))).unwrap_err();
        assert!(reason.contains(said), "{name}: {reason}");
        assert!(!reason.contains("id-token"), "{name}: the token is the job's own: {reason}");
    }
}

#[test]
fn every_issuer_of_github_signs_the_same_claims() {
    for issuer in [
        "https://token.actions.githubusercontent.com/octo-enterprise",
        "https://token.actions.octocorp.ghe.com",
        "https://github.example.com/_services/token",
    ] {
        let ids = [("repository_id", "74"), ("repository_owner_id", "65")];
        let rule =
            rule(Provider::GitHub, issuer, AUDIENCE, &[ids[0], ids[1], ("ref", "refs/heads/main")]);
        let enterprise =
            json!({"iss": issuer, "enterprise": "octo-enterprise", "enterprise_id": "9"});
        let request =
            json!({"iss": issuer, "event_name": "pull_request_target", "head_ref": "main"});
        let shapes = vec![
            ("enterprise", enterprise, Taken(MAIN, Own)),
            ("pull_request_target", request, Taken(MAIN, MayBe)),
        ];
        assert_answers(&rule, &push(), shapes);
        assert_eq!(rule.reuse(&with(&push(), &json!({}))), Provider::GitHub.reuse());
    }
}

#[test]
fn tokens_for_a_rule_of_an_environment_or_a_workflow() {
    let shapes = vec![
        (
            "environment",
            json!({"environment": "prod", "sub": "repo:octo-org/octo-repo:environment:prod"}),
            Taken(MAIN, Own),
        ),
        ("another one", json!({"environment": "test"}), Refused(&["environment is not"])),
        ("none", json!({}), Refused(&["environment is absent", "give the job an environment"])),
        (
            "of a pull request",
            json!({"environment": "prod", "event_name": "pull_request", "ref": "refs/pull/7/merge"}),
            Taken(Some("refs/pull/7/merge"), MayBe),
        ),
    ];
    assert_answers(&of(("environment", "prod")), &push(), shapes);
    let shared = "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main";
    let shapes = vec![
        ("reusable workflow", json!({"job_workflow_ref": shared}), Taken(MAIN, Own)),
        ("own workflow", json!({}), Refused(&["job_workflow_ref is not"])),
        (
            "at a commit",
            json!({"job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@6dcb09b5b57875f334f61aebed695e2e4193db5e"}),
            Refused(&["job_workflow_ref is not"]),
        ),
        (
            "tag named like the branch",
            json!({"job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/tags/main"}),
            Refused(&["job_workflow_ref is not"]),
        ),
        (
            "owner that ends like it",
            json!({"job_workflow_ref": "evil-octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main"}),
            Refused(&["job_workflow_ref is not"]),
        ),
        (
            "of a pull request",
            json!({"job_workflow_ref": shared, "event_name": "pull_request", "ref": "refs/pull/7/merge"}),
            Taken(Some("refs/pull/7/merge"), MayBe),
        ),
    ];
    assert_answers(&of(("job_workflow_ref", shared)), &push(), shapes);
}

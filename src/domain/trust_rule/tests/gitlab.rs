//! Sources: <https://docs.gitlab.com/ci/secrets/id_token_authentication/>,
//! <https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/>,
//! <https://docs.gitlab.com/ci/pipelines/downstream_pipelines/>,
//! <https://gitlab.com/gitlab-org/gitlab/-/issues/548165> and
//! <https://gitlab.com/gitlab-org/gitlab/-/merge_requests/202241> for forks.

use super::*;

const ISSUER: &str = "https://gitlab.example.com";
const MAIN: Option<&str> = Some("refs/heads/main");

/// A push to `main` of `my-group/my-project`, by a server of today.
fn push() -> Value {
    json!({
        "namespace_id": "72", "namespace_path": "my-group", "project_id": "20",
        "project_path": "my-group/my-project", "user_id": "1", "user_login": "sample-user",
        "user_email": "sample-user@example.com",
        "user_identities": [{"provider": "github", "extern_uid": "2435223452345"}],
        "pipeline_id": "574", "pipeline_source": "push", "job_id": "302", "ref": "main",
        "ref_type": "branch", "ref_path": "refs/heads/main", "ref_protected": "true",
        "runner_id": 1, "runner_environment": "self-hosted", "sha": "714a629c",
        "project_visibility": "private", "job_project_id": "20",
        "job_project_path": "my-group/my-project", "jti": "235b3a54", "iss": ISSUER,
        "iat": 1_681_395_193, "nbf": 1_681_395_188, "exp": 1_681_398_793,
        "sub": "project_path:my-group/my-project:ref_type:branch:ref:main", "aud": AUDIENCE,
    })
}

fn of(narrowing: (&str, &str)) -> TrustRule {
    rule(Provider::GitLab, ISSUER, AUDIENCE, &[("project_id", "20"), narrowing])
}

#[test]
fn tokens_for_a_rule_of_a_branch() {
    let mut shapes = vec![
        ("default", json!({}), Taken(MAIN, Own)),
        ("custom subject", json!({"sub": "project_id:20"}), Taken(MAIN, Own)),
        ("ids as numbers", json!({"project_id": 20}), Taken(MAIN, Own)),
        ("moved project", json!({"project_path": "other/name"}), Taken(MAIN, Own)),
        (
            "environment",
            json!({"environment": "prod", "deployment_tier": "production"}),
            Taken(MAIN, Own),
        ),
        (
            "tag named like the branch",
            json!({"ref_type": "tag", "ref_path": "refs/tags/main"}),
            Refused(&["ref_path is not"]),
        ),
        (
            "tag whose path is a branch's",
            json!({"ref_type": "tag"}),
            Refused(&["ref_path is not", "a tag is not a branch"]),
        ),
        (
            "old server",
            json!({"ref_path": ABSENT}),
            Refused(&["ref_path is absent", "GitLab 16.0"]),
        ),
        (
            "another project",
            json!({"project_id": "21", "job_project_id": "21"}),
            Refused(&["project_id is not what the trust rule asks for"]),
        ),
        ("no project", json!({"project_id": null}), Refused(&["project_id is null", "id_tokens:"])),
        (
            "merge request of a fork, run in this project",
            json!({"project_id": "21", "pipeline_source": "merge_request_event"}),
            Refused(&["project_id is not", "a fork is not the repository"]),
        ),
        (
            "merge request of a fork, run in the fork",
            json!({"project_id": "21", "job_project_id": "21", "pipeline_source": "merge_request_event"}),
            Refused(&["project_id is not"]),
        ),
        (
            "nested groups",
            json!({"project_path": "a/b/c/my-project", "namespace_path": "a/b/c", "job_project_path": "a/b/c/my-project"}),
            Taken(MAIN, Own),
        ),
        (
            "review app",
            json!({"environment": "review/fix-1", "environment_protected": "false", "deployment_tier": "development"}),
            Taken(MAIN, Own),
        ),
        ("subject that is null", json!({"sub": null}), Taken(MAIN, Own)),
        (
            "branch that begins like it",
            json!({"ref": "main-evil", "ref_path": "refs/heads/main-evil"}),
            Refused(&["ref_path is not"]),
        ),
        (
            "other letters",
            json!({"ref_path": "refs/heads/MAIN"}),
            Refused(&["only upper and lower case differ"]),
        ),
        (
            "neither branch nor tag",
            json!({"ref_path": null, "ref_type": null}),
            Refused(&["ref_path is null", "the pipeline is for no branch and no tag"]),
        ),
        (
            "project that begins like it",
            json!({"project_id": "200", "job_project_id": "200"}),
            Refused(&["project_id is not"]),
        ),
        ("project in a list", json!({"project_id": ["20"]}), Refused(&["project_id is a list"])),
        ("project that is true", json!({"project_id": true}), Refused(&["project_id is not what"])),
        // Code of this project that runs in another one.
        ("run elsewhere", json!({"job_project_id": "21"}), Taken(MAIN, MayBe)),
    ];
    for source in [
        "api",
        "chat",
        "external_pull_request_event",
        "merge_request_event",
        "parent_pipeline",
        "pipeline",
        "schedule",
        "security_orchestration_policy",
        "trigger",
        "web",
        "webide",
    ] {
        let own = json!({ "pipeline_source": source });
        shapes.push((source, own, Taken(MAIN, Own)));
        let unsaid = json!({"pipeline_source": source, "job_project_id": ABSENT, "job_project_path": ABSENT});
        shapes.push((source, unsaid, Taken(MAIN, Own)));
    }
    assert_answers(&of(("ref_path", "refs/heads/main")), &push(), shapes);
}

#[test]
fn a_merge_request_of_an_unprotected_branch_is_the_projects_own_if_the_server_says_so() {
    let feature = |more: Value| {
        let mut said = json!({
            "pipeline_source": "merge_request_event", "ref": "feature-branch-1",
            "ref_path": "refs/heads/feature-branch-1", "ref_protected": "false",
        });
        said.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        said
    };
    const FEATURE: Option<&str> = Some("refs/heads/feature-branch-1");
    let unsaid = json!({"job_project_id": ABSENT, "job_project_path": ABSENT});
    let shapes = vec![
        ("server of today", feature(json!({})), Taken(FEATURE, Own)),
        ("by paths", feature(json!({"job_project_id": ABSENT})), Taken(FEATURE, Own)),
        ("older server", feature(unsaid), Taken(FEATURE, MayBe)),
    ];
    assert_answers(&of(("ref_path", "refs/heads/*")), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_of_tags_an_environment_or_protection() {
    let tag = json!({"ref": "v1", "ref_type": "tag", "ref_path": "refs/tags/v1"});
    let shapes = vec![
        ("tag", tag.clone(), Taken(Some("refs/tags/v1"), Own)),
        (
            "branch named like a tag",
            json!({"ref": "v1", "ref_path": "refs/heads/v1"}),
            Refused(&["ref_path is not"]),
        ),
    ];
    assert_answers(&of(("ref_path", "refs/tags/v*")), &push(), shapes);
    let shapes = vec![
        ("environment", json!({"environment": "prod"}), Taken(MAIN, Own)),
        ("none", json!({}), Refused(&["environment is absent", "give the job an environment"])),
    ];
    assert_answers(&of(("environment", "prod")), &push(), shapes);
    let shapes = vec![
        ("protected", json!({"ref_protected": "true"}), Taken(MAIN, Own)),
        ("protected, as true", json!({"ref_protected": true}), Taken(MAIN, Own)),
        ("not protected", json!({"ref_protected": "false"}), Refused(&["ref_protected is not"])),
        (
            "not protected, as false",
            json!({"ref_protected": false}),
            Refused(&["ref_protected is not"]),
        ),
        (
            "other letters",
            json!({"ref_protected": "True"}),
            Refused(&["only upper and lower case"]),
        ),
        ("null", json!({"ref_protected": null}), Refused(&["ref_protected is null", "id_tokens:"])),
        (
            "the word null",
            json!({"ref_protected": "null"}),
            Refused(&["ref_protected is not what"]),
        ),
        ("tag", tag, Taken(Some("refs/tags/v1"), Own)),
    ];
    assert_answers(&of(("ref_protected", "true")), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_of_review_environments() {
    let shapes = vec![
        ("one of them", json!({"environment": "review/fix-1"}), Taken(MAIN, Own)),
        ("the group", json!({"environment": "review"}), Refused(&["environment is not"])),
        ("production", json!({"environment": "production"}), Refused(&["environment is not"])),
        ("null", json!({"environment": null}), Refused(&["environment is null", "an environment"])),
    ];
    assert_answers(&of(("environment", "review/*")), &push(), shapes);
}

#[test]
fn a_claim_that_only_some_jobs_have_is_asked_for_in_its_own_way() {
    for (name, said) in [
        ("deployment_tier", "deployment_tier is absent (give the job an environment)"),
        ("environment_protected", "environment_protected is absent (give the job an environment)"),
        ("ci_config_ref_uri", "ci_config_ref_uri is null (only a pipeline that is defined in"),
        ("user_access_level", "user_access_level is absent"),
    ] {
        let mut rule = of(("ref_path", "refs/heads/main"));
        rule.claims.insert(name.to_owned(), "true".to_owned());
        let claims = with(&push(), &json!({"ci_config_ref_uri": null}));
        let reason = judge(std::slice::from_ref(&rule), &claims).unwrap_err();
        assert!(reason.contains(said), "{name}: {reason}");
        assert!(!reason.contains("id_tokens"), "{name}: it is one of them: {reason}");
    }
}

#[test]
fn a_branch_that_is_asked_for_by_its_name_alone_is_no_tag() {
    let mut rule = of(("ref_protected", "true"));
    rule.claims.insert("ref".to_owned(), "main".to_owned());
    let shapes = vec![
        ("branch", json!({}), Taken(MAIN, Own)),
        (
            "tag",
            json!({"ref_type": "tag", "ref_path": "refs/tags/main"}),
            Refused(&["a tag is not a branch"]),
        ),
        ("unsaid", json!({"ref_type": ABSENT}), Refused(&["a tag is not a branch"])),
    ];
    assert_answers(&rule, &push(), shapes);
    // Every reference was asked for, and no tag.
    rule.claims.insert("ref_path".to_owned(), "refs/*".to_owned());
    let tag = json!({"ref_type": "tag", "ref_path": "refs/tags/main"});
    assert_answers(&rule, &push(), vec![("tag", tag, Refused(&["a tag is not a branch"]))]);
}

//! Sources: <https://buildkite.com/docs/agent/cli/reference/oidc> (claims, optional claims, custom
//! subjects), <https://buildkite.com/docs/pipelines/security/oidc>,
//! <https://buildkite.com/docs/pipelines/source-control/github> for forks and their prefix.

use super::*;

const ISSUER: &str = "https://agent.buildkite.com";
const ORGANIZATION: &str = "f892efa9-103e-4d28-97a1-3b8616a0994d";
const PIPELINE: &str = "0184990a-4782-42b5-afc1-16715b10b8ff";
const MAIN: Option<&str> = Some("refs/heads/main");

/// A build of `main`, asked for with `--claim organization_id --claim pipeline_id`.
fn push() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "iat": 1_669_014_898, "nbf": 1_669_014_898,
        "exp": 1_669_015_198,
        "sub": "organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:commit:9f3182061f1e:step:build",
        "organization_slug": "acme-inc", "pipeline_slug": "super-duper-app", "build_number": 1,
        "build_branch": "main", "build_commit": "9f3182061f1e", "step_key": "build",
        "job_id": "0184990a-477b-4fa8-9968-496074483cee", "agent_id": "0184990a",
        "build_source": "webhook", "runner_environment": "buildkite-hosted",
        "organization_id": ORGANIZATION, "pipeline_id": PIPELINE,
    })
}

fn of(narrowing: (&str, &str)) -> TrustRule {
    let ids = [("organization_id", ORGANIZATION), ("pipeline_id", PIPELINE), narrowing];
    rule(Provider::Buildkite, ISSUER, AUDIENCE, &ids)
}

#[test]
fn tokens_for_a_rule_of_a_branch() {
    let shapes = vec![
        ("with the ids", json!({}), Taken(MAIN, Own)),
        ("custom subject", json!({"sub": PIPELINE}), Taken(MAIN, Own)),
        ("no tag, as null", json!({"build_tag": null}), Taken(MAIN, Own)),
        ("no tag, as an empty text", json!({"build_tag": ""}), Taken(MAIN, Own)),
        ("a step without a key", json!({"step_key": null}), Taken(MAIN, Own)),
        ("numbers as texts", json!({"build_number": "1"}), Taken(MAIN, Own)),
        ("triggered by another pipeline", json!({"build_source": "trigger_job"}), Taken(MAIN, Own)),
        (
            "subject of a cluster",
            json!({"sub": "0191f956-042f-7ec4-aa62-8e5eeae396d0"}),
            Taken(MAIN, Own),
        ),
        ("scheduled", json!({"build_source": "schedule"}), Taken(MAIN, Own)),
        ("started by hand", json!({"build_source": "ui"}), Taken(MAIN, Own)),
        ("renamed pipeline", json!({"pipeline_slug": "other-name"}), Taken(MAIN, Own)),
        (
            "merge queue",
            json!({"build_branch": "gh-readonly-queue/main/pr-7-6dcb09b5"}),
            Refused(&["build_branch is not"]),
        ),
        (
            "branch that begins like it",
            json!({"build_branch": "main-evil"}),
            Refused(&["build_branch is not"]),
        ),
        (
            "other letters",
            json!({"build_branch": "Main"}),
            Refused(&["build_branch is not", "only upper and lower case differ"]),
        ),
        ("branch that is null", json!({"build_branch": null}), Refused(&["build_branch is null"])),
        (
            "ids as session tags of AWS only",
            json!({
                "organization_id": ABSENT, "pipeline_id": ABSENT,
                "https://aws.amazon.com/tags": {"principal_tags": {"pipeline_id": ["0184990a"]}},
            }),
            Refused(&["organization_id, pipeline_id are absent", "--claim pipeline_id"]),
        ),
        (
            "default",
            json!({"organization_id": ABSENT, "pipeline_id": ABSENT}),
            Refused(&[
                "organization_id, pipeline_id are absent",
                "buildkite-agent oidc request-token --claim organization_id --claim pipeline_id",
            ]),
        ),
        (
            "one id only",
            json!({"pipeline_id": ABSENT}),
            Refused(&["pipeline_id is absent", "--claim pipeline_id"]),
        ),
        (
            "ids that are null",
            json!({"organization_id": null}),
            Refused(&["organization_id is null", "--claim organization_id"]),
        ),
        (
            "tag",
            json!({"build_branch": "v1.0.0", "build_tag": "v1.0.0"}),
            Refused(&["build_branch is not", "a tag is not a branch"]),
        ),
        (
            "tag named like the branch",
            json!({"build_tag": "main"}),
            Refused(&["a tag is not a branch"]),
        ),
        ("tag of a number", json!({"build_tag": 1}), Refused(&["a tag is not a branch"])),
        ("tag in a list", json!({"build_tag": ["main"]}), Refused(&["a tag is not a branch"])),
        (
            "fork with its prefix",
            json!({"build_branch": "contributor:main"}),
            Refused(&["build_branch is not"]),
        ),
        (
            "another pipeline",
            json!({"pipeline_id": ORGANIZATION}),
            Refused(&["pipeline_id is not"]),
        ),
    ];
    assert_answers(&of(("build_branch", "main")), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_of_tags_a_step_or_many_branches() {
    let shapes = vec![
        ("tag", json!({"build_branch": "v1", "build_tag": "v1"}), Taken(Some("refs/tags/v1"), Own)),
        (
            "branch named like a tag",
            json!({"build_branch": "v1"}),
            Refused(&["build_tag is absent", "only a build of a tag has it"]),
        ),
    ];
    assert_answers(&of(("build_tag", "v*")), &push(), shapes);
    let shapes = vec![
        ("step", json!({}), Taken(MAIN, Own)),
        // The grant sees a tag.
        ("of a tag", json!({"build_tag": "main"}), Taken(Some("refs/tags/main"), Own)),
        (
            "no key",
            json!({"step_key": null}),
            Refused(&["step_key is null", "give the step a key"]),
        ),
    ];
    assert_answers(&of(("step_key", "build")), &push(), shapes);
    let fork = json!({"build_branch": "contributor:main"});
    let shapes = vec![
        ("branch", json!({}), Taken(MAIN, Own)),
        ("fork with its prefix", fork, Taken(Some("refs/heads/contributor:main"), MayBe)),
    ];
    assert_answers(&of(("build_branch", "*main")), &push(), shapes);
}

#[test]
fn a_claim_that_has_to_be_requested_says_so() {
    for name in ["cluster_id", "queue_key", "agent_tag:queue"] {
        let mut rule = of(("build_branch", "main"));
        rule.claims.insert(name.to_owned(), "a".to_owned());
        let reason = judge(std::slice::from_ref(&rule), &with(&push(), &json!({}))).unwrap_err();
        assert!(reason.contains(&format!("{name} is absent (request it by its name")), "{reason}");
    }
}

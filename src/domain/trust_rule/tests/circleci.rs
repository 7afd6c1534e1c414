//! Sources: <https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/> (also
//! for forks, under "OIDC in open source projects"),
//! <https://circleci.com/docs/guides/permissions-authentication/oidc-tokens-with-custom-claims/>,
//! <https://circleci.com/docs/guides/integration/oss/>.

use super::*;

const ORGANIZATION: &str = "0184990a-477b-4fa8-9968-496074483cee";
const ISSUER: &str = "https://oidc.circleci.com/org/0184990a-477b-4fa8-9968-496074483cee";
const PROJECT: &str = "5bc9ccc2-0f9f-4a0e-8f1a-9b1a5d8e7f00";
const MAIN: Option<&str> = Some("refs/heads/main");

/// A job of `main`, with `CIRCLE_OIDC_TOKEN_V2`.
fn push() -> Value {
    json!({
        "iss": ISSUER, "aud": ORGANIZATION, "iat": 1_700_000_000, "exp": 1_700_003_600,
        "sub": "org/ORG/project/PROJECT/user/USER/vcs-origin/github.com/acme/api/vcs-ref/refs/heads/main",
        "oidc.circleci.com/project-id": PROJECT,
        "oidc.circleci.com/vcs-origin": "github.com/acme/api",
        "oidc.circleci.com/vcs-ref": "refs/heads/main",
        "oidc.circleci.com/vcs-sha": "6cc2a1f4",
        "oidc.circleci.com/context-ids": ["a74579f1-2e7d-451e-b009-5c082ad2729e"],
        "oidc.circleci.com/job-id": "cb32986e", "oidc.circleci.com/ssh-rerun": false,
    })
}

fn of(origin: &str, reference: &str) -> TrustRule {
    let claims = [
        ("oidc.circleci.com/project-id", PROJECT),
        ("oidc.circleci.com/vcs-origin", origin),
        ("oidc.circleci.com/vcs-ref", reference),
    ];
    rule(Provider::CircleCi, ISSUER, "", &claims)
}

#[test]
fn tokens_for_a_rule_of_a_branch() {
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, Own)),
        (
            "the older subject",
            json!({"sub": "org/ORG/project/PROJECT/user/USER"}),
            Taken(MAIN, Own),
        ),
        ("custom audience", json!({"aud": [AUDIENCE]}), Taken(MAIN, Own)),
        ("no contexts", json!({"oidc.circleci.com/context-ids": []}), Taken(MAIN, Own)),
        ("tag", json!({"oidc.circleci.com/vcs-ref": "refs/tags/v1"}), Refused(&["vcs-ref is not"])),
        (
            "tag named like the branch",
            json!({"oidc.circleci.com/vcs-ref": "refs/tags/main"}),
            Refused(&["vcs-ref is not"]),
        ),
        (
            "fork",
            json!({"oidc.circleci.com/vcs-origin": "github.com/somebody/api"}),
            Refused(&["oidc.circleci.com/vcs-origin is not", "a fork is not the repository"]),
        ),
        // Of a repository whose name was only typed otherwise it is not said that it is a fork.
        (
            "other letters",
            json!({"oidc.circleci.com/vcs-origin": "github.com/Acme/api"}),
            Refused(&["vcs-origin is not", "only upper and lower case differ"]),
        ),
        (
            "pull request of a fork",
            json!({"oidc.circleci.com/vcs-origin": "github.com/somebody/api", "oidc.circleci.com/vcs-ref": "refs/heads/pull/7"}),
            Refused(&["vcs-ref is not", "a fork is not the repository"]),
        ),
        // A fork and a renamed repository look alike: both have the project's id.
        (
            "renamed repository",
            json!({"oidc.circleci.com/vcs-origin": "github.com/acme/shop-api"}),
            Refused(&["vcs-origin is not", "or the repository has another name now"]),
        ),
        (
            "repository that begins like it",
            json!({"oidc.circleci.com/vcs-origin": "github.com/acme/api-evil"}),
            Refused(&["vcs-origin is not"]),
        ),
        (
            "repository of another project",
            json!({"oidc.circleci.com/project-id": ORGANIZATION, "oidc.circleci.com/vcs-origin": "github.com/acme/shop"}),
            Refused(&[
                "project-id, oidc.circleci.com/vcs-origin are not what the trust rule asks for",
            ]),
        ),
        (
            "branch that begins like it",
            json!({"oidc.circleci.com/vcs-ref": "refs/heads/main-evil"}),
            Refused(&["vcs-ref is not"]),
        ),
        (
            "reference that is null",
            json!({"oidc.circleci.com/vcs-ref": null}),
            Refused(&["vcs-ref is null", "custom webhook"]),
        ),
        ("rerun with SSH", json!({"oidc.circleci.com/ssh-rerun": true}), Taken(MAIN, Own)),
        (
            "custom webhook",
            json!({"oidc.circleci.com/vcs-origin": ABSENT, "oidc.circleci.com/vcs-ref": ABSENT}),
            Refused(&[
                "oidc.circleci.com/vcs-origin, oidc.circleci.com/vcs-ref are absent",
                "custom webhook",
            ]),
        ),
        (
            "another project",
            json!({"oidc.circleci.com/project-id": ORGANIZATION}),
            Refused(&["project-id is not"]),
        ),
        (
            "origin in a list",
            json!({"oidc.circleci.com/vcs-origin": ["github.com/acme/api"]}),
            Refused(&["vcs-origin is a list"]),
        ),
    ];
    assert_answers(&of("github.com/acme/api", "refs/heads/main"), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_of_every_branch_or_of_tags() {
    let request = json!({"oidc.circleci.com/vcs-ref": "refs/heads/pull/7"});
    let shapes = vec![
        ("branch", json!({}), Taken(MAIN, Own)),
        // The number says that it is a pull request, whose code may be anybody's.
        ("pull request", request, Taken(Some("refs/heads/pull/7"), MayBe)),
        ("tag", json!({"oidc.circleci.com/vcs-ref": "refs/tags/v1"}), Refused(&["vcs-ref is not"])),
    ];
    assert_answers(&of("github.com/acme/api", "refs/heads/*"), &push(), shapes);
    let tag = json!({"oidc.circleci.com/vcs-ref": "refs/tags/v1"});
    let shapes = vec![
        ("tag", tag, Taken(Some("refs/tags/v1"), Own)),
        (
            "branch named like a tag",
            json!({"oidc.circleci.com/vcs-ref": "refs/heads/v1"}),
            Refused(&["vcs-ref is not"]),
        ),
    ];
    assert_answers(&of("github.com/acme/api", "refs/tags/v*"), &push(), shapes);
}

#[test]
fn tokens_for_a_rule_without_reruns_and_of_a_nested_group() {
    let ids = [("oidc.circleci.com/project-id", PROJECT), ("oidc.circleci.com/ssh-rerun", "false")];
    let origin = ("oidc.circleci.com/vcs-origin", "gitlab.com/acme/shop/api");
    let claims = [ids[0], ids[1], origin, ("oidc.circleci.com/vcs-ref", "refs/heads/*")];
    let said = |more: Value| {
        let mut said = json!({"oidc.circleci.com/vcs-origin": "gitlab.com/acme/shop/api"});
        said.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        said
    };
    let rerun = |value: Value| said(json!({"oidc.circleci.com/ssh-rerun": value}));
    let queued = "refs/heads/gh-readonly-queue/main/pr-7-6dcb09b5";
    let shapes = vec![
        ("default", said(json!({})), Taken(MAIN, Own)),
        ("false as a text", rerun(json!("false")), Taken(MAIN, Own)),
        ("rerun", rerun(json!(true)), Refused(&["ssh-rerun is not"])),
        ("rerun as a text", rerun(json!("true")), Refused(&["ssh-rerun is not"])),
        ("null", rerun(json!(null)), Refused(&["ssh-rerun is null"])),
        ("number", rerun(json!(0)), Refused(&["ssh-rerun is not"])),
        ("absent", rerun(json!(ABSENT)), Refused(&["ssh-rerun is absent"])),
        (
            "merge queue",
            said(json!({"oidc.circleci.com/vcs-ref": queued})),
            Taken(Some(queued), Own),
        ),
    ];
    assert_answers(&rule(Provider::CircleCi, ISSUER, "", &claims), &push(), shapes);
}

#[test]
fn a_rule_from_before_forks_were_asked_about_takes_nobody() {
    let mut rule = of("github.com/acme/api", "refs/heads/main");
    rule.claims.remove("oidc.circleci.com/vcs-origin");
    let said: &[&str] = &["does not ask for oidc.circleci.com/vcs-origin", "add it again"];
    let shapes = vec![
        ("own", json!({}), Refused(&["does not ask for oidc.circleci.com/vcs-origin"])),
        (
            "fork",
            json!({"oidc.circleci.com/vcs-origin": "github.com/somebody/api"}),
            Refused(&["fork"]),
        ),
    ];
    assert_answers(&rule, &push(), shapes);
    let reason = judge(std::slice::from_ref(&rule), &with(&push(), &json!({}))).unwrap_err();
    assert!(said.iter().all(|part| reason.contains(part)), "{reason}");
}

#[test]
fn the_repository_may_be_pasted_as_an_address_and_the_audience_left_out() {
    for typed in [
        "github.com/acme/api",
        "https://github.com/acme/api",
        "https://github.com/acme/api.git",
        "github.com/acme/api/",
        "git@github.com:acme/api.git",
        "ssh://git@github.com/acme/api.git",
        "https://GitHub.com/acme/api",
    ] {
        let rule = of(typed, "refs/heads/main");
        assert!(holds(&rule, &with(&push(), &json!({}))), "{typed}");
        assert_eq!(rule.audience, ORGANIZATION);
    }
    let proof = of("github.com/acme/api", "refs/heads/main").proof(&with(&push(), &json!({})));
    assert_eq!(
        (proof.commit.as_deref(), proof.run.as_deref()),
        (Some("6cc2a1f4"), Some("cb32986e"))
    );
}

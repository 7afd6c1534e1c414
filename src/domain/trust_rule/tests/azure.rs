//! Sources: <https://learn.microsoft.com/en-us/rest/api/azure/devops/distributedtask/oidctoken/create>,
//! <https://learn.microsoft.com/en-us/azure/devops/pipelines/release/configure-workload-identity>,
//! <https://learn.microsoft.com/en-us/azure/devops/release-notes/2024/sprint-240-update>; tokens as
//! printed in <https://github.com/sigstore/fulcio/issues/1803> and
//! <https://github.com/gravitational/teleport/blob/master/rfd/0211-azure-devops-joining.md>.

use super::*;

const ISSUER: &str = "https://vstoken.dev.azure.com/0ca3ddd9-f0b0-4635-a98c-5866526961b6";
const ENTRA: &str = "https://login.microsoftonline.com/271ef6f7-5998-4b0f-86fb-4b54d9129990/v2.0";
const AZURE: &str = "api://AzureADTokenExchange";
const PIPELINE: &str = "p://acme/shop/acme.api";
const CONNECTION: &str = "sc://acme/shop/registry";
const NEWER: &str = "/eid1/c/pub/t/PwFflyR_6Een06vEdSvzRg/a/m1WPnYRZpEaQKq1Cceg--g/sc/0ca3ddd9-f0b0-4635-a98c-5866526961b6/5bc9ccc2-0f9f-4a0e-8f1a-9b1a5d8e7f00";
const MAIN: Option<&str> = Some("refs/heads/main");

/// A pipeline's own token.
fn pipeline() -> Value {
    json!({
        "jti": "90b75b0a", "sub": PIPELINE, "aud": AZURE, "iss": ISSUER,
        "org_id": "0ca3ddd9-f0b0-4635-a98c-5866526961b6",
        "prj_id": "271ef6f7-5998-4b0f-86fb-4b54d9129990", "def_id": "1", "rpo_id": "acme/api",
        "rpo_uri": "https://github.com/acme/api.git", "rpo_ver": "c291ea71",
        "rpo_ref": "refs/heads/main", "run_id": "5",
        "nbf": 1_745_839_609, "exp": 1_745_840_508, "iat": 1_745_840_209,
    })
}

/// That of a service connection.
fn connection(issuer: &str, subject: &str) -> Value {
    json!({
        "jti": "53042db8", "sub": subject, "aud": AZURE, "iss": issuer,
        "nbf": 1_745_851_036, "exp": 1_745_851_936, "iat": 1_745_851_636,
    })
}

fn of(issuer: &str, claims: &[(&str, &str)]) -> TrustRule {
    // As the form fills it in.
    rule(Provider::AzureDevOps, issuer, Provider::AzureDevOps.usual_audience().unwrap(), claims)
}

#[test]
fn tokens_of_a_pipeline() {
    let rule = of(ISSUER, &[("sub", PIPELINE)]);
    assert_eq!(rule.audience, AZURE);
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, Own)),
        (
            "another subject",
            json!({"sub": "p://acme/shop/other"}),
            Refused(&["sub is not what the trust rule asks for"]),
        ),
        ("no subject", json!({"sub": ABSENT}), Refused(&["sub is absent"])),
        // The subject names no branch: that is for the grant to ask.
        ("tag", json!({"rpo_ref": "refs/tags/v1"}), Taken(Some("refs/tags/v1"), Own)),
        (
            "pull request",
            json!({"rpo_ref": "refs/pull/7/merge"}),
            Taken(Some("refs/pull/7/merge"), MayBe),
        ),
        ("service connection", json!({"sub": CONNECTION}), Refused(&["sub is not"])),
    ];
    assert_answers(&rule, &pipeline(), shapes);
    let proof = rule.proof(&with(&pipeline(), &json!({})));
    assert_eq!((proof.run.as_deref(), proof.commit.as_deref()), (Some("5"), Some("c291ea71")));
}

#[test]
fn tokens_of_a_pipeline_for_a_rule_of_a_branch() {
    let rule = of(ISSUER, &[("sub", PIPELINE), ("def_id", "1"), ("rpo_ref", "refs/heads/main")]);
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, Own)),
        ("number as a number", json!({"def_id": 1}), Taken(MAIN, Own)),
        (
            "tag named like the branch",
            json!({"rpo_ref": "refs/tags/main"}),
            Refused(&["rpo_ref is not"]),
        ),
        ("pull request", json!({"rpo_ref": "refs/pull/7/merge"}), Refused(&["rpo_ref is not"])),
        ("renamed pipeline", json!({"sub": "p://acme/shop/renamed"}), Refused(&["sub is not"])),
        (
            "pipeline that begins like it",
            json!({"sub": "p://acme/shop/acme.api-evil"}),
            Refused(&["sub is not"]),
        ),
        (
            "other letters",
            json!({"sub": "p://Acme/shop/acme.api"}),
            Refused(&["sub is not", "only upper and lower case differ"]),
        ),
        ("another pipeline of that name", json!({"def_id": "12"}), Refused(&["def_id is not"])),
        (
            "branch that begins like it",
            json!({"rpo_ref": "refs/heads/main-evil"}),
            Refused(&["rpo_ref is not"]),
        ),
        ("id that is null", json!({"def_id": null}), Refused(&["def_id is null", "(p://) has it"])),
        ("another repository of the pipeline", json!({"rpo_id": "acme/other"}), Taken(MAIN, Own)),
        (
            "service connection",
            json!({"rpo_ref": ABSENT, "def_id": ABSENT}),
            Refused(&["def_id, rpo_ref are absent", "only a pipeline's own token (p://) has it"]),
        ),
    ];
    assert_answers(&rule, &pipeline(), shapes);
}

#[test]
fn tokens_of_a_service_connection() {
    for (issuer, subject) in [(ISSUER, CONNECTION), (ENTRA, NEWER), (ISSUER, NEWER)] {
        let shapes = vec![
            ("default", json!({}), Taken(None, Own)),
            (
                "another connection",
                json!({"sub": "sc://acme/shop/other"}),
                Refused(&["sub is not"]),
            ),
        ];
        assert_answers(&of(issuer, &[("sub", subject)]), &connection(issuer, subject), shapes);
    }
}

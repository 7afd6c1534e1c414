//! Sources: <https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/>,
//! <https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/>
//! (the subject, and what others match it with).

use super::*;

const ISSUER: &str = "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc";
const REPOSITORY: &str = "{c85a9e42-6a5b-4b8e-8c7d-0d4f1d8a3b11}";
const ENVIRONMENT: &str = "{b2ed0b1f-6a2c-4a1e-9d5a-8f0c6d7e2a22}";
const STEP: &str = "{5d1f0c3e-9b8a-4c7d-8e6f-1a2b3c4d5e33}";

/// A step of a build of `main`.
fn step() -> Value {
    json!({
        "iss": ISSUER, "aud": [AUDIENCE, "ari:cloud:bitbucket::workspace/0184990a"],
        "sub": format!("{REPOSITORY}:{STEP}"), "branchName": "main", "stepUuid": STEP,
        "repositoryUuid": REPOSITORY, "workspaceUuid": "{0184990a}", "pipelineUuid": "{0184990b}",
    })
}

fn of(subject: &str, more: &str) -> Result<TrustRule, String> {
    let form = TrustForm {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        claims: [("sub".to_owned(), subject.to_owned())].into(),
        more_claims: more.to_owned(),
        ..TrustForm::default()
    };
    let claims = form.read(Provider::Other, &own()).map_err(|errors| errors[0].message.clone())?;
    Ok(TrustRule { claims, issuer: ISSUER.to_owned(), ..TrustRule::sample(Provider::Other, &[]) })
}

#[test]
fn a_rule_takes_each_step_of_its_repository_and_no_other() {
    let other = format!("{ENVIRONMENT}:{STEP}");
    let shapes = vec![
        ("default", json!({}), Taken(None, Own)),
        (
            "of an environment",
            json!({"sub": format!("{REPOSITORY}:{ENVIRONMENT}:{STEP}")}),
            Taken(None, Own),
        ),
        ("tag", json!({"branchName": ABSENT}), Taken(None, Own)),
        ("another repository", json!({"sub": other}), Refused(&["sub is not"])),
        ("no step", json!({"sub": REPOSITORY}), Refused(&["sub is not"])),
        ("more than ids", json!({"sub": format!("{REPOSITORY}:x")}), Refused(&["sub is not"])),
        (
            "repository that begins like it",
            json!({"sub": format!("{REPOSITORY}0:{STEP}")}),
            Refused(&["sub is not"]),
        ),
        ("no subject", json!({"sub": null}), Refused(&["sub is null"])),
    ];
    assert_answers(&of(REPOSITORY, "").unwrap(), &step(), shapes);
}

#[test]
fn a_rule_can_ask_for_an_environment_or_a_branch() {
    let environment = of(&format!("{REPOSITORY}:{ENVIRONMENT}"), "").unwrap();
    let deployed = json!({"sub": format!("{REPOSITORY}:{ENVIRONMENT}:{STEP}")});
    let shapes = vec![
        ("of the environment", deployed, Taken(None, Own)),
        ("of none", json!({}), Refused(&["sub is not"])),
    ];
    assert_answers(&environment, &step(), shapes);
    let main = of(REPOSITORY, "branchName=main").unwrap();
    let shapes = vec![
        ("branch", json!({}), Taken(None, Own)),
        ("tag", json!({"branchName": ABSENT}), Refused(&["branchName is absent"])),
        ("branch that begins like it", json!({"branchName": "main2"}), Refused(&["branchName is"])),
    ];
    assert_answers(&main, &step(), shapes);
}

#[test]
fn the_subject_is_typed_without_the_step() {
    for typed in [REPOSITORY.to_owned(), format!("{REPOSITORY}:*"), REPOSITORY.to_uppercase()] {
        assert_eq!(of(&typed, "").unwrap().claims["sub"], REPOSITORY, "{typed}");
    }
    for typed in [
        String::new(),
        "*".to_owned(),
        "acme/api".to_owned(),
        REPOSITORY.trim_matches(['{', '}']).to_owned(),
        format!("{REPOSITORY}*"),
        format!("{REPOSITORY}:{ENVIRONMENT}:{STEP}"),
    ] {
        let told = of(&typed, "").unwrap_err();
        assert!(told.contains("the UUID of the repository"), "{typed}: {told}");
    }
}

#[test]
fn a_token_fills_in_what_all_tokens_of_its_repository_have() {
    let form = TrustForm::of_claims(&with(&step(), &json!({})), AUDIENCE).unwrap();
    assert_eq!((form.provider.as_str(), form.claims["sub"].as_str()), ("oidc", REPOSITORY));
    assert!(form.read(Provider::Other, &own()).is_ok());
}

//! Sources: <https://forgejo.org/docs/next/user/actions/security-openid-connect>; the ids are from
//! <https://codeberg.org/forgejo/forgejo/pulls/12355>.

use super::*;

const ISSUER: &str = "https://git.example.com/api/actions";
const MAIN: &str = "repo:user1/testing:ref:refs/heads/main";

/// A push to `main`, by a server that says ids.
fn push() -> Value {
    json!({
        "actor": "user1", "actor_id": "3", "aud": AUDIENCE, "event_name": "push",
        "exp": 1_767_217_099, "iat": 1_767_213_499, "iss": ISSUER, "nbf": 1_767_213_499,
        "ref": "refs/heads/main", "ref_protected": "false", "ref_type": "branch",
        "repository": "user1/testing", "repository_id": "43", "repository_owner": "user1",
        "repository_owner_id": "7", "run_attempt": "1", "run_id": "43", "run_number": "43",
        "sha": "76cb2978", "sub": MAIN, "workflow": "test.yml",
        "workflow_ref": "user1/testing/.forgejo/workflows/test.yml@refs/heads/main",
    })
}

fn form(provider: Provider) -> TrustForm {
    TrustForm {
        provider: provider.word().to_owned(),
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        claims: [("sub".to_owned(), MAIN.to_owned())].into(),
        more_claims: "repository_id=43".to_owned(),
        ..TrustForm::default()
    }
}

fn rule() -> TrustRule {
    let claims = form(Provider::Other).read(Provider::Other, &own()).unwrap();
    TrustRule { claims, issuer: ISSUER.to_owned(), ..TrustRule::sample(Provider::Other, &[]) }
}

#[test]
fn tokens_of_a_branch() {
    let shapes = vec![
        ("default", json!({}), Taken(None, Own)),
        ("scheduled", json!({"event_name": "schedule"}), Taken(None, Own)),
        // The subject is that of the base's branch, and what is checked out may be the fork's.
        (
            "pull_request_target",
            json!({"event_name": "pull_request_target", "base_ref": "main"}),
            Taken(None, MayBe),
        ),
        (
            "pull request",
            json!({"event_name": "pull_request", "sub": "repo:user1/testing:pull_request"}),
            Refused(&["sub is not"]),
        ),
        (
            "tag named like the branch",
            json!({"sub": "repo:user1/testing:ref:refs/tags/main", "ref_type": "tag"}),
            Refused(&["sub is not"]),
        ),
        (
            "another of that name",
            json!({"repository_id": "430"}),
            Refused(&["repository_id is not"]),
        ),
        (
            "subject with ids",
            json!({"sub": "repo:user1-7/testing-43:ref:refs/heads/main"}),
            Refused(&["sub is not"]),
        ),
    ];
    assert_answers(&rule(), &push(), shapes);
}

#[test]
fn a_token_without_an_id_of_its_own_is_taken() {
    let claims = with(&push(), &json!({}));
    assert_eq!(rule().reuse(&claims), (None, false));
    // That is what is asked of GitHub's, which have one.
    let github = with(&push(), &json!({"iss": "https://issuer.example.com"}));
    assert_eq!(rule().reuse(&github), Provider::GitHub.reuse());
}

#[test]
fn what_an_older_server_does_not_say_is_not_asked_for_as_at_github() {
    let older = with(&push(), &json!({"repository_id": ABSENT, "repository_owner_id": ABSENT}));
    let reason = judge(&[rule()], &older).unwrap_err();
    assert_eq!(reason, "repository_id is absent");
}

#[test]
fn the_form_of_any_issuer_is_filled_in_and_github_s_is_refused() {
    let draft = TrustForm::of_claims(&with(&push(), &json!({})), AUDIENCE).unwrap();
    assert_eq!((draft.provider.as_str(), draft.claims["sub"].as_str()), ("oidc", MAIN));
    assert_eq!(draft.more_claims, "repository_id=43\nrepository_owner_id=7");
    assert!(draft.read(Provider::Other, &own()).is_ok());
    let errors = form(Provider::GitHub).read(Provider::GitHub, &own()).unwrap_err();
    assert_eq!(errors[0].field, "issuer");
    assert!(errors[0].message.contains("Forgejo"), "{}", errors[0].message);
}

//! Sources: <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/>,
//! <https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery>,
//! <https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/1205-bound-service-account-tokens>.

use super::*;

const ISSUER: &str = "https://kubernetes.example.com";
const SUBJECT: &str = "system:serviceaccount:ci:builder";

/// A token of a projected volume.
fn projected() -> Value {
    json!({
        "aud": [AUDIENCE], "exp": 1_749_207_355, "iat": 1_717_671_355, "iss": ISSUER,
        "jti": "e51f1fbc",
        "kubernetes.io": {
            "namespace": "ci", "node": {"name": "worker", "uid": "517eb86e"},
            "pod": {"name": "build-1", "uid": "0d8b260e"},
            "serviceaccount": {"name": "builder", "uid": "e6a8680e"}, "warnafter": 1_717_674_962,
        },
        "nbf": 1_717_671_355, "sub": SUBJECT,
    })
}

#[test]
fn tokens_of_service_accounts() {
    let rule = rule(Provider::Kubernetes, ISSUER, AUDIENCE, &[("sub", SUBJECT)]);
    let shapes = vec![
        ("default", json!({}), Taken(None, Own)),
        ("one audience as a text", json!({"aud": AUDIENCE}), Taken(None, Own)),
        ("without a pod", json!({"kubernetes.io": {"namespace": "ci"}}), Taken(None, Own)),
        (
            "another account",
            json!({"sub": "system:serviceaccount:ci:other"}),
            Refused(&["sub is not"]),
        ),
        (
            "another namespace",
            json!({"sub": "system:serviceaccount:xx:builder"}),
            Refused(&["sub is not"]),
        ),
        ("subject that is null", json!({"sub": null}), Refused(&["sub is null"])),
        (
            "namespace that begins like it",
            json!({"sub": "system:serviceaccount:ci-evil:builder"}),
            Refused(&["sub is not"]),
        ),
        (
            "account that begins like it",
            json!({"sub": "system:serviceaccount:ci:builder-2"}),
            Refused(&["sub is not"]),
        ),
        ("subject in a list", json!({"sub": [SUBJECT]}), Refused(&["sub is a list"])),
        ("no subject", json!({"sub": ABSENT}), Refused(&["sub is absent"])),
        ("a user of the cluster", json!({"sub": "system:node:worker"}), Refused(&["sub is not"])),
    ];
    assert_answers(&rule, &projected(), shapes);
}

#[test]
fn an_account_that_was_made_again_is_another() {
    let claims = [("sub", SUBJECT), ("kubernetes.io/serviceaccount/uid", "e6a8680e")];
    let rule = rule(Provider::Kubernetes, ISSUER, AUDIENCE, &claims);
    let made_again =
        json!({"kubernetes.io": {"serviceaccount": {"name": "builder", "uid": "other"}}});
    let legacy = json!({"kubernetes.io": ABSENT, "kubernetes.io/serviceaccount/service-account.uid": "e6a8680e"});
    let shapes = vec![
        ("default", json!({}), Taken(None, Own)),
        ("made again", made_again, Refused(&["kubernetes.io/serviceaccount/uid is not"])),
        (
            "token of a secret",
            legacy,
            Refused(&["kubernetes.io/serviceaccount/uid is absent", "kubectl create token"]),
        ),
    ];
    for (what, other, answer) in shapes {
        // The legacy claim's value is the wanted one, which no refusal repeats either.
        assert_answers(&rule, &projected(), vec![(what, other, answer)]);
    }
}

#[test]
fn a_token_that_is_bound_to_no_pod_says_how_one_is() {
    let mut rule = rule(Provider::Kubernetes, ISSUER, AUDIENCE, &[("sub", SUBJECT)]);
    rule.claims.insert("kubernetes.io/pod/name".to_owned(), "build-1".to_owned());
    // As kubectl create token makes one.
    let unbound =
        json!({"kubernetes.io": {"namespace": "ci", "serviceaccount": {"name": "builder"}}});
    let shapes = vec![
        ("of the pod", json!({}), Taken(None, Own)),
        (
            "of no pod",
            unbound,
            Refused(&["kubernetes.io/pod/name is absent (use a token that is bound to a pod"]),
        ),
    ];
    assert_answers(&rule, &projected(), shapes);
}

//! Issuers that are nobody's in particular: <https://openid.net/specs/openid-connect-core-1_0.html>
//! and <https://www.rfc-editor.org/rfc/rfc7519> say what a claim may be.

use super::*;

const ISSUER: &str = "https://issuer.example.com/realms/acme";

fn token() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "builder-of-acme", "iat": 1.5, "exp": 1e9})
}

fn of(more: &str) -> TrustRule {
    let form = TrustForm {
        claims: [("sub".to_owned(), "builder-of-acme".to_owned())].into(),
        more_claims: more.to_owned(),
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        ..TrustForm::default()
    };
    let claims = form.read(Provider::Other, &own()).unwrap();
    TrustRule { claims, ..rule(Provider::Other, ISSUER, AUDIENCE, &[("sub", "builder-of-acme")]) }
}

#[test]
fn each_kind_of_value_is_told_apart() {
    let shapes = vec![
        ("the text", json!({"groups": "ci"}), Taken(None, Own)),
        ("absent", json!({}), Refused(&["groups is absent"])),
        ("null", json!({"groups": null}), Refused(&["groups is null"])),
        ("empty", json!({"groups": ""}), Refused(&["groups is empty"])),
        (
            "list",
            json!({"groups": ["ci"]}),
            Refused(&["groups is a list", "asks for a single value", "name[]=value"]),
        ),
        ("object", json!({"groups": {"ci": true}}), Refused(&["groups is an object"])),
        ("number", json!({"groups": 7}), Refused(&["groups is not what the trust rule asks for"])),
        ("fraction", json!({"groups": 7.5}), Refused(&["groups is a number that is not whole"])),
        (
            "huge number",
            json!({"groups": 1e300}),
            Refused(&["groups is a number that is too large"]),
        ),
        ("flag", json!({"groups": true}), Refused(&["groups is not what"])),
        ("another text", json!({"groups": "administrators"}), Refused(&["groups is not what"])),
        ("unreadable", json!({"groups": "ci\u{0}somewhere"}), Refused(&["invisible characters"])),
    ];
    assert_answers(&of("groups=ci"), &token(), shapes);
}

#[test]
fn a_rule_can_ask_for_one_of_a_list() {
    let shapes = vec![
        ("in the list", json!({"groups": ["staff", "ci"]}), Taken(None, Own)),
        ("number in the list", json!({"groups": ["ci", 7]}), Taken(None, Own)),
        (
            "not in it",
            json!({"groups": ["administrators", "ci2"]}),
            Refused(&["groups[] is not what"]),
        ),
        ("empty list", json!({"groups": []}), Refused(&["groups[] is not what"])),
        ("list in the list", json!({"groups": [["ci"]]}), Refused(&["groups[] is not what"])),
        ("text", json!({"groups": "ci"}), Refused(&["groups[] is not a list"])),
        ("object", json!({"groups": {"ci": true}}), Refused(&["groups[] is not a list"])),
        ("null", json!({"groups": null}), Refused(&["groups[] is null"])),
        ("absent", json!({}), Refused(&["groups[] is absent"])),
    ];
    assert_answers(&of("groups[]=ci"), &token(), shapes);
}

#[test]
fn what_people_would_take_for_the_value_is_told_from_it() {
    let shapes = vec![
        (
            "a space",
            json!({"groups": "ci "}),
            Refused(&["groups is not", "spaces at its start or"]),
        ),
        ("no break", json!({"groups": "\u{A0}ci"}), Refused(&["spaces at its start or its end"])),
        ("case", json!({"groups": "CI"}), Refused(&["only upper and lower case differ"])),
        ("no width", json!({"groups": "c\u{200B}i"}), Refused(&["invisible characters"])),
        ("Cyrillic", json!({"groups": "\u{441}i"}), Refused(&["letters of another alphabet"])),
        ("another word", json!({"groups": "\u{441}\u{456}"}), Refused(&["groups is not what"])),
    ];
    assert_answers(&of("groups=ci"), &token(), shapes);
    let accent = with(&token(), &json!({"groups": "c\u{ED}"}));
    let reason = judge(&[of("groups=ci")], &accent).unwrap_err();
    assert!(!reason.contains("alphabet"), "{reason}");
}

#[test]
fn several_reasons_are_told_apart_in_one_refusal() {
    let rule = of("groups=ci\nteam=shop\nlevel=3");
    let claims = with(&token(), &json!({"groups": ["ci"], "level": 4}));
    let reason = judge(std::slice::from_ref(&rule), &claims).unwrap_err();
    for part in ["team is absent", "groups is a list", "level is not what the trust rule asks for"]
    {
        assert!(reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn of_several_rules_the_one_that_comes_nearest_is_told_of() {
    let rules = [of("groups=ci\nteam=shop"), of("groups=ci")];
    let reason = judge(&rules, &with(&token(), &json!({}))).unwrap_err();
    assert!(reason.contains("groups is absent") && !reason.contains("team"), "{reason}");
    assert!(judge(&rules, &with(&token(), &json!({"groups": "ci"}))).is_ok());
}

#[test]
fn what_an_unknown_issuer_says_in_the_shape_of_a_known_one_is_read_as_its() {
    let rule = of("");
    let fork =
        json!({"project_id": 21, "job_project_id": 20, "pipeline_source": "merge_request_event"});
    assert!(rule.proof(&with(&token(), &fork)).may_be_fork());
    let request =
        json!({"repository_id": 7, "event_name": "pull_request", "ref": "refs/pull/7/merge"});
    assert!(rule.proof(&with(&token(), &request)).may_be_fork());
    assert!(!rule.proof(&with(&token(), &json!({}))).may_be_fork());
}

/// Forgejo's tokens have GitHub's words, older ones no ids, and Semaphore's a kind of reference:
/// <https://forgejo.org/docs/next/user/actions/security-openid-connect>,
/// <https://docs.semaphoreci.com/reference/openid>.
#[test]
fn a_pull_request_of_an_unknown_issuer_counts_as_a_forks() {
    let shapes = vec![
        ("push", json!({"event_name": "push", "ref": "refs/heads/main"}), Taken(None, Own)),
        (
            "pull request",
            json!({"event_name": "pull_request", "ref": "refs/pull/7/head", "repository": "acme/api"}),
            Taken(None, MayBe),
        ),
        ("of the base's branch", json!({"event_name": "pull_request_target"}), Taken(None, MayBe)),
        ("by its reference", json!({"ref": "refs/pull/7/merge"}), Taken(None, MayBe)),
        ("at GitLab", json!({"ref": "refs/merge-requests/7/head"}), Taken(None, MayBe)),
        ("by its kind", json!({"ref_type": "pull-request"}), Taken(None, MayBe)),
        ("by its kind, in short", json!({"ref_type": "pr"}), Taken(None, MayBe)),
        ("branch", json!({"ref_type": "branch", "ref": "main"}), Taken(None, Own)),
        ("null", json!({"event_name": null, "ref": null}), Taken(None, Own)),
        ("schedule", json!({"event_name": "schedule"}), Taken(None, Own)),
    ];
    assert_answers(&of(""), &token(), shapes);
}

#[test]
fn a_refused_audience_names_both() {
    let rules = [of("")];
    for (aud, said) in [
        (json!("https://elsewhere.example.com"), "it is for https://elsewhere.example.com,"),
        (json!(["a", "b"]), "it is for a or b,"),
        (json!([]), "an empty list"),
        (json!(null), "its audience is null"),
        (json!(""), "its audience is empty"),
        (json!({}), "its audience is an object"),
        (json!(7), "it is for 7,"),
        (json!(["a", ["b"]]), "it is for a or a value that cannot be shown,"),
        (json!("a\nb"), "invisible characters"),
        (json!(ABSENT), "its audience is absent"),
    ] {
        let told = other_audience(&rules, &with(&token(), &json!({ "aud": aud })));
        assert!(told.contains(said), "{said}: {told}");
        assert!(told.contains("the trust rule asks for https://regcred.example.com"), "{told}");
    }
    let long = json!("x".repeat(500));
    let told = other_audience(&rules, &with(&token(), &json!({ "aud": long })));
    assert!(told.len() < 400, "{}", told.len());
}

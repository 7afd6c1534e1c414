//! What is asked of Regcred, and what is made of its answers.

use super::*;
use crate::stub::{Stub, answer, json, problem};

fn api(stub: &Stub) -> (Api, Settings) {
    let url = stub.url();
    let variables = Variables::of(&[
        ("REGCRED_URL", url.as_str()),
        ("REGCRED_TOKEN", "rgc_1"),
        ("REGCRED_REPOSITORY", "acme/api"),
        ("GITHUB_RUN_ID", "17"),
    ]);
    let settings = Settings::read(&variables).unwrap();
    (Api::open(&settings, &variables).unwrap(), settings)
}

/// What is said when a credential is asked for and this is answered.
fn said(answer: String) -> String {
    let stub = Stub::answering(&[answer]);
    let (api, settings) = api(&stub);
    match api.credential("ghcr.io", &settings) {
        Ok(_) => panic!("there was a credential"),
        Err(failure) => failure.to_string(),
    }
}

#[test]
fn a_credential_is_asked_for_with_the_token_and_the_claims() {
    let stub = Stub::answering(&[json(
        200,
        r#"{"registry":"docker.io","username":"u","secret":"p","delivery":"d"}"#,
    )]);
    let (api, settings) = api(&stub);
    let found = api.credential("https://index.docker.io/v1/", &settings).unwrap();
    assert_eq!((found.username.as_str(), found.secret.expose()), ("u", "p"));
    let seen = stub.seen().remove(0);
    let line = "GET /api/v1/credential?server=https%3A%2F%2Findex.docker.io%2Fv1%2F&intent=pull&repository=acme%2Fapi HTTP/1.1\r\n";
    assert!(seen.starts_with(line), "{seen}");
    assert!(seen.contains("Bearer rgc_1\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains("regcred-run: 17\r\n"), "{seen}");
}

#[test]
fn only_an_absent_credential_has_the_words_that_docker_knows() {
    let known = "credentials not found in native keychain";
    assert_eq!(said(problem(404, "not_found", "No.")), known);
    for other in [
        problem(404, "elsewhere", "No."),
        answer(404, "", "<html>not_found</html>"),
        problem(401, "not_found", "No."),
        problem(403, "forbidden", known),
        problem(409, "conflict", "Two: deploy and build."),
        json(200, "{}"),
        json(200, "not JSON"),
    ] {
        let said = said(other);
        assert!(said.starts_with("regcred: "), "{said}");
    }
}

#[test]
fn what_regcred_says_is_shown_on_one_line() {
    let said = said(problem(409, "conflict", r"Two fit:\n deploy\u0007 and build."));
    assert_eq!(said, "regcred: Two fit:  deploy  and build.");
}

#[test]
fn an_answer_that_cannot_be_read_is_not_shown() {
    let said = said(json(200, r#"{"username":17,"secret":"hunter2"}"#));
    assert_eq!(said, "regcred: Regcred gave an answer that this program cannot read.");
}

#[test]
fn a_busy_server_is_no_absent_credential() {
    let busy = answer(
        503,
        "Retry-After: 60\r\n",
        r#"{"error":{"code":"unavailable","message":"Try again."}}"#,
    );
    assert_eq!(said(busy), "regcred: Try again.");
}

#[test]
fn of_two_users_on_one_server_the_first_is_listed() {
    let stub = Stub::answering(&[json(
        200,
        r#"{"credentials":[{"server":"ghcr.io","username":"one"},{"server":"a.example.com","username":"x"},{"server":"ghcr.io","username":"two"}]}"#,
    )]);
    let (api, _) = api(&stub);
    let listed = api.usernames().unwrap();
    assert!(listed.left_out.is_empty());
    let listed: Vec<(String, String)> = listed.usernames.into_iter().collect();
    let wanted = [("a.example.com", "x"), ("ghcr.io", "one")];
    assert_eq!(listed, wanted.map(|(server, user)| (server.to_owned(), user.to_owned())));
}

#[test]
fn an_absent_list_is_no_absent_credential() {
    let stub = Stub::answering(&[problem(404, "not_found", "No such page.")]);
    let (api, _) = api(&stub);
    assert_eq!(api.usernames().err().unwrap().to_string(), "regcred: No such page.");
}

#[test]
fn what_is_left_out_is_a_sentence_each() {
    let headers = "Regcred-Left-Out: 0198; Two credentials serve quay.io: one and zw\u{f6}lf.\r\nRegcred-Left-Out: 0199; ghcr.io; it is disabled\r\nRegcred-Left-Out: of no known form\r\nRegcred-More: 0 delivered, 3 left out; the receipts name them\r\n";
    let kubelet = r#"{"auth":{"ghcr.io":{"username":"u","password":"p"}},"deliveries":[]}"#;
    let stub = Stub::answering(&[
        answer(200, headers, r#"{"credentials":[]}"#),
        answer(200, headers, kubelet),
    ]);
    let (api, _) = api(&stub);
    let wanted = [
        "Left out: Two credentials serve quay.io: one and zw\u{f6}lf (credential 0198).",
        "Left out: it is disabled (credential 0199 for ghcr.io).",
        "Left out: of no known form.",
        "Not all are named: 0 delivered, 3 left out; the receipts name them.",
    ];
    assert_eq!(api.usernames().unwrap().left_out, wanted);
    assert_eq!(api.for_kubelet("ghcr.io/acme/api", "global").unwrap().left_out, wanted);
}

#[test]
fn an_image_says_the_repository_for_its_own_registry_only() {
    let found = r#"{"registry":"r","username":"u","secret":"p","delivery":"d"}"#;
    let stub = Stub::answering(&[json(200, found), json(200, found), json(200, found)]);
    let url = stub.url();
    let variables = Variables::of(&[
        ("REGCRED_URL", url.as_str()),
        ("REGCRED_TOKEN", "rgc_1"),
        ("REGCRED_REPOSITORY", "acme/web"),
        ("REGCRED_IMAGE", "registry.example.com/acme/api:1.0"),
    ]);
    let settings = Settings::read(&variables).unwrap();
    let api = Api::open(&settings, &variables).unwrap();
    for server in ["registry.example.com", "registry.example.com:443", "ghcr.io"] {
        assert!(api.credential(server, &settings).is_ok());
    }
    let seen = stub.seen();
    let line = |at: usize| seen[at].lines().next().unwrap_or_default().to_owned();
    let asked = "GET /api/v1/credential?server=registry.example.com";
    assert_eq!(line(0), format!("{asked}&intent=pull&repository=acme%2Fapi HTTP/1.1"));
    assert_eq!(line(1), format!("{asked}%3A443&intent=pull&repository=acme%2Fapi HTTP/1.1"));
    assert_eq!(line(2), "GET /api/v1/credential?server=ghcr.io&intent=pull HTTP/1.1");
}

#[test]
fn an_outcome_is_posted_to_its_delivery() {
    let stub = Stub::answering(&[answer(204, "", "")]);
    let (api, _) = api(&stub);
    api.report("0198c0de-0000-7000-8000-000000000001", "worked").unwrap();
    let seen = stub.seen().remove(0);
    let line = "POST /api/v1/deliveries/0198c0de-0000-7000-8000-000000000001/outcome HTTP/1.1\r\n";
    assert!(seen.starts_with(line), "{seen}");
    assert!(seen.ends_with(r#"{"outcome":"worked"}"#), "{seen}");
}

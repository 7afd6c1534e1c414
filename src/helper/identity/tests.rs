//! Which identity is used, and what it is exchanged for.

use super::*;
use crate::stub::{Folder, Stub, json, problem};
use std::time::Duration;

pub(super) const PIPELINE: (&str, &str) =
    ("REGCRED_PIPELINE", "0198c0de-0000-7000-8000-000000000002");

pub(super) fn token(stub: &Stub, pairs: &[(&str, &str)]) -> Result<Secret, Failure> {
    let url = stub.url();
    let mut all = vec![("REGCRED_URL", url.as_str())];
    all.extend(pairs);
    let variables = Variables::of(&all);
    let settings = Settings::read(&variables).unwrap();
    let web = Web::new(Duration::from_secs(10), None, Box::new(|_| {})).unwrap();
    pipeline_token(&web, &url, &settings, &variables)
}

pub(super) fn issued() -> String {
    json(200, r#"{"token":"rgc_short","expires_in":600}"#)
}

#[test]
fn a_token_that_is_given_is_used_as_it_is() {
    let stub = Stub::answering(&[issued()]);
    let given = [("REGCRED_TOKEN", " rgc_1\n"), PIPELINE, ("REGCRED_ID_TOKEN", "jwt")];
    assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_1");
    let folder = Folder::new();
    let path = folder.file("token", "rgc_2\n", 0o600);
    let given = [("REGCRED_TOKEN_FILE", path.to_str().unwrap()), ("REGCRED_ID_TOKEN", "jwt")];
    assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_2");
    assert!(stub.seen().is_empty());
}

#[test]
fn an_identity_token_is_exchanged() {
    let folder = Folder::new();
    let path = folder.file("jwt", "a.b.c\n", 0o644);
    for given in [("REGCRED_ID_TOKEN", "a.b.c"), ("REGCRED_ID_TOKEN_FILE", path.to_str().unwrap())]
    {
        let stub = Stub::answering(&[issued()]);
        assert_eq!(token(&stub, &[PIPELINE, given]).unwrap().expose(), "rgc_short");
        let seen = stub.seen().remove(0);
        assert!(seen.starts_with("POST /api/v1/token HTTP/1.1\r\n"), "{seen}");
        assert!(!seen.to_lowercase().contains("authorization"), "{seen}");
        let body = format!(r#"{{"pipeline":"{}","token":"a.b.c"}}"#, PIPELINE.1);
        assert!(seen.ends_with(&body), "{seen}");
    }
}

#[test]
fn the_line_break_that_a_variable_ends_with_is_no_part_of_the_pipeline() {
    let stub = Stub::answering(&[issued()]);
    let given = [("REGCRED_PIPELINE", "0198\n"), ("REGCRED_ID_TOKEN", "a.b.c\n")];
    assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_short");
    assert!(stub.seen()[0].ends_with(r#"{"pipeline":"0198","token":"a.b.c"}"#));
}

#[test]
fn a_token_that_is_given_is_sent_again_when_its_answer_is_lost() {
    let folder = Folder::new();
    let path = folder.file("jwt", "a.b.c\n", 0o644);
    for given in [("REGCRED_ID_TOKEN", "a.b.c"), ("REGCRED_ID_TOKEN_FILE", path.to_str().unwrap())]
    {
        let stub = Stub::answering(&[String::new(), json(502, "<html>"), issued()]);
        assert_eq!(token(&stub, &[PIPELINE, given]).unwrap().expose(), "rgc_short");
        let seen = stub.seen();
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|seen| seen.contains(r#""token":"a.b.c""#)), "{seen:?}");
    }
}

#[test]
fn a_token_that_is_given_wins_over_the_ci() {
    let stub = Stub::answering(&[issued()]);
    let given = [
        PIPELINE,
        ("REGCRED_ID_TOKEN", "a.b.c"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hunter2"),
        ("SYSTEM_OIDCREQUESTURI", "http://127.0.0.1:1/"),
        ("BUILDKITE_JOB_ID", "1"),
        ("CIRCLECI", "true"),
    ];
    assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_short");
    assert!(stub.seen()[0].contains(r#""token":"a.b.c""#));
}

#[test]
fn without_an_identity_the_settings_are_named() {
    let stub = Stub::answering(&[issued()]);
    let said = token(&stub, &[]).unwrap_err().to_string();
    for name in ["REGCRED_TOKEN", "REGCRED_TOKEN_FILE", "REGCRED_PIPELINE", "REGCRED_ID_TOKEN"] {
        assert!(said.contains(name), "{said}");
    }
    let said = token(&stub, &[("REGCRED_ID_TOKEN", "hunter2")]).unwrap_err().to_string();
    assert!(said.starts_with("regcred: REGCRED_PIPELINE is not set"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert!(stub.seen().is_empty());
}

#[test]
fn an_invalid_token_is_refused_and_not_repeated() {
    let stub = Stub::answering(&[issued()]);
    for text in ["hunter2 x", "hunter2\r\nHost: evil.example.com", "hünter2"] {
        let said = token(&stub, &[("REGCRED_TOKEN", text)]).unwrap_err().to_string();
        assert_eq!(said, "regcred: REGCRED_TOKEN does not contain a token.");
    }
    let blank = token(&stub, &[("REGCRED_TOKEN", " \r\n")]).unwrap_err().to_string();
    assert!(blank.starts_with("regcred: No token is set."), "{blank}");
    assert!(stub.seen().is_empty());
}

#[test]
fn an_exchange_that_is_refused_is_never_an_absent_credential() {
    for (status, code) in [(401, "unauthenticated"), (403, "forbidden"), (404, "not_found")] {
        let stub = Stub::answering(&[problem(status, code, "No rule fits.")]);
        let said = token(&stub, &[PIPELINE, ("REGCRED_ID_TOKEN", "jwt")]).unwrap_err();
        assert_eq!(said.to_string(), "regcred: No rule fits.");
    }
}

#[test]
fn a_header_with_a_token_does_not_show_it() {
    let value = bearer("Bearer", &Secret::from("hunter2".to_owned())).unwrap();
    assert!(!format!("{value:?}").contains("hunter2"));
}

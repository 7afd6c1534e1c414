//! What docker sees, byte for byte.

mod scan;

use super::*;
use crate::stub::{Folder, Stub, answer, json, problem};
use std::fs;

const DELIVERY: &str = "0198c0de-0000-7000-8000-000000000001";

const NOT_FOUND: &str = "credentials not found in native keychain\n";

/// The exit status and stdout. Nothing may be on stderr.
fn run(arguments: &[&str], input: &str, variables: &Variables) -> (u8, String) {
    let (status, out, err) = whole(arguments, input, variables);
    assert_eq!(err, "");
    (status, out)
}

/// The exit status, stdout and stderr.
fn whole(arguments: &[&str], input: &str, variables: &Variables) -> (u8, String, String) {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams { input: &mut input.as_bytes(), out: &mut out, err: &mut err };
    let status = serve(&arguments, variables, &mut streams);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn job(url: &str, more: &[(&str, &str)]) -> Variables {
    let mut pairs = vec![("REGCRED_URL", url), ("REGCRED_TOKEN", "rgc_1")];
    pairs.extend(more);
    Variables::of(&pairs)
}

fn found(username: &str) -> String {
    json(
        200,
        &format!(
            r#"{{"registry":"r","username":"{username}","secret":"p\"w","delivery":"{DELIVERY}"}}"#
        ),
    )
}

#[test]
fn one_argument_is_needed() {
    for arguments in [vec![], vec!["get", "ghcr.io"], vec!["a", "b", "c"]] {
        assert_eq!(run(&arguments, "", &Variables::of(&[])), (1, USAGE.to_owned()));
    }
    assert_eq!(USAGE, "Usage: docker-credential-regcred <store|get|erase|list|version>\n");
}

#[test]
fn help_and_the_version_need_no_settings() {
    let version = format!("docker-credential-regcred (regcred) {}\n", env!("CARGO_PKG_VERSION"));
    for argument in ["version", "--version", "-v"] {
        assert_eq!(run(&[argument], "", &Variables::of(&[])), (0, version.clone()));
    }
    for argument in ["--help", "-h"] {
        assert_eq!(run(&[argument], "", &Variables::of(&[])), (0, USAGE.to_owned()));
    }
}

#[test]
fn another_verb_is_unknown() {
    for verb in ["fetch", "", "GET", "--get"] {
        let said = format!("docker-credential-regcred: unknown action: {verb}\n");
        assert_eq!(run(&[verb], "", &Variables::of(&[])), (1, said));
    }
}

#[test]
fn a_credential_is_printed_as_go_would() {
    let stub = Stub::answering(&[found("u"), found("<token>")]);
    let job = job(&stub.url(), &[]);
    let printed = r#"{"ServerURL":"https://index.docker.io/v1/","Username":"u","Secret":"p\"w"}"#;
    let ran = run(&["get"], " https://index.docker.io/v1/\n", &job);
    assert_eq!(ran, (0, format!("{printed}\n")));
    let printed = r#"{"ServerURL":"ghcr.io","Username":"\u003ctoken\u003e","Secret":"p\"w"}"#;
    assert_eq!(run(&["get"], "ghcr.io", &job), (0, format!("{printed}\n")));
    assert!(stub.seen()[0].contains("server=https%3A%2F%2Findex.docker.io%2Fv1%2F&intent=pull "));
}

#[test]
fn an_absent_credential_has_the_words_that_docker_knows() {
    for strict in ["", "false", "true"] {
        let stub = Stub::answering(&[problem(404, "not_found", "None.")]);
        let ran = run(&["get"], "ghcr.io", &job(&stub.url(), &[("REGCRED_STRICT", strict)]));
        assert_eq!(ran, (1, NOT_FOUND.to_owned()));
    }
}

#[test]
fn whatever_is_not_to_be_had_has_the_same_words_and_its_reason_is_on_stderr() {
    for (status, code) in [
        (400, "bad_request"),
        (401, "unauthenticated"),
        (403, "forbidden"),
        (404, "elsewhere"),
        (409, "conflict"),
        (422, "invalid"),
        (500, "internal"),
    ] {
        let stub = Stub::answering(&[problem(status, code, "Because.")]);
        let ran = whole(&["get"], "ghcr.io", &job(&stub.url(), &[]));
        let because = "regcred: Because.\n".to_owned();
        assert_eq!(ran, (1, NOT_FOUND.to_owned(), because), "{status}");
    }
    let (status, out, err) = whole(&["get"], "ghcr.io", &Variables::of(&[]));
    assert_eq!((status, out.as_str()), (1, NOT_FOUND));
    assert!(err.starts_with("regcred: REGCRED_URL is not set"), "{err}");
}

#[test]
fn a_pipeline_that_is_let_in_nowhere_stops_no_pull() {
    for (status, code) in [(401, "unauthenticated"), (403, "forbidden"), (404, "not_found")] {
        let stub = Stub::answering(&[problem(status, code, "No rule fits.")]);
        let url = stub.url();
        let job = Variables::of(&[
            ("REGCRED_URL", url.as_str()),
            ("REGCRED_PIPELINE", "0198"),
            ("REGCRED_ID_TOKEN", "a.b.c"),
        ]);
        let ran = whole(&["get"], "ghcr.io", &job);
        assert_eq!(ran, (1, NOT_FOUND.to_owned(), "regcred: No rule fits.\n".to_owned()));
    }
}

#[test]
fn who_wants_the_client_to_stop_gets_the_reason_on_stdout() {
    let stub = Stub::answering(&[
        problem(409, "conflict", "Two: deploy and build."),
        problem(401, "unauthenticated", "Nobody."),
    ]);
    let strict = job(&stub.url(), &[("REGCRED_STRICT", "1")]);
    let said = (1, "regcred: Two: deploy and build.\n".to_owned());
    assert_eq!(run(&["get"], "ghcr.io", &strict), said);
    assert_eq!(run(&["list"], "", &strict), (1, "regcred: Nobody.\n".to_owned()));
    // Also where the other settings cannot be read.
    let broken = job(&stub.url(), &[("REGCRED_STRICT", "true"), ("REGCRED_TIMEOUT", "0")]);
    assert!(run(&["get"], "ghcr.io", &broken).1.starts_with("regcred: REGCRED_TIMEOUT must be"));
    let broken = job(&stub.url(), &[("REGCRED_STRICT", "perhaps")]);
    let (status, out, err) = whole(&["get"], "ghcr.io", &broken);
    assert_eq!((status, out.as_str()), (1, NOT_FOUND));
    assert_eq!(err, "regcred: REGCRED_STRICT must be true or false.\n");
}

#[test]
fn what_may_not_be_asked_for_never_reaches_the_server() {
    let stub = Stub::answering(&[found("u")]);
    let job = job(&stub.url(), &[]);
    assert_eq!(run(&["get"], " \n", &job), (1, "no credentials server URL\n".to_owned()));
    for server in ["ghcr.io\nevil.example.com", "ghcr.io@evil.example.com", "evil\0"] {
        let (status, out, err) = whole(&["get"], server, &job);
        assert_eq!((status, out.as_str()), (1, NOT_FOUND));
        assert!(err.starts_with("regcred: ") && !err.contains("evil"), "{err}");
    }
    assert_eq!(whole(&["get"], &"x".repeat(100_000), &job).0, 1);
    assert!(stub.seen().is_empty());
}

#[test]
fn a_list_that_is_not_to_be_had_is_empty_and_its_reason_is_on_stderr() {
    let stub = Stub::answering(&[problem(401, "unauthenticated", "Nobody.")]);
    let ran = whole(&["list"], "unused", &job(&stub.url(), &[]));
    assert_eq!(ran, (0, "{}\n".to_owned(), "regcred: Nobody.\n".to_owned()));
    let (status, out, err) = whole(&["list"], "", &Variables::of(&[]));
    assert_eq!((status, out.as_str()), (0, "{}\n"));
    assert!(err.starts_with("regcred: REGCRED_URL is not set"), "{err}");
}

#[test]
fn a_server_that_is_left_out_of_the_list_is_named_on_stderr() {
    let headers = "Regcred-Left-Out: 0198; Two credentials serve quay.io: one and two\r\n";
    let listed = r#"{"credentials":[{"server":"ghcr.io","username":"user"}]}"#;
    let stub = Stub::answering(&[answer(200, headers, listed)]);
    let ran = whole(&["list"], "unused", &job(&stub.url(), &[]));
    let err = "regcred: Left out: Two credentials serve quay.io: one and two (credential 0198).\n";
    assert_eq!(ran, (0, "{\"ghcr.io\":\"user\"}\n".to_owned(), err.to_owned()));
}

#[test]
fn a_list_is_one_object() {
    let listed = r#"{"credentials":[{"server":"https://index.docker.io/v1/","username":"user"}]}"#;
    let stub = Stub::answering(&[json(200, listed), json(200, r#"{"credentials":[]}"#)]);
    let job = job(&stub.url(), &[]);
    let printed = "{\"https://index.docker.io/v1/\":\"user\"}\n";
    assert_eq!(run(&["list"], "unused", &job), (0, printed.to_owned()));
    assert_eq!(run(&["list"], "unused", &job), (0, "{}\n".to_owned()));
    assert_eq!(stub.seen().len(), 2);
}

#[test]
fn nothing_is_stored_or_erased_and_that_is_said() {
    let offered = r#"{"ServerURL":"ghcr.io","Username":"u","Secret":"hunter2"}"#;
    for (verb, input, first) in
        [("store", offered, "Nothing was stored"), ("erase", "ghcr.io", "Nothing was erased")]
    {
        let (status, said) = run(&[verb], input, &Variables::of(&[]));
        assert_eq!(status, 1);
        assert!(said.starts_with(&format!("regcred: {first}")), "{said}");
        assert!(said.contains("REGCRED_IGNORE_STORE=true") && !said.contains("hunter2"), "{said}");
        let ignoring = Variables::of(&[("REGCRED_IGNORE_STORE", "true")]);
        assert_eq!(run(&[verb], input, &ignoring), (0, String::new()));
    }
}

#[test]
fn what_is_missing_on_stdin_is_said_in_the_words_of_the_protocol() {
    let none = Variables::of(&[]);
    let no_server = (1, "no credentials server URL\n".to_owned());
    assert_eq!(run(&["erase"], "\n", &none), no_server);
    assert_eq!(run(&["store"], r#"{"Username":"u","Secret":"s"}"#, &none), no_server);
    let no_user = (1, "no credentials username\n".to_owned());
    assert_eq!(run(&["store"], r#"{"ServerURL":"ghcr.io","Secret":"s"}"#, &none), no_user);
}

#[test]
fn a_delivery_is_noted_and_told_of() {
    let folder = Folder::new();
    let path = folder.path().join("state");
    let stub = Stub::answering(&[found("u"), json(204, "")]);
    let job = job(&stub.url(), &[("REGCRED_STATE", path.to_str().unwrap())]);
    assert_eq!(run(&["get"], "ghcr.io", &job).0, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{DELIVERY}\n"));
    assert_eq!(run(&["report-failed"], "", &job), (0, String::new()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    assert!(stub.seen()[1].ends_with(r#"{"outcome":"failed"}"#));
}

#[test]
fn an_image_that_cannot_be_read_is_said_and_the_registry_is_asked_for() {
    let stub = Stub::answering(&[found("u")]);
    let job = job(&stub.url(), &[("REGCRED_IMAGE", "hunter2//x"), ("REGCRED_STRICT", "true")]);
    let (status, out, err) = whole(&["get"], "ghcr.io", &job);
    assert!(status == 0 && out.contains("Username"), "{out}");
    assert!(
        err.starts_with("regcred: REGCRED_IMAGE must be ") && !err.contains("hunter2"),
        "{err}"
    );
    assert!(stub.seen()[0].starts_with("GET /api/v1/credential?server=ghcr.io&intent=pull HTTP"));
}

#[test]
fn a_job_about_one_image_tells_nothing_of_other_registries() {
    let folder = Folder::new();
    let path = folder.path().join("state");
    let stub = Stub::answering(&[found("u"), found("u")]);
    let more = [("REGCRED_STATE", path.to_str().unwrap()), ("REGCRED_IMAGE", "nginx:1.27")];
    let job = job(&stub.url(), &more);
    // What podman also asks for, because it knows it.
    assert_eq!(run(&["get"], "ghcr.io", &job).0, 0);
    assert!(!path.exists());
    assert_eq!(run(&["get"], "https://index.docker.io/v1/", &job).0, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{DELIVERY}\n"));
    assert_eq!(stub.seen().len(), 2);
}

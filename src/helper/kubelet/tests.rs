//! What the kubelet asks, and what it is answered.

use super::*;
use crate::protocol::{Streams, serve};
use crate::stub::{Stub, answer, json, problem};

const FOUND: &str = r#"{"auth":{"registry.example.com:5000/team":{"username":"u","password":"p<1>"}},"deliveries":[]}"#;

/// The exit status, stdout and stderr.
fn kubelet(asked: &str, variables: &Variables) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams { input: &mut asked.as_bytes(), out: &mut out, err: &mut err };
    let status = serve(&["kubelet".into()], variables, &mut streams);
    (status, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn node(url: &str, more: &[(&str, &str)]) -> Variables {
    let mut pairs = vec![("REGCRED_URL", url), ("REGCRED_TOKEN", "rgc_1")];
    pairs.extend(more);
    Variables::of(&pairs)
}

fn asked(version: &str, more: &str) -> String {
    format!(
        r#"{{"apiVersion":"{GROUP}{version}","kind":"CredentialProviderRequest","image":"registry.example.com:5000/team/app"{more}}}"#
    )
}

#[test]
fn each_version_is_answered_in_its_own() {
    for version in VERSIONS {
        let stub = Stub::answering(&[json(200, FOUND)]);
        let (status, out, err) = kubelet(&asked(version, ""), &node(&stub.url(), &[]));
        let wanted = format!(
            r#"{{"apiVersion":"{GROUP}{version}","kind":"CredentialProviderResponse","cacheKeyType":"Image","cacheDuration":"10m0s","auth":{{"registry.example.com:5000/team":{{"username":"u","password":"p\u003c1\u003e"}}}}}}"#
        );
        assert_eq!((status, out, err), (0, wanted + "\n", String::new()));
        let seen = stub.seen().remove(0);
        let line = "GET /api/v1/kubelet?image=registry.example.com%3A5000%2Fteam%2Fapp&cache=image HTTP/1.1\r\n";
        assert!(seen.starts_with(line), "{seen}");
    }
}

#[test]
fn no_credential_is_an_answer_without_auth_that_is_not_kept() {
    for answer in [
        problem(404, "not_found", "None."),
        json(200, r#"{"auth":null}"#),
        json(200, r#"{"auth":{},"deliveries":[]}"#),
    ] {
        let stub = Stub::answering(&[answer]);
        let more = [("REGCRED_KUBELET_CACHE_DURATION", "1h")];
        let (status, out, err) = kubelet(&asked("v1", ""), &node(&stub.url(), &more));
        assert_eq!(status, 0, "{err}");
        assert!(out.ends_with("\"cacheDuration\":\"0s\",\"auth\":null}\n"), "{out}");
    }
}

#[test]
fn what_is_left_out_is_named_on_stderr_and_the_rest_is_given() {
    let headers = "Regcred-Left-Out: 0198; Two credentials serve quay.io: one and two\r\n";
    let stub = Stub::answering(&[answer(200, headers, FOUND)]);
    let more = [("REGCRED_KUBELET_CACHE", "Global")];
    let (status, out, err) = kubelet(&asked("v1", ""), &node(&stub.url(), &more));
    assert_eq!(status, 0, "{err}");
    assert!(out.contains(r#""username":"u""#), "{out}");
    let said = "regcred: Left out: Two credentials serve quay.io: one and two (credential 0198).\n";
    assert_eq!(err, said);
}

#[test]
fn a_node_can_be_given_eighteen_secrets_of_64_kib() {
    let entry = |at: usize| {
        let login = serde_json::json!({"username": "u", "password": "s".repeat(64 * 1024)});
        (format!("r{at}.example.com"), login)
    };
    let auth: serde_json::Map<String, serde_json::Value> = (0..18).map(entry).collect();
    let body = serde_json::json!({"auth": auth, "deliveries": []}).to_string();
    assert!(body.len() > 1024 * 1024);
    let stub = Stub::answering(&[json(200, &body)]);
    let more = [("REGCRED_KUBELET_CACHE", "Global")];
    let (status, out, err) = kubelet(&asked("v1", ""), &node(&stub.url(), &more));
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(out.matches("\"password\":").count(), 18);
}

#[test]
fn the_settings_say_how_answers_are_shared_and_kept() {
    let stub = Stub::answering(&[json(200, FOUND)]);
    let more = [("REGCRED_KUBELET_CACHE", "Registry"), ("REGCRED_KUBELET_CACHE_DURATION", "1h30m")];
    let (_, out, _) = kubelet(&asked("v1", ""), &node(&stub.url(), &more));
    assert!(out.contains(r#""cacheKeyType":"Registry","cacheDuration":"1h30m""#), "{out}");
    assert!(stub.seen()[0].contains("&cache=registry "));
}

#[test]
fn a_setting_that_the_kubelet_would_ignore_is_an_error_before_anybody_is_asked() {
    let stub = Stub::answering(&[json(200, FOUND)]);
    for (name, value) in
        [("REGCRED_KUBELET_CACHE", "image"), ("REGCRED_KUBELET_CACHE_DURATION", "ten minutes")]
    {
        let (status, out, err) = kubelet(&asked("v1", ""), &node(&stub.url(), &[(name, value)]));
        assert_eq!((status, out.as_str()), (1, ""));
        assert!(err.starts_with(&format!("regcred: {name} must be ")), "{err}");
    }
    assert!(stub.seen().is_empty());
}

#[test]
fn a_request_of_another_kind_is_refused_on_stderr_and_not_repeated() {
    let node = node("https://regcred.example.com", &[]);
    for asked in [
        String::new(),
        "hunter2".to_owned(),
        asked("v2", ""),
        asked("v1", "").replace("CredentialProviderRequest", "hunter2"),
        asked("v1", "").replace(GROUP, "hunter2.example.com/"),
        asked("v1", "").replace("registry.example.com:5000/team/app", ""),
        asked("v1", "").replace("registry.example.com:5000/team/app", "hunter2 evil"),
        asked("v1", r#","serviceAccountToken":{"hunter2":1}"#),
    ] {
        let (status, out, err) = kubelet(&asked, &node);
        assert_eq!((status, out.as_str()), (1, ""));
        assert!(err.starts_with("regcred: ") && !err.contains("hunter2"), "{err}");
    }
}

#[test]
fn a_service_account_asks_as_its_own_pipeline() {
    let annotated = r#","serviceAccountToken":"a.b.c","serviceAccountAnnotations":{"regcred/pipeline":"of-the-account"}"#;
    let bare = r#","serviceAccountToken":"a.b.c""#;
    for (more, pipeline) in [(annotated, "of-the-account"), (bare, "of-the-node")] {
        let stub = Stub::answering(&[json(200, r#"{"token":"rgc_short"}"#), json(200, FOUND)]);
        let node = node(&stub.url(), &[("REGCRED_PIPELINE", "of-the-node")]);
        let (status, _, err) = kubelet(&asked("v1", more), &node);
        assert_eq!(status, 0, "{err}");
        let seen = stub.seen();
        let body = format!(r#"{{"pipeline":"{pipeline}","token":"a.b.c"}}"#);
        assert!(seen[0].ends_with(&body), "{}", seen[0]);
        assert!(seen[1].contains("Bearer rgc_short\r\n"), "{}", seen[1]);
    }
}

#[test]
fn a_service_account_that_is_no_pipeline_does_not_ask_as_the_node() {
    let stub = Stub::answering(&[json(200, FOUND)]);
    let more = r#","serviceAccountToken":"hunter2""#;
    let (status, _, err) = kubelet(&asked("v1", more), &node(&stub.url(), &[]));
    assert_eq!(status, 1);
    assert!(err.contains("regcred/pipeline") && !err.contains("hunter2"), "{err}");
    assert!(stub.seen().is_empty());
}

#[test]
fn durations_are_those_of_go() {
    for text in ["0", "0s", "10m0s", "6h0m0s", "1.5h", "300ms", "1h15m30.918s", "5us", "7ns"] {
        assert!(is_duration(text), "{text}");
    }
    for text in ["1000000s", "1\u{b5}s", "1\u{3bc}s", "2562047h", "86400000ms"] {
        assert!(is_duration(text), "{text}");
    }
    // More nanoseconds than 64 bits hold, at once or together.
    for text in ["2562048h", "1281024h1281024h", "9999999999999999999s"] {
        assert!(!is_duration(text), "{text}");
    }
    for text in ["", "10", "-5m", "m", "5 m", "5d", "1h0", ".s", "1.2.3s", "9999999h"] {
        assert!(!is_duration(text), "{text}");
    }
}

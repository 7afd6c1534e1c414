//! How each CI is asked, and how often.

use super::super::tests::{PIPELINE, issued, token};
use crate::stub::{Folder, Stub, answer, json, problem};
use std::fs;

const AUDIENCE: (&str, &str) = ("REGCRED_AUDIENCE", "https://regcred.example.com");

/// The identity tokens that were offered, in order.
fn offered(seen: &[String]) -> Vec<&str> {
    seen.iter().filter_map(|seen| seen.split_once(r#""token":""#)?.1.split('"').next()).collect()
}

/// The settings of a job in which `folder` is the PATH.
fn job<'a>(folder: &'a Folder, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![PIPELINE, AUDIENCE, ("PATH", folder.path().to_str().unwrap())];
    pairs.extend(more);
    pairs
}

#[test]
fn a_github_job_asks_github_for_its_identity_first() {
    let github = Stub::answering(&[json(200, r#"{"count":1,"value":"a.b.c"}"#)]);
    let stub = Stub::answering(&[issued()]);
    let url = format!("{}/id?api-version=2", github.url());
    let given = [
        PIPELINE,
        AUDIENCE,
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job"),
    ];
    assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_short");
    let seen = github.seen().remove(0);
    let line = "GET /id?api-version=2&audience=https%3A%2F%2Fregcred.example.com HTTP/1.1\r\n";
    assert!(seen.starts_with(line), "{seen}");
    assert!(seen.contains("Bearer of-the-job\r\n"), "{seen}");
    let seen = stub.seen();
    assert!(!seen[0].contains("of-the-job"), "{}", seen[0]);
    assert_eq!(offered(&seen), ["a.b.c"]);
}

#[test]
fn a_token_that_works_once_is_never_offered_twice() {
    let lost = String::new;
    let busy = || answer(503, "Retry-After: 1\r\n", "");
    for [first, second] in
        [[lost(), lost()], [json(502, "<html>"), json(504, "")], [busy(), lost()]]
    {
        let tokens =
            ["one", "two", "three"].map(|one| json(200, &format!(r#"{{"value":"{one}"}}"#)));
        let github = Stub::answering(&tokens);
        let stub = Stub::answering(&[first, second, issued()]);
        let url = github.url();
        let given = [
            PIPELINE,
            ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job"),
        ];
        assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_short");
        assert_eq!(offered(&stub.seen()), ["one", "two", "three"]);
        assert_eq!(github.seen().len(), 3);
    }
}

#[test]
fn a_refused_identity_token_is_not_requested_again() {
    let github =
        Stub::answering(&[json(200, r#"{"value":"one"}"#), json(200, r#"{"value":"two"}"#)]);
    let stub = Stub::answering(&[problem(403, "forbidden", "No rule fits."), issued()]);
    let url = github.url();
    let given = [
        PIPELINE,
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job"),
    ];
    assert_eq!(token(&stub, &given).unwrap_err().to_string(), "regcred: No rule fits.");
    assert_eq!((stub.seen().len(), github.seen().len()), (1, 1));
}

#[test]
fn the_token_of_a_job_is_not_sent_in_the_clear() {
    let stub = Stub::answering(&[issued()]);
    for (url, key) in [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
        ("SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"),
    ] {
        let given = [PIPELINE, (url, "http://ci.example.com/id?x=1"), (key, "hunter2")];
        let said = token(&stub, &given).unwrap_err().to_string();
        assert_eq!(said, format!("regcred: {url} must be https://."));
    }
    assert!(stub.seen().is_empty());
}

#[test]
fn an_azure_job_asks_azure_each_time() {
    let handed = |token: &str| json(200, &format!(r#"{{"oidcToken":"{token}"}}"#));
    let azure = Stub::answering(&[handed("one"), handed("two")]);
    let stub = Stub::answering(&[String::new(), issued()]);
    let url = format!("{}/jobs/1/oidctoken/", azure.url());
    let given = [
        PIPELINE,
        ("SYSTEM_OIDCREQUESTURI", url.as_str()),
        ("SYSTEM_ACCESSTOKEN", "of-the-job"),
        ("REGCRED_AZURE_SERVICE_CONNECTION", "0198&x"),
    ];
    assert_eq!(token(&stub, &given).unwrap().expose(), "rgc_short");
    assert_eq!(offered(&stub.seen()), ["one", "two"]);
    let seen = azure.seen().remove(0);
    let line = "POST /jobs/1/oidctoken?api-version=7.1&serviceConnectionId=0198%26x HTTP/1.1\r\n";
    assert!(seen.starts_with(line), "{seen}");
    assert!(seen.contains("Bearer of-the-job\r\n"), "{seen}");
    assert!(seen.to_lowercase().contains("x-tfs-fedauthredirect: suppress\r\n"), "{seen}");
}

#[test]
fn an_azure_step_without_a_token_is_told_how_to_get_one() {
    let stub = Stub::answering(&[issued()]);
    let given = [PIPELINE, ("SYSTEM_OIDCREQUESTURI", "https://dev.azure.com/acme/oidctoken")];
    let said = token(&stub, &given).unwrap_err().to_string();
    assert!(said.contains("SYSTEM_ACCESSTOKEN: $(System.AccessToken)"), "{said}");
    assert!(stub.seen().is_empty());
}

#[test]
fn a_ci_that_hands_out_nothing_is_named() {
    for (body, why) in [
        (r#"{"value":"hunter2 x"}"#, "issued something that is not a token."),
        (r#"{"value":7}"#, "issued no identity token (status 200)."),
        ("<html>hunter2", "issued no identity token (status 200)."),
    ] {
        let azure = Stub::answering(&[json(200, body)]);
        let stub = Stub::answering(&[issued()]);
        let url = azure.url();
        let given =
            [PIPELINE, ("SYSTEM_OIDCREQUESTURI", url.as_str()), ("SYSTEM_ACCESSTOKEN", "x")];
        let said = token(&stub, &given).unwrap_err().to_string();
        assert_eq!(said, format!("regcred: Azure DevOps {why}"));
        assert!(stub.seen().is_empty());
    }
}

#[test]
fn a_buildkite_job_asks_its_agent_each_time_for_the_ids_that_rules_ask_for() {
    let folder = Folder::new();
    let line = r#"printf '%s ' "$@" > "$0.arguments"; printf . >> "$0.count"; read -r n < "$0.count"; echo "token-${#n}""#;
    let agent = folder.program("buildkite-agent", line);
    let stub = Stub::answering(&[String::new(), issued()]);
    let more =
        [("BUILDKITE_JOB_ID", "1"), ("BUILDKITE_OIDC_TOKEN_CLAIMS", "cluster_id, pipeline_id")];
    assert_eq!(token(&stub, &job(&folder, &more)).unwrap().expose(), "rgc_short");
    assert_eq!(offered(&stub.seen()), ["token-1", "token-2"]);
    let arguments = fs::read_to_string(agent.with_extension("arguments")).unwrap();
    let wanted = "oidc request-token --audience https://regcred.example.com --claim organization_id --claim pipeline_id --claim cluster_id ";
    assert_eq!(arguments, wanted);
}

#[test]
fn a_program_that_gives_none_is_named_and_what_it_said_is_not() {
    for line in ["echo hunter2; exit 1", "echo hunter2 x", "true", "echo hunter2 >&2; exit 1"] {
        let folder = Folder::new();
        folder.program("buildkite-agent", line);
        let stub = Stub::answering(&[issued()]);
        let said =
            token(&stub, &job(&folder, &[("BUILDKITE_JOB_ID", "1")])).unwrap_err().to_string();
        let wanted = "regcred: buildkite-agent oidc request-token issued no identity token. Run it in the job to see why.";
        assert_eq!(said, wanted);
        assert!(stub.seen().is_empty());
    }
}

#[test]
fn a_circleci_job_asks_for_a_token_of_the_right_audience() {
    let folder = Folder::new();
    let program = folder.program("circleci", r#"printf '%s ' "$@" > "$0.arguments"; echo fresh"#);
    let stub = Stub::answering(&[issued()]);
    let more = [("CIRCLECI", "true"), ("CIRCLE_OIDC_TOKEN_V2", "ready")];
    assert_eq!(token(&stub, &job(&folder, &more)).unwrap().expose(), "rgc_short");
    assert_eq!(offered(&stub.seen()), ["fresh"]);
    let arguments = fs::read_to_string(program.with_extension("arguments")).unwrap();
    let wanted = r#"run oidc get --claims {"aud":"https://regcred.example.com"} "#;
    assert_eq!(arguments, wanted);
}

#[test]
fn a_circleci_job_without_the_program_offers_what_it_was_started_with() {
    let (newer, older) = (("CIRCLE_OIDC_TOKEN_V2", "newer"), ("CIRCLE_OIDC_TOKEN", "older"));
    let (empty, broken) = (Folder::new(), Folder::new());
    broken.program("circleci", "exit 1");
    for folder in [&empty, &broken] {
        for (more, wanted) in [(vec![older, newer], "newer"), (vec![older], "older")] {
            let stub = Stub::answering(&[issued()]);
            assert_eq!(token(&stub, &job(folder, &more)).unwrap().expose(), "rgc_short");
            assert_eq!(offered(&stub.seen()), [wanted]);
        }
    }
}

#[test]
fn a_job_that_cannot_be_asked_is_told_what_to_set() {
    let folder = Folder::new();
    for (more, program) in [
        (("BUILDKITE_JOB_ID", "1"), "buildkite-agent oidc request-token"),
        (("CIRCLECI", "true"), "circleci run oidc get"),
    ] {
        let stub = Stub::answering(&[issued()]);
        let said = token(&stub, &job(&folder, &[more])).unwrap_err().to_string();
        assert!(said.contains(program) && said.contains("REGCRED_ID_TOKEN"), "{said}");
        assert!(stub.seen().is_empty());
    }
}

//! The log of the real program: JSON that a machine reads line by line, an access log without what
//! is secret, and no line that somebody else made up.

use crate::process::client::{Client, exchange};
use crate::process::server::{Folder, Server, command};
use serde_json::Value;
use std::fs;

const TYPED: &str = "hunter2-hunter2";

/// The lines of the log of a server that was asked for a few things, each as JSON.
fn logged(settings: &[(&str, &str)]) -> Vec<Value> {
    let folder = Folder::new();
    let (data, log) = (folder.0.join("data"), folder.0.join("log"));
    let mut command = command(&data);
    command.env("REGCRED_LOG_FORMAT", "json").envs(settings.iter().copied());
    let server = Server::start(command, &log);
    let mut client = Client::set_up(&server);
    client.get("/p/acme/credentials?search=hunter2-hunter2");
    let (_, token) = client.pipeline("ci", &[]);
    let bearer = |token: &str| format!("authorization: Bearer {token}\r\n");
    let ask = |path: &str, headers: &str| {
        exchange(server.port, "GET", path, headers, b"").unwrap().status
    };
    assert_eq!(ask("/api/v1/docker-config?intent=pull", &bearer(&token)), 200);
    assert_eq!(ask("/api/v1/docker-config", &bearer(TYPED)), 401);
    ask(&format!("/api/v1/{token}"), "");
    ask("/sign-in?next=%2Fhunter2-hunter2%0A{}", "cookie: sid=hunter2-hunter2\r\n");
    ask("/%0A%1B[2J{}", "");
    let forged = "olga@example.com\n{\"level\":\"ERROR\",\"forged\":true}\u{1b}[2J";
    client.form("/rpc/session/create", &[("email", forged), ("password", TYPED)]);
    assert!(server.stop().success());
    let text = fs::read_to_string(&log).unwrap();
    for secret in [TYPED, token.as_str(), &token[token.len() - 43..]] {
        assert!(!text.contains(secret), "{text}");
    }
    let lines =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    let lines: Vec<Value> = lines.collect();
    assert!(!text.contains('\u{1b}') && lines.iter().all(|line| line["forged"].is_null()));
    lines
}

fn of<'a>(lines: &'a [Value], target: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["target"] == target).collect()
}

#[test]
fn the_access_log_says_who_asked_for_what_and_never_a_query_or_a_token() {
    // Also when little else is logged.
    let lines = logged(&[("REGCRED_ACCESS_LOG", "true"), ("REGCRED_LOG", "error")]);
    let access = of(&lines, "regcred::access");
    let at = |path: &str| access.iter().filter(|line| line["path"] == path).collect::<Vec<_>>();
    let fetched = at("/api/v1/docker-config");
    let statuses: Vec<u64> = fetched.iter().map(|line| line["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 401]);
    assert!(fetched[0]["pipeline"].is_string() && fetched[1]["pipeline"].is_null());
    assert!(fetched[0]["ms"].is_u64() && fetched[0]["client"] == "127.0.0.1");
    assert!(at("/p/acme/credentials").iter().any(|line| line["person"].is_string()));
    assert!(access.iter().all(|line| !line["path"].as_str().unwrap().contains('?')));
}

#[test]
fn each_audit_event_is_a_line_and_there_is_no_access_log_unless_it_is_asked_for() {
    let lines = logged(&[]);
    assert!(of(&lines, "regcred::access").is_empty());
    let mut events = of(&lines, "regcred::audit");
    // A job may write the ends of the chains meanwhile.
    events.retain(|line| line["message"] != "end of an audit chain");
    let actions: Vec<&str> = events.iter().filter_map(|line| line["action"].as_str()).collect();
    for action in ["instance.set_up", "pipeline.created", "token.created"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
    assert!(events.iter().all(|line| line["seq"].is_i64()), "its number finds it in the chain");
}

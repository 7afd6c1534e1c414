//! What pipeline files name is printed, and sent when that is asked for.

use super::*;

#[test]
fn pipeline_files_are_scanned_without_settings() {
    let folder = Folder::new();
    let file = folder.file("Dockerfile", "FROM nginx:1.27\n", 0o644).display().to_string();
    let line = format!("{file}:1  pulls  docker.io/library/nginx:1.27  0\n");
    assert_eq!(run(&["scan", &file], "", &Variables::of(&[])), (0, line));
    let (status, json) = run(&["scan", "--json", &file], "", &Variables::of(&[]));
    assert!(status == 0 && json.contains("\"repository\":\"library/nginx\""), "{json}");
    let (status, out) = run(&["scan", "/nowhere/Dockerfile"], "", &Variables::of(&[]));
    assert!(status == 1 && out.contains("cannot be read"), "{out}");
    let (status, out, err) = whole(&["scan"], "", &Variables::of(&[]));
    assert!(status == 2 && out.is_empty() && err.contains("Exit codes"), "{err}");
    let (status, out) = run(&["scan", "--help"], "", &Variables::of(&[]));
    assert!(status == 0 && out.contains("Exit codes"), "{out}");
}

#[test]
fn what_was_scanned_is_sent_when_that_is_asked_for() {
    let folder = Folder::new();
    let file = folder.file("Dockerfile", "FROM nginx:1.27\n", 0o644).display().to_string();
    let line = format!("{file}:1  pulls  docker.io/library/nginx:1.27  0\n");
    let stub = Stub::answering(&[json(200, "{}")]);
    let more = [("GITHUB_SHA", "abc"), ("GITHUB_REF", "refs/heads/main")];
    let variables = job(&stub.url(), &more);
    assert_eq!(run(&["scan", "--send", &file], "", &variables), (0, line.clone()));
    let seen = stub.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].starts_with("POST /api/v1/pipelines/self/definitions HTTP/1.1"), "{}", seen[0]);
    let said = seen[0].to_lowercase();
    for part in
        ["regcred-commit: abc", "authorization: bearer rgc_1", "\"version\":1", "library/nginx"]
    {
        assert!(said.contains(part), "{part}: {}", seen[0]);
    }
    assert!(!said.contains("from nginx"), "the text stays here");

    let stub = Stub::answering(&[json(200, "{}")]);
    let empty = ["scan", "--send", "--allow-empty", file.as_str()];
    assert_eq!(run(&empty, "", &job(&stub.url(), &[])).0, 0);
    let seen = stub.seen();
    assert!(seen[0].starts_with("POST /api/v1/pipelines/self/definitions?empty=true "), "{seen:?}");

    let stub = Stub::answering(&[problem(401, "unauthenticated", "Send a valid pipeline token.")]);
    let (status, out, err) = whole(&["scan", "--send", &file], "", &job(&stub.url(), &[]));
    assert_eq!((status, out), (1, line));
    assert!(err.contains("Send a valid pipeline token."), "{err}");
    stub.seen();
}

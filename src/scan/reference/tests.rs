//! What is read of a name, and why others are refused.

use super::*;

fn read(text: &str) -> String {
    match Reference::parse(text) {
        Ok(reference) => reference.to_string(),
        Err(problem) => format!("{problem:?}"),
    }
}

#[test]
fn the_first_part_is_a_host_only_if_it_looks_like_one() {
    for (text, name) in [
        ("nginx", "docker.io/library/nginx"),
        ("acme/api", "docker.io/acme/api"),
        ("localhost/api", "localhost/api"),
        ("localhost", "docker.io/library/localhost"),
        ("192.168.0.1:80", "docker.io/library/192.168.0.1:80"),
        ("registry:5000/api", "registry:5000/api"),
        ("registry/api", "docker.io/registry/api"),
        ("ghcr.io/acme/api:1.2", "ghcr.io/acme/api:1.2"),
        ("Acme/api", "acme/api"),
        ("LOCALDOMAIN/debian", "localdomain/debian"),
    ] {
        assert_eq!(read(text), name, "{text}");
    }
}

#[test]
fn one_registry_has_one_spelling() {
    for (text, name) in [
        ("GHCR.io/acme/api", "ghcr.io/acme/api"),
        ("registry.example.com:443/api", "registry.example.com/api"),
        ("registry:443/api", "registry:443/api"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("registry-1.docker.io/acme/api", "docker.io/acme/api"),
        ("registry.hub.docker.com/library/nginx", "docker.io/library/nginx"),
        ("[2001:DB8:0::1]:5000/api", "[2001:db8::1]:5000/api"),
    ] {
        assert_eq!(read(text), name, "{text}");
    }
}

#[test]
fn a_refusal_says_why() {
    for (text, problem) in [
        ("", "Empty"),
        ("acme /api", "Space"),
        ("https://ghcr.io/acme/api", "Scheme"),
        ("acme/äpi", "Character"),
        ("ghcr.io/", "NoRepository"),
        ("acme/API", "Capital"),
        ("acme//api", "Slash"),
        ("acme/api/", "Slash"),
        ("a..b", "Separator"),
        ("-a", "Separator"),
        ("a___b", "Separator"),
        ("nginx:", "Tag"),
        ("nginx:-x", "Tag"),
        ("nginx@sha256:abc", "Digest"),
        ("nginx@md5:abc", "Algorithm"),
        ("a_b.example/api", "Host"),
        ("1.2.3/api", "Address"),
        ("a.b:0/api", "Port"),
        ("a.b:99999/api", "Port"),
        ("user@ghcr.io/api", "Host"),
    ] {
        assert_eq!(read(text), problem, "{text}");
    }
    assert_eq!(read(&"a".repeat(64)), "Id");
    assert_eq!(read(&format!("ghcr.io/{}", "a".repeat(256))), "TooLong");
}

#[test]
fn a_reason_is_a_sentence_that_does_not_repeat_the_name() {
    for text in ["hunter2 /api", "hunter2.example/HUNTER2", "hunter2:-hunter2", "hunter2..x"] {
        let reason = Reference::parse(text).unwrap_err().to_string();
        assert!(reason.ends_with('.') && !reason.to_lowercase().contains("hunter2"), "{reason}");
    }
}

#[test]
fn a_login_names_its_registry_as_clients_allow() {
    for (text, host) in [
        ("", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("ghcr.io", "ghcr.io"),
        ("https://registry.example.com:5000/v2/", "registry.example.com:5000"),
        ("registry.example.com:443", "registry.example.com"),
    ] {
        assert_eq!(registry(text).as_deref(), Ok(host), "{text}");
    }
    assert_eq!(registry("user@ghcr.io"), Err(Problem::UserInfo));
    assert_eq!(registry("https://"), Err(Problem::Empty));
}

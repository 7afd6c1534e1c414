//! What the corpus does not show.

use super::replaced;
use crate::{Report, scan_text};

fn lines(text: &str) -> Vec<String> {
    scan_text("x.yaml", text).to_lines()
}

fn pod(name: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {name}\n")
}

#[test]
fn a_password_of_a_secret_is_found_and_never_told() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  .dockerconfigjson: '{\"auths\":{\"ghcr.io\":{\"password\":\"hunter2\"}}}'\n";
    let report: Report = scan_text("x.yaml", text);
    assert_eq!(
        report.to_lines(),
        [
            "x.yaml:5  logs in  ghcr.io  Secret/a",
            "x.yaml:5  password in a file  .dockerconfigjson  Secret/a",
        ]
    );
    assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
}

#[test]
fn what_is_no_configuration_of_docker_is_no_login() {
    for value in ["ENC[AES256_GCM,data:x]", "aGVsbG8=", "'{\"a\": 1}'", "'[]'", "''"] {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  .dockerconfigjson: {value}\n"
        );
        assert_eq!(lines(&text), Vec::<String>::new(), "{value}");
    }
}

#[test]
fn a_variable_ends_soon_or_is_none() {
    let [short, long] = [10, 1_000].map(|length| format!("$({})", "A".repeat(length)));
    let put_in = |text: &str| replaced(text, &|_| Some("value".to_owned()));
    assert_eq!(put_in(&format!("{short} {long} {short}")), format!("value {long} value"));
}

#[test]
fn a_name_that_is_none_is_said_to_be_none() {
    for name in ["<IMAGE>", "Acme/Web/UI", "\"a b\""] {
        let found = lines(&pod(name));
        assert!(found.len() == 1 && found[0].contains("invalid: "), "{found:?}");
    }
}

#[test]
fn an_image_of_an_extension_needs_its_registry_or_its_tag() {
    for (image, is_one) in [
        ("ghcr.io/acme/a", true),
        ("acme/a:1", true),
        ("localhost:5000/a", true),
        ("acme/a", false),
        ("ubuntu-24.04", false),
        ("https://example.com/disk.img", false),
        ("projects/acme/global/images/debian", false),
    ] {
        let text =
            format!("apiVersion: acme.example.com/v1\nkind: Thing\nspec:\n  image: {image}\n");
        assert_eq!(lines(&text).len(), usize::from(is_one), "{image}");
        // In a resource of Kubernetes itself it is no field at all.
        let text = format!("apiVersion: apps/v1\nkind: Deployment\nspec:\n  image: {image}\n");
        assert_eq!(lines(&text).len(), 0, "{image}");
    }
}

#[test]
fn skaffold_builds_what_it_names() {
    let text = "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n  - image: ghcr.io/acme/a\n    docker: {dockerfile: Dockerfile}\n";
    assert_eq!(lines(text), ["x.yaml:5  builds  ghcr.io/acme/a  Config"]);
}

#[test]
fn lists_in_lists_have_an_end() {
    let mut text = "{apiVersion: v1, kind: List, items: [".repeat(20);
    text.push_str(&"]}".repeat(20));
    assert_eq!(lines(&text), Vec::<String>::new());
}

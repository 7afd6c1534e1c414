//! What the corpus does not show of Groovy.

use super::{host_of, origin, qualified};
use crate::scan_text;
use crate::systems::common::with_percent_values;
use crate::variables::hole;
use crate::yaml::LARGEST;

const FOUND: &str = "Jenkinsfile:1  pulls  docker.io/acme/a";

fn lines(text: &str) -> Vec<String> {
    scan_text("Jenkinsfile", text).to_lines()
}

#[test]
fn a_name_without_a_host_gets_the_registrys() {
    let registry = Some("registry.example.com");
    for (name, whole) in [
        ("api", "registry.example.com/api"),
        ("acme/api:1", "registry.example.com/acme/api:1"),
        ("localhost/api", "localhost/api"),
        ("ghcr.io/acme/api", "ghcr.io/acme/api"),
        ("localhost:5000/api", "localhost:5000/api"),
    ] {
        assert_eq!(qualified(name, registry), whole);
        assert_eq!(qualified(name, None), name);
        assert_eq!(qualified(name, Some("")), name);
    }
    let open = format!("{}/api", hole("HOST"));
    assert_eq!(qualified(&open, registry), open);
    let tagged = format!("api:{}", hole("TAG"));
    assert_eq!(qualified(&tagged, registry), format!("registry.example.com/{tagged}"));
}

#[test]
fn the_address_of_a_registry_has_a_host() {
    assert_eq!(host_of("https://registry.example.com:5000/v2/"), "registry.example.com:5000");
    assert_eq!(host_of("registry.example.com"), "registry.example.com");
    assert_eq!(host_of(""), "");
}

#[test]
fn windows_has_variables_of_its_own() {
    let filled = with_percent_values("docker push acme/api:%TAG% 100% of %a b%", &hole);
    assert_eq!(filled, format!("docker push acme/api:{} 100% of %a b%", hole("TAG")));
}

#[test]
fn values_are_put_in_until_the_text_is_as_large_as_a_file() {
    let text = "%TAG%".repeat(4_000);
    let filled = with_percent_values(&text, &|_| "1".repeat(4_096));
    assert!(filled.len() < LARGEST + 4_096 + text.len(), "{} bytes", filled.len());
}

#[test]
fn a_variable_comes_from_somewhere() {
    assert_eq!(origin("params.IMAGE"), "the build's parameters");
    assert_eq!(origin("env.IMAGE"), "the environment");
    assert_eq!(origin("BUILD_NUMBER"), "Jenkins");
}

#[test]
fn what_stands_in_comments_and_strings_is_no_code() {
    for text in [
        "// docker.image('acme/a').pull()",
        "/* docker.image('acme/a').pull() */",
        "echo \"docker.image('acme/a').pull()\"",
        "def a = /docker.image('acme.a')/",
        "def a = $/docker.image('acme/a')/$",
        "echo '''\ndocker.image('acme/a')\n'''",
    ] {
        assert!(lines(text).is_empty(), "{text}");
    }
}

#[test]
fn what_stands_beside_comments_and_strings_is() {
    for text in [
        "def a = 4 / 2; docker.image('acme/a').pull() // 3 / 1",
        "echo 'http://x'; docker.image('acme/a').pull()",
        "echo 'it\\'s'; docker.image('acme/a').pull()",
        "docker.image('acme/' + 'a').pull()",
        "docker.image(('acme/a')).pull()",
        "docker.image('acme/a')\n  .pull()",
    ] {
        assert_eq!(lines(text), [FOUND], "{text}");
    }
}

#[test]
fn a_default_in_a_string_is_no_part_of_the_name() {
    assert_eq!(
        lines("docker.image(\"acme/a:${env.TAG ?: 'x'}\").pull()"),
        ["Jenkinsfile:1  pulls  unresolved: docker.io/acme/a, env.TAG from the environment"]
    );
}

#[test]
fn brackets_without_end_are_read_to_the_end() {
    let deep = format!("docker.image({}'acme/a'", "[(".repeat(20_000));
    assert!(lines(&deep).len() <= 1);
    for text in ["docker.image('acme/a'", "}}}) docker.image('acme/a')", "sh '''docker pull acme/a"]
    {
        assert_eq!(lines(text), [FOUND], "{text}");
    }
}

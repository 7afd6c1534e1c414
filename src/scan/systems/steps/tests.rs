//! What the files of the corpus do not show.

use crate::files::scan_text;
use std::fmt::Write;

fn lines(name: &str, text: &str) -> Vec<String> {
    scan_text(name, text).to_lines()
}

#[test]
fn a_matrix_makes_no_more_runs_than_the_ci_does() {
    let mut text = String::from("matrix:\n");
    for axis in ["A", "B", "C"] {
        let values: Vec<String> = (0..9).map(|value| format!("{axis}{value}")).collect();
        writeln!(text, "  {axis}: [{}]", values.join(", ").to_lowercase()).unwrap();
    }
    text.push_str("skip_clone: true\nsteps:\n- image: acme/${A}-${B}-${C}\n");
    assert_eq!(lines(".woodpecker.yml", &text).len(), 27);
}

#[test]
fn values_that_are_put_in_move_no_line() {
    let text = "skip_clone: true\nsteps:\n- name: a\n  commands:\n  - echo ${A:-\n  - echo }\n  image: alpine\n";
    assert_eq!(
        lines(".woodpecker.yml", text),
        [".woodpecker.yml:7  pulls  docker.io/library/alpine  a"]
    );
}

#[test]
fn no_secret_is_repeated() {
    let text = "steps:\n- image: plugins/docker\n  settings:\n    repo: acme/hunter2 x\n    password: hunter2\n    config: hunter2\n";
    for name in [".woodpecker.yml", ".drone.yml"] {
        let report = scan_text(name, text);
        assert_eq!(report.passwords.len(), 1);
        assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
    }
}

#[test]
fn what_has_the_wrong_shape_names_nothing_and_breaks_nothing() {
    for steps in ["x", "[]", "[x, [y]]", "{a: b}", "null", "[{image: [a]}]", "[{image: {a: b}}]"] {
        let text = format!("skip_clone: true\nclone: 1\nmatrix: 2\nservices: 3\nsteps: {steps}\n");
        assert!(lines(".woodpecker.yml", &text).is_empty(), "{steps}");
        let text =
            format!("kind: pipeline\nclone: {{disable: true}}\nservices: 3\nsteps: {steps}\n");
        assert!(lines(".drone.yml", &text).is_empty(), "{steps}");
    }
}

#[test]
fn settings_of_the_wrong_shape_name_nothing() {
    for settings in
        ["x", "[a]", "{repo: {a: b}}", "{repo: [[a]]}", "{logins: [a]}", "{config: \"[]\"}"]
    {
        let text = format!(
            "skip_clone: true\nsteps:\n- name: a\n  image: plugins/docker\n  settings: {settings}\n"
        );
        let found = lines(".woodpecker.yml", &text);
        assert_eq!(found, [".woodpecker.yml:4  pulls  docker.io/plugins/docker  a"], "{settings}");
    }
}

#[test]
fn the_form_before_drone_0_5_is_said_to_be_unread() {
    let report = scan_text(".drone.yml", "build:\n  image: golang\n");
    assert_eq!((report.unread.len(), report.found.len()), (1, 0));
}

#[test]
fn a_variable_comes_from_where_it_is_set() {
    let text = "skip_clone: true\nsteps:\n- name: a\n  image: ${CI_REPO_OWNER}/${CI_REGISTRY}/x\n";
    let lines = lines(".woodpecker.yml", text);
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.contains("CI_REPO_OWNER from Woodpecker's built-in variables, CI_REGISTRY from WOODPECKER_ENVIRONMENT"), "{line}");
}

#[test]
fn the_password_of_a_machine_is_one_too() {
    let text = "kind: pipeline\ntype: ssh\nserver:\n  host: a.example.com\n  password: hunter2\nsteps: []\n";
    assert_eq!(lines(".drone.yml", text), [".drone.yml:5  password in a file  server.password"]);
}

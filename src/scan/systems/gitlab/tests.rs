//! What the corpus does not show: what is endless, too much, or not there.

use crate::scan_text;

fn lines(text: &str) -> Vec<String> {
    let lines = scan_text(".gitlab-ci.yml", text).to_lines();
    lines.iter().map(|line| line.replacen(".gitlab-ci.yml:", "", 1)).collect()
}

#[test]
fn jobs_and_references_that_go_in_circles_end() {
    let text = "\
a:
  extends: [b, b]
  image: !reference [b, image]
  script: [!reference [b, script], !reference [b, script]]
b:
  extends: [a, a]
  image: !reference [a, image]
  script: [!reference [a, script], !reference [a, script]]
c:
  image: acme/x
  script: make
";
    assert_eq!(lines(text), ["10  pulls  docker.io/acme/x  c"]);
}

#[test]
fn values_that_would_grow_without_end_stay_unknown() {
    let value = "$A".repeat(200);
    let text = format!("a:\n  variables: {{A: '{value}'}}\n  image: acme/x:$A\n  script: make\n");
    let found = lines(&text);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("3  pulls  unresolved: docker.io/acme/x, A from "), "{found:?}");
}

#[test]
fn of_too_many_combinations_none_is_guessed() {
    let values = |name: &str| {
        let values: Vec<String> = (0..20).map(|number| format!("{name}{number}")).collect();
        values.join(", ")
    };
    let text = format!(
        "a:\n  parallel:\n    matrix:\n      - A: [{}]\n        B: [{}]\n  image: acme/x:$A\n  script: make\n",
        values("a"),
        values("b")
    );
    let found = lines(&text);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("6  pulls  unresolved: docker.io/acme/x, A from "), "{found:?}");
}

#[test]
fn a_value_that_is_not_expanded_is_taken_as_it_stands() {
    let text = "\
a:
  variables:
    TAG: one
    RAW: {value: 'acme/x:$TAG', expand: false}
    PUT: {value: 'acme/x:$TAG'}
  image: $PUT
  services: [$RAW]
  script: make
";
    let found = lines(text);
    assert_eq!(found[0], "6  pulls  docker.io/acme/x:one  a");
    assert!(found[1].starts_with("7  pulls  invalid: "), "{found:?}");
}

#[test]
fn pasted_text_says_which_files_it_lacks() {
    let text = "include: ci/a.yml\nimage: acme/x\na:\n  script: make\nb:\n  variables: {A: b}\n";
    assert_eq!(
        lines(text),
        [
            "2  pulls  docker.io/acme/x  a",
            "1  cannot be read  A file that this one names cannot be opened.",
        ]
    );
}

#[test]
fn a_default_that_no_known_job_takes_is_not_lost() {
    let alone = "default:\n  image: acme/x\na:\n  image: acme/y\n  script: make\n";
    assert_eq!(
        lines(alone),
        ["2  pulls  docker.io/acme/x  (hidden)", "4  pulls  docker.io/acme/y  a"]
    );
    let with_others = format!("include: [{{template: A.yml}}]\n{alone}");
    assert_eq!(
        lines(&with_others),
        [
            "3  pulls  docker.io/acme/x",
            "5  pulls  docker.io/acme/y  a",
            "1  cannot be read  This includes a template of GitLab, which is not in the repository.",
        ]
    );
}

#[test]
fn a_password_is_said_where_it_stands_and_nowhere_repeated() {
    let text = "\
.login:
  script: docker login -u u -p hunter2 quay.io
a:
  extends: .login
  image: acme/x
";
    let report = scan_text(".gitlab-ci.yml", text);
    assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
    assert_eq!(report.passwords.len(), 1);
    assert_eq!(report.passwords[0].place.job.as_deref(), Some("a"));
}

#[test]
fn a_script_of_many_items_takes_no_longer_for_each() {
    let text =
        format!("a:\n  image: acme/x\n  script:\n{}", "    - docker pull acme/y\n".repeat(20_000));
    let begin = std::time::Instant::now();
    let report = scan_text(".gitlab-ci.yml", &text);
    assert_eq!(report.found.len(), 20_001);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}

#[test]
fn variables_of_the_pipeline_are_read_once_for_all_jobs() {
    let variables: String = (0..900).map(|at| format!("  V{at}: acme/{at}\n")).collect();
    let jobs: String =
        (0..3_000).map(|at| format!("j{at}: {{image: $V899, script: make}}\n")).collect();
    let own = "own:\n  inherit: {variables: [V1]}\n  image: $V1:$V2\n  script: make\n";
    let report = scan_text(".gitlab-ci.yml", &format!("variables:\n{variables}{jobs}{own}"));
    assert_eq!(report.found.len(), 3_001);
    let lines = report.to_lines();
    assert!(lines.iter().any(|line| line.contains("unresolved: docker.io/acme/1, V2 from")));
    assert_eq!(lines.iter().filter(|line| line.contains("docker.io/acme/899")).count(), 3_000);
}

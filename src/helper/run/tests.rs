//! What each CI says of a run, and what is sent of it.

use super::*;

fn said(pairs: &[(&str, &str)]) -> Vec<String> {
    let claims = claims(&Variables::of(pairs));
    let text = |value: &HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
    claims.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect()
}

/// What is sent as the branch.
fn branch(pairs: &[(&str, &str)]) -> String {
    let all = said(pairs);
    let line = all.iter().find_map(|line| line.strip_prefix("Regcred-Branch: "));
    line.unwrap_or_default().to_owned()
}

#[test]
fn each_ci_is_known_by_its_own_variables() {
    let all = |run: &str, commit: &str, branch: &str, actor: &str, event: &str| {
        [run, commit, branch, actor, event].map(str::to_owned)
    };
    for (names, wanted) in [
        (
            ["GITHUB_RUN_ID", "GITHUB_SHA", "GITHUB_REF_NAME", "GITHUB_ACTOR", "GITHUB_EVENT_NAME"],
            all("7", "0a1b", "main", "Jane Doe", "push"),
        ),
        (
            [
                "CI_PIPELINE_ID",
                "CI_COMMIT_SHA",
                "CI_COMMIT_REF_NAME",
                "GITLAB_USER_LOGIN",
                "CI_PIPELINE_SOURCE",
            ],
            all("7", "0a1b", "main", "Jane Doe", "push"),
        ),
        (
            [
                "CI_PIPELINE_NUMBER",
                "CI_COMMIT_SHA",
                "CI_COMMIT_BRANCH",
                "CI_COMMIT_AUTHOR",
                "CI_PIPELINE_EVENT",
            ],
            all("7", "0a1b", "main", "Jane Doe", "push"),
        ),
        (
            [
                "DRONE_BUILD_NUMBER",
                "DRONE_COMMIT_SHA",
                "DRONE_BRANCH",
                "DRONE_COMMIT_AUTHOR",
                "DRONE_BUILD_EVENT",
            ],
            all("7", "0a1b", "main", "Jane Doe", "push"),
        ),
        (
            ["CIRCLE_WORKFLOW_ID", "CIRCLE_SHA1", "CIRCLE_BRANCH", "CIRCLE_USERNAME", ""],
            all("7", "0a1b", "main", "Jane Doe", ""),
        ),
        (
            [
                "BUILDKITE_BUILD_NUMBER",
                "BUILDKITE_COMMIT",
                "BUILDKITE_BRANCH",
                "BUILDKITE_BUILD_CREATOR",
                "BUILDKITE_SOURCE",
            ],
            all("7", "0a1b", "main", "Jane Doe", "push"),
        ),
        (
            ["BUILD_URL", "GIT_COMMIT", "GIT_BRANCH", "BUILD_USER_ID", ""],
            all("7", "0a1b", "main", "Jane Doe", ""),
        ),
        (
            [
                "BUILD_BUILDID",
                "BUILD_SOURCEVERSION",
                "BUILD_SOURCEBRANCH",
                "BUILD_REQUESTEDFOR",
                "BUILD_REASON",
            ],
            all("7", "0a1b", "main", "Jane Doe", "push"),
        ),
    ] {
        let pairs: Vec<(&str, &str)> =
            names.into_iter().zip(wanted.iter().map(String::as_str)).collect();
        let headers = HEADERS.iter().zip(&wanted).filter(|(_, value)| !value.is_empty());
        let lines: Vec<String> =
            headers.map(|(header, value)| format!("{header}: {value}")).collect();
        assert_eq!(said(&pairs), lines, "{}", names[0]);
    }
}

#[test]
fn nothing_is_claimed_outside_a_ci() {
    assert!(said(&[("HOME", "/home/acme"), ("PATH", "/bin")]).is_empty());
}

#[test]
fn variables_of_two_systems_are_not_mixed() {
    let pairs = [
        ("GITHUB_RUN_ID", "17"),
        ("GITHUB_SHA", "abc"),
        ("GITHUB_ACTOR", "ann"),
        ("GIT_BRANCH", "of-another"),
    ];
    assert_eq!(said(&pairs), ["Regcred-Run: 17", "Regcred-Commit: abc", "Regcred-Actor: ann"]);
}

#[test]
fn a_tag_is_never_a_branch() {
    let cases: [(&[(&str, &str)], &str); 11] = [
        (&[("GITHUB_REF", "refs/tags/main"), ("GITHUB_REF_NAME", "main")], "refs/tags/main"),
        (&[("GITHUB_REF", "refs/heads/main"), ("GITHUB_REF_NAME", "main")], "main"),
        (
            &[("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_REF_NAME", "7/merge")],
            "refs/pull/7/merge",
        ),
        (&[("CI_COMMIT_TAG", "v1"), ("CI_COMMIT_REF_NAME", "v1")], "refs/tags/v1"),
        (&[("DRONE_TAG", "v1"), ("DRONE_BRANCH", "main")], "refs/tags/v1"),
        (&[("CIRCLE_TAG", "main")], "refs/tags/main"),
        (&[("BUILDKITE_TAG", "main"), ("BUILDKITE_BRANCH", "main")], "refs/tags/main"),
        (&[("BUILDKITE_TAG", ""), ("BUILDKITE_BRANCH", "main")], "main"),
        (&[("TAG_NAME", "refs/tags/v1"), ("GIT_BRANCH", "v1")], "refs/tags/v1"),
        (&[("BUILD_SOURCEBRANCH", "refs/tags/v1")], "refs/tags/v1"),
        (&[("BUILD_SOURCEBRANCH", "refs/heads/release/1")], "release/1"),
    ];
    for (pairs, wanted) in cases {
        assert_eq!(branch(pairs), wanted, "{pairs:?}");
    }
}

#[test]
fn values_with_spaces_and_in_other_scripts_are_sent_as_they_are() {
    for name in ["Jane Doe", "ü", "dependabot[bot] 🤖", "山田 太郎", "Ω/β"] {
        assert_eq!(said(&[("BUILD_REQUESTEDFOR", name)]), [format!("Regcred-Actor: {name}")]);
    }
}

#[test]
fn what_cannot_be_shown_is_dropped_and_what_is_too_long_is_cut() {
    let long = "ü".repeat(300);
    let pairs = [
        ("GITHUB_RUN_ID", "17\u{7f}"),
        ("GITHUB_SHA", "abc\r\nAuthorization: x"),
        ("GITHUB_REF_NAME", long.as_str()),
        ("GITHUB_ACTOR", " \u{1b} \t"),
        ("GITHUB_EVENT_NAME", ""),
    ];
    let wanted = [
        "Regcred-Run: 17".to_owned(),
        "Regcred-Commit: abcAuthorization: x".to_owned(),
        format!("Regcred-Branch: {}", "ü".repeat(256)),
    ];
    assert_eq!(said(&pairs), wanted);
    // Also where a word of ours was put before it.
    assert_eq!(branch(&[("CIRCLE_TAG", long.as_str())]).chars().count(), 256);
}

//! What the CI says of the run: sent along as claims, for the receipt. They prove nothing.

use crate::environment::Variables;
use ureq::http::HeaderValue;

/// What can be claimed.
const HEADERS: [&str; 5] =
    ["Regcred-Run", "Regcred-Commit", "Regcred-Branch", "Regcred-Actor", "Regcred-Event"];

/// Longer is left out.
const LONGEST: usize = 256;

/// In the order of `HEADERS`, the variables of each CI; an empty name where it has none.
const SYSTEMS: [(&str, [&str; 5]); 8] = [
    (
        "GitHub",
        ["GITHUB_RUN_ID", "GITHUB_SHA", "GITHUB_REF_NAME", "GITHUB_ACTOR", "GITHUB_EVENT_NAME"],
    ),
    (
        "GitLab",
        [
            "CI_PIPELINE_ID",
            "CI_COMMIT_SHA",
            "CI_COMMIT_REF_NAME",
            "GITLAB_USER_LOGIN",
            "CI_PIPELINE_SOURCE",
        ],
    ),
    (
        "Woodpecker",
        [
            "CI_PIPELINE_NUMBER",
            "CI_COMMIT_SHA",
            "CI_COMMIT_BRANCH",
            "CI_COMMIT_AUTHOR",
            "CI_PIPELINE_EVENT",
        ],
    ),
    (
        "Drone",
        [
            "DRONE_BUILD_NUMBER",
            "DRONE_COMMIT_SHA",
            "DRONE_BRANCH",
            "DRONE_COMMIT_AUTHOR",
            "DRONE_BUILD_EVENT",
        ],
    ),
    ("CircleCI", ["CIRCLE_WORKFLOW_ID", "CIRCLE_SHA1", "CIRCLE_BRANCH", "CIRCLE_USERNAME", ""]),
    (
        "Buildkite",
        [
            "BUILDKITE_BUILD_NUMBER",
            "BUILDKITE_COMMIT",
            "BUILDKITE_BRANCH",
            "BUILDKITE_BUILD_CREATOR",
            "BUILDKITE_SOURCE",
        ],
    ),
    ("Jenkins", ["BUILD_URL", "GIT_COMMIT", "GIT_BRANCH", "BUILD_USER_ID", ""]),
    (
        "Azure",
        [
            "BUILD_BUILDID",
            "BUILD_SOURCEVERSION",
            "BUILD_SOURCEBRANCH",
            "BUILD_REQUESTEDFOR",
            "BUILD_REASON",
        ],
    ),
];

/// The headers that say what is known of the run. They all come from one CI, the one that most
/// variables are set of: some share names.
pub fn claims(variables: &Variables) -> Vec<(&'static str, HeaderValue)> {
    let known = |name: &str| variables.text(name).unwrap_or_default();
    let mut most: [Option<String>; 5] = Default::default();
    for (_, names) in SYSTEMS {
        let values = names.map(known);
        if values.iter().flatten().count() > most.iter().flatten().count() {
            most = values;
        }
    }
    let claims = HEADERS.into_iter().zip(most);
    claims.filter_map(|(header, value)| Some((header, fit(&value?)?))).collect()
}

fn fit(value: &str) -> Option<HeaderValue> {
    let fits = value.len() <= LONGEST && value.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| HeaderValue::from_str(value).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> Vec<String> {
        let claims = claims(&Variables::of(pairs));
        claims.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
    }

    #[test]
    fn each_ci_is_known_by_its_own_variables() {
        for (system, names) in SYSTEMS {
            let pairs: Vec<(&str, &str)> =
                names.iter().filter(|name| !name.is_empty()).map(|name| (*name, *name)).collect();
            let wanted: Vec<String> = HEADERS
                .iter()
                .zip(names)
                .filter(|(_, name)| !name.is_empty())
                .map(|(header, name)| format!("{header}: {name}"))
                .collect();
            assert_eq!(said(&pairs), wanted, "{system}");
        }
    }

    #[test]
    fn nothing_is_claimed_outside_a_ci() {
        assert!(said(&[("HOME", "/home/acme")]).is_empty());
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
    fn a_claim_that_is_long_or_not_visible_ascii_is_left_out() {
        let long = "b".repeat(257);
        let pairs = [
            ("GITHUB_RUN_ID", "17"),
            ("GITHUB_SHA", "abc\r\nAuthorization: x"),
            ("GITHUB_REF_NAME", long.as_str()),
            ("GITHUB_ACTOR", "Jürgen"),
            ("GITHUB_EVENT_NAME", ""),
        ];
        assert_eq!(said(&pairs), ["Regcred-Run: 17"]);
    }
}

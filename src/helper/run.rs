//! What the CI says of the run: sent along as claims, for the receipt. They prove nothing.

use crate::environment::Variables;
use ureq::http::HeaderValue;

/// What can be claimed.
const HEADERS: [&str; 5] =
    ["Regcred-Run", "Regcred-Commit", "Regcred-Branch", "Regcred-Actor", "Regcred-Event"];

/// Characters that are sent of each; the rest is cut.
const LONGEST: usize = 256;

/// How full names of branches begin. Tags keep theirs, so that none is taken for a branch.
const BRANCHES: &str = "refs/heads/";

const TAGS: &str = "refs/tags/";

/// The variables in which a CI says it. Of several the first that is set counts.
struct System {
    run: &'static [&'static str],
    commit: &'static [&'static str],
    /// A tag wins over a branch: of a tag some say that it is both.
    tag: &'static [&'static str],
    branch: &'static [&'static str],
    actor: &'static [&'static str],
    event: &'static [&'static str],
}

const SYSTEMS: [System; 8] = [
    // GitHub, and those that took its names over: Gitea, Forgejo.
    System {
        run: &["GITHUB_RUN_ID"],
        commit: &["GITHUB_SHA"],
        tag: &[],
        branch: &["GITHUB_REF", "GITHUB_REF_NAME"],
        actor: &["GITHUB_ACTOR"],
        event: &["GITHUB_EVENT_NAME"],
    },
    // GitLab.
    System {
        run: &["CI_PIPELINE_ID"],
        commit: &["CI_COMMIT_SHA"],
        tag: &["CI_COMMIT_TAG"],
        branch: &["CI_COMMIT_REF_NAME"],
        actor: &["GITLAB_USER_LOGIN"],
        event: &["CI_PIPELINE_SOURCE"],
    },
    // Woodpecker.
    System {
        run: &["CI_PIPELINE_NUMBER"],
        commit: &["CI_COMMIT_SHA"],
        tag: &["CI_COMMIT_TAG"],
        branch: &["CI_COMMIT_BRANCH"],
        actor: &["CI_COMMIT_AUTHOR"],
        event: &["CI_PIPELINE_EVENT"],
    },
    // Drone.
    System {
        run: &["DRONE_BUILD_NUMBER"],
        commit: &["DRONE_COMMIT_SHA"],
        tag: &["DRONE_TAG"],
        branch: &["DRONE_BRANCH"],
        actor: &["DRONE_COMMIT_AUTHOR"],
        event: &["DRONE_BUILD_EVENT"],
    },
    // CircleCI, which has no word for what started a run.
    System {
        run: &["CIRCLE_WORKFLOW_ID"],
        commit: &["CIRCLE_SHA1"],
        tag: &["CIRCLE_TAG"],
        branch: &["CIRCLE_BRANCH"],
        actor: &["CIRCLE_USERNAME", "CIRCLE_PR_USERNAME"],
        event: &[],
    },
    // Buildkite.
    System {
        run: &["BUILDKITE_BUILD_NUMBER"],
        commit: &["BUILDKITE_COMMIT"],
        tag: &["BUILDKITE_TAG"],
        branch: &["BUILDKITE_BRANCH"],
        actor: &["BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_AUTHOR"],
        event: &["BUILDKITE_SOURCE"],
    },
    // Jenkins, which has no word for what started a run.
    System {
        run: &["BUILD_URL"],
        commit: &["GIT_COMMIT"],
        tag: &["TAG_NAME"],
        // The second one has the name of the remote before it.
        branch: &["BRANCH_NAME", "GIT_BRANCH"],
        actor: &["BUILD_USER_ID"],
        event: &[],
    },
    // Azure Pipelines.
    System {
        run: &["BUILD_BUILDID"],
        commit: &["BUILD_SOURCEVERSION"],
        tag: &[],
        branch: &["BUILD_SOURCEBRANCH"],
        actor: &["BUILD_REQUESTEDFOR"],
        event: &["BUILD_REASON"],
    },
];

impl System {
    /// In the order of `HEADERS`, what it says, as it is sent.
    fn said(&self, variables: &Variables) -> [Option<String>; 5] {
        let first = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| Some(fit(&variables.shown(name)?)).filter(|said| !said.is_empty()))
        };
        let tag = first(self.tag).map(|tag| format!("{TAGS}{}", tag.trim_start_matches(TAGS)));
        let branch = || {
            let branch = first(self.branch)?;
            Some(branch.strip_prefix(BRANCHES).map_or(branch.clone(), str::to_owned))
        };
        [
            first(self.run),
            first(self.commit),
            tag.or_else(branch),
            first(self.actor),
            first(self.event),
        ]
    }
}

/// The headers that say what is known of the run. They all come from one CI, the one that most
/// variables are set of: some share names.
pub fn claims(variables: &Variables) -> Vec<(&'static str, HeaderValue)> {
    let mut most: [Option<String>; 5] = Default::default();
    for system in SYSTEMS {
        let said = system.said(variables);
        if said.iter().flatten().count() > most.iter().flatten().count() {
            most = said;
        }
    }
    let claims = HEADERS.into_iter().zip(most);
    let claims = claims.filter_map(|(header, said)| {
        // UTF-8 as it is: RFC 9110 5.5 lets other bytes than ASCII be in a header.
        Some((header, HeaderValue::from_bytes(fit(&said?).as_bytes()).ok()?))
    });
    claims.collect()
}

/// As much of it as fits into a header and can be shown.
fn fit(said: &str) -> String {
    let shown = said.trim().chars().filter(|c| !c.is_control()).take(LONGEST);
    shown.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;

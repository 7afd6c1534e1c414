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

/// The variables in which a CI says its run, commit, tag, branch, actor and event; `-` where it has
/// none. Of several the first that is set counts. A tag wins over a branch: of a tag some say that it
/// is both.
const SYSTEMS: [&str; 8] = [
    // GitHub, and those that took its names over: Gitea, Forgejo.
    "GITHUB_RUN_ID GITHUB_SHA - GITHUB_REF,GITHUB_REF_NAME GITHUB_ACTOR GITHUB_EVENT_NAME",
    // GitLab.
    "CI_PIPELINE_ID CI_COMMIT_SHA CI_COMMIT_TAG CI_COMMIT_REF_NAME GITLAB_USER_LOGIN CI_PIPELINE_SOURCE",
    // Woodpecker.
    "CI_PIPELINE_NUMBER CI_COMMIT_SHA CI_COMMIT_TAG CI_COMMIT_BRANCH CI_COMMIT_AUTHOR CI_PIPELINE_EVENT",
    // Drone.
    "DRONE_BUILD_NUMBER DRONE_COMMIT_SHA DRONE_TAG DRONE_BRANCH DRONE_COMMIT_AUTHOR DRONE_BUILD_EVENT",
    // CircleCI.
    "CIRCLE_WORKFLOW_ID CIRCLE_SHA1 CIRCLE_TAG CIRCLE_BRANCH CIRCLE_USERNAME,CIRCLE_PR_USERNAME -",
    // Buildkite.
    "BUILDKITE_BUILD_NUMBER BUILDKITE_COMMIT BUILDKITE_TAG BUILDKITE_BRANCH BUILDKITE_BUILD_CREATOR,BUILDKITE_BUILD_AUTHOR BUILDKITE_SOURCE",
    // Jenkins. The second branch has the name of the remote before it.
    "BUILD_URL GIT_COMMIT TAG_NAME BRANCH_NAME,GIT_BRANCH BUILD_USER_ID -",
    // Azure Pipelines.
    "BUILD_BUILDID BUILD_SOURCEVERSION - BUILD_SOURCEBRANCH BUILD_REQUESTEDFOR BUILD_REASON",
];

/// In the order of `HEADERS`, what a CI says with these variables, as it is sent.
fn said(names: &str, variables: &Variables) -> [Option<String>; 5] {
    let mut said = names.split(' ').map(|names| {
        let mut said = names.split(',').filter_map(|name| Some(fit(&variables.shown(name)?)));
        said.find(|said| !said.is_empty())
    });
    let mut next = || said.next().flatten();
    let (run, commit, tag, branch) = (next(), next(), next(), next());
    let tag = tag.map(|tag| format!("{TAGS}{}", tag.trim_start_matches(TAGS)));
    let branch = branch.map(|name| name.strip_prefix(BRANCHES).unwrap_or(&name).to_owned());
    [run, commit, tag.or(branch), next(), next()]
}

/// The headers that say what is known of the run. They all come from one CI, the one that most
/// variables are set of: some share names.
pub fn claims(variables: &Variables) -> Vec<(&'static str, HeaderValue)> {
    let mut most: [Option<String>; 5] = Default::default();
    for system in SYSTEMS {
        let said = said(system, variables);
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

//! The pipelines of the demo: what each is for, and what it was granted.

use super::registries::{
    AMAZON, AZURE, GITHUB, GITLAB, GOOGLE, HARBOR, HUB, LAB, NVIDIA, OLD, PERSONAL, QUAY,
};
use crate::domain::credential::Access::{self, Pull, PullAndPush};

pub(super) const SERVICES: [&str; 10] =
    ["api", "auth", "billing", "docs", "gateway", "media", "mobile", "reports", "search", "web"];

/// What a pipeline does for its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    Build,
    Deploy,
    Release,
    Scan,
}

impl Job {
    pub(super) const ALL: [Self; 4] = [Self::Build, Self::Deploy, Self::Release, Self::Scan];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Deploy => "deploy",
            Self::Release => "release",
            Self::Scan => "scan",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Build => "Builds and tests each change.",
            Self::Deploy => "Rolls out to the clusters.",
            Self::Release => "Publishes what customers pull.",
            Self::Scan => "Looks for known holes every night.",
        }
    }

    /// The registries that it was granted for that service, and what for.
    pub(super) fn granted(self, service: &str) -> Vec<(&'static str, Access)> {
        let own: &[(&'static str, Access)] = match service {
            "media" | "search" => &[(NVIDIA, Pull)],
            "gateway" => &[(LAB, PullAndPush), (GOOGLE, Pull)],
            "mobile" => &[(LAB, PullAndPush)],
            _ => &[],
        };
        match self {
            Self::Build => [&[(HUB, Pull), (GITHUB, PullAndPush)][..], own].concat(),
            Self::Deploy => vec![(AZURE, Pull), (AMAZON, Pull), (GOOGLE, Pull)],
            Self::Release => vec![(HARBOR, PullAndPush)],
            Self::Scan if matches!(service, "docs" | "reports") => vec![(QUAY, Pull), (OLD, Pull)],
            Self::Scan if service == "auth" => vec![(QUAY, Pull), (PERSONAL, Pull)],
            Self::Scan => vec![(QUAY, Pull), (GITLAB, Pull)],
        }
    }

    /// The hosts of the images that are scanned of that service.
    pub(super) fn scanned(service: &str) -> [&'static str; 2] {
        let second = match service {
            "docs" | "reports" => "registry.old.example.com",
            "auth" => "docker.io",
            _ => GITLAB_HOST,
        };
        [QUAY_HOST, second]
    }

    /// The days that its first token works for that service.
    pub(super) fn token_days(self, service: &str) -> &'static str {
        match (self, service) {
            (Self::Scan, "reports") => "45",
            (Self::Build, "api") => "105",
            _ => "365",
        }
    }
}

pub(super) const QUAY_HOST: &str = "quay.io";
pub(super) const GITLAB_HOST: &str = "registry.gitlab.com";

/// Releases that nobody has approved yet, and the one that somebody has said no to.
pub(super) const WAITING: [&str; 2] = ["media-release", "search-release"];
pub(super) const REJECTED: &str = "docs-release";
/// Whose approval ended after a month.
pub(super) const ENDED: &str = "reports-deploy";
/// Who got another token after it was approved, and uses that.
pub(super) const NEWER: &str = "gateway-deploy";
/// Who goes on with a token that was revoked.
pub(super) const REVOKED: &str = "mobile-build";
/// Whose grant has a condition that a token cannot prove.
pub(super) const UNPROVED: &str = "billing-build";
/// Who scanned images of GitLab once, before the 90 days.
pub(super) const UNUSED: &str = "mobile-scan";
/// Who scans none of them any more, although its file names one.
pub(super) const NOT_DELIVERED: &str = "web-scan";
/// Who gets a second credential for the same registry, so that neither is delivered.
pub(super) const TIED: &str = "reports-build";
/// What Drone signs for, each with the id of its repository there.
pub(super) const DRONE: [(&str, &str, &str); 2] =
    [("auth-build", "acme/auth", "11"), ("web-build", "acme/web", "12")];
/// Pipelines that identity tokens of GitHub or GitLab are accepted for, each with an id.
pub(super) const OF_GITHUB: [(&str, &str); 3] =
    [("api-build", "1296269"), ("gateway-build", "1296270"), ("mobile-release", "1296271")];
pub(super) const OF_GITLAB: [(&str, &str); 2] = [("billing-build", "2001"), ("docs-build", "2002")];

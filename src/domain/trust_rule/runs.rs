//! What a provider's runs can be of: the kinds of references that it builds, and its words for what
//! started a run.

use super::Provider;
use super::check::ANY_REFERENCE;
use crate::domain::grant::share;

impl Provider {
    /// The kinds of references that its runs prove, as they stand behind `refs/`.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::GitHub | Self::CircleCi => &["heads", "tags", "pull"],
            Self::GitLab => &["heads", "tags", "merge-requests", "workloads"],
            Self::Buildkite => &["heads", "tags"],
            Self::AzureDevOps => &["heads", "tags", "pull", "pull-requests"],
            // Those of whichever forge the repository is at.
            Self::Woodpecker | Self::Drone => {
                &["heads", "tags", "pull", "merge-requests", "pull-requests", "changes"]
            }
            Self::Kubernetes | Self::Other => &[],
        }
    }

    /// Its words for what started a run, as its runs prove them.
    pub(super) fn event_words(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[
                "branch_protection_rule",
                "check_run",
                "check_suite",
                "create",
                "delete",
                "deployment",
                "deployment_status",
                "discussion",
                "discussion_comment",
                "dynamic",
                "fork",
                "gollum",
                "image_version",
                "issue_comment",
                "issues",
                "label",
                "member",
                "merge_group",
                "milestone",
                "page_build",
                "project",
                "project_card",
                "project_column",
                "public",
                "pull_request",
                "pull_request_comment",
                "pull_request_review",
                "pull_request_review_comment",
                "pull_request_target",
                "push",
                "registry_package",
                "release",
                "repository_dispatch",
                "schedule",
                "status",
                "watch",
                "workflow_call",
                "workflow_dispatch",
                "workflow_run",
            ],
            Self::GitLab => &[
                "api",
                "chat",
                "container_registry_push",
                "duo_workflow",
                "external",
                "external_pull_request_event",
                "merge_request_event",
                "ondemand_dast_scan",
                "ondemand_dast_validation",
                "parent_pipeline",
                "pipeline",
                "pipeline_execution_policy_schedule",
                "push",
                "schedule",
                "security_orchestration_policy",
                "trigger",
                "unknown",
                "web",
                "webide",
            ],
            Self::Buildkite => &["api", "schedule", "trigger_job", "ui", "webhook"],
            Self::Woodpecker => &[
                "cron",
                "deployment",
                "manual",
                "pull_request",
                "pull_request_closed",
                "pull_request_metadata",
                "push",
                "release",
                "tag",
            ],
            Self::Drone => {
                &["cron", "custom", "promote", "pull_request", "push", "rollback", "tag"]
            }
            Self::CircleCi | Self::AzureDevOps | Self::Kubernetes | Self::Other => &[],
        }
    }

    /// Whether a run of its can be of a reference of this pattern.
    pub(in crate::domain) fn has_reference(self, pattern: &str) -> bool {
        self.kinds().iter().any(|kind| share(pattern, &format!("refs/{kind}/*")))
    }
}

/// Whether some provider has references of this kind, which stands behind `refs/`.
pub(in crate::domain) fn is_kind(kind: &str) -> bool {
    Provider::ALL.iter().any(|provider| provider.kinds().contains(&kind))
}

/// Whether a reference says of which kind it is, so that a pattern for branches matches no tag.
/// The pattern for every kind looks like what it is.
pub(in crate::domain) fn names_its_kind(reference: &str) -> bool {
    let kind = reference.strip_prefix("refs/").and_then(|rest| rest.split_once('/'));
    let is_whole =
        |(kind, name): (&str, &str)| !kind.is_empty() && !kind.contains('*') && !name.is_empty();
    reference == ANY_REFERENCE || kind.is_some_and(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_the_references_of_its_own_kinds_and_no_others() {
        for (provider, pattern, has) in [
            (Provider::GitHub, "refs/heads/main", true),
            (Provider::GitHub, "refs/tags/v*", true),
            (Provider::GitHub, "refs/pull/*", true),
            (Provider::GitHub, "refs/*", true),
            (Provider::GitHub, "refs/merge-requests/*", false),
            (Provider::GitHub, "refs/head/main", false),
            (Provider::GitHub, "refs/tag/v1", false),
            (Provider::GitLab, "refs/merge-requests/7/head", true),
            (Provider::GitLab, "refs/pull/7/merge", false),
            (Provider::Buildkite, "refs/pull/7/merge", false),
            (Provider::Drone, "refs/changes/1/12/3", true),
            (Provider::Kubernetes, "refs/heads/main", false),
        ] {
            assert_eq!(provider.has_reference(pattern), has, "{provider:?} {pattern}");
        }
    }

    #[test]
    fn who_proves_no_event_has_no_words_for_one_and_others_have_each_word_once() {
        for provider in Provider::ALL {
            let words = provider.event_words();
            assert!(words.is_sorted(), "{provider:?}");
            let mut once = words.to_vec();
            once.dedup();
            assert_eq!(once, words, "{provider:?}");
        }
        assert!(Provider::CircleCi.event_words().is_empty());
        assert!(!Provider::Buildkite.event_words().contains(&"push"));
        assert!(!Provider::GitLab.event_words().contains(&"pull_request"));
    }
}

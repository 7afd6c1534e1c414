//! What the runs that a rule accepts prove of where they come from, as far as the rule itself says.

use super::{Provider, TrustRule};
use crate::domain::grant::Terms;

/// The pattern for whatever there is.
const ANY: &str = "*";

impl TrustRule {
    /// Whether the rule accepts anybody, as far as it is complete and has not stopped.
    pub fn accepts_any(&self) -> bool {
        self.ended_at.is_none() && self.lacks().is_empty()
    }

    /// The pattern of the references that its runs prove; `None` where they prove none.
    pub fn references(&self) -> Option<String> {
        let pinned = |name: &str| self.claims.get(name).cloned();
        let any = || ANY.to_owned();
        match self.known_signer() {
            Provider::GitHub => Some(pinned("ref").unwrap_or_else(any)),
            Provider::GitLab => Some(pinned("ref_path").unwrap_or_else(any)),
            Provider::CircleCi => Some(pinned("oidc.circleci.com/vcs-ref").unwrap_or_else(any)),
            Provider::Buildkite => {
                let tag = pinned("build_tag").map(|tag| format!("refs/tags/{tag}"));
                let branch = || pinned("build_branch").map(|name| format!("refs/heads/{name}"));
                Some(tag.or_else(branch).unwrap_or_else(any))
            }
            // The token of a service connection says nothing of the run.
            Provider::AzureDevOps => pinned("rpo_ref").or_else(|| {
                let is_pipeline = pinned("sub").is_some_and(|sub| sub.starts_with("p://"));
                is_pipeline.then(any)
            }),
            Provider::Woodpecker | Provider::Drone => Some(any()),
            Provider::Kubernetes | Provider::Other => None,
        }
    }

    /// The pattern of the events that its runs prove; `None` where they prove none.
    pub fn events(&self) -> Option<String> {
        let claim = match self.known_signer() {
            Provider::GitHub => "event_name",
            Provider::GitLab => "pipeline_source",
            Provider::Buildkite => "build_source",
            Provider::Woodpecker | Provider::Drone => return Some(ANY.to_owned()),
            _ => return None,
        };
        Some(self.claims.get(claim).cloned().unwrap_or_else(|| ANY.to_owned()))
    }

    /// The environment that its runs prove; `None` where they may be of any.
    pub fn environment(&self) -> Option<&str> {
        self.claims.get("environment").map(String::as_str).filter(|name| !name.contains('*'))
    }

    /// Whether a run that the rule accepts can meet the conditions of these terms.
    pub fn may_meet(&self, terms: &Terms) -> bool {
        let from = || self.references().is_some_and(|references| terms.may_be_from(&references));
        let on = || self.events().is_some_and(|events| terms.may_be_on(&events));
        (terms.branches.is_empty() || from()) && (terms.events.is_empty() || on())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rule;
    use super::*;
    use crate::domain::credential::Access;

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn github(narrowing: (&str, &str)) -> TrustRule {
        let who = [("repository_id", "74"), ("repository_owner_id", "65"), narrowing];
        rule(Provider::GitHub, GITHUB, "https://regcred.example.com", &who)
    }

    fn from(branches: &str, events: &str) -> Terms {
        let list = |all: &str| all.split_whitespace().map(str::to_owned).collect();
        Terms {
            branches: list(branches),
            events: list(events),
            ..Terms::plain(Access::PullAndPush)
        }
    }

    #[test]
    fn a_rule_meets_the_conditions_that_its_runs_can_prove() {
        let main = github(("ref", "refs/heads/main"));
        for (branches, events, meets) in [
            ("main", "", true),
            ("ma*", "push", true),
            ("dev main", "", true),
            ("dev", "", false),
            ("refs/tags/v*", "", false),
            ("", "push", true),
            ("", "", true),
        ] {
            assert_eq!(main.may_meet(&from(branches, events)), meets, "{branches} {events}");
        }
        let any = github(("environment", "release"));
        assert_eq!((any.environment(), main.environment()), (Some("release"), None));
        assert_eq!(github(("environment", "release-*")).environment(), None);
        assert!(any.may_meet(&from("dev", "push")));
        let pushes = TrustRule {
            claims: [("event_name".to_owned(), "push".to_owned())].into(),
            ..github(("ref", "refs/heads/main"))
        };
        assert!(!pushes.may_meet(&from("", "schedule")));
    }

    #[test]
    fn an_account_and_a_service_connection_prove_no_branch() {
        let cluster = rule(
            Provider::Kubernetes,
            "https://kubernetes.example.com",
            "https://regcred.example.com",
            &[("sub", "system:serviceaccount:ci:build")],
        );
        assert_eq!((cluster.references(), cluster.events()), (None, None));
        assert!(cluster.may_meet(&from("", "")) && !cluster.may_meet(&from("main", "")));
        for (sub, expected) in [("p://acme/shop/build", Some("*")), ("sc://acme/shop/push", None)] {
            let azure = rule(
                Provider::AzureDevOps,
                "https://vstoken.dev.azure.com/acme",
                "api://AzureADTokenExchange",
                &[("sub", sub)],
            );
            assert_eq!(azure.references().as_deref(), expected, "{sub}");
        }
    }
}

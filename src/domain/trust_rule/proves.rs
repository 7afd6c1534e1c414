//! What the runs that a rule accepts prove of where they come from, as far as the rule itself says.

use super::{Provider, TrustRule};
use crate::domain::credential::Access;
use crate::domain::grant::{ForkRule, Terms, fits, share};
use crate::domain::proof::{is_request, is_requested};

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

    /// The most that its runs may ask for: a token can be used for either, Drone only pulls, and for
    /// Woodpecker the rule says it.
    pub fn most_intent(&self) -> Access {
        match self.provider {
            Provider::Drone => Access::Pull,
            Provider::Woodpecker => self.intent,
            _ => Access::PullAndPush,
        }
    }

    /// Whether a run that the rule accepts can push under these terms.
    pub fn may_push(&self, terms: &Terms) -> bool {
        // Woodpecker's pull requests only pull, whoever's they are.
        let only_pulls = self.provider == Provider::Woodpecker && self.are_requests(terms);
        self.most_intent() == Access::PullAndPush
            && self.may_meet(terms)
            && !only_pulls
            && !self.may_all_be_forks(terms)
    }

    /// Whether a run that the rule accepts can meet the terms: their conditions, and what they say of
    /// forks.
    pub fn may_meet(&self, terms: &Terms) -> bool {
        self.may_meet_conditions(terms)
            && (terms.forks == ForkRule::Pull || !self.may_all_be_forks(terms))
    }

    /// Whether a run that the rule accepts can meet the conditions of these terms on branches and
    /// events.
    pub fn may_meet_conditions(&self, terms: &Terms) -> bool {
        self.may_be_from(terms) && self.may_be_on(terms)
    }

    /// Whether a run that the rule accepts can meet the condition of these terms on branches.
    pub fn may_be_from(&self, terms: &Terms) -> bool {
        terms.branches.is_empty() || !self.references_under(terms).is_empty()
    }

    /// Whether a run that the rule accepts can meet the condition of these terms on events.
    pub fn may_be_on(&self, terms: &Terms) -> bool {
        terms.events.is_empty() || !self.events_under(terms).is_empty()
    }

    /// Of the references that the terms ask for, those that a run can be of.
    fn references_under(&self, terms: &Terms) -> Vec<String> {
        let Some(own) = self.references() else { return Vec::new() };
        let signer = self.known_signer();
        let can_be = |asked: &String| share(asked, &own) && signer.has_reference(asked);
        terms.references().filter(can_be).collect()
    }

    /// The words for what can have started a run that meets the terms: those of the provider, and the
    /// one that the rule asks for.
    fn events_under(&self, terms: &Terms) -> Vec<String> {
        let Some(own) = self.events() else { return Vec::new() };
        let words = self.known_signer().event_words().iter().map(|word| (*word).to_owned());
        let asked = (!own.contains('*')).then(|| own.clone());
        let is_met = |word: &String| {
            let conditions = &terms.events;
            conditions.is_empty() || conditions.iter().any(|pattern| fits(pattern, word))
        };
        words.filter(|word| fits(&own, word)).chain(asked).filter(is_met).collect()
    }

    /// Whether each run that the rule accepts and that meets the conditions may be of a fork: it is for
    /// a proposed change, and the provider never says whose that is.
    fn may_all_be_forks(&self, terms: &Terms) -> bool {
        match self.known_signer() {
            Provider::GitHub | Provider::CircleCi | Provider::AzureDevOps => {
                self.are_requests(terms) || self.are_requested(terms)
            }
            // A fork's branch has its owner before it, with a colon.
            Provider::Buildkite => self.have_references(terms, |of| of.contains(':')),
            Provider::GitLab => {
                let job = self.claims.get("job_project_id");
                job.is_some_and(|job| self.claims.get("project_id") != Some(job))
            }
            Provider::Woodpecker | Provider::Drone | Provider::Kubernetes | Provider::Other => {
                false
            }
        }
    }

    /// Whether each event that meets the terms is that of a proposed change.
    fn are_requests(&self, terms: &Terms) -> bool {
        let events = self.events_under(terms);
        !events.is_empty() && events.iter().all(|event| is_request(event))
    }

    /// Whether each reference that meets the terms is that of a proposed change.
    fn are_requested(&self, terms: &Terms) -> bool {
        let signer = self.known_signer();
        self.have_references(terms, |of| is_requested(Some(signer), of))
    }

    /// Whether `is` holds of each reference that meets the terms: of all that the rule accepts, or of
    /// all that the terms ask for.
    fn have_references(&self, terms: &Terms, is: impl Fn(&str) -> bool) -> bool {
        let asked = self.references_under(terms);
        self.references().is_some_and(|own| is(&own))
            || (!asked.is_empty() && asked.iter().all(|of| is(of)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rule;
    use super::*;

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
    fn a_condition_is_in_the_words_of_the_provider() {
        let of = |provider, issuer, claims: &[(&str, &str)]| {
            rule(provider, issuer, "https://regcred.example.com", claims)
        };
        let buildkite = of(
            Provider::Buildkite,
            "https://agent.buildkite.com",
            &[("organization_id", "a"), ("pipeline_id", "b"), ("step_key", "build")],
        );
        let gitlab = of(
            Provider::GitLab,
            "https://gitlab.com",
            &[("project_id", "20"), ("environment", "production")],
        );
        let github = github(("environment", "release"));
        for (rule, branches, events, meets) in [
            (&buildkite, "", "webhook", true),
            (&buildkite, "", "push ui", true),
            (&buildkite, "", "push", false),
            (&buildkite, "", "pull_request*", false),
            (&buildkite, "refs/pull/*", "", false),
            (&gitlab, "", "push", true),
            (&gitlab, "", "merge_request_event", true),
            (&gitlab, "", "pull_request", false),
            (&gitlab, "refs/merge-requests/*", "", true),
            (&gitlab, "refs/pull/*", "", false),
            (&github, "", "merge_request_event", false),
            (&github, "", "workflow_*", true),
            (&github, "refs/head/main", "", false),
            (&github, "refs/merge-requests/* main", "", true),
        ] {
            assert_eq!(rule.may_meet(&from(branches, events)), meets, "{branches} {events}");
        }
        // A word that is asked for by name may be newer than this program.
        let newer = TrustRule { claims: [("event_name".into(), "newer".into())].into(), ..github };
        assert!(newer.may_meet(&from("", "newer")) && !newer.may_meet(&from("", "push")));
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

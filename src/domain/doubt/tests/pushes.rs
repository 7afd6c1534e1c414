//! Grants to push of a pipeline in which nothing pushes.

use super::super::Doubt;
use super::{cluster, doubts, from, github};
use crate::domain::credential::Access;
use crate::domain::grant::{ForkRule, Terms};
use crate::domain::moment::Moment;
use crate::domain::trust_rule::{Provider, TrustRule};

fn drone() -> TrustRule {
    TrustRule::sample(Provider::Drone, &[("repo.id", "7")])
}

fn woodpecker(intent: Access) -> TrustRule {
    TrustRule { intent, ..TrustRule::sample(Provider::Woodpecker, &[("repo.id", "7")]) }
}

fn push(branches: &str, events: &str) -> Terms {
    Terms { intent: Access::PullAndPush, ..from(branches, events) }
}

#[test]
fn a_grant_to_push_is_doubted_while_whatever_can_use_it_only_pulls() {
    let stopped = TrustRule { ended_at: Some(Moment(1)), ..github("refs/heads/main") };
    let open = |branches, events| Terms { forks: ForkRule::Pull, ..push(branches, events) };
    let pushes = || woodpecker(Access::PullAndPush);
    for (rules, has_token, terms) in [
        (vec![drone()], false, push("", "")),
        (vec![woodpecker(Access::Pull)], false, push("", "")),
        (vec![drone(), woodpecker(Access::Pull)], false, push("main", "push")),
        (vec![drone(), stopped], false, push("main", "")),
        // A token meets no condition.
        (vec![drone()], true, push("main", "")),
        (vec![drone(), github("refs/heads/dev")], true, push("main", "")),
        (vec![pushes()], false, push("", "pull_request")),
        (vec![pushes()], false, open("", "pull_request pull_request_closed")),
        (vec![github("refs/pull/*")], false, open("", "")),
        (vec![github("refs/heads/main"), drone()], false, open("main", "pull_request")),
    ] {
        let found = doubts(&terms, &rules, has_token);
        assert_eq!(found, [Doubt::NothingPushes], "{rules:?} {terms:?}");
        let pull = Terms { intent: Access::Pull, ..terms };
        assert!(doubts(&pull, &rules, has_token).is_empty(), "{rules:?} {pull:?}");
    }
}

#[test]
fn a_grant_to_push_is_not_doubted_when_something_pushes() {
    let pushes = || woodpecker(Access::PullAndPush);
    for (rules, has_token, terms) in [
        (vec![drone()], true, push("", "")),
        (vec![], true, push("", "")),
        (vec![drone(), github("refs/heads/main")], false, push("main", "")),
        (vec![pushes()], false, push("main", "")),
        (vec![pushes()], false, push("", "pull_request tag")),
        (vec![cluster()], false, push("", "")),
    ] {
        let found = doubts(&terms, &rules, has_token);
        assert!(found.is_empty(), "{rules:?} {terms:?}: {found:?}");
    }
}

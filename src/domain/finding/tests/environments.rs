//! What is shared between environments.

use super::{NOW, thing};
use crate::domain::credential::Access;
use crate::domain::finding::{Evidence, ReceivedIn, proved, shared};
use crate::domain::trust_rule::{Provider, TrustRule};
use std::collections::HashMap;

fn received(credential: &str, environment: &str, pipeline: &str) -> ReceivedIn {
    ReceivedIn {
        credential: thing(credential),
        environment: environment.to_owned(),
        pipeline: thing(pipeline),
        link: Some(7),
    }
}

#[test]
fn what_pipelines_of_several_environments_receive_is_found_unless_it_is_meant_for_any() {
    for (environment, second, is_found) in [
        ("", "staging", true),
        // The same, however it was typed.
        ("", " Production", false),
        ("any", "staging", false),
        ("Any", "staging", false),
        // What names none tells nothing of its pipeline.
        ("", "", false),
        ("", "any", false),
        // What it says itself is no witness.
        ("production", "staging", true),
        ("production", "", false),
        ("staging", "production", false),
    ] {
        let all = [
            received("a", environment, "p"),
            received("bb", "production", "p"),
            received("a", environment, "qq"),
            received("ccc", second, "qq"),
        ];
        let found = shared(&all, &HashMap::new());
        assert_eq!(found.len(), usize::from(is_found), "{environment} {second}");
        for one in found {
            assert_eq!(one.credential, Some(thing("a")));
            assert!(one.fact.contains("production (p), staging (qq)"), "{}", one.fact);
            assert_eq!(one.evidence, [Evidence::Link(7), Evidence::Link(7)]);
        }
    }
}

#[test]
fn who_accepted_some_environments_did_not_accept_one_more() {
    let key_of = |environments: &[&str]| {
        let of = |one: &&str| [received("a", "", one), received(&format!("{one}-own"), one, one)];
        let all: Vec<ReceivedIn> = environments.iter().flat_map(of).collect();
        shared(&all, &HashMap::new())[0].key()
    };
    let all = ["demo", "production", "staging", "test"];
    assert_ne!(key_of(&all[..2]), key_of(&all[..3]));
    assert_ne!(key_of(&all[..3]), key_of(&all));
}

#[test]
fn of_a_pipeline_that_moves_things_between_environments_nobody_can_tell() {
    let all = [
        received("a", "", "p"),
        received("bb", "production", "p"),
        received("ccc", "staging", "p"),
        received("a", "", "qq"),
        received("dddd", "staging", "qq"),
    ];
    assert!(shared(&all, &HashMap::new()).is_empty());
}

#[test]
fn what_runs_prove_counts_unless_the_other_credentials_name_something_else() {
    for (environment, is_found) in [("production", true), ("staging", false), ("prod", false)] {
        let all = [
            received("a", "staging", "p"),
            received("bb", "production", "p"),
            received("ccc", "staging", "p"),
            received("a", "staging", "qq"),
        ];
        let of = |pipeline: &str, name: &str| (thing(pipeline).id, name.to_owned());
        let environments = HashMap::from([of("p", environment), of("qq", "staging")]);
        let found = shared(&all, &environments);
        assert_eq!(found.len(), usize::from(is_found), "{environment}");
    }
}

/// A rule for runs of one repository, of that environment if there is one.
fn rule(environment: Option<&str>) -> TrustRule {
    let of_all = [("repository_id", "74"), ("repository_owner_id", "65")];
    let more = environment.map(|name| ("environment", name));
    let claims: Vec<_> = of_all.into_iter().chain(more).collect();
    TrustRule { intent: Access::PullAndPush, ..TrustRule::sample(Provider::GitHub, &claims) }
}

#[test]
fn an_environment_is_proved_when_every_rule_asks_for_it() {
    let stopped = || TrustRule { ended_at: Some(NOW), ..rule(Some("staging")) };
    for (rules, expected) in [
        (Vec::new(), None),
        (vec![rule(Some("Release")), rule(Some("release"))], Some("release")),
        (vec![rule(Some("release")), rule(Some("staging"))], None),
        (vec![rule(Some("release")), rule(None)], None),
        (vec![rule(Some("release-*"))], None),
        (vec![rule(Some("release")), stopped()], Some("release")),
        (vec![stopped()], None),
    ] {
        assert_eq!(proved(&rules).as_deref(), expected, "{rules:?}");
    }
}

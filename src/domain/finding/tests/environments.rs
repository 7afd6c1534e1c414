//! What is shared between environments.

use super::thing;
use crate::domain::finding::{Evidence, ReceivedIn, shared};

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
        // The second pipeline moves things from one environment to the other.
        ("production", "staging", false),
    ] {
        let all = [
            received("a", environment, "p"),
            received("bb", "production", "p"),
            received("a", environment, "qq"),
            received("ccc", second, "qq"),
        ];
        let found = shared(&all);
        assert_eq!(found.len(), usize::from(is_found), "{environment} {second}");
        for one in found {
            assert_eq!(one.credential, Some(thing("a")));
            assert!(one.fact.contains("production (p), staging (qq)"), "{}", one.fact);
            assert_eq!(one.evidence, [Evidence::Link(7), Evidence::Link(7)]);
        }
    }
}

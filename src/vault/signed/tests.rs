mod shapes;

use super::{drone_fork, no_rule, woodpecker_fork};
use crate::domain::trust_rule::{Provider, TrustRule};
use serde_json::json;
use uuid::Uuid;

#[test]
fn a_refusal_says_which_claim_of_the_repositorys_rule_differs() {
    let rule = |claims: &[(&str, &str)]| {
        (TrustRule::sample(Provider::Drone, claims), Uuid::nil(), "build".to_owned())
    };
    let body = json!({"repo": {"id": 7, "slug": "acme/renamed"}});
    let body = body.as_object().unwrap();
    let told = no_rule(vec![rule(&[("repo.id", "7"), ("repo.slug", "acme/api")])], body);
    assert!(told.ends_with("repo.slug is not what the trust rule asks for."), "{told}");
    assert!(!told.contains("acme/renamed"), "{told}");
    let others = no_rule(vec![rule(&[("repo.id", "8"), ("repo.slug", "acme/api")])], body);
    assert_eq!(others, "No pipeline has a trust rule for this repository.");
}

#[test]
fn a_fork_is_known_from_either_shape_and_from_no_other() {
    for (run, known) in [
        (json!({"commit": "0a", "event": "pull_request"}), Some(false)),
        (json!({"commit": "0a", "from_fork": true}), Some(true)),
        (json!({"pull_request": {"from_fork": true}}), Some(true)),
        (json!({"pull_request": {}}), Some(false)),
        (json!({"event": "pull_request"}), None),
        (json!({"commit": {"sha": "0a"}}), None),
        (json!({"commit": {"sha": "0a"}, "pull_request": null}), None),
        (json!({"commit": "0a", "pull_request": null}), Some(false)),
        (json!({"pull_request": {"from_fork": false}}), Some(false)),
    ] {
        assert_eq!(woodpecker_fork(Some(&run)), known, "{run}");
    }
    assert_eq!(woodpecker_fork(None), None);
}

#[test]
fn what_stands_where_woodpecker_tells_of_a_fork_and_is_not_false_means_one() {
    for odd in
        [json!("true"), json!("false"), json!(1), json!(0), json!(null), json!([]), json!({})]
    {
        for run in [
            json!({"commit": "0a", "from_fork": odd}),
            json!({"commit": {"sha": "0a"}, "from_fork": odd}),
            json!({"pull_request": {"from_fork": odd}}),
            // One of the two places is enough.
            json!({"from_fork": odd, "pull_request": {"from_fork": false}}),
            json!({"from_fork": false, "pull_request": {"from_fork": odd}}),
        ] {
            assert_eq!(woodpecker_fork(Some(&run)), Some(true), "{run}");
        }
    }
    for odd in [json!("7"), json!(7), json!([{"from_fork": false}]), json!(false)] {
        let run = json!({"commit": "0a", "pull_request": odd});
        assert_eq!(woodpecker_fork(Some(&run)), Some(true), "{run}");
    }
}

#[test]
fn at_drone_what_cannot_be_compared_with_the_repository_is_a_forks() {
    let own = || Some("acme/api".to_owned());
    for (slug, run, known) in [
        (own(), json!({"source_repo": "acme/api"}), Some(false)),
        (own(), json!({"source_repo": "evil/api"}), Some(true)),
        (own(), json!({"source_repo": ""}), None),
        (own(), json!({}), None),
        (None, json!({"source_repo": ""}), None),
        (None, json!({"source_repo": "evil/api"}), Some(true)),
        (own(), json!({"source_repo": null}), Some(true)),
        (own(), json!({"source_repo": ["acme/api"]}), Some(true)),
        (own(), json!({"source_repo": {}}), Some(true)),
        (None, json!({"source_repo": []}), Some(true)),
        (own(), json!({"source_repo": "acme/api\n"}), Some(true)),
    ] {
        assert_eq!(drone_fork(slug, Some(&run)), known, "{run}");
    }
    assert_eq!(drone_fork(own(), None), None);
}

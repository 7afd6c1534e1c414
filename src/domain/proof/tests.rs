use super::*;
use serde_json::{Map, json};

fn claims(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn of(provider: Provider, value: Value) -> Proof {
    Proof::from_claims(provider, &claims(value))
}

#[test]
fn each_provider_says_where_a_run_comes_from_in_its_own_words() {
    let proof = of(
        Provider::GitHub,
        json!({"repository":"acme/api","ref":"refs/heads/main","event_name":"push","run_id":"7","sha":"0a"}),
    );
    assert_eq!(proof.reference.as_deref(), Some("refs/heads/main"));
    assert_eq!((proof.event.as_deref(), proof.run.as_deref()), (Some("push"), Some("7")));
    let proof = of(Provider::GitLab, json!({"ref":"v1","ref_type":"tag","pipeline_id":12}));
    assert_eq!(proof.reference.as_deref(), Some("refs/tags/v1"));
    assert_eq!(proof.run.as_deref(), Some("12"));
}

#[test]
fn the_commit_and_the_run_are_in_the_proof_of_every_provider_that_says_them() {
    let azure = of(Provider::AzureDevOps, json!({"sub":"p://a/b/c","rpo_ver":"0a","run_id":"5"}));
    assert_eq!((azure.run.as_deref(), azure.commit.as_deref()), (Some("5"), Some("0a")));
    let circle = of(
        Provider::CircleCi,
        json!({"oidc.circleci.com/vcs-sha":"0b","oidc.circleci.com/job-id":"j"}),
    );
    assert_eq!((circle.run.as_deref(), circle.commit.as_deref()), (Some("j"), Some("0b")));
    let buildkite = of(Provider::Buildkite, json!({"build_number":175,"build_commit":"0c"}));
    assert_eq!((buildkite.run.as_deref(), buildkite.commit.as_deref()), (Some("175"), Some("0c")));
}

#[test]
fn a_tag_is_never_a_branch() {
    for tag in [json!("main"), json!("v1"), json!(1)] {
        let proof = of(Provider::Buildkite, json!({"build_branch":"main","build_tag":tag}));
        let reference = proof.reference.unwrap();
        assert!(reference.starts_with("refs/tags/"), "{reference}");
    }
    // What cannot be read is still no branch.
    for tag in [json!(["main"]), json!({}), json!(1.5), json!("a\nb")] {
        let proof = of(Provider::Buildkite, json!({"build_branch":"main","build_tag":tag}));
        assert_eq!(proof.reference, None, "{tag}");
    }
    for none in [json!(null), json!("")] {
        let proof = of(Provider::Buildkite, json!({"build_branch":"main","build_tag":none}));
        assert_eq!(proof.reference.as_deref(), Some("refs/heads/main"), "{none}");
    }
    let tagged = json!({"ref":"main","ref_type":"tag","ref_path":"refs/heads/main"});
    assert_eq!(of(Provider::GitLab, tagged).reference.as_deref(), Some("refs/tags/main"));
    // Of which kind it is has to be said.
    assert_eq!(of(Provider::GitLab, json!({"ref":"main"})).reference, None);
}

#[test]
fn a_pull_request_of_unknown_origin_may_be_a_forks() {
    let event =
        |event: &str| Proof { event: Some(event.to_owned()), ..Proof::of(Provider::GitHub) };
    for name in ["pull_request", "pull_request_target", "pull_request_review_comment"] {
        assert!(event(name).may_be_fork(), "{name}");
    }
    assert!(event("merge_request_event").may_be_fork());
    // Who does not say what started it says at least what is built.
    let from = |provider: Provider, name: &str| Proof {
        reference: Some(name.to_owned()),
        ..Proof::of(provider)
    };
    let azure = |name: &str| from(Provider::AzureDevOps, name).may_be_fork();
    assert!(azure("refs/pull/12/merge") && !azure("refs/heads/main"));
    let drone = |name: &str| from(Provider::Drone, name).may_be_fork();
    assert!(drone("refs/pull-requests/12/from") && drone("refs/changes/1/12/3"));
    assert!(!drone("refs/heads/changes/1"));
    assert!(from(Provider::CircleCi, "refs/heads/pull/12").may_be_fork());
    // A branch may be called so.
    assert!(!from(Provider::CircleCi, "refs/heads/pull/fix").may_be_fork());
    assert!(!from(Provider::GitHub, "refs/heads/pull/12").may_be_fork());
    assert!(!event("push").may_be_fork() && !Proof::default().may_be_fork());
    assert!(!Proof { is_fork: Some(false), ..event("pull_request") }.may_be_fork());
    assert!(Proof { is_fork: Some(true), ..event("push") }.may_be_fork());
}

#[test]
fn at_gitlab_a_fork_is_known_by_its_project_and_not_by_what_started_the_pipeline() {
    for source in ["merge_request_event", "parent_pipeline", "external_pull_request_event", "push"]
    {
        let of = |more: Value| {
            let mut said = claims(json!({
                "project_id": "20", "ref": "main", "ref_type": "branch",
                "ref_path": "refs/heads/main", "pipeline_source": source,
            }));
            said.extend(claims(more));
            Proof::from_claims(Provider::GitLab, &said)
        };
        let own = of(json!({"job_project_id": "20", "ref_protected": "false"}));
        assert!(!own.may_be_fork(), "{source}");
        let own = of(json!({"ref_protected": "true"}));
        assert!(!own.may_be_fork(), "{source}: the project's own protected branch");
        let own = of(json!({"ref_protected": true}));
        assert!(!own.may_be_fork(), "{source}: the same as true or false");
        for other in [
            json!({"job_project_id": "21", "ref_protected": "true"}),
            json!({"job_project_id": 21}),
            json!({"source_project_id": "22", "job_project_id": "20"}),
        ] {
            let fork = of(other.clone());
            assert_eq!(fork.is_fork, Some(true), "{source} {other}");
        }
    }
}

#[test]
fn at_gitlab_projects_that_cannot_be_compared_are_not_one() {
    for odd in [json!(["20"]), json!({}), json!(null), json!(""), json!(1.5), json!("2\n0")] {
        for said in [
            json!({"job_project_id": odd}),
            json!({"job_project_id": "20", "project_id": odd}),
            json!({"source_project_id": odd, "job_project_id": "20"}),
            json!({"project_id": odd, "job_project_id": odd}),
        ] {
            let mut all = claims(json!({
                "project_id": "20", "ref": "main", "ref_type": "branch",
                "ref_path": "refs/heads/main", "pipeline_source": "push", "ref_protected": "true",
            }));
            all.extend(claims(said.clone()));
            assert_eq!(Proof::from_claims(Provider::GitLab, &all).is_fork, Some(true), "{said}");
        }
    }
    // Nothing stands beside it that it could be compared with.
    let alone = json!({"job_project_path": "acme/api", "ref_protected": "true"});
    assert_eq!(of(Provider::GitLab, alone).is_fork, Some(true));
}

#[test]
fn what_started_a_run_and_cannot_be_read_may_be_a_forks() {
    let long = json!(format!("contributor:{}", "x".repeat(600)));
    for odd in [json!(["main"]), json!({}), json!(7), json!(true), json!("ma\u{1}in"), long] {
        for (provider, name) in [
            (Provider::GitHub, "ref"),
            (Provider::GitHub, "event_name"),
            (Provider::GitLab, "pipeline_source"),
            (Provider::Buildkite, "build_branch"),
            (Provider::CircleCi, "oidc.circleci.com/vcs-ref"),
            (Provider::AzureDevOps, "rpo_ref"),
        ] {
            let said = of(provider, json!({ name: odd }));
            assert!(said.may_be_fork(), "{provider:?} {name} {odd:.40}");
        }
    }
    for none in [json!(null), json!("")] {
        let said = of(Provider::GitHub, json!({"ref": "refs/heads/main", "event_name": none}));
        assert!(!said.may_be_fork(), "{none}");
    }
}

#[test]
fn at_buildkite_a_branch_with_an_owner_before_it_is_a_forks() {
    let of = |branch: &str| of(Provider::Buildkite, json!({ "build_branch": branch }));
    assert!(of("contributor:main").may_be_fork());
    assert!(!of("main").may_be_fork());
}

#[test]
fn what_is_no_plain_word_is_no_fact() {
    for value in [json!(1.5), json!(null), json!(["a"]), json!({}), json!("a\nb"), json!(1e300)] {
        assert_eq!(fact(Some(&value)), None, "{value}");
    }
    assert_eq!(fact(Some(&json!("x".repeat(600)))), None);
    for (value, text) in [
        (json!(7001), "7001"),
        (json!(7001.0), "7001"),
        (json!("7001"), "7001"),
        (json!(false), "false"),
    ] {
        assert_eq!(fact(Some(&value)).as_deref(), Some(text));
    }
}

#[test]
fn only_what_was_repeated_says_so() {
    let once = serde_json::to_string(&Proof::of(Provider::GitHub)).unwrap();
    assert_eq!(once, r#"{"provider":"github"}"#);
    let again = Proof { is_repeated: true, ..Proof::of(Provider::GitHub) };
    assert!(serde_json::to_string(&again).unwrap().contains("is_repeated"));
    assert!(!serde_json::from_str::<Proof>(&once).unwrap().is_repeated);
}

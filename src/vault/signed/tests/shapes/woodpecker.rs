//! Sources: <https://woodpecker-ci.org/docs/usage/extensions/registry-extension> (what is sent),
//! <https://woodpecker-ci.org/docs/usage/environment> and
//! <https://woodpecker-ci.org/docs/usage/workflow-syntax> (events, references, forks); the members and
//! their types in <https://github.com/woodpecker-ci/woodpecker/blob/main/server/model/pipeline.go>.

use super::Answer::{Refused, Taken};
use super::Fork::{MayBe, Own};
use super::*;

const MAIN: Option<&str> = Some("refs/heads/main");
const PUSH: Option<&str> = Some("push");

/// A push to `main` of `acme/api`, by a server whose commit is a text.
fn push() -> Value {
    json!({
        "repo": {
            "id": 7, "forge_id": 1, "forge_remote_id": "74", "owner": "acme", "name": "api",
            "full_name": "acme/api", "forge_url": "https://git.example.com/acme/api",
            "default_branch": "main", "private": true, "visibility": "private",
        },
        "pipeline": {
            "id": 100, "number": 3, "author": "olga", "parent": 0, "event": "push",
            "status": "pending", "deploy_to": "", "deploy_task": "", "commit": "0a1b2c",
            "branch": "main", "ref": "refs/heads/main", "refspec": "", "title": "", "message": "x",
            "sender": "olga", "forge_url": "https://git.example.com/acme/api/commit/0a1b2c",
        },
    })
}

/// The same by a newer server, whose commit is an object.
fn newer() -> Value {
    let mut body = push();
    body["pipeline"]["commit"] = json!({"sha": "0a1b2c", "message": "x"});
    body
}

fn of(more: &[(&str, &str)]) -> TrustRule {
    rule(Provider::Woodpecker, &[more, &[("repo.id", "7")]].concat())
}

/// The push, with another run.
fn pipeline(members: Value) -> Value {
    json!({ "pipeline": members })
}

#[test]
fn pipelines_that_woodpecker_documents() {
    let tag = Some("refs/tags/v1");
    for body in [push(), newer()] {
        let shapes = vec![
            ("default", json!({}), Taken(MAIN, PUSH, Own, None)),
            (
                "tag",
                pipeline(json!({"event": "tag", "ref": "refs/tags/v1"})),
                Taken(tag, Some("tag"), Own, Some(Lost::Branch)),
            ),
            // What is called a branch decides nothing.
            (
                "tag named like the branch",
                pipeline(json!({"event": "tag", "branch": "main", "ref": "refs/tags/main"})),
                Taken(Some("refs/tags/main"), Some("tag"), Own, Some(Lost::Branch)),
            ),
            (
                "branch named like a tag",
                pipeline(json!({"branch": "v1", "ref": "refs/heads/v1"})),
                Taken(Some("refs/heads/v1"), PUSH, Own, Some(Lost::Branch)),
            ),
            (
                "release",
                pipeline(json!({"event": "release", "ref": "refs/tags/v1"})),
                Taken(tag, Some("release"), Own, Some(Lost::Branch)),
            ),
            (
                "release that is not final",
                pipeline(json!({"event": "release", "ref": "refs/tags/v1", "is_prerelease": true})),
                Taken(tag, Some("release"), Own, Some(Lost::Branch)),
            ),
            (
                "cron",
                pipeline(json!({"event": "cron", "sender": "nightly"})),
                Taken(MAIN, Some("cron"), Own, None),
            ),
            (
                "manual",
                pipeline(json!({"event": "manual"})),
                Taken(MAIN, Some("manual"), Own, None),
            ),
            (
                "deployment",
                pipeline(json!({"event": "deployment", "parent": 2, "deploy_to": "production"})),
                Taken(MAIN, Some("deployment"), Own, None),
            ),
            (
                "deployment of a tag",
                pipeline(json!({"event": "deployment", "parent": 2, "ref": "refs/tags/v1"})),
                Taken(tag, Some("deployment"), Own, Some(Lost::Branch)),
            ),
        ];
        assert_answers(&of(&[]), &body, shapes);
    }
}

#[test]
fn pull_requests_at_woodpecker_are_the_repositorys_own_only_where_that_is_said() {
    const HEAD: Option<&str> = Some("refs/pull/1/head");
    for event in ["pull_request", "pull_request_closed", "pull_request_metadata"] {
        let request = |more: Value| {
            let mut said =
                json!({"event": event, "ref": "refs/pull/1/head", "refspec": "fix:main"});
            said.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            pipeline(said)
        };
        let fork = || Taken(HEAD, Some(event), MayBe, Some(Lost::Fork));
        let own = || Taken(HEAD, Some(event), Own, Some(Lost::Branch));
        let shapes = vec![
            ("own, which is left out", request(json!({})), own()),
            ("own", request(json!({"from_fork": false})), own()),
            ("fork", request(json!({"from_fork": true})), fork()),
            ("fork, as a text", request(json!({"from_fork": "true"})), fork()),
            ("fork, as a number", request(json!({"from_fork": 1})), fork()),
            ("null", request(json!({"from_fork": null})), fork()),
            ("in a list", request(json!({"from_fork": [false]})), fork()),
        ];
        assert_answers(&of(&[]), &push(), shapes);
        let shapes = vec![
            ("own, which is left out", request(json!({"pull_request": {"index": "1"}})), own()),
            ("own", request(json!({"pull_request": {"from_fork": false}})), own()),
            ("fork", request(json!({"pull_request": {"from_fork": true}})), fork()),
            ("as a text", request(json!({"pull_request": {"from_fork": "true"}})), fork()),
            ("as a number", request(json!({"pull_request": {"from_fork": 1}})), fork()),
            ("beside it", request(json!({"pull_request": {}, "from_fork": true})), fork()),
            ("no request", request(json!({})), fork()),
            ("null", request(json!({"pull_request": null})), fork()),
            ("a number", request(json!({"pull_request": 1})), fork()),
            ("in a list", request(json!({"pull_request": [{"from_fork": false}]})), fork()),
        ];
        assert_answers(&of(&[]), &newer(), shapes);
    }
    let of_gitlab =
        json!({"event": "pull_request", "ref": "refs/merge-requests/1/head", "from_fork": true});
    let shapes = vec![
        (
            "fork, at GitLab",
            pipeline(of_gitlab),
            Taken(
                Some("refs/merge-requests/1/head"),
                Some("pull_request"),
                MayBe,
                Some(Lost::Fork),
            ),
        ),
        (
            "fork, deployed",
            pipeline(json!({"event": "deployment", "from_fork": true})),
            Taken(MAIN, Some("deployment"), MayBe, Some(Lost::Fork)),
        ),
    ];
    assert_answers(&of(&[]), &push(), shapes);
}

#[test]
fn odd_values_of_woodpecker_prove_nothing_and_clear_no_fork() {
    let (fork, not_proved) = (Some(Lost::Fork), Some(Lost::BranchNotProved));
    let shapes = vec![
        ("no reference", pipeline(json!({"ref": ABSENT})), Taken(None, PUSH, Own, not_proved)),
        ("empty reference", pipeline(json!({"ref": ""})), Taken(None, PUSH, Own, not_proved)),
        ("reference in a list", pipeline(json!({"ref": ["a"]})), Taken(None, PUSH, MayBe, fork)),
        ("reference in an object", pipeline(json!({"ref": {}})), Taken(None, PUSH, MayBe, fork)),
        ("no event", pipeline(json!({"event": ABSENT})), Taken(MAIN, None, Own, None)),
        ("event in a list", pipeline(json!({"event": ["push"]})), Taken(MAIN, None, MayBe, fork)),
        (
            "short reference",
            pipeline(json!({"ref": "main"})),
            Taken(Some("main"), PUSH, Own, Some(Lost::Branch)),
        ),
        ("number as a text", pipeline(json!({"number": "3"})), Taken(MAIN, PUSH, Own, None)),
    ];
    assert_answers(&of(&[]), &newer(), shapes);
    for (id, is_taken) in repositories() {
        let answer = if is_taken { Taken(MAIN, PUSH, Own, None) } else { Refused };
        assert_answers(&of(&[]), &push(), vec![("id", json!({"repo": {"id": id}}), answer)]);
    }
}

#[test]
fn a_rule_for_woodpecker_with_the_address_of_the_repository() {
    let address = "https://git.example.com/acme/api";
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, PUSH, Own, None)),
        (
            "same id at another forge",
            json!({"repo": {"forge_url": "https://other.example.com/acme/api"}}),
            Refused,
        ),
        ("another repository", json!({"repo": {"id": 8}}), Refused),
        ("no address", json!({"repo": {"forge_url": ABSENT}}), Refused),
        ("address in a list", json!({"repo": {"forge_url": [address]}}), Refused),
    ];
    assert_answers(&of(&[("repo.forge_url", address)]), &push(), shapes);
}

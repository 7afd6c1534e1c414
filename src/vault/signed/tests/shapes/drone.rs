//! Sources: <https://docs.drone.io/extensions/registry/> (what is sent),
//! <https://docs.drone.io/pipeline/environment/reference/drone-build-event/> (events),
//! <https://docs.drone.io/pipeline/triggers/> (references of branches, tags and pull requests),
//! <https://docs.drone.io/promote/> and <https://docs.drone.io/cron/>; the members and their types in
//! <https://github.com/drone/drone-go/blob/master/drone/types.go>.

use super::Answer::{Refused, Taken};
use super::Fork::{MayBe, Own};
use super::*;

const MAIN: Option<&str> = Some("refs/heads/main");
const PUSH: Option<&str> = Some("push");

/// A push to `main` of `acme/api`.
fn push() -> Value {
    json!({
        "repo": {
            "id": 7, "uid": "74", "namespace": "acme", "name": "api", "slug": "acme/api",
            "scm": "", "default_branch": "main", "private": true, "active": true,
            "ignore_forks": false,
        },
        "build": {
            "id": 100, "trigger": "@hook", "number": 3, "status": "pending", "event": "push",
            "action": "", "message": "x", "before": "0a", "after": "0a1b2c",
            "ref": "refs/heads/main", "source_repo": "", "source": "main", "target": "main",
            "author_login": "olga", "sender": "olga", "version": 1,
        },
    })
}

fn of(more: &[(&str, &str)]) -> TrustRule {
    rule(Provider::Drone, &[more, &[("repo.id", "7")]].concat())
}

/// The push, with another run.
fn build(members: Value) -> Value {
    json!({ "build": members })
}

#[test]
fn builds_that_drone_documents() {
    let tag = Some("refs/tags/v1");
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, PUSH, Own, None)),
        (
            "tag",
            build(json!({"event": "tag", "ref": "refs/tags/v1", "source": "", "target": ""})),
            Taken(tag, Some("tag"), Own, Some(Lost::Branch)),
        ),
        (
            "tag named like the branch",
            build(json!({"event": "tag", "ref": "refs/tags/main"})),
            Taken(Some("refs/tags/main"), Some("tag"), Own, Some(Lost::Branch)),
        ),
        (
            "branch named like a tag",
            build(json!({"ref": "refs/heads/v1", "target": "v1"})),
            Taken(Some("refs/heads/v1"), PUSH, Own, Some(Lost::Branch)),
        ),
        (
            "release, which is built as its tag",
            build(json!({"event": "tag", "action": "create", "ref": "refs/tags/v1"})),
            Taken(tag, Some("tag"), Own, Some(Lost::Branch)),
        ),
        (
            "cron",
            build(json!({"event": "cron", "trigger": "@cron", "cron": "nightly"})),
            Taken(MAIN, Some("cron"), Own, None),
        ),
        (
            "promote",
            build(json!({"event": "promote", "parent": 2, "deploy_to": "production"})),
            Taken(MAIN, Some("promote"), Own, None),
        ),
        (
            "promote of a tag",
            build(json!({"event": "promote", "parent": 2, "ref": "refs/tags/v1"})),
            Taken(tag, Some("promote"), Own, Some(Lost::Branch)),
        ),
        (
            "rollback",
            build(json!({"event": "rollback", "parent": 2, "deploy_to": "production"})),
            Taken(MAIN, Some("rollback"), Own, None),
        ),
        ("custom", build(json!({"event": "custom"})), Taken(MAIN, Some("custom"), Own, None)),
    ];
    assert_answers(&of(&[]), &push(), shapes);
}

#[test]
fn pull_requests_at_drone_are_the_repositorys_own_only_where_that_is_said() {
    const HEAD: Option<&str> = Some("refs/pull/1/head");
    const REQUEST: Option<&str> = Some("pull_request");
    let request = |source: Value| {
        build(json!({
            "event": "pull_request", "action": "opened", "ref": "refs/pull/1/head",
            "source": "fix", "source_repo": source,
        }))
    };
    let no_slug = |source: &str| {
        let mut said = request(json!(source));
        said["repo"] = json!({"slug": ABSENT});
        said
    };
    let fork = || Taken(HEAD, REQUEST, MayBe, Some(Lost::Fork));
    let own = || Taken(HEAD, REQUEST, Own, Some(Lost::Branch));
    let of_gitlab = json!({
        "event": "pull_request", "ref": "refs/merge-requests/1/head", "source_repo": "evil/api",
    });
    let shapes = vec![
        ("pull request", request(json!("acme/api")), own()),
        ("fork", request(json!("evil/api")), fork()),
        ("nothing said, as Drone writes it", request(json!("")), fork()),
        ("nothing said", request(json!(ABSENT)), fork()),
        ("null", request(json!(null)), fork()),
        ("in a list", request(json!(["acme/api"])), fork()),
        ("an object", request(json!({"slug": "acme/api"})), fork()),
        ("a number", request(json!(7)), fork()),
        ("with a line break", request(json!("acme/api\n")), fork()),
        ("other letters", request(json!("Acme/API")), fork()),
        ("fork of a repository without a name", no_slug("evil/api"), fork()),
        ("own, of a repository without a name", no_slug("acme/api"), fork()),
        (
            "fork, at GitLab",
            build(of_gitlab),
            Taken(Some("refs/merge-requests/1/head"), REQUEST, MayBe, Some(Lost::Fork)),
        ),
        (
            "fork, promoted",
            build(json!({"event": "promote", "source_repo": "evil/api"})),
            Taken(MAIN, Some("promote"), MayBe, Some(Lost::Fork)),
        ),
    ];
    assert_answers(&of(&[]), &push(), shapes);
}

#[test]
fn odd_values_of_drone_prove_nothing_and_clear_no_fork() {
    let fork = Some(Lost::Fork);
    let shapes = vec![
        ("no reference", build(json!({"ref": ABSENT})), Taken(None, PUSH, Own, not_proved())),
        ("empty reference", build(json!({"ref": ""})), Taken(None, PUSH, Own, not_proved())),
        ("reference in a list", build(json!({"ref": ["a"]})), Taken(None, PUSH, MayBe, fork)),
        ("reference in an object", build(json!({"ref": {}})), Taken(None, PUSH, MayBe, fork)),
        ("no event", build(json!({"event": ABSENT})), Taken(MAIN, None, Own, None)),
        ("event in a list", build(json!({"event": ["push"]})), Taken(MAIN, None, MayBe, fork)),
        (
            "short reference",
            build(json!({"ref": "main"})),
            Taken(Some("main"), PUSH, Own, Some(Lost::Branch)),
        ),
        ("number as a text", build(json!({"number": "3"})), Taken(MAIN, PUSH, Own, None)),
    ];
    assert_answers(&of(&[]), &push(), shapes);
    for (id, is_taken) in repositories() {
        let answer = if is_taken { Taken(MAIN, PUSH, Own, None) } else { Refused };
        assert_answers(&of(&[]), &push(), vec![("id", json!({"repo": {"id": id}}), answer)]);
    }
}

#[test]
fn a_rule_for_drone_with_the_name_of_the_repository() {
    let shapes = vec![
        ("default", json!({}), Taken(MAIN, PUSH, Own, None)),
        ("renamed", json!({"repo": {"slug": "acme/renamed"}}), Refused),
        ("taken over name", json!({"repo": {"id": 8}}), Refused),
        ("no name", json!({"repo": {"slug": ABSENT}}), Refused),
        ("name in a list", json!({"repo": {"slug": ["acme/api"]}}), Refused),
    ];
    assert_answers(&of(&[("repo.slug", "acme/api")]), &push(), shapes);
}

fn not_proved() -> Option<Lost> {
    Some(Lost::BranchNotProved)
}

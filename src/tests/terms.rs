//! The terms of grants: a fetch outside of them is refused, the receipt says by which, and
//! conditions are met by what was proved and never by what a run claims.

use crate::app::App;
use crate::asking::DOORS;
use crate::canary::search::{Canary, Search};
use regcred::domain::delivery::Outcome;
use regcred::domain::matching::Lost;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::Provider;
use uuid::Uuid;

/// What a plain fetch of the helper asks for.
const WHOLE: &str = "server=ghcr.io";
const API: &str = "server=ghcr.io&repository=acme%2Fapi";

/// An instance with a credential of `ghcr.io`, called `deploy`.
struct Scene {
    app: App,
    credential: Uuid,
    search: Search,
}

impl Scene {
    async fn new() -> Self {
        let secret = Canary::text();
        let app = App::new().await;
        let credential =
            app.credential(&app.owner, "acme", "deploy", "ghcr.io", secret.as_str()).await;
        Self { app, credential, search: Search::new([&secret]) }
    }

    /// A pipeline that has the credential on these terms, and its token, which proves nothing else.
    async fn on(&self, name: &str, terms: &[(&str, &str)]) -> (Uuid, String) {
        let (pipeline, token) = self.app.bare_pipeline(name).await;
        self.app.grant(pipeline, self.credential, terms).await;
        (pipeline, token)
    }

    /// Asks as the helper does, with every claim a run can make; gives the reason of the refusal,
    /// or nothing when it was delivered. The receipt says the same.
    async fn refusal(&self, pipeline: Uuid, token: &str, query: &str) -> Option<String> {
        let claims = [
            ("regcred-branch", "main"),
            ("regcred-event", "push"),
            ("regcred-run", "7"),
            ("regcred-actor", "olga"),
        ];
        let path = format!("/api/v1/credential?{query}");
        let reply = self.app.nobody().fetch(token, &path, &claims).await;
        let receipt = self.app.receipts_of(pipeline).await.remove(0);
        let is_there = !self.search.who(&reply.everything()).is_empty();
        if reply.status == 200 {
            assert!(is_there && receipt.outcome == Outcome::Delivered, "{query}");
            return None;
        }
        assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "forbidden"), "{query}");
        assert!(!is_there && receipt.outcome == Outcome::Refused, "{query}");
        let reason = receipt.reason.unwrap();
        let told = format!("deploy was not delivered: {reason}.");
        assert_eq!(reply.json()["error"]["message"], told.as_str(), "{query}");
        Some(reason)
    }
}

/// A push to this branch or tag, as GitHub proves it.
fn run(reference: &str, event: &str) -> Proof {
    Proof {
        reference: Some(reference.to_owned()),
        event: Some(event.to_owned()),
        ..Proof::of(Provider::GitHub)
    }
}

fn because(lost: Lost) -> Option<String> {
    Some(lost.label().to_owned())
}

#[tokio::test]
async fn a_grant_for_some_repositories_reaches_no_other() {
    let scene = Scene::new().await;
    let (pipeline, token) =
        scene.on("api", &[("form[repositories]", "acme/api, acme/tools")]).await;
    for (query, reason) in [
        (API, None),
        ("server=ghcr.io&repository=acme%2Fapi%2Fv2", None),
        ("image=ghcr.io%2Facme%2Ftools%3A1", None),
        ("server=ghcr.io&repository=acme%2Fapis", because(Lost::GrantRepository)),
        ("server=ghcr.io&repository=acme", because(Lost::GrantRepository)),
        ("image=ghcr.io%2Facme%2Fweb%3A1", because(Lost::GrantRepository)),
        (WHOLE, because(Lost::NeedsRepository)),
    ] {
        assert_eq!(scene.refusal(pipeline, &token, query).await, reason, "{query}");
    }
    // Where a file knows paths, it has those of the grant and not the host.
    let file = scene.app.fetch(&token, "/api/v1/auth-json").await.json();
    let keys: Vec<&str> = file["auths"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["ghcr.io/acme/api", "ghcr.io/acme/tools"];
    assert_eq!(keys[..2], expected);
    assert_eq!(keys[2..], expected.map(|key| key.replace("ghcr.io", "ghcr.io:443")));
    let file = scene.app.fetch(&token, "/api/v1/docker-config").await;
    assert_eq!(file.text(), "{\"auths\":{}}");
    assert!(file.header("regcred-left-out").ends_with(Lost::NeedsRepository.label()));
}

#[tokio::test]
async fn a_branch_is_proved_and_a_claim_of_it_is_worth_nothing() {
    let scene = Scene::new().await;
    let terms = [("form[branches]", "main\nrelease/*, refs/tags/v*")];
    let (pipeline, token) = scene.on("branches", &terms).await;
    let claimed = scene.refusal(pipeline, &token, API).await;
    assert_eq!(claimed, because(Lost::BranchNotProved), "the claim says main");
    let receipt = scene.app.receipts_of(pipeline).await.remove(0);
    assert_eq!(receipt.claims.branch.as_deref(), Some("main"), "which is on record as a claim");
    assert_eq!(receipt.proof, Proof::default(), "and not as a proof");
    for (reference, reason) in [
        ("refs/heads/main", None),
        ("refs/heads/release/1.0", None),
        ("refs/tags/v1.2", None),
        ("refs/heads/dev", because(Lost::Branch)),
        ("refs/heads/maintenance", because(Lost::Branch)),
        ("refs/heads/refs/tags/v1", because(Lost::Branch)),
        ("refs/tags/main", because(Lost::Branch)),
        ("refs/tags/release/1.0", because(Lost::Branch)),
        ("refs/pull/7/merge", because(Lost::Fork)),
        ("main", because(Lost::Branch)),
        ("", because(Lost::Branch)),
    ] {
        let proof = run(reference, "push");
        let token = scene.app.proved(pipeline, &proof).await;
        assert_eq!(scene.refusal(pipeline, &token, API).await, reason, "{reference}");
        let receipt = scene.app.receipts_of(pipeline).await.remove(0);
        assert_eq!(receipt.proof, proof, "{reference}");
        assert_eq!(receipt.image.as_deref(), Some("ghcr.io/acme/api"));
    }
    let nothing = Proof::of(Provider::Kubernetes);
    let token = scene.app.proved(pipeline, &nothing).await;
    let reason = scene.refusal(pipeline, &token, API).await;
    assert_eq!(reason, because(Lost::BranchNotProved), "proved, but not the branch");
}

#[tokio::test]
async fn an_event_is_proved_and_a_claim_of_it_is_worth_nothing() {
    let scene = Scene::new().await;
    let (pipeline, token) = scene.on("events", &[("form[events]", "push, release_*")]).await;
    let claimed = scene.refusal(pipeline, &token, API).await;
    assert_eq!(claimed, because(Lost::EventNotProved), "the claim says push");
    for (event, reason) in [
        ("push", None),
        ("release_published", None),
        ("schedule", because(Lost::Event)),
        ("Push", because(Lost::Event)),
        ("pushed", because(Lost::Event)),
        ("", because(Lost::Event)),
    ] {
        let token = scene.app.proved(pipeline, &run("refs/heads/main", event)).await;
        assert_eq!(scene.refusal(pipeline, &token, API).await, reason, "{event}");
    }
}

#[tokio::test]
async fn a_pull_request_that_may_be_a_forks_has_nothing_or_may_pull() {
    let scene = Scene::new().await;
    let push = ("form[intent]", "pull_push");
    let (closed, _) = scene.on("closed", &[push]).await;
    let (open, _) = scene.on("open", &[push, ("form[forks]", "pull")]).await;
    let fork = |is_fork| Proof { is_fork, ..run("refs/pull/7/merge", "pull_request") };
    let merge = Proof { is_fork: None, ..run("refs/heads/main", "merge_request_event") };
    let told = Proof { is_fork: Some(true), ..run("refs/heads/main", "push") };
    let (pull, write) = (API.to_owned(), format!("{API}&intent=push"));
    for proof in [fork(None), fork(Some(true)), merge, told] {
        let of_closed = scene.app.proved(closed, &proof).await;
        let of_open = scene.app.proved(open, &proof).await;
        for query in [&pull, &write] {
            let reason = scene.refusal(closed, &of_closed, query).await;
            assert_eq!(reason, because(Lost::Fork), "{proof:?} {query}");
        }
        assert_eq!(scene.refusal(open, &of_open, &pull).await, None, "{proof:?}");
        let reason = scene.refusal(open, &of_open, &write).await;
        assert_eq!(reason, because(Lost::Fork), "{proof:?}");
    }
    // A run that was proved to be no fork is a run like any other.
    let token = scene.app.proved(closed, &fork(Some(false))).await;
    assert_eq!(scene.refusal(closed, &token, &write).await, None);
}

#[tokio::test]
async fn a_grant_ends_with_its_last_day() {
    let scene = Scene::new().await;
    let (pipeline, token) = scene.on("ends", &[("form[expires_on]", "9999-12-31")]).await;
    assert_eq!(scene.refusal(pipeline, &token, WHOLE).await, None);
    for (day, reason) in [("2020-01-31", because(Lost::Expired)), ("9999-12-30", None)] {
        let sql = format!("UPDATE access_grant SET expires_on = '{day}'");
        assert_eq!(scene.app.raw(&sql).await, 1);
        assert_eq!(scene.refusal(pipeline, &token, WHOLE).await, reason, "{day}");
    }
    // A row that nobody can read gives nothing, and never more.
    assert_eq!(scene.app.raw("UPDATE access_grant SET expires_on = 'never'").await, 1);
    let reply = scene.app.fetch(&token, "/api/v1/credential?server=ghcr.io").await;
    assert_eq!(reply.status, 404, "{}", reply.text());
}

#[tokio::test]
async fn tokens_only_means_that_the_secret_never_leaves() {
    let scene = Scene::new().await;
    let (pipeline, token) = scene.on("narrow", &[("form[is_narrow]", "true")]).await;
    for query in [WHOLE, API] {
        let reason = scene.refusal(pipeline, &token, query).await;
        assert_eq!(reason, because(Lost::NeedsTokenClient), "{query}");
    }
    for door in DOORS {
        let reply = scene.app.fetch(&token, door).await;
        let said = reply.everything();
        scene.search.assert_absent(door, &said);
        assert!(reply.lines("regcred-delivery").is_empty(), "{door}");
    }
}

#[tokio::test]
async fn a_condition_that_is_not_met_holds_at_every_door() {
    let scene = Scene::new().await;
    let (pipeline, token) = scene.on("guarded", &[("form[branches]", "main")]).await;
    for door in DOORS {
        let reply = scene.app.fetch(&token, door).await;
        assert!(matches!(reply.status.as_u16(), 200 | 403), "{door}: {}", reply.status);
        scene.search.assert_absent(door, &reply.everything());
        assert!(reply.lines("regcred-delivery").is_empty(), "{door}");
        let receipt = scene.app.receipts_of(pipeline).await.remove(0);
        assert_eq!(receipt.outcome, Outcome::Refused, "{door}");
        assert_eq!(receipt.reason, because(Lost::BranchNotProved), "{door}");
        let main = scene.app.proved(pipeline, &run("refs/heads/main", "push")).await;
        let reply = scene.app.fetch(&main, door).await;
        assert_eq!(reply.deliveries().len(), 1, "{door}: {}", reply.text());
    }
}

#[tokio::test]
async fn of_two_grants_for_one_credential_either_is_enough() {
    let scene = Scene::new().await;
    let (pipeline, token) = scene.on("both", &[]).await;
    let push = [("form[intent]", "pull_push"), ("form[branches]", "main")];
    scene.app.grant(pipeline, scene.credential, &push).await;
    let write = format!("{API}&intent=push");
    assert_eq!(scene.refusal(pipeline, &token, API).await, None);
    assert!(scene.refusal(pipeline, &token, &write).await.is_some());
    let main = scene.app.proved(pipeline, &run("refs/heads/main", "push")).await;
    assert_eq!(scene.refusal(pipeline, &main, &write).await, None);
    let again = scene.app.ask_grant(&scene.app.owner, pipeline, scene.credential, &push).await;
    assert_eq!(again.status, 422, "once to pull and once to push");
    assert!(again.at("credentials").is_some());
}

#[tokio::test]
async fn terms_that_say_nothing_clear_are_refused_at_their_field() {
    let scene = Scene::new().await;
    let (pipeline, _) = scene.app.bare_pipeline("typed").await;
    for (field, typed) in [
        ("repositories", "Acme/api"),
        ("repositories", "acme/*"),
        ("branches", "main release"),
        ("events", "pull request"),
        ("forks", "everything"),
        ("expires_on", "2020-01-31"),
        ("expires_on", "tomorrow"),
        ("intent", "everything"),
    ] {
        let name = format!("form[{field}]");
        let terms = [(name.as_str(), typed)];
        let reply = scene.app.ask_grant(&scene.app.owner, pipeline, scene.credential, &terms).await;
        assert_eq!(reply.status, 422, "{field} {typed}");
        let sentence = reply.at(field).unwrap_or_else(|| panic!("{field}: {}", reply.text()));
        assert!(!sentence.contains(typed), "{sentence}");
    }
    assert_eq!(scene.app.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 0);
}

#[tokio::test]
async fn repositories_that_begin_with_their_registry_are_told_at_the_field() {
    let scene = Scene::new().await;
    let (pipeline, _) = scene.app.bare_pipeline("ci").await;
    let by = &scene.app.owner;
    for (repositories, is_refused) in
        [("ghcr.io/acme", true), ("acme, ghcr.io/acme/api", true), ("quay.io/acme", false)]
    {
        let terms = [("form[repositories]", repositories)];
        let reply = scene.app.ask_grant(by, pipeline, scene.credential, &terms).await;
        if is_refused {
            let said = reply.at("repositories").unwrap_or_default();
            assert!(said.starts_with("Remove the registry"), "{repositories}: {}", reply.text());
        } else {
            assert_eq!(reply.status, 200, "{repositories}: {}", reply.text());
        }
    }
}

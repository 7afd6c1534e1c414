//! All that people can read on a page is pinned: one snapshot for each page, and one for each state
//! of it that says more. So a change of words is seen in review. `INSTA_UPDATE=always` accepts it.

mod text;

use crate::app::{App, Browser, PASSWORD, Reply};
use crate::forms::{credential_form, link_in, pipeline_form};
use crate::matrix::{JOB_TOKEN, Objects, routes};
use regcred::domain::short_id;
use regcred::domain::trust_rule::Provider;
use regcred::domain::user::Role;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The words of pages, by the names of their snapshots.
#[derive(Default)]
struct Book(BTreeMap<String, String>);

impl Book {
    async fn open(&mut self, name: &str, browser: &Browser, path: &str) {
        let reply = browser.get(path).await;
        self.keep(name, &reply);
    }

    /// The page after a post.
    async fn follow(&mut self, name: &str, browser: &Browser, reply: Reply) {
        let page = browser.follow(reply).await;
        self.keep(name, &page);
    }

    fn keep(&mut self, name: &str, reply: &Reply) {
        let words = if reply.status.is_redirection() {
            text::redacted(&format!("Leads to {}", reply.location()))
        } else {
            let html = reply.text();
            assert_eq!(text::ids_twice(&html), [""; 0], "two elements of {name} have the same id");
            text::words(&html)
        };
        assert!(!words.is_empty(), "{name}: {}", reply.status);
        assert!(self.0.insert(name.to_owned(), words).is_none(), "{name} is there twice");
    }
}

/// Every page of the router, with the things of the project in its address.
async fn open_routes(book: &mut Book, app: &App, at: &Objects) {
    app.trust_issuer("https://ci.example.com").await;
    let issuer = app.vault.store().issuers().list(1).await.unwrap()[0].id;
    for (route, path) in routes(at, issuer) {
        let parts: Vec<&str> = route.split('/').filter(|part| !part.is_empty()).collect();
        let name = parts.join("_").replace(['{', '}'], "");
        let name = if name.is_empty() { "home" } else { name.as_str() };
        let is_for_anybody = matches!(route.as_str(), "/setup" | "/sign-in");
        let browser = if is_for_anybody { app.nobody() } else { app.owner.clone() };
        book.open(name, &browser, &path).await;
    }
}

/// Pages that say something else when there is nothing to show, or when something is asked.
async fn open_states(book: &mut Book, app: &App, at: &Objects) {
    let owner = &app.owner;
    let empty = app.project("beta").await;
    let nouns = ["credentials", "pipelines", "match", "usage", "findings", "audit", "reviews"];
    for noun in nouns {
        book.open(&format!("empty_{noun}"), &empty, &format!("/p/beta/{noun}")).await;
    }
    book.open("list_nothing_found", owner, "/p/acme/credentials?q=zebra").await;
    book.open("pipelines_nothing_found", owner, "/p/acme/pipelines?q=zebra").await;
    let selected = short_id::of(at.credential);
    let question = format!("/p/acme/credentials/selected/disable?ids={selected}");
    book.open("disable_selected", owner, &question).await;
    for view in ["credential", "pipeline"] {
        let path = format!("/p/acme/usage?view={view}&window=all");
        book.open(&format!("usage_by_{view}"), owner, &path).await;
    }
    crate::findings::plant(app).await;
    for state in ["open", "resolved"] {
        let path = format!("/p/acme/findings?state={state}&kind=no_owner");
        book.open(&format!("findings_{state}"), owner, &path).await;
    }
    let filters = "/p/acme/audit?noun=credential&outcome=refused&from=2020-01-31";
    book.open("audit_nothing_found", owner, filters).await;
    book.open("audit_of_deliveries", owner, "/p/acme/audit?noun=delivery").await;
    book.open("finder_found", owner, "/p/acme/find?q=hidden").await;
    book.open("finder_nothing_found", owner, "/p/acme/find?q=zebra-crossing").await;
    let question = format!("/p/acme/match?pipeline={}&intent=pull&image=", at.pipeline);
    book.open("match_answered", owner, &format!("{question}ghcr.io/acme/api")).await;
    book.open("match_refused", owner, &question).await;
    for provider in Provider::ALL {
        let word = provider.word();
        let path = format!("/p/acme/pipelines/{}/trust/new?provider={word}", at.pipeline);
        book.open(&format!("rule_{word}"), owner, &path).await;
    }
    book.open("nowhere", owner, "/nowhere").await;
    book.open("nowhere_in_a_project", owner, "/p/acme/nothing").await;
    let viewer = app.member(Role::Viewer, "acme").await;
    book.open("not_allowed", &viewer, "/p/acme/pipelines/new").await;
    let newcomer = app.new_person("newcomer").await;
    book.open("no_project", &app.sign_in(&newcomer.email).await, "/").await;
}

/// What a second person sees of a grant that needs an approval.
async fn open_approval(book: &mut Book, app: &App) {
    let more = [("is_protected", "true")];
    let owner = &app.owner;
    let guarded = app.credential_with(owner, "acme", "guarded", "quay.io", "hunter2", &more).await;
    let (pipeline, _) = app.pipeline(owner, "acme", "pusher", &[guarded], "pull_push").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let path = format!("/p/acme/pipelines/{pipeline}");
    book.open("pipeline_waits_for_approval", &maintainer, &path).await;
    let page = maintainer.get(&path).await.text();
    let approve = link_in(&page, &format!("{path}/grants/")).unwrap();
    book.open("approve_by_another", &maintainer, &approve).await;
    book.open("approve_own", owner, &approve).await;
    book.open("approvals_waiting", &maintainer, "/p/acme/approvals").await;
}

/// A name for the page after it, where it goes, and what it sends beside the usual.
type Post = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// A rule that is right but for its issuer, which is not on the list.
const UNKNOWN_ISSUER: &[(&str, &str)] = &[
    ("form[provider]", "oidc"),
    ("form[issuer]", "https://unknown.example.com"),
    ("form[audience]", "https://regcred.example.com"),
    ("form[claims][sub]", "builder"),
];

/// A rule that no token can match.
const DOUBTED: &[(&str, &str)] = &[
    ("form[provider]", "buildkite"),
    ("form[issuer]", "https://agent.buildkite.com"),
    ("form[audience]", "https://regcred.example.com"),
    ("form[claims][organization_id]", "0184990a-477b-4fa8-9968-496074483cee"),
    ("form[claims][pipeline_id]", "0184990a-4782-42b5-afc1-16715b10b8ff"),
    ("form[claims][build_branch]", "main"),
    ("form[claims][build_tag]", "v1"),
];

/// The pages after posts, above all those that were refused.
async fn open_answers(book: &mut Book, app: &App, at: &Objects) {
    let owner = &app.owner;
    let pipeline = at.pipeline.to_string();
    let on = [("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
    let posts: [Post; 8] = [
        ("grant_refused", "/rpc/grants/create", &[("form[branches]", "a b")]),
        ("rule_refused", "/rpc/trust-rules/create", &[("form[provider]", "github")]),
        ("rule_of_an_unknown_issuer", "/rpc/trust-rules/create", UNKNOWN_ISSUER),
        ("issuer_refused", "/rpc/issuers/create", &[("url", "ci.example.com")]),
        ("token_refused", "/rpc/tokens/create", &[("token_days", "0")]),
        ("token_is_none", "/rpc/trust-rules/try", &[("token", "")]),
        ("token_tried", "/rpc/trust-rules/try", &[("token", JOB_TOKEN)]),
        ("rule_doubted", "/rpc/trust-rules/create", DOUBTED),
    ];
    for (name, action, fields) in posts {
        let form: Vec<_> = on.iter().chain(fields).copied().collect();
        let reply = owner.post_form(action, &form).await;
        book.follow(name, owner, reply).await;
    }
    for (name, text) in [
        ("definitions_refused", ""),
        ("definitions_added", "FROM nginx\nFROM ghcr.io/acme/api:$TAG\nFROM a b c\n"),
    ] {
        let form = [on[0], on[1], ("name", "Dockerfile"), ("text", text)];
        let reply = owner.post_multipart("/rpc/definitions/create", &form, None).await;
        book.follow(name, owner, reply).await;
    }
    let reply =
        owner.post_form("/rpc/pipelines/create", &pipeline_form("acme", "", "", PASSWORD)).await;
    book.follow("pipeline_refused", owner, reply).await;
    let form = pipeline_form("acme", "second", "pull", PASSWORD);
    let reply = owner.post_form("/rpc/pipelines/create", &form).await;
    book.follow("pipeline_with_its_token", owner, reply).await;
    let form = credential_form("acme", "", "", "", &[]);
    let reply = owner.post_multipart("/rpc/credentials/create", &form, None).await;
    book.follow("credential_refused", owner, reply).await;
    let (nobody, form) = (app.nobody(), [("email", "nobody@example.com"), ("password", "x")]);
    let reply = nobody.post_form("/rpc/session/create", &form).await;
    book.follow("sign_in_refused", &nobody, reply).await;
}

#[tokio::test]
async fn all_that_people_can_read_is_pinned() {
    let mut book = Book::default();
    let first = App::not_set_up().await;
    let link = first.vault.new_setup_link().await.unwrap().unwrap();
    book.open("setup_open", &first.owner, &format!("/setup?link={}", link.as_str())).await;

    book.open("sign_in_before_set_up", &first.owner, "/sign-in").await;

    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    // A second version, so that each state of one is seen.
    let id = at.credential.to_string();
    let more = [("id", id.as_str()), ("revision", "1")];
    let form = credential_form("acme", "hidden-credential", "ghcr.io", "hunter3-hunter3", &more);
    let reply = app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
    assert!(reply.location().contains("said="), "{}", reply.text());

    open_routes(&mut book, &app, &at).await;
    open_states(&mut book, &app, &at).await;
    open_approval(&mut book, &app).await;
    open_answers(&mut book, &app, &at).await;
    assert_pinned(&book);
}

/// Holds the words against the snapshots: all of them, so that one run shows every difference.
fn assert_pinned(book: &Book) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut changed = Vec::new();
    for (name, words) in &book.0 {
        let held = || settings.bind(|| insta::assert_snapshot!(name.as_str(), words));
        if catch_unwind(AssertUnwindSafe(held)).is_err() {
            changed.push(name);
        }
    }
    assert!(changed.is_empty(), "other words than in src/tests/snapshots: {changed:?}");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/snapshots");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let pinned: BTreeSet<String> =
        files.filter_map(|file| Some(file.to_str()?.strip_suffix(".snap")?.to_owned())).collect();
    let known: BTreeSet<String> = book.0.keys().cloned().collect();
    assert_eq!(pinned, known, "a snapshot of a page that is gone goes with it");
}

//! Every form that is saved is one durable transaction. Each server function is called once as it
//! succeeds, and its transactions are counted; a new one that is not called here fails.

mod checks;
mod findings;
mod kept;
mod others;

use super::{commits, count_commits, forget_commits};
use crate::app::{App, Browser, OWNER, PASSWORD, Reply, credential_form, pipeline_form};
use crate::departed::{losses, operate};
use crate::edits;
use crate::matrix::{JOB_TOKEN, rule, takes_files};
use leptos::server_fn::axum::server_fn_paths;
use others::{administer, review};
use regcred::domain::short_id;
use regcred::domain::user::Role;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const SESSION: &str = "the session's row is of the store of sessions, which knows no event";
const SLOT: &str = "it waits in a slot for the page that shows it once, after it is durable itself";
const CHECKPOINT: &str =
    "its event is durable before a checkpoint is signed, and that before it is kept";

/// What is not one transaction: how many it is, and the reason.
const OTHERS: [(&str, i64, &str); 14] = [
    ("/rpc/credentials/questions", 0, "it tells what it would ask, and keeps nothing"),
    ("/rpc/registry/recognise", 0, "it tells what was typed, and keeps nothing"),
    ("/rpc/setup/create", 2, SESSION),
    ("/rpc/session/create", 2, SESSION),
    ("/rpc/session/delete", 2, SESSION),
    ("/rpc/pipelines/create", 2, SLOT),
    ("/rpc/tokens/create", 2, SLOT),
    ("/rpc/trust-rules/create for Drone", 2, SLOT),
    ("/rpc/trust-rules/renew-secret", 2, SLOT),
    ("/rpc/reviews/create", 3, CHECKPOINT),
    ("/rpc/reviews/close", 3, CHECKPOINT),
    ("/rpc/destinations/create", 2, SLOT),
    ("/rpc/destinations/renew", 2, SLOT),
    (
        "/rpc/credentials/check",
        2,
        "it is noted before the registry is asked, and when it has answered",
    ),
];

/// An instance whose transactions are counted, and how many each form was.
struct Counter {
    app: App,
    found: BTreeMap<String, i64>,
}

impl Counter {
    async fn on(app: App) -> Self {
        count_commits(&app).await;
        Self { app, found: BTreeMap::new() }
    }

    /// Posts a form that is saved. `name` is the path, and after a space which of its forms it is.
    async fn post(&mut self, by: &Browser, name: &str, form: &[(&str, &str)]) -> Reply {
        // That the session is in use is written now, and then not for a minute; and so is that its
        // person typed their password, which a form that is refused does as well.
        by.get("/").await;
        let nil = Uuid::nil().to_string();
        let nothing = [("project", "acme"), ("pipeline", &*nil), ("token_days", "1")];
        let nothing = [nothing.as_slice(), &[("password", PASSWORD)]].concat();
        let refused = by.post_json_accept("/rpc/tokens/create", &nothing).await;
        assert!(!refused.status.is_success(), "{name}");
        forget_commits(&self.app).await;
        let path = name.split(' ').next().unwrap();
        let reply = if takes_files(path) {
            by.post_multipart_json_accept(path, form, None).await
        } else {
            by.post_json_accept(path, form).await
        };
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        let before = self.found.insert(name.to_owned(), commits(&self.app).await);
        assert_eq!(before, None, "{name} is there twice");
        reply
    }

    /// The id that the query gives.
    async fn id(&self, sql: &str) -> String {
        self.app.database.scalar::<Uuid>(sql).await.to_string()
    }
}

/// Setting an instance up, signing in and out.
async fn begin() -> BTreeMap<String, i64> {
    let mut counter = Counter::on(App::not_set_up().await).await;
    let link = counter.app.vault.new_setup_link().await.unwrap().unwrap();
    let form = [
        ("link", link.as_str()),
        ("project_name", "Acme"),
        ("name", "Olga Owner"),
        ("email", OWNER),
        ("password", PASSWORD),
    ];
    let mut browser = counter.app.nobody();
    counter.post(&browser, "/rpc/setup/create", &form).await;
    let form = [("email", OWNER), ("password", PASSWORD)];
    let reply = counter.post(&browser, "/rpc/session/create", &form).await;
    browser.cookie = reply.cookie();
    counter.post(&browser, "/rpc/registry/recognise", &[("input", "ghcr.io")]).await;
    counter.post(&browser, "/rpc/session/delete", &[]).await;
    counter.found
}

/// A credential `ghcr`, up to where its grant is another one's and it is deleted; the pipeline
/// `build` stays.
async fn change_credentials(counter: &mut Counter, owner: &Browser) {
    let form = credential_form("acme", "ghcr", "ghcr.io", "first", &[]);
    counter.post(owner, "/rpc/credentials/create", &form).await;
    let id = counter.app.find_credential(owner, "acme", "ghcr").await.to_string();
    let one = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    let edit = [("id", id.as_str()), ("revision", "1")];
    let form = credential_form("acme", "ghcr", "ghcr.io", "second", &edit);
    counter.post(owner, "/rpc/credentials/update", &form).await;
    counter.post(owner, "/rpc/credentials/questions", &form).await;
    let form = [one[0], one[1], ("revision", "2"), ("password", "third")];
    counter.post(owner, "/rpc/credentials/replace-secret", &form).await;
    counter.post(owner, "/rpc/versions/switch", &[one[0], one[1], ("version", "1")]).await;
    let form = [one.as_slice(), &[("version", "2")]].concat();
    counter.post(owner, "/rpc/versions/destroy", &form).await;
    counter.post(owner, "/rpc/credentials/disable", &one[..2]).await;
    counter.post(owner, "/rpc/credentials/enable", &one[..2]).await;
    let short = short_id::of(Uuid::parse_str(&id).unwrap());
    for (name, is_disabled) in
        [("/rpc/credentials/bulk", "true"), ("/rpc/credentials/bulk that enables", "false")]
    {
        let form = [one[0], ("ids[]", short.as_str()), ("is_disabled", is_disabled)];
        counter.post(owner, name, &form).await;
    }
    counter.post(owner, "/rpc/first-steps/hide", &one[..1]).await;
    let form = [one.as_slice(), &[("origin", "https://auth.example.com")]].concat();
    counter.post(owner, "/rpc/credentials/token-service", &form).await;

    let form = pipeline_form("acme", "build", "pull", PASSWORD);
    counter.post(owner, "/rpc/pipelines/create", &form).await;
    let pipeline = counter.id("SELECT id FROM pipeline").await;
    let of = [("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
    let grant = [("form[credentials][]", id.as_str()), ("form[intent]", "pull")];
    counter.post(owner, "/rpc/grants/create", &[of.as_slice(), &grant].concat()).await;
    let grant = counter.id("SELECT id FROM access_grant").await;
    let more = [("id", grant.as_str()), ("form[intent]", "pull"), ("form[branches]", "main")];
    counter.post(owner, "/rpc/grants/update", &[of.as_slice(), &more].concat()).await;
    let other = counter.app.credential(owner, "acme", "other", "ghcr.io", "s").await.to_string();
    let form = [one[0], one[1], one[2], ("target", other.as_str())];
    counter.post(owner, "/rpc/grants/repoint", &form).await;
    let back = [one[0], ("id", &*other), one[2], ("target", &*id), ("typed_name", "other")];
    counter.post(owner, "/rpc/credentials/move-and-delete", &back).await;
    let grant = counter.id("SELECT id FROM access_grant").await;
    counter.post(owner, "/rpc/grants/delete", &[of[0], of[1], ("id", grant.as_str())]).await;
    counter.post(owner, "/rpc/credentials/compromise", &one[..2]).await;
    let form = [one.as_slice(), &[("typed_name", "ghcr")]].concat();
    counter.post(owner, "/rpc/credentials/delete", &form).await;
}

/// What proves the pipeline `build`, up to where it is deleted.
async fn change_pipelines(counter: &mut Counter, owner: &Browser) {
    let pipeline = counter.id("SELECT id FROM pipeline").await;
    let of = [("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
    let form = [of.as_slice(), &[("token_days", "30")]].concat();
    counter.post(owner, "/rpc/tokens/create", &form).await;
    let form = [of[0], ("id", pipeline.as_str()), ("revision", "1"), ("form[name]", "built")];
    counter.post(owner, "/rpc/pipelines/update", &form).await;
    let token = counter.app.database.scalar_text("SELECT id FROM pipeline_token LIMIT 1").await;
    let form = [of[0], of[1], ("id", token.as_str())];
    counter.post(owner, "/rpc/tokens/revoke", &form).await;
    let form = [of[0], of[1], ("name", "Dockerfile"), ("text", "FROM nginx\n")];
    counter.post(owner, "/rpc/definitions/create", &form).await;
    let definition = counter.id("SELECT id FROM definition").await;
    let form = [of[0], of[1], ("id", definition.as_str())];
    counter.post(owner, "/rpc/definitions/delete", &form).await;
    counter.post(owner, "/rpc/trust-rules/create", &rule("acme", &pipeline)).await;
    let form = [of[0], of[1], ("token", JOB_TOKEN)];
    counter.post(owner, "/rpc/trust-rules/try", &form).await;
    let of_github = "SELECT id FROM trust_rule WHERE provider = 'github'";
    let id = counter.id(of_github).await;
    let epoch = "SELECT identity_epoch FROM trust_rule WHERE provider = 'github'";
    let epoch = counter.app.scalar_i64(epoch).await.to_string();
    let mut form = rule("acme", &pipeline).to_vec();
    form.extend([("id", id.as_str()), ("epoch", epoch.as_str()), ("form[title]", "Nightly")]);
    form.retain(|(name, _)| *name != "form[claims][ref]");
    form.push(("form[claims][environment]", "release"));
    counter.post(owner, "/rpc/trust-rules/update", &form).await;
    counter.post(owner, "/rpc/trust-rules/delete", &[of[0], of[1], ("id", id.as_str())]).await;
    let drone = [("form[provider]", "drone"), ("form[claims][repo.id]", "7")];
    let form = [of.as_slice(), &drone].concat();
    counter.post(owner, "/rpc/trust-rules/create for Drone", &form).await;
    counter.post(owner, "/rpc/trust-rules/renew-secret", &of).await;

    let leaver = counter.app.new_member("leaver", Role::Maintainer).await;
    let rule = rule("acme", &pipeline);
    let reply = leaver.post_json_accept("/rpc/trust-rules/create", &rule).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let email = format!("leaver-{}@example.com", leaver.person.unwrap().simple());
    operate(&counter.app, &losses(&email)[0]).await.done();
    let id = counter.id(of_github).await;
    let form = [of.as_slice(), &[("id", id.as_str())]].concat();
    counter.post(owner, "/rpc/trust-rules/confirm", &form).await;

    let form = [of[0], ("id", pipeline.as_str()), of[2], ("typed_name", "built")];
    counter.post(owner, "/rpc/pipelines/delete", &form).await;
}

/// What two people do to a protected credential.
async fn approve(counter: &mut Counter, owner: &Browser) {
    let app = &counter.app;
    let more = [("is_protected", "true")];
    let release = app.credential_with(owner, "acme", "release", "quay.io", "s", &more).await;
    let (deploy, _) = app.bare_pipeline("deploy").await;
    app.grant(deploy, release, &[]).await;
    let one = app.new_member("one", Role::Maintainer).await;
    let other = app.new_member("other", Role::Maintainer).await;
    let epoch = "SELECT identity_epoch FROM pipeline WHERE name = 'deploy'";
    let epoch = app.scalar_i64(epoch).await.to_string();
    let revision = app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
    let grant = counter.id("SELECT id FROM access_grant").await;
    let deploy = deploy.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", deploy.as_str()),
        ("id", grant.as_str()),
        ("epoch", epoch.as_str()),
        ("revision", revision.as_str()),
        ("days", "30"),
        ("password", PASSWORD),
    ];
    let rejected = [form[0], form[1], form[2], form[3], form[4], ("reason", "Not now.")];
    counter.post(&other, "/rpc/grants/reject", &rejected).await;
    let revision = counter.app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
    let form =
        form.map(|(name, value)| (name, if name == "revision" { &*revision } else { value }));
    counter.post(&one, "/rpc/grants/approve", &form).await;

    let id = release.to_string();
    let revision = counter.app.stored("acme", release).await.revision.to_string();
    let lowered = [("name", "release"), ("registry_url", "quay.io"), ("is_protected", "")];
    let form = edits::form(&id, &revision, &lowered);
    counter.post(&one, "/rpc/credentials/update that lowers a guard", &form).await;
    let change = counter.id("SELECT id FROM guard_change").await;
    let of = [("project", "acme"), ("credential", id.as_str()), ("id", change.as_str())];
    counter.post(&one, "/rpc/guard-changes/delete", &of).await;

    let propose = async |counter: &Counter| {
        let revision = counter.app.stored("acme", release).await.revision.to_string();
        let form = edits::form(&id, &revision, &lowered);
        let reply = one.post_multipart_json_accept(edits::UPDATE, &form, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        counter.id("SELECT id FROM guard_change").await
    };
    let change = propose(&*counter).await;
    let revision = counter.app.stored("acme", release).await.revision.to_string();
    let seen = ("revision", revision.as_str());
    let form = [of[0], of[1], ("id", change.as_str()), seen, ("reason", "Not now.")];
    counter.post(&other, "/rpc/guard-changes/reject", &form).await;
    let change = propose(&*counter).await;
    let revision = counter.app.stored("acme", release).await.revision.to_string();
    let form = [
        of[0],
        of[1],
        ("id", change.as_str()),
        ("revision", revision.as_str()),
        ("password", PASSWORD),
    ];
    counter.post(&other, "/rpc/guard-changes/approve", &form).await;
}

#[tokio::test]
async fn every_form_that_is_saved_is_one_durable_transaction() {
    let mut found = begin().await;
    let mut counter = Counter::on(App::new().await).await;
    let owner = counter.app.owner.clone();
    change_credentials(&mut counter, &owner).await;
    change_pipelines(&mut counter, &owner).await;
    approve(&mut counter, &owner).await;
    findings::accept(&mut counter, &owner).await;
    checks::check_and_read(&mut counter, &owner).await;
    kept::ship(&mut counter, &owner).await;
    review(&mut counter, &owner).await;
    administer(&mut counter, &owner).await;
    found.append(&mut counter.found);

    let called: BTreeSet<&str> = found.keys().map(|name| name.split(' ').next().unwrap()).collect();
    let all: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(called, all);
    let mut expected: BTreeMap<&str, i64> = found.keys().map(|name| (name.as_str(), 1)).collect();
    for (name, count, why) in OTHERS {
        assert!(!why.is_empty() && count != 1, "{name}");
        assert!(expected.insert(name, count).is_some(), "{name} is not called");
    }
    let found: BTreeMap<&str, i64> =
        found.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(found, expected);
}

//! Departures: what a person made, approved and was shown ends with their right to it, at every
//! server from the next request on, or is kept and listed.

mod afterwards;
mod audited;
mod decided;
mod hidden;
mod known;
mod waiting;
mod walls;

use crate::app::{App, Browser, PASSWORD, token_in};
use crate::commands::machine::{Said, command, said};
use crate::process::instance::key_file;
use crate::signing::{Woodpecker, drone, drone_body, woodpecker_body};
use crate::trust::issuer::{AUDIENCE, Issuer};
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelineDetail;
use regcred::domain::user::Role;
use regcred::store::Address;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use uuid::Uuid;

const FETCH: &str = "/api/v1/credential?server=ghcr.io";
const SECRET: &str = "hunter2-hunter2";

/// Runs the program on the database that the servers of the test have open, and go on with.
pub async fn operate(app: &App, args: &[&str]) -> Said {
    operate_with(app, args, b"").await
}

/// The same with this on its standard input.
pub async fn operate_with(app: &App, args: &[&str], input: &'static [u8]) -> Said {
    let folder = &app.database.folder;
    let key = folder.join("key");
    key_file(&key, &app.key_source().current.unwrap(), 0o600);
    let mut command = command(folder, args);
    command.env("REGCRED_KEK_FILE", &key);
    if let Address::Postgres(url) = &app.address {
        command.env("DATABASE_URL", url);
    }
    spawn_blocking(move || said(command, input)).await.unwrap()
}

/// What the doctor says is back although it was ended or changed.
pub async fn back(app: &App) -> Value {
    let report = operate(app, &["doctor", "--json"]).await.json();
    // Without it, the doctor could not look, or is an older program than these tests.
    assert!(report["ended"].is_array(), "{report}");
    report["ended"].clone()
}

/// A pipeline with a token of the owner's, and a maintainer who made one of everything for it.
struct Scene {
    app: App,
    issuer: Issuer,
    pipeline: Uuid,
    /// The owner's token.
    own: String,
    maintainer: Browser,
    email: String,
    token: String,
    drone: String,
    woodpecker: Woodpecker,
}

impl Scene {
    async fn new() -> Self {
        let (app, issuer) = (App::reaching(&["127.0.0.0/8"]).await, Issuer::start().await);
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", SECRET).await;
        let (pipeline, own) = app.pipeline(&app.owner, "acme", "build", &[id], "pull_push").await;
        let maintainer = app.member(Role::Maintainer, "acme").await;
        let email = format!("maintainer-{}@example.com", maintainer.person.unwrap().simple());
        let woodpecker = Woodpecker::new();
        let mut scene = Self {
            app,
            issuer,
            pipeline,
            own,
            maintainer,
            email,
            token: String::new(),
            drone: String::new(),
            woodpecker,
        };
        let page = scene.made("/rpc/tokens/create", &[("token_days", "30")]).await;
        scene.token = token_in(&page).unwrap();
        let rule = [("form[provider]", "drone"), ("form[claims][repo.id]", "7")];
        let page = scene.made("/rpc/trust-rules/create", &rule).await;
        let digits =
            |text: &str| text.chars().take_while(char::is_ascii_hexdigit).collect::<String>();
        let mut settings = page.split("DRONE_REGISTRY_PLUGIN_TOKEN=").skip(1).map(digits);
        scene.drone = settings.find(|text| text.len() == 64).unwrap();
        let key = scene.woodpecker.public_key();
        let rule = [
            ("form[provider]", "woodpecker"),
            ("form[claims][repo.id]", "7"),
            ("form[public_key]", &key),
        ];
        scene.made("/rpc/trust-rules/create", &rule).await;
        let url = scene.issuer.url.clone();
        scene.app.trust_issuer(&url).await;
        let rule = [
            ("form[provider]", "gitlab"),
            ("form[issuer]", url.as_str()),
            ("form[audience]", AUDIENCE),
            ("form[claims][project_id]", "20"),
            ("form[claims][ref_path]", "refs/heads/main"),
        ];
        scene.made("/rpc/trust-rules/create", &rule).await;
        scene
    }

    /// What the maintainer makes for the pipeline; gives the page behind it.
    async fn made(&self, path: &str, more: &[(&str, &str)]) -> String {
        let pipeline = self.pipeline.to_string();
        let mut form =
            vec![("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
        form.extend_from_slice(more);
        let reply = self.maintainer.post_form(path, &form).await;
        assert!(!reply.location().contains("back="), "{path} {more:?}: {}", reply.location());
        self.maintainer.follow(reply).await.text()
    }

    /// A short-lived token for a job of the maintainer's issuer, if it gets one.
    async fn exchanged(&self) -> Option<String> {
        let claims = json!({
            "project_id": "20", "project_path": "acme/api", "ref": "main", "ref_type": "branch",
            "ref_path": "refs/heads/main", "pipeline_source": "push", "pipeline_id": "574",
        });
        let reply = self.app.show(self.pipeline, &self.issuer.token(&claims)).await;
        reply.json()["token"].as_str().map(str::to_owned)
    }

    /// Whether each way in gives the secret at this server, and what the page of a project says to
    /// the maintainer: the token, the short-lived one, Drone's and Woodpecker's requests.
    async fn ways(&self, at: &Browser, short: &str) -> [bool; 4] {
        let woodpecker = "/api/v1/woodpecker/acme";
        let (of_drone, of_woodpecker) = (drone_body(7), woodpecker_body(7));
        let signed = self.woodpecker.sign(woodpecker, &of_woodpecker);
        let replies = [
            at.fetch(&self.token, FETCH, &[]).await,
            at.fetch(short, FETCH, &[]).await,
            at.signed("/api/v1/drone/acme", &drone(&self.drone, &of_drone), &of_drone).await,
            at.signed(woodpecker, &signed, &of_woodpecker).await,
        ];
        replies.map(|reply| {
            // Woodpecker's list is also there when it is empty.
            let is_given = reply.status == 200 && reply.text() != "{\"registries\":[]}";
            assert_eq!(reply.text().contains(SECRET), is_given, "{}", reply.text());
            is_given
        })
    }

    async fn page(&self) -> PipelineDetail {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::PipelineRead>().unwrap();
        self.app.vault.pipeline_page(&reader, self.pipeline).await.unwrap().pipeline
    }

    /// What the operator does to the maintainer.
    async fn operate(&self, args: &[&str]) -> Said {
        operate(&self.app, args).await
    }

    /// The actions of the newest events of the project, newest first.
    async fn events(&self, most: &str) -> Vec<String> {
        let said =
            self.operate(&["audit", "list", "--project", "acme", "--limit", most, "--json"]).await;
        let events: Value = said.json();
        let events = events.as_array().unwrap().iter();
        events.map(|event| event["action"].as_str().unwrap().to_owned()).collect()
    }
}

/// The ways in which a person loses a right, as a script of the operator has them.
pub fn losses(email: &str) -> [Vec<&str>; 3] {
    [
        vec!["project", "member", "remove", "acme", email, "--yes"],
        vec!["project", "member", "add", "acme", email, "viewer", "--yes"],
        vec!["user", "disable", email, "--yes"],
    ]
}

#[tokio::test]
async fn what_somebody_made_and_saw_is_refused_by_the_next_request_at_every_server() {
    for number in 0..3 {
        let scene = Scene::new().await;
        let second = scene.app.another_server().await;
        let first = scene.app.nobody();
        let short = scene.exchanged().await.unwrap();
        for server in [&first, &second] {
            assert_eq!(scene.ways(server, &short).await, [true; 4]);
        }
        let losses = losses(&scene.email);
        let loss = &losses[number];
        scene.operate(loss).await.done();
        for server in [&second, &first] {
            assert_eq!(scene.ways(server, &short).await, [false; 4], "{loss:?}");
        }
        assert_eq!(scene.exchanged().await, None, "{loss:?}");
        // What others made goes on.
        for server in [&second, &first] {
            assert_eq!(server.fetch(&scene.own, FETCH, &[]).await.status, 200, "{loss:?}");
        }
        let mut session = second;
        session.cookie.clone_from(&scene.maintainer.cookie);
        let page = session.get("/p/acme/credentials").await.status.as_u16();
        assert_eq!(page, [404, 200, 302][number], "{loss:?}");
        let form = [("project", "acme"), ("token_days", "30"), ("password", PASSWORD)];
        let pipeline = scene.pipeline.to_string();
        let form: Vec<(&str, &str)> =
            form.into_iter().chain([("pipeline", pipeline.as_str())]).collect();
        let again = session.post_json_accept("/rpc/tokens/create", &form).await.status.as_u16();
        assert_eq!(again, [404, 403, 401][number], "{loss:?}");
    }
}

#[tokio::test]
async fn each_thing_that_ends_has_its_event_beside_that_of_the_loss() {
    let scene = Scene::new().await;
    scene.operate(&losses(&scene.email)[0]).await.done();
    let mut events = scene.events("6").await;
    assert_eq!(events.remove(0), "member.removed");
    events.sort_unstable();
    assert_eq!(
        events,
        [
            "shared_secret.ended",
            "token.revoked",
            "trust_rule.ended",
            "trust_rule.ended",
            "trust_rule.ended"
        ]
    );
    scene.app.assert_chain_holds().await;
}

#[tokio::test]
async fn what_ends_is_told_first_by_pipeline_with_its_last_use() {
    let scene = Scene::new().await;
    assert_eq!(scene.app.nobody().fetch(&scene.token, FETCH, &[]).await.status, 200);
    for loss in losses(&scene.email) {
        let kept = scene.operate(&[&loss[..], &["--keep", "--json"]].concat()).await;
        assert_eq!(kept.code, Some(0), "{}{}", kept.out, kept.err);
        for part in ["build", "trust rule for Drone", "shared Drone secret", "never"] {
            assert!(kept.err.contains(part), "{loss:?} {part}: {}", kept.err);
        }
        assert!(kept.err.contains("Decide on each") && !kept.err.contains("is revoked"));
        let left = kept.json()["left"].as_array().unwrap().clone();
        assert_eq!(left.len(), 5, "{left:?}");
        assert!(left.iter().all(|one| one["ended"] == false && one["project"] == "acme"));
        // They are a member again, for the next way to lose it.
        scene.operate(&["user", "enable", &scene.email]).await.done();
        let back = ["project", "member", "add", "acme", scene.email.as_str(), "maintainer"];
        scene.operate(&back).await;
    }
    let ended = scene.operate(&losses(&scene.email)[2]).await;
    assert!(ended.err.contains("is revoked"), "{}", ended.err);
    assert!(ended.out.contains(" 5 items ended."), "{}", ended.out);
}

#[tokio::test]
async fn without_a_terminal_nothing_ends_until_the_command_says_so() {
    let scene = Scene::new().await;
    let short = scene.exchanged().await.unwrap();
    for mut loss in losses(&scene.email) {
        assert_eq!(loss.pop(), Some("--yes"));
        let sentence = scene.operate(&loss).await.refused(1);
        let said = "This would end 5 items. Nothing was changed. Add --yes to end them, or --keep to keep them.";
        assert!(sentence.contains(said), "{loss:?}: {sentence}");
        assert!(sentence.contains("trust rule for Drone"), "{loss:?}: {sentence}");
        assert_eq!(scene.ways(&scene.app.nobody(), &short).await, [true; 4], "{loss:?}");
        assert_eq!(scene.maintainer.get("/p/acme/credentials").await.status, 200, "{loss:?}");
    }
    // With nothing to end, there is nothing to say.
    let viewer = scene.app.new_member("reader", Role::Viewer).await.person.unwrap().simple();
    let email = format!("reader-{viewer}@example.com");
    for mut loss in [losses(&email)[0].clone(), losses(&email)[2].clone()] {
        loss.pop();
        scene.operate(&loss).await.done();
    }
}

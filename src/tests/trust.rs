//! Trust rules: what a rule has to ask for, Drone's secret, what ends with a rule, and what becomes
//! of identity tokens. Those of a real provider are tested elsewhere.

mod identities;
pub mod issuer;
mod replays;
pub mod rules;
mod shared_secret;
mod unreached;
mod walls;

use crate::app::{App, PASSWORD, Reply};
use crate::asking::DOORS;
use crate::signing::{Lines, Woodpecker, drone, drone_body, woodpecker_body};
use regcred::domain::audit::Action;
use regcred::domain::credential::Access;
use regcred::domain::delivery::{Door, Outcome};
use regcred::domain::permission::of;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::Provider;
use uuid::Uuid;

/// Makes a rule for Drone's repository with this number as a browser does, and reads the shared
/// secret off the page that shows it once.
pub async fn drone_rule(app: &App, pipeline: Uuid, repository: &str) -> String {
    let (secret, _) = shown_once(app, pipeline, repository).await;
    secret
}

/// Makes a rule for the repository with this number of the project's Drone as a browser does.
async fn post_drone_rule(app: &App, pipeline: Uuid, repository: &str) -> Reply {
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[provider]", "drone"),
        ("form[claims][repo.id]", repository),
        ("password", PASSWORD),
    ];
    app.owner.post_form("/rpc/trust-rules/create", &form).await
}

/// The page after another rule than the project's first for Drone.
async fn another_drone_rule(app: &App, pipeline: Uuid, repository: &str) -> String {
    let reply = post_drone_rule(app, pipeline, repository).await;
    assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
    app.owner.follow(reply).await.text()
}

/// The secret of the first rule for Drone, with the page's address.
async fn shown_once(app: &App, pipeline: Uuid, repository: &str) -> (String, String) {
    shown_by(app, &post_drone_rule(app, pipeline, repository).await).await
}

/// The secret that the page after this answer shows, with that page's address.
pub async fn shown_by(app: &App, reply: &Reply) -> (String, String) {
    let location = reply.location();
    assert!(location.contains("?secret="), "{location} {}", reply.text());
    let page = app.owner.get(&location).await.text();
    let digits = |text: &str| text.chars().take_while(char::is_ascii_hexdigit).collect::<String>();
    let mut settings = page.split("DRONE_REGISTRY_PLUGIN_TOKEN=").skip(1).map(digits);
    let secret = settings.find(|text| text.len() == 64).expect("the page shows the secret");
    assert!(!location.contains(&secret));
    (secret, location)
}

/// Every place in the database where the text stands, or the bytes that it is the hex of.
async fn places(app: &App, hex: &str) -> Vec<String> {
    let database = &app.database;
    if database.is_embedded() {
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .filter_map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok())
            .collect();
        let mut found = Vec::new();
        for file in std::fs::read_dir(&database.folder).unwrap() {
            let path = file.unwrap().path();
            let content = std::fs::read(&path).unwrap();
            for needle in [hex.as_bytes(), bytes.as_slice()] {
                if content.windows(needle.len()).any(|window| window == needle) {
                    found.push(path.display().to_string());
                }
            }
        }
        return found;
    }
    let tables = "SELECT string_agg(table_name::text, ',') FROM information_schema.tables WHERE table_schema = 'public'";
    let mut found = Vec::new();
    for table in database.scalar_text(tables).await.split(',') {
        // A row as text has its bytes in hex.
        let rows = format!("SELECT COUNT(*) FROM \"{table}\" t WHERE t::text LIKE '%{hex}%'");
        if database.scalar_i64(&rows).await > 0 {
            found.push(table.to_owned());
        }
    }
    found
}

#[tokio::test]
async fn drones_secret_is_shown_once_and_stored_nowhere() {
    let app = App::new().await;
    let (pipeline, token) = app.bare_pipeline("build").await;
    let (secret, location) = shown_once(&app, pipeline, "7").await;
    let again = app.owner.get(&location).await.text();
    assert!(!again.contains(&secret) && again.contains("was already shown"));
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 0);
    assert_eq!(places(&app, &secret).await, Vec::<String>::new());
    // The search sees what is there: the hash of a token.
    let half = token.split('_').nth(2).unwrap();
    let hash = regcred::crypto::digest::sha256(half.as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!places(&app, &hash).await.is_empty());
    // A runner has one secret for all repositories of the project. Nobody else is shown it.
    let page = another_drone_rule(&app, pipeline, "8").await;
    assert!(page.contains("It uses the same shared secret") && !page.contains(&secret), "{page}");
}

/// An instance with a credential of `ghcr.io` that the pipeline `build` may pull and push with.
async fn granted() -> (App, Uuid, String) {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull_push").await;
    (app, pipeline, token)
}

/// Makes a rule for the repository with this number of that Woodpecker server.
pub async fn woodpecker_rule(app: &App, pipeline: Uuid, server: &Woodpecker, repository: &str) {
    woodpecker_rule_for(app, pipeline, server, repository, Access::PullAndPush).await;
}

/// The same, whose requests may ask for this at most.
pub async fn woodpecker_rule_for(
    app: &App,
    pipeline: Uuid,
    server: &Woodpecker,
    repository: &str,
    intent: Access,
) {
    let key = server.public_key();
    let fields = [
        ("form[provider]", "woodpecker"),
        ("form[claims][repo.id]", repository),
        ("form[public_key]", key.as_str()),
        ("form[intent]", intent.word()),
    ];
    let reply = app.ask_rule(&app.owner, pipeline, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn what_a_ci_server_signs_is_delivered_with_what_it_proved() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let (for_drone, for_woodpecker) = ("/api/v1/drone/acme", "/api/v1/woodpecker/acme?intent=push");
    let (of_drone, of_woodpecker) = (drone_body(7), woodpecker_body(7));
    let requests = [
        (
            for_drone,
            &of_drone,
            drone(&secret, &of_drone),
            Door::Drone,
            Provider::Drone,
            Access::Pull,
        ),
        (
            for_woodpecker,
            &of_woodpecker,
            server.sign(for_woodpecker, &of_woodpecker),
            Door::Woodpecker,
            Provider::Woodpecker,
            Access::PullAndPush,
        ),
    ];
    for (path, body, lines, door, provider, intent) in requests {
        let reply = app.nobody().signed(path, &lines, body).await;
        assert_eq!(reply.status, 200, "{door:?}: {}", reply.text());
        // By both spellings of the host, since they compare text.
        let entry = |address: &str| {
            format!(
                "{{\"address\":\"{address}\",\"username\":\"acme-bot\",\"password\":\"hunter2-hunter2\"}}"
            )
        };
        let list = format!("[{},{}]", entry("ghcr.io"), entry("ghcr.io:443"));
        let expected = match door {
            Door::Drone => list,
            _ => format!("{{\"registries\":{list}}}"),
        };
        assert_eq!(reply.text(), expected);
        let receipt = app.receipts_of(pipeline).await.remove(0);
        assert_eq!((receipt.door, receipt.intent), (door, intent));
        assert_eq!((receipt.outcome, receipt.token_id.as_str()), (Outcome::Delivered, ""));
        assert_eq!(reply.deliveries(), [receipt.id]);
        let proof = receipt.proof;
        assert_eq!(proof.provider, Some(provider));
        assert_eq!(proof.subject.as_deref(), Some("acme/api"));
        assert_eq!(proof.reference.as_deref(), Some("refs/heads/main"));
        assert_eq!((proof.event.as_deref(), proof.run.as_deref()), (Some("push"), Some("3")));
        assert!(proof.rule.is_some());
    }
}

#[tokio::test]
async fn what_is_signed_for_another_repository_or_by_another_key_is_refused() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let (path, other_path) = ("/api/v1/drone/acme", "/api/v1/woodpecker/acme");
    let (body, other) = (drone_body(7), drone_body(8));
    let (of_woodpecker, other_of) = (woodpecker_body(7), woodpecker_body(8));
    let guessed = "0".repeat(64);
    for (case, path, lines, body) in [
        ("another repository", path, drone(&secret, &other), &other),
        ("another secret", path, drone(&guessed, &body), &body),
        ("another body", path, drone(&secret, &body), &other),
        ("unsigned", path, Lines::new(), &body),
        ("another project", "/api/v1/drone/beta", drone(&secret, &body), &body),
        ("another repository", other_path, server.sign(other_path, &other_of), &other_of),
        (
            "another key",
            other_path,
            Woodpecker::new().sign(other_path, &of_woodpecker),
            &of_woodpecker,
        ),
        ("another body", other_path, server.sign(other_path, &of_woodpecker), &other_of),
        ("another address", other_path, server.sign(path, &of_woodpecker), &of_woodpecker),
        (
            "another address",
            "/api/v1/woodpecker/acme?intent=push",
            server.sign(other_path, &of_woodpecker),
            &of_woodpecker,
        ),
        ("unsigned", other_path, Lines::new(), &of_woodpecker),
    ] {
        let reply = app.nobody().signed(path, &lines, body).await;
        let status = reply.status.as_u16();
        assert!(matches!(status, 401 | 403), "{path}, {case}: {status}");
        assert!(!reply.text().contains("hunter2"), "{path}, {case}");
        assert!(reply.lines("regcred-delivery").is_empty(), "{path}, {case}");
    }
    let delivered = "SELECT COUNT(*) FROM receipt WHERE outcome = 'delivered'";
    assert_eq!(app.scalar_i64(delivered).await, 0);
}

#[tokio::test]
async fn deleting_a_rule_ends_what_it_let_in_and_leaves_the_tokens_that_people_made() {
    let (app, pipeline, token) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let short = app.proved(pipeline, &Proof::of(Provider::GitHub)).await;
    let (path, body) = ("/api/v1/drone/acme", drone_body(7));
    let reply = app.nobody().signed(path, &drone(&secret, &body), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.fetch(&short, DOORS[0]).await.status, 200);

    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap();
    let rule = page.pipeline.rules[0].id.to_string();
    let id = pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", id.as_str()), ("id", rule.as_str())];
    let reply = app.owner.post_json_accept("/rpc/trust-rules/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());

    let reply = app.nobody().signed(path, &drone(&secret, &body), &body).await;
    assert!(matches!(reply.status.as_u16(), 401 | 403), "{}", reply.status);
    for door in DOORS {
        assert_eq!(app.fetch(&short, door).await.status, 401, "{door}");
    }
    assert_eq!(app.fetch(&token, DOORS[0]).await.status, 200);
    let again = app.owner.post_json_accept("/rpc/trust-rules/delete", &form).await;
    assert_eq!(again.status, 404);
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let events = app.vault.store().chain().about(project, pipeline, 10).await.unwrap();
    let done: Vec<Action> = events.into_iter().map(|event| event.action).take(2).collect();
    assert_eq!(done, [Action::RuleDeleted, Action::RuleCreated]);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_short_lived_token_ends_by_itself() {
    let (app, pipeline, _) = granted().await;
    let short = app.proved(pipeline, &Proof::of(Provider::GitLab)).await;
    assert_eq!(app.fetch(&short, DOORS[0]).await.status, 200);
    let ended = "UPDATE pipeline_token SET expires_at = 1 WHERE expires_at IS NOT NULL";
    assert_eq!(app.raw(ended).await, 1);
    assert_eq!(app.fetch(&short, DOORS[0]).await.status, 401);
    app.vault.sweep().await.unwrap();
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline_token").await, 1);
}

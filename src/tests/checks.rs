//! A credential is checked at its registry: what is shown, what is on record, and how often a secret is shown.

mod meanwhile;
mod registry;

use crate::app::{App, PASSWORD};
use crate::edits::save;
use crate::reports::{FAILED, tell};
use regcred::Error;
use regcred::domain::actor::Can;
use regcred::domain::audit::{Action, Detail};
use regcred::domain::check::{CHECKS_A_MINUTE, CheckState, Checks, Outcome, REFUSALS_MAX};
use regcred::domain::permission::of;
use regcred::vault::Vault;
pub use registry::reaching;
use registry::{RIGHT, Registry, basic};
use tokio::task::JoinSet;
use uuid::Uuid;

const WRONG: &str = "wrong-of-acme";

/// An instance that may call this machine, with one credential of the registry.
struct Scene {
    app: App,
    vault: Vault,
    registry: Registry,
    id: Uuid,
}

impl Scene {
    async fn new(password: &str) -> Self {
        let (app, registry) = (App::new().await, Registry::start().await);
        let vault = reaching(&app.vault);
        let insecure = [("is_insecure", "true")];
        let host = registry.host.clone();
        let id = app.credential_with(&app.owner, "acme", "own", &host, password, &insecure).await;
        Self { app, vault, registry, id }
    }

    async fn editor(&self) -> Can<of::RegistryWrite> {
        self.app.evidence(&self.app.owner, "acme").await.can::<of::RegistryWrite>().unwrap()
    }

    async fn check(&self, image: &str) -> CheckState {
        let editor = self.editor().await;
        let checked = self.vault.check_credential(&editor, self.id, image, false).await;
        checked.unwrap().1.state()
    }

    async fn checks(&self) -> Checks {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::RegistryRead>().unwrap();
        self.vault.credential_checks(&reader, self.id).await.unwrap().1
    }

    async fn last(&self) -> CheckState {
        self.checks().await.last.unwrap().state
    }

    /// Lets time pass until the next check is due, and has what is due be checked.
    async fn later(&self) {
        self.app.raw("UPDATE check_state SET due_at = 1 WHERE due_at IS NOT NULL").await;
        self.vault.check_due().await.unwrap();
    }

    async fn replace(&self, password: &str) {
        let host = self.registry.host.as_str();
        let fields = [("name", "own"), ("registry_url", host), ("password", password)];
        let reply = save(&self.app, self.id, "1", &fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    /// What the members were told, newest first.
    async fn told(&self) -> Vec<&'static str> {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::RegistryRead>().unwrap();
        let told = self.vault.notifications(&reader).await.unwrap();
        told.notifications.iter().map(|one| one.news.label()).collect()
    }

    async fn events(&self, action: Action) -> i64 {
        let word = action.word();
        let sql = format!("SELECT COUNT(*) FROM audit_event WHERE action = '{word}'");
        self.app.counted_i64(&sql).await
    }
}

#[tokio::test]
async fn a_check_is_shown_on_its_page_and_in_the_list_and_is_on_record() {
    let scene = Scene::new(RIGHT).await;
    let path = format!("/p/acme/credentials/{}/checks", scene.id);
    let page = scene.app.owner.get(&path).await.text();
    assert!(page.contains("Never checked"), "{page}");
    assert_eq!(scene.check("acme/api:1.2").await, CheckState::Works);
    let owner = &scene.app.owner;
    let page = owner.get(&path).await.text();
    assert!(page.contains("The registry accepts the username and the password."), "{page}");
    assert!(page.contains(&format!("{}/acme/api:1.2", scene.registry.host)), "{page}");
    let list = owner.get("/p/acme/credentials").await.text();
    assert!(list.contains(">Works<"), "{list}");
    assert_eq!(scene.events(Action::CredentialChecked).await, 1);
    for text in [page, list] {
        assert!(!text.contains(RIGHT) && !text.contains(&basic(RIGHT)));
    }
}

#[tokio::test]
async fn a_wrong_password_is_shown_no_more_often_than_the_budget_says() {
    let scene = Scene::new(WRONG).await;
    let mut states = Vec::new();
    for _ in 0..10 {
        states.push(scene.check("").await);
    }
    let most = usize::try_from(REFUSALS_MAX).unwrap();
    assert_eq!(scene.registry.shown(), most);
    assert!(states[..most].iter().all(|state| *state == CheckState::Failing), "{states:?}");
    assert!(states[most..].iter().all(|state| *state == CheckState::Unclear), "{states:?}");
    // By itself it is not tried again, however much time passes.
    for _ in 0..24 {
        scene.later().await;
    }
    assert_eq!(scene.registry.shown(), most);
}

#[tokio::test]
async fn many_at_once_spend_no_more_than_the_budget() {
    let scene = Scene::new(WRONG).await;
    let mut checks = JoinSet::new();
    for _ in 0..CHECKS_A_MINUTE {
        let (vault, editor, id) = (scene.vault.clone(), scene.editor().await, scene.id);
        checks.spawn(async move { vault.check_credential(&editor, id, "", false).await.map(drop) });
    }
    assert!(checks.join_all().await.iter().all(Result::is_ok));
    assert!(scene.registry.shown() <= usize::try_from(REFUSALS_MAX).unwrap());
}

#[tokio::test]
async fn people_have_it_checked_so_often_a_minute_and_no_more() {
    let scene = Scene::new(RIGHT).await;
    for _ in 0..CHECKS_A_MINUTE {
        assert_eq!(scene.check("").await, CheckState::Works);
    }
    let refused = scene.vault.check_credential(&scene.editor().await, scene.id, "", false).await;
    assert!(matches!(refused, Err(Error::TooManyRequests { .. })), "{refused:?}");
    let shown = scene.registry.shown();
    scene.app.raw("UPDATE credential_check SET begun_at = begun_at - 60000").await;
    assert_eq!(scene.check("").await, CheckState::Works);
    assert_eq!(scene.registry.shown(), shown + 1);
}

#[tokio::test]
async fn another_credential_of_the_same_account_has_the_same_budget() {
    let scene = Scene::new(WRONG).await;
    for _ in 0..REFUSALS_MAX {
        scene.check("").await;
    }
    let insecure = [("is_insecure", "true")];
    let host = scene.registry.host.clone();
    let owner = &scene.app.owner;
    let id = scene.app.credential_with(owner, "acme", "other", &host, RIGHT, &insecure).await;
    let other = Scene { id, ..scene };
    assert_eq!(other.check("").await, CheckState::Unclear);
    assert_eq!(other.registry.shown(), usize::try_from(REFUSALS_MAX).unwrap());
}

#[tokio::test]
async fn it_is_checked_again_by_itself_and_a_change_is_on_record_once() {
    let scene = Scene::new(RIGHT).await;
    assert_eq!(scene.check("acme/api").await, CheckState::Works);
    scene.later().await;
    scene.later().await;
    assert_eq!(
        (scene.last().await, scene.events(Action::CheckChanged).await),
        (CheckState::Works, 0)
    );
    scene.registry.takes("another");
    scene.later().await;
    scene.later().await;
    let checks = scene.checks().await;
    assert_eq!(checks.last.unwrap().state, CheckState::Failing);
    // A refused secret is not shown again until there is another one.
    assert_eq!(checks.due_at, None);
    assert_eq!(checks.checks.len(), 4);
    assert_eq!(scene.events(Action::CheckChanged).await, 1);
    assert_eq!(scene.told().await, ["Failing"]);
    let chain = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let events = scene.app.vault.store().chain().newest(chain, 10).await.unwrap();
    let changed = events.into_iter().find(|event| event.action == Action::CheckChanged).unwrap();
    let Detail::Checked(Outcome { state, trouble }) = changed.detail else {
        panic!("another detail")
    };
    assert_eq!(state, CheckState::Failing);
    assert!(trouble.is_some_and(|reason| reason.is_refused_sign_in()));
}

#[tokio::test]
async fn another_secret_is_checked_soon() {
    let scene = Scene::new(WRONG).await;
    assert_eq!(scene.check("").await, CheckState::Failing);
    scene.replace(RIGHT).await;
    let checks = scene.checks().await;
    assert_eq!(checks.last.unwrap().state, CheckState::Replaced);
    assert!(checks.due_at.is_some());
    scene.later().await;
    assert_eq!(scene.last().await, CheckState::Works);
    assert_eq!(scene.told().await, ["Failing"]);
    let versions: Vec<i64> = scene.checks().await.checks.iter().map(|one| one.version).collect();
    assert_eq!(versions, [2, 1]);
}

#[tokio::test]
async fn nobody_checks_a_disabled_one_and_a_deleted_one_leaves_nothing() {
    let scene = Scene::new(RIGHT).await;
    scene.check("").await;
    scene.app.raw("UPDATE credential SET disabled_at = 1").await;
    scene.later().await;
    assert_eq!(scene.registry.shown(), 1);
    let id = scene.id.to_string();
    let form = [("project", "acme"), ("id", &*id), ("password", PASSWORD)];
    let reply = scene.app.owner.post_form("/rpc/credentials/delete", &form).await;
    assert!(reply.location().contains("?said="), "{}", reply.location());
    for table in ["credential_check", "check_state"] {
        assert_eq!(scene.app.counted_i64(&format!("SELECT COUNT(*) FROM {table}")).await, 0);
    }
}

#[tokio::test]
async fn two_servers_check_each_credential_once() {
    let scene = Scene::new(RIGHT).await;
    let insecure = [("is_insecure", "true")];
    let owner = &scene.app.owner;
    let mut scenes = vec![scene.id];
    for number in 0..11 {
        let (name, host) = (format!("c{number}"), scene.registry.host.clone());
        scenes.push(scene.app.credential_with(owner, "acme", &name, &host, RIGHT, &insecure).await);
    }
    scene
        .app
        .raw(
            "INSERT INTO check_state (credential_id, project_id, version, state, since, checked_at, image, due_at)
             SELECT id, project_id, 1, 'works', 0, 0, '', 1 FROM credential",
        )
        .await;
    let other = reaching(&scene.app.vault);
    let (one, two) = tokio::join!(scene.vault.check_due(), other.check_due());
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(scene.registry.shown(), scenes.len());
}

#[tokio::test]
async fn a_delivery_that_failed_has_the_credential_checked_soon() {
    let scene = Scene::new(RIGHT).await;
    scene.check("").await;
    let owner = &scene.app.owner;
    let (_, token) = scene.app.pipeline(owner, "acme", "build", &[scene.id], "pull").await;
    scene.app.raw("UPDATE check_state SET checked_at = 1").await;
    let before = scene.checks().await.due_at.unwrap();
    let reply = scene.app.docker_config(&token, "", &[]).await;
    let [receipt] = reply.deliveries()[..] else { panic!("one delivery") };
    let told = tell(&scene.app, &token, receipt, FAILED).await;
    assert_eq!(told.status.as_u16(), 204, "{}", told.text());
    assert!(scene.checks().await.due_at.unwrap().0 < before.0);
}

#[tokio::test]
async fn another_project_sees_no_check_and_makes_none() {
    let scene = Scene::new(RIGHT).await;
    scene.check("").await;
    let stranger = scene.app.project("other").await;
    let path = format!("/p/other/credentials/{}/checks", scene.id);
    assert_eq!(stranger.get(&path).await.status.as_u16(), 404);
    let editor = scene.app.evidence(&stranger, "other").await;
    let editor = editor.can::<of::RegistryWrite>().unwrap();
    assert!(scene.vault.check_credential(&editor, scene.id, "", false).await.is_err());
    assert_eq!(scene.registry.shown(), 1);
}

#[tokio::test]
async fn an_image_elsewhere_is_refused_at_its_field() {
    let scene = Scene::new(RIGHT).await;
    let editor = scene.editor().await;
    for (image, push) in [("quay.io/acme/api", false), ("acme api", false), ("", true)] {
        let refused = scene.vault.check_credential(&editor, scene.id, image, push).await;
        let error = refused.unwrap_err();
        assert!(format!("{error:?}").contains("\"image\""), "{error:?}");
        assert!(!format!("{error:?}").contains("quay.io"), "what was typed is not repeated");
    }
    assert_eq!(scene.registry.shown(), 0);
}

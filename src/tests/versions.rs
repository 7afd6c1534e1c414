//! Versions of a secret: kept, taken back, waiting, destroyed; and credentials with the same one.

use crate::app::{App, PASSWORD, auths};
use crate::edits::save;
use crate::whole_credential::WholeCredential;
use regcred::crypto::kek::Kek;
use regcred::domain::key::KeyPurpose;
use regcred::domain::permission::of;
use regcred::domain::secret_version::VersionState;
use regcred::store::Store;
use regcred::vault::{KeySource, Settings, Vault, unlock};
use uuid::Uuid;

async fn page(app: &App, id: Uuid) -> WholeCredential {
    app.credential_page("acme", id).await
}

async fn states(app: &App, id: Uuid) -> Vec<(i64, VersionState)> {
    page(app, id).await.versions.iter().map(|one| (one.version, one.state)).collect()
}

/// What a pipeline receives as the password.
async fn delivered(app: &App, token: &str) -> String {
    let auths = auths(&app.docker_config(token, "", &[]).await);
    auths["ghcr.io"].split_once(':').unwrap().1.to_owned()
}

/// A credential `ghcr` whose secret was `first` and is the last of these, with a pipeline's token.
async fn with_secrets(more: &[&str]) -> (App, Uuid, String) {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    for (revision, secret) in (1..).zip(more) {
        let revision = revision.to_string();
        let reply = save(&app, id, &revision, &[("password", secret)]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    (app, id, token)
}

async fn act(app: &App, action: &str, id: Uuid, version: &str) -> u16 {
    let id = id.to_string();
    let form = [("project", "acme"), ("id", &*id), ("version", version), ("password", PASSWORD)];
    let path = format!("/rpc/versions/{action}");
    app.owner.post_json_accept(&path, &form).await.status.as_u16()
}

#[tokio::test]
async fn a_secret_that_was_replaced_by_mistake_comes_back() {
    let (app, id, token) = with_secrets(&["second"]).await;
    assert_eq!(delivered(&app, &token).await, "second");
    assert_eq!(act(&app, "switch", id, "1").await, 200);
    assert_eq!(delivered(&app, &token).await, "first");
    let stored = app.stored("acme", id).await;
    assert_eq!((stored.secret.version, stored.revision), (1, 3));
    use VersionState::{Current, Kept};
    assert_eq!(states(&app, id).await, [(2, Kept), (1, Current)]);
    let events = page(&app, id).await.events;
    assert_eq!(events[0].detail.to_text(), "from version 2 to 1");
    // A new secret is a new version, not the second again.
    save(&app, id, "3", &[("password", "third")]).await;
    assert_eq!(states(&app, id).await, [(3, Current), (2, Kept), (1, Kept)]);
    // Deliveries are counted where they belong.
    delivered(&app, &token).await;
    delivered(&app, &token).await;
    let counted: Vec<i64> =
        page(&app, id).await.versions.iter().map(|version| version.deliveries).collect();
    assert_eq!(counted, [2, 1, 1]);
}

#[tokio::test]
async fn the_last_three_are_kept_and_older_ones_are_destroyed() {
    let (app, id, _) = with_secrets(&["2", "3", "4", "5"]).await;
    use VersionState::{Current, Destroyed, Kept};
    assert_eq!(
        states(&app, id).await,
        [(5, Current), (4, Kept), (3, Kept), (2, Destroyed), (1, Destroyed)]
    );
    assert_eq!(app.scalar_i64("SELECT COUNT(sealed) FROM secret_version").await, 3);
    assert_eq!(act(&app, "switch", id, "1").await, 409);
    // The current one is kept however old it is.
    assert_eq!(act(&app, "switch", id, "3").await, 200);
    for (revision, secret) in [("6", "6")] {
        save(&app, id, revision, &[("password", secret)]).await;
    }
    // The one that was delivered until now stays, before newer ones that were not.
    let now = states(&app, id).await;
    assert_eq!(now[..4], [(6, Current), (5, Kept), (4, Destroyed), (3, Kept)]);
}

#[tokio::test]
async fn a_secret_that_waits_is_not_delivered_until_somebody_switches() {
    let (app, id, token) = with_secrets(&[]).await;
    let staged = [("password", "next"), ("is_staged", "true")];
    assert_eq!(save(&app, id, "1", &staged).await.status, 200);
    use VersionState::{Current, Kept, Staged};
    assert_eq!(states(&app, id).await, [(2, Staged), (1, Current)]);
    assert_eq!(delivered(&app, &token).await, "first");
    assert_eq!(app.stored("acme", id).await.secret.version, 1);
    assert_eq!(act(&app, "switch", id, "2").await, 200);
    assert_eq!(delivered(&app, &token).await, "next");
    assert_eq!(states(&app, id).await, [(2, Current), (1, Kept)]);
    // Without a secret there is nothing that could wait.
    assert_eq!(save(&app, id, "3", &[("is_staged", "true")]).await.status, 422);
    // A second one that waits takes the place of the first.
    for (revision, secret) in [("3", "one"), ("4", "two")] {
        let staged = [("password", secret), ("is_staged", "true")];
        assert_eq!(save(&app, id, revision, &staged).await.status, 200);
    }
    let now = states(&app, id).await;
    assert_eq!(now[..2], [(4, Staged), (3, VersionState::Destroyed)]);
}

#[tokio::test]
async fn a_destroyed_version_is_gone_for_good() {
    let (app, id, _) = with_secrets(&["second"]).await;
    assert_eq!(act(&app, "destroy", id, "2").await, 409, "it is the one that is delivered");
    assert_eq!(act(&app, "destroy", id, "1").await, 200);
    assert_eq!(states(&app, id).await[1], (1, VersionState::Destroyed));
    assert_eq!(act(&app, "switch", id, "1").await, 409);
    assert_eq!(act(&app, "destroy", id, "7").await, 404);
    let left = "SELECT COUNT(*) FROM secret_version WHERE version = 1 AND (sealed IS NOT NULL OR fingerprint IS NOT NULL)";
    assert_eq!(app.scalar_i64(left).await, 0);
}

#[tokio::test]
async fn a_version_that_does_not_open_cannot_come_back() {
    let (app, id, token) = with_secrets(&["second"]).await;
    app.raw("UPDATE secret_version SET sealed = (SELECT sealed FROM secret_version WHERE version = 2) WHERE version = 1")
        .await;
    assert_eq!(act(&app, "switch", id, "1").await, 409);
    assert_eq!(delivered(&app, &token).await, "second");
}

#[tokio::test]
async fn a_server_without_the_key_takes_no_version_for_damaged_or_for_another_one() {
    let (app, id, _) = with_secrets(&["second"]).await;
    let store = Store::connect(&app.address).await.unwrap();
    let (current, previous) = (Some(Kek::generate().unwrap()), app.key_source().current);
    let keys = unlock(&store, KeySource { current, previous }).await.unwrap();
    let other = Vault::new(store, keys, Settings::default());
    let person = other.person(app.owner.person.unwrap()).await.unwrap();
    other.rotate_data_key(&person.instance_admin().unwrap(), KeyPurpose::Secret).await.unwrap();
    while other.tend_keys_once().await.unwrap() {}
    // This one has neither the new data key nor what opens it.
    assert_eq!(act(&app, "switch", id, "1").await, 503);
    assert_eq!(save(&app, id, "2", &[("password", "second")]).await.status, 503);
    use VersionState::{Current, Kept};
    assert_eq!(states(&app, id).await, [(2, Current), (1, Kept)]);
    let editor = app.evidence(&app.owner, "acme").await.can::<of::RegistryWrite>().unwrap();
    other.make_current(&editor, id, 1).await.unwrap();
    assert_eq!(states(&app, id).await, [(2, Kept), (1, Current)]);
}

#[tokio::test]
async fn credentials_with_the_same_secret_are_named_within_their_project() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    let one = app.credential(&app.owner, "acme", "one", "ghcr.io", "shared").await;
    let two = app.credential(&app.owner, "acme", "two", "quay.io", "shared").await;
    app.credential(&app.owner, "acme", "other", "quay.io", "different").await;
    app.credential(&beta, "beta", "theirs", "quay.io", "shared").await;
    assert_eq!(page(&app, one).await.same_secret, [(two, "two".to_owned())]);
    let shown = app.owner.get(&format!("/p/acme/credentials/{one}")).await.text();
    assert!(shown.contains("The same secret is stored in other credentials"));
    // An older version with the same secret does not count.
    let id = two.to_string();
    let form = crate::edits::form(&id, "1", &[]);
    let form: Vec<(&str, &str)> = form
        .into_iter()
        .map(|(field, value)| match field {
            "name" => (field, "two"),
            "registry_url" => (field, "quay.io"),
            "password" => (field, "changed"),
            _ => (field, value),
        })
        .collect();
    let reply = app.owner.post_multipart_json_accept(crate::edits::UPDATE, &form, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(page(&app, one).await.same_secret.is_empty());
}

#[tokio::test]
async fn guesses_are_compared_so_many_times_an_hour_and_no_more() {
    let app = App::new().await;
    let target = app.credential(&app.owner, "acme", "target", "ghcr.io", "guess-me").await;
    for number in 0..59 {
        let (name, secret) = (format!("c{number}"), format!("wrong-{number}"));
        app.credential(&app.owner, "acme", &name, "ghcr.io", &secret).await;
    }
    app.credential(&app.owner, "acme", "late", "ghcr.io", "guess-me").await;
    assert!(page(&app, target).await.same_secret.is_empty());
}

#[tokio::test]
async fn guesses_typed_into_one_credential_count_as_well() {
    let (app, id, _) = with_secrets(&[]).await;
    let target = app.credential(&app.owner, "acme", "target", "quay.io", "guess-me").await;
    for revision in 1..=60 {
        let (revision, guess) = (revision.to_string(), format!("wrong-{revision}"));
        save(&app, id, &revision, &[("password", &guess)]).await;
    }
    save(&app, id, "61", &[("password", "guess-me")]).await;
    assert!(page(&app, target).await.same_secret.is_empty());
}

#[tokio::test]
async fn a_google_key_for_several_google_hosts_is_meant_to_be_the_same() {
    let app = App::new().await;
    let key = crate::forms::key_file().to_string();
    let form = crate::app::credential_form(
        "acme",
        "gcr",
        "gcr.io",
        "",
        &[
            ("method", "gcp_service_account_key"),
            ("username", "_json_key"),
            ("key_json", &key),
            ("also", "eu.gcr.io"),
        ],
    );
    let reply = app.owner.post_multipart("/rpc/credentials/create", &form, None).await;
    assert!(reply.location().contains("?said="), "{}", reply.text());
    let id = app.find_credential(&app.owner, "acme", "gcr").await;
    assert!(page(&app, id).await.same_secret.is_empty());
}

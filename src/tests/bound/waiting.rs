//! What the move of older secrets waits for, and what it leaves as it is.

use super::older::{formats, stored};
use super::{assert_withheld, delivered, ends_on_record, stored_of, tend, with_one};
use crate::app::App;
use crate::edits::save;
use regcred::Error;
use regcred::crypto::blob::Format::{Bound, Unbound};
use regcred::crypto::kek::Kek;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::key::KeyPurpose;
use regcred::domain::permission::of;
use regcred::store::{SealedRow, Store};
use regcred::vault::{KeySource, SecretInput, Settings, Vault, unlock, unlock_as_it_is};
use uuid::Uuid;

/// A credential of that name is created, as the page does it.
async fn create(app: &App, name: &str) -> regcred::Result<Uuid> {
    let editor = app.evidence(&app.owner, "acme").await.can::<of::RegistryWrite>().unwrap();
    let form = CredentialForm {
        name: name.to_owned(),
        registry_url: format!("{name}.example.com"),
        method: "password".to_owned(),
        username: "acme-bot".to_owned(),
        access: "pull".to_owned(),
        ..CredentialForm::default()
    };
    let secret = SecretInput { password: "hunter2".into(), ..SecretInput::default() };
    app.vault.create_credential(&editor, &form, &secret).await.map(|saved| saved.id)
}

#[tokio::test]
async fn what_is_saved_before_the_new_key_is_active_is_moved_with_the_rest() {
    let (app, id, token) = with_one().await;
    let app = app.made_older().await;
    create(&app, "early").await.unwrap();
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    assert_eq!(save(&app, id, "2", &[("username", "acme-robot")]).await.status, 200);
    assert_eq!(formats(&app).await, [Unbound; 3], "an older key has nothing else");
    assert_eq!(delivered(&app, &token).await, "acme-robot:second");
    tend(&app).await;
    assert_eq!(formats(&app).await, [Bound; 3]);
    assert_eq!(ends_on_record(&app).await, 1);
    assert_eq!(delivered(&app, &token).await, "acme-robot:second");
}

#[tokio::test]
async fn a_server_with_the_keys_of_before_stores_nothing_that_would_be_lost() {
    let (app, _, token) = with_one().await;
    let app = app.made_older().await;
    let store = Store::connect(&app.address).await.unwrap();
    let keys = unlock(&store, app.key_source()).await.unwrap();
    let other = Vault::new(store, keys, Settings::default());
    while other.tend_keys_once().await.unwrap() {}
    assert_eq!(ends_on_record(&app).await, 1);
    // This one has not read the keys since.
    assert_eq!(create(&app, "late").await.unwrap_err(), Error::Unavailable);
    assert!(!app.vault.tend_keys_once().await.unwrap());
    create(&app, "late").await.unwrap();
    assert_eq!(formats(&app).await, [Bound, Bound]);
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
}

#[tokio::test]
async fn the_move_seals_nothing_that_was_changed_outside_and_waits_until_somebody_answers_for_it() {
    for is_taken_back in [true, false] {
        let (app, id, token) = with_one().await;
        create(&app, "bystander").await.unwrap();
        let app = app.made_older().await;
        app.tamper("UPDATE credential SET username = 'acme-robot' WHERE name = 'ghcr'").await;
        tend(&app).await;
        let mut found = formats(&app).await;
        found.sort_by_key(|format| *format as u8);
        assert_eq!(found, [Unbound, Bound], "it is bound to nobody's name");
        assert_eq!(ends_on_record(&app).await, 0, "its secret would be lost");
        assert!(!app.vault.tend_keys_once().await.unwrap(), "nothing is to do until then");
        let username = if is_taken_back {
            app.tamper("UPDATE credential SET username = 'acme-bot' WHERE name = 'ghcr'").await;
            "acme-bot"
        } else {
            app.adopt("credential").await;
            "acme-robot"
        };
        assert_eq!(delivered(&app, &token).await, format!("{username}:first"));
        tend(&app).await;
        assert_eq!(formats(&app).await, [Bound, Bound]);
        assert_eq!(ends_on_record(&app).await, 1);
        assert_eq!(delivered(&app, &token).await, format!("{username}:first"));
        assert_eq!(app.stored("acme", id).await.summary.unreadable_at, None);
    }
}

#[tokio::test]
async fn a_secret_that_does_not_open_does_not_keep_the_move_from_its_end() {
    let (app, id, token) = with_one().await;
    let app = app.made_older().await;
    let mut row = stored_of(&app, id).await;
    *row.sealed.last_mut().unwrap() ^= 1;
    app.put(&row, &row.sealed).await;
    tend(&app).await;
    assert_eq!(ends_on_record(&app).await, 1);
    assert_withheld(&app, &token).await;
    assert!(app.stored("acme", id).await.summary.unreadable_at.is_some());
}

#[tokio::test]
async fn a_version_that_is_accepted_later_opens_for_the_user_name_of_then() {
    for is_older in [false, true] {
        let (mut app, id, token) = with_one().await;
        assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
        if is_older {
            app = app.made_older().await;
        }
        assert_eq!(
            app.tamper("UPDATE secret_version SET staged_at = 5 WHERE version = 1").await,
            1
        );
        let reply = save(&app, id, "2", &[("username", "acme-robot")]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        tend(&app).await;
        app.adopt("secret_version").await;
        tend(&app).await;
        let editor = app.evidence(&app.owner, "acme").await.can::<of::RegistryWrite>().unwrap();
        app.vault.make_current(&editor, id, 1).await.unwrap();
        assert_eq!(delivered(&app, &token).await, "acme-robot:first");
        assert_eq!(formats(&app).await, [Bound, Bound]);
    }
}

#[tokio::test]
async fn only_what_was_read_is_marked() {
    let (app, id, _) = with_one().await;
    let before = stored_of(&app, id).await;
    assert_eq!(save(&app, id, "1", &[("username", "acme-robot")]).await.status, 200);
    let write = app.vault.store().write().await.unwrap();
    assert!(!write.rewraps().mark(&before, 1).await.unwrap(), "it was sealed again");
    drop(write);
    assert!(stored(&app).await.iter().all(|row| !row.is_marked));
}

/// From now on the database stores the row's secret as it was read once that happens to the table.
async fn stored_anew_after(app: &App, (event, table): (&str, &str), row: &SealedRow) {
    let (id, sealed) = (app.database.id(row.id), app.database.bytes(&row.sealed));
    let anew = format!("UPDATE secret_version SET sealed = {sealed} WHERE id = {id}");
    let sql = if app.database.is_embedded() {
        format!("CREATE TRIGGER anew AFTER {event} ON {table} BEGIN {anew}; END")
    } else {
        format!(
            "CREATE FUNCTION anew() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {anew}; RETURN NULL; END $$;
             CREATE TRIGGER anew AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION anew()"
        )
    };
    app.raw(&sql).await;
}

#[tokio::test]
async fn a_credential_whose_secret_was_stored_anew_meanwhile_is_not_marked() {
    // Between the look of a delivery, or of the job, and its mark.
    let (fetched, resealed) =
        (("INSERT", "pipeline_fetch"), ("UPDATE OF unreadable_at", "secret_version"));
    for (when, is_anew) in [(fetched, false), (fetched, true), (resealed, false), (resealed, true)]
    {
        let (app, id, token) = with_one().await;
        let row = stored_of(&app, id).await;
        let mut damaged = row.sealed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        app.put(&row, &damaged).await;
        if is_anew {
            stored_anew_after(&app, when, &row).await;
        }
        if when == fetched {
            assert_withheld(&app, &token).await;
        } else {
            let person = app.vault.person(app.owner.person.unwrap()).await.unwrap();
            app.vault
                .rotate_data_key(&person.instance_admin().unwrap(), KeyPurpose::Secret)
                .await
                .unwrap();
            tend(&app).await;
        }
        let is_marked = app.stored("acme", id).await.summary.unreadable_at.is_some();
        assert_eq!(is_marked, !is_anew, "{when:?}");
        if is_anew {
            assert_eq!(delivered(&app, &token).await, "acme-bot:first");
        }
    }
}

#[tokio::test]
async fn an_event_that_somebody_put_there_does_not_say_that_secrets_were_bound() {
    let (app, _, token) = with_one().await;
    let app = app.made_older().await;
    let (nil, mac) = (app.database.id(Uuid::nil()), app.database.bytes(&[0; 32]));
    let end = app.scalar_i64(&format!("SELECT seq FROM chain_head WHERE chain = {nil}")).await;
    for seq in [0, end + 9, i64::MAX] {
        let sql = format!(
            "INSERT INTO audit_event (chain, seq, at, action, actor, subject_id, subject, detail, mac)
             VALUES ({nil}, {seq}, 1, 'secrets.bound', 'Regcred', {nil}, 'Regcred', '', {mac})"
        );
        assert_eq!(app.tamper(&sql).await, 1);
    }
    // It starts all the same.
    let app = app.started_again().await;
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
}

#[tokio::test]
async fn a_server_whose_key_encryption_key_is_not_in_use_asks_for_no_work_that_it_cannot_do() {
    let (app, ..) = with_one().await;
    let app = app.made_older().await;
    let store = Store::connect(&app.address).await.unwrap();
    let previous = app.key_source().current;
    let source = KeySource { current: Some(Kek::generate().unwrap()), previous };
    let keys = unlock_as_it_is(&store, source).await.unwrap();
    let other = Vault::new(store, keys, Settings::default());
    assert!(!other.tend_keys_once().await.unwrap());
    let keys = "SELECT COUNT(*) FROM crypto_key WHERE purpose = 'secret'";
    assert_eq!(app.scalar_i64(keys).await, 1);
    // One that has it in use does it.
    tend(&app).await;
    assert_eq!(ends_on_record(&app).await, 1);
}

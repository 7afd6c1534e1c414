//! The secret that a project shares with its Drone: one for all its rules, and ended by deleting
//! them.

use super::{another_drone_rule, drone_rule, granted, post_drone_rule, shown_by, shown_once};
use crate::app::{App, PASSWORD};
use crate::signing::{drone, drone_body};
use regcred::domain::key::KeyPurpose;
use regcred::domain::permission::of;
use regcred::domain::trust_rule::TrustRule;
use regcred::vault::unlock_as_it_is;
use uuid::Uuid;

const RENEW: &str = "/rpc/trust-rules/renew-secret";

/// How a request for that repository is answered that is signed with the secret.
async fn asked(app: &App, secret: &str, repository: u32) -> u16 {
    let body = drone_body(repository);
    let reply = app.nobody().signed("/api/v1/drone/acme", &drone(secret, &body), &body).await;
    assert_eq!(reply.status == 200, reply.text().contains("hunter2"), "{}", reply.text());
    reply.status.as_u16()
}

/// The pipeline's rules, oldest first, as its page has them.
async fn rules(app: &App, pipeline: Uuid) -> Vec<TrustRule> {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline.rules
}

/// Deletes the pipeline's oldest rule; gives what is said of it.
async fn delete_first(app: &App, pipeline: Uuid) -> String {
    let editor = app.evidence(&app.owner, "acme").await.can::<of::PipelineWrite>().unwrap();
    let rule = rules(app, pipeline).await[0].id;
    app.vault.delete_rule(&editor, pipeline, rule).await.unwrap()
}

/// Makes the rules to what they were before there were salts; gives the project's secret of then.
async fn before_salts(app: &App) -> String {
    assert!(app.raw("UPDATE trust_rule SET public_key = NULL").await > 0);
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let message = [b"regcred/drone-secret/v1".as_slice(), project.as_bytes()].concat();
    let keys = unlock_as_it_is(app.vault.store(), app.key_source()).await.unwrap();
    let mac = keys.ring().mac(&message);
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn deleting_every_rule_for_drone_ends_its_secret_and_the_next_rule_has_another() {
    let (app, pipeline, _) = granted().await;
    let first = drone_rule(&app, pipeline, "7").await;
    let (elsewhere, _) = app.bare_pipeline("elsewhere").await;
    another_drone_rule(&app, elsewhere, "8").await;
    assert_eq!(asked(&app, &first, 8).await, 204, "a project has one secret");
    let said = delete_first(&app, elsewhere).await;
    assert!(said.contains("works until the other Drone rules"), "{said}");
    assert_eq!(asked(&app, &first, 7).await, 200, "another rule still has it");

    let said = delete_first(&app, pipeline).await;
    assert!(!said.contains("secret"), "{said}");
    assert_eq!(asked(&app, &first, 7).await, 403);
    let second = drone_rule(&app, pipeline, "7").await;
    assert_ne!(second, first);
    assert_eq!((asked(&app, &first, 7).await, asked(&app, &second, 7).await), (403, 200));
}

#[tokio::test]
async fn the_secret_outlives_a_rotation_and_a_renewed_one_is_of_the_new_key_alone() {
    let (app, pipeline, _) = granted().await;
    let first = drone_rule(&app, pipeline, "7").await;
    let admin = app.vault.person(app.owner.person.unwrap()).await.unwrap();
    let admin = admin.instance_admin().unwrap();
    app.vault.rotate_data_key(&admin, KeyPurpose::Audit).await.unwrap();
    while app.vault.tend_keys_once().await.unwrap() {}
    app.vault.retire_data_key(&admin, KeyPurpose::Audit, 1).await.unwrap();
    assert_eq!(asked(&app, &first, 7).await, 200);
    let salts = "SELECT COUNT(*) FROM trust_rule WHERE public_key LIKE '2.%'";
    assert_eq!(app.scalar_i64(salts).await, 0);
    delete_first(&app, pipeline).await;
    let second = drone_rule(&app, pipeline, "7").await;
    assert_eq!(app.scalar_i64(salts).await, 1);
    assert_eq!((asked(&app, &first, 7).await, asked(&app, &second, 7).await), (403, 200));
}

#[tokio::test]
async fn two_first_rules_at_once_have_one_secret() {
    let (app, pipeline, _) = granted().await;
    let (one, other) =
        tokio::join!(post_drone_rule(&app, pipeline, "7"), post_drone_rule(&app, pipeline, "8"));
    let (shows, hides) =
        if one.location().contains("?secret=") { (one, other) } else { (other, one) };
    assert!(hides.location().contains("?said="), "{}", hides.location());
    let (secret, _) = shown_by(&app, &shows).await;
    assert_eq!((asked(&app, &secret, 7).await, asked(&app, &secret, 8).await), (200, 200));
}

#[tokio::test]
async fn a_renewed_secret_is_shown_once_and_ends_the_one_before_for_every_pipeline() {
    let (app, pipeline, _) = granted().await;
    let first = drone_rule(&app, pipeline, "7").await;
    let (elsewhere, _) = app.bare_pipeline("elsewhere").await;
    another_drone_rule(&app, elsewhere, "8").await;
    let id = pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", id.as_str()), ("password", PASSWORD)];
    let wrong = [form[0], form[1], ("password", "wrong password")];
    assert_eq!(app.owner.post_json_accept(RENEW, &wrong).await.status, 422);
    assert_eq!(asked(&app, &first, 7).await, 200);
    let reply = app.owner.post_form(RENEW, &form).await;
    let (second, location) = shown_by(&app, &reply).await;
    assert_ne!(second, first);
    assert!(!app.owner.get(&location).await.text().contains(&second));
    // The other pipeline has no grant.
    for (repository, status) in [(7, 200), (8, 204)] {
        assert_eq!(asked(&app, &first, repository).await, 403, "{repository}");
        assert_eq!(asked(&app, &second, repository).await, status, "{repository}");
    }
    let (none, _) = app.bare_pipeline("none").await;
    let none = none.to_string();
    let form = [form[0], ("pipeline", none.as_str()), form[2]];
    assert_eq!(app.owner.post_json_accept(RENEW, &form).await.status, 409);
}

#[tokio::test]
async fn the_secret_of_rules_from_before_salts_ends_with_the_last_of_them() {
    let (app, pipeline, _) = granted().await;
    let salted = drone_rule(&app, pipeline, "7").await;
    let old = before_salts(&app).await;
    assert_ne!(old, salted);
    assert_eq!((asked(&app, &old, 7).await, asked(&app, &salted, 7).await), (200, 403));

    // Drone has one secret for both repositories, and is told the new one when it suits.
    let new = drone_rule(&app, pipeline, "8").await;
    assert_ne!(new, old);
    for secret in [&old, &new] {
        for repository in [7, 8] {
            assert_eq!(asked(&app, secret, repository).await, 200);
        }
    }
    delete_first(&app, pipeline).await;
    assert_eq!((asked(&app, &old, 8).await, asked(&app, &new, 8).await), (403, 200));
}

#[tokio::test]
async fn a_rule_whose_salt_cannot_be_read_lets_nobody_in() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let old = before_salts(&app).await;
    for salt in ["", "-", "AAAA"] {
        let set = format!("UPDATE trust_rule SET public_key = '{salt}'");
        assert_eq!(app.raw(&set).await, 1);
        for key in [secret.as_str(), &old, ""] {
            assert_eq!(asked(&app, key, 7).await, 403, "{salt}");
        }
    }
}

#[tokio::test]
async fn a_salt_is_never_shown_and_is_not_a_public_key() {
    let (app, pipeline, _) = granted().await;
    let (_, location) = shown_once(&app, pipeline, "7").await;
    let salt = app.database.scalar_text("SELECT public_key FROM trust_rule").await;
    assert_eq!(salt.len(), 24, "16 bytes");
    assert_eq!(rules(&app, pipeline).await[0].public_key, None);
    let (plain, _) = location.split_once('?').unwrap();
    for path in [&*location, plain] {
        let page = app.owner.get(path).await.text();
        assert!(page.contains("Trust rules") && !page.contains(&salt), "{path}");
    }
}

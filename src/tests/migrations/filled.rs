//! What the steps make of the rows that were there before them.

use crate::database::Database;
use regcred::domain::issuer::is_built_in;
use regcred::domain::moment::{Day, Moment};
use regcred::migrations::Migrator;
use regcred::store::{RowMacs, Store, Tampered, Unrecorded};
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

#[tokio::test]
async fn grants_of_a_protected_credential_that_only_pulls_run_on_and_need_an_approval_from_now_on()
{
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "approvals_hold_for_identities").await;
    let id = |number: u128| database.id(Uuid::from_u128(number));
    let credential = |number: u128, is_protected: &str| {
        format!(
            "INSERT INTO credential (id, project_id, name, name_key, search_key, description, host,
                is_insecure, method, username, access, email, paths, owner, environment, labels,
                is_protected, secret_version, secret_set_at, secret_set_by, revision, created_at,
                created_by, updated_at, updated_by)
             VALUES ({}, {}, 'c{number}', 'c{number}', '', '', 'ghcr.io', FALSE, 'password', 'x',
                'pull', '', '[]', 'x', '', '[]', {is_protected}, 1, 1, 'x', 1, 1, 'x', 1, 'x')",
            id(number),
            id(1)
        )
    };
    let grant = |number: u128, credential: u128, is_narrow: &str| {
        format!(
            "INSERT INTO access_grant (id, project_id, pipeline_id, credential_id, intent, created_at, created_by, is_narrow, needs_approval)
             VALUES ({}, {}, {}, {}, 'pull', 1, 'x', {is_narrow}, FALSE)",
            id(number), id(1), id(number + 100), id(credential)
        )
    };
    for sql in [
        credential(20, "TRUE"),
        credential(21, "FALSE"),
        grant(10, 20, "FALSE"),
        // It never hands out the secret.
        grant(11, 20, "TRUE"),
        grant(12, 21, "FALSE"),
    ] {
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    Migrator::up(&db, None).await.unwrap();
    let approved = "SELECT COUNT(*) FROM access_grant WHERE needs_approval
        AND approver = 'the upgrade' AND approved_by IS NULL AND approved_at IS NOT NULL
        AND approved_epoch = 0";
    assert_eq!(database.scalar_i64(approved).await, 1);
    let until = format!("SELECT approved_until FROM access_grant WHERE id = {}", id(10));
    let until = Day::parse(&database.scalar_text(&until).await).unwrap();
    let today = Moment(OffsetDateTime::now_utc().unix_timestamp() * 1_000).day();
    assert!((364..=365).contains(&until.days_after(today)), "{}", until.to_text());
    let others = "SELECT COUNT(*) FROM access_grant WHERE NOT needs_approval AND approver IS NULL";
    assert_eq!(database.scalar_i64(others).await, 2);
    sealed(&database).await;
}

#[tokio::test]
async fn grants_that_wait_are_found_and_those_that_were_settled_are_not_looked_at() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "rejected_approvals").await;
    let id = |number: u128| database.id(Uuid::from_u128(number));
    let pipeline = format!(
        "INSERT INTO pipeline (id, project_id, name, name_key, description, created_at, created_by, identity_epoch)
         VALUES ({}, {}, 'ci', 'ci', '', 1, 'x', 7)",
        id(2), id(1)
    );
    assert_eq!(database.raw(&pipeline).await, 1);
    for (number, needs_approval, until, epoch) in [
        (10, "FALSE", "NULL", "NULL"),
        (11, "TRUE", "NULL", "NULL"),
        (12, "TRUE", "'2099-01-31'", "7"),
        // Somebody acts as the pipeline since.
        (13, "TRUE", "'2099-01-31'", "6"),
    ] {
        let sql = format!(
            "INSERT INTO access_grant (id, project_id, pipeline_id, credential_id, intent, created_at, created_by, needs_approval, approved_until, approved_epoch)
             VALUES ({}, {}, {}, {}, 'pull', 1, 'x', {needs_approval}, {until}, {epoch})",
            id(number), id(1), id(2), id(number + 100)
        );
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    Migrator::up(&db, None).await.unwrap();
    for (number, settled_until) in [(10, "9999-12-31"), (11, ""), (12, "2099-01-31"), (13, "")] {
        let sql = format!("SELECT settled_until FROM access_grant WHERE id = {}", id(number));
        assert_eq!(database.scalar_text(&sql).await, settled_until, "{number}");
    }
    sealed(&database).await;
}

#[tokio::test]
async fn rules_for_woodpecker_that_pushed_still_push_and_others_pull() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "intent_of_a_rule").await;
    let id = |number: u128| database.id(Uuid::from_u128(number));
    for (number, provider) in [(10, "woodpecker"), (11, "drone"), (12, "github")] {
        let sql = format!(
            "INSERT INTO trust_rule (id, project_id, pipeline_id, provider, issuer, audience, claims, created_at, created_by)
             VALUES ({}, {}, {}, '{provider}', '', '', '{{}}', 1, 'x')",
            id(number), id(1), id(2)
        );
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    Migrator::up(&db, None).await.unwrap();
    let push = "SELECT provider FROM trust_rule WHERE intent = 'pull_push'";
    assert_eq!(database.scalar_text(push).await, "woodpecker");
    let pull = "SELECT COUNT(*) FROM trust_rule WHERE intent = 'pull'";
    assert_eq!(database.scalar_i64(pull).await, 2);
    sealed(&database).await;
}

/// MACs that tell every difference, without a key.
#[derive(Debug)]
pub(super) struct PlainMacs {
    pub(super) are_rows_sealed: bool,
}

impl RowMacs for PlainMacs {
    fn seal(&self, message: &[u8]) -> Option<String> {
        Some(format!("{message:?}"))
    }

    fn holds(&self, message: &[u8], mac: &str) -> bool {
        self.seal(message).as_deref() == Some(mac)
    }

    fn are_rows_sealed(&self) -> bool {
        self.are_rows_sealed
    }
}

/// The database once its rows were sealed, as the first server of this version does it: after the
/// last step, so that what the steps changed is ours.
async fn sealed(database: &Database) -> Store {
    let store = Store::connect(&database.address).await.unwrap();
    store.set_row_macs(Arc::new(PlainMacs { are_rows_sealed: false }));
    let write = store.write().await.unwrap();
    assert!(write.seal_rows().await.unwrap() > 0);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    store.set_row_macs(Arc::new(PlainMacs { are_rows_sealed: true }));
    assert_eq!(store.tampered_rows().await.unwrap(), Tampered::default());
    store
}

/// Takes the schema back to before the step whose name ends so.
pub(super) async fn back_to_before(db: &DatabaseConnection, step: &str) {
    let steps = Migrator::migrations();
    let at = steps.iter().position(|one| one.name().ends_with(step)).unwrap();
    Migrator::down(db, Some(u32::try_from(steps.len() - at).unwrap())).await.unwrap();
}

#[tokio::test]
async fn the_upgrade_puts_the_issuers_of_rules_on_the_list_so_that_nothing_stops() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "_issuers").await;
    let issuers = [
        "https://gitlab.example.com",
        "https://GitLab.example.com/",
        "https://sso.example.com/realms/Acme/",
        // Who signs requests has none, and known clouds need no entry.
        "",
        "https://gitlab.com",
        "https://token.actions.githubusercontent.com/acme",
        "https://gitlab.com.example.com",
    ];
    for (number, issuer) in (1..).zip(issuers) {
        let id = |number: u128| database.id(Uuid::from_u128(number));
        let sql = format!(
            "INSERT INTO trust_rule (id, project_id, pipeline_id, provider, issuer, audience, claims, created_at, created_by)
             VALUES ({}, {}, {}, 'oidc', '{issuer}', 'a', '{{}}', 1, 'Mia')",
            id(number), id(100), id(200)
        );
        assert_eq!(database.raw(&sql).await, 1, "{issuer}");
    }
    Migrator::up(&db, None).await.unwrap();
    let store = sealed(&database).await;
    let listed = store.issuers().list(10).await.unwrap();
    let urls: Vec<&str> = listed.iter().map(|issuer| issuer.url.as_str()).collect();
    let expected = [
        "https://gitlab.com.example.com",
        "https://gitlab.example.com",
        "https://sso.example.com/realms/Acme",
    ];
    assert_eq!(urls, expected);
    assert!(listed.iter().all(|issuer| issuer.is_from_upgrade && issuer.added_by.id.is_none()));
    for issuer in issuers.into_iter().filter(|issuer| !issuer.is_empty()) {
        let is_accepted = is_built_in(issuer) || store.issuers().has(issuer).await.unwrap();
        assert!(is_accepted, "{issuer} would stop");
    }
}

#[tokio::test]
async fn fingerprints_of_before_are_of_the_first_key() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "keys_of_fingerprints").await;
    let (id, bytes) = (database.id(Uuid::from_u128(1)), database.bytes(&[7; 32]));
    let insert = |version: u8| {
        format!(
            "INSERT INTO secret_version (id, project_id, credential_id, version, created_at, created_by, fingerprint)
             VALUES ({}, {id}, {id}, {version}, 1, 'Mia', {bytes})",
            database.id(Uuid::from_u128(version.into()))
        )
    };
    assert_eq!(database.raw(&insert(1)).await, 1);
    Migrator::up(&db, None).await.unwrap();
    // A server of the version before still runs.
    assert_eq!(database.raw(&insert(2)).await, 1);
    let first = "SELECT COUNT(*) FROM secret_version WHERE fingerprint_key = 1";
    assert_eq!(database.scalar_i64(first).await, 2);
}

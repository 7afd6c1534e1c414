//! That nothing is forgotten: each way to hand out access reads the right again where it writes, and
//! each column that names a person is one that a departure knows.

use crate::app::{App, PASSWORD};
use crate::rooms::sources;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use regcred::vault::SecretInput;

/// What names a person by id, and what becomes of it when they leave: it ends or is listed with
/// them, or it is theirs and no way in.
const NAMED: [(&str, &str); 15] = [
    ("pipeline_token", "created_by_id"),
    ("trust_rule", "created_by_id"),
    ("access_grant", "granted_by"),
    ("access_grant", "approved_by"),
    // Who approves it looks whether they still may.
    ("guard_change", "proposed_by"),
    ("shared_secret_view", "person_id"),
    // Each entry is listed for other admins to decide on.
    ("issuer", "added_by_id"),
    // The token that they were shown ends, and what they added is listed.
    ("destination", "made_by_id"),
    ("membership", "person_id"),
    ("session", "person_id"),
    ("slot", "person_id"),
    // Each says who did something, and hands out nothing.
    ("review", "opened_by_id"),
    ("review_item", "decided_by_id"),
    ("finding", "accepted_by_id"),
    // It says how far somebody has read.
    ("notification_seen", "person_id"),
];

#[tokio::test]
async fn every_column_that_names_a_person_is_one_that_a_departure_knows() {
    let app = App::new().await;
    let columns = if app.database.is_embedded() {
        "(SELECT m.name AS t, p.name AS c, p.type AS k FROM sqlite_master m
            JOIN pragma_table_info(m.name) p WHERE m.type = 'table') AS x WHERE k = 'uuid_text'"
    } else {
        "(SELECT table_name AS t, column_name AS c, udt_name AS k FROM information_schema.columns
            WHERE table_schema = 'public') AS x WHERE k = 'uuid'"
    };
    let names = format!(
        "FROM {columns} AND (c LIKE '%_by' OR c LIKE '%_by_id' OR c LIKE '%person_id')
        AND NOT (t = 'job' AND c = 'locked_by')"
    );
    let known: Vec<String> =
        NAMED.iter().map(|(table, column)| format!("(t = '{table}' AND c = '{column}')")).collect();
    let known = known.join(" OR ");
    let all = app.scalar_i64(&format!("SELECT COUNT(*) {names}")).await;
    let found = app.scalar_i64(&format!("SELECT COUNT(*) {names} AND ({known})")).await;
    let expected = i64::try_from(NAMED.len()).unwrap();
    assert_eq!((found, all), (expected, expected), "say what becomes of it in NAMED");
}

#[test]
fn whoever_hands_out_access_or_typed_their_password_writes_with_a_right_that_is_read_again() {
    let mut seen = 0;
    for source in sources().into_iter().filter(|source| source.path.starts_with("src/vault/")) {
        let code: String = source.code.split_whitespace().collect();
        for function in code.split("asyncfn").skip(1) {
            let head = function.split('{').next().unwrap();
            // It is what reads the right again.
            let is_it = head.starts_with("write_as(");
            let is_such = head.contains("&Granter") || head.contains(":Confirmed");
            if is_such && !is_it {
                seen += 1;
                let reads_none = ["store.write", "self.write_in("];
                let is_found = reads_none.iter().any(|begin| function.contains(begin));
                assert!(!is_found, "{}: {head}", source.path);
            }
        }
    }
    assert!(seen > 5, "the wall guards nothing");
}

#[tokio::test]
async fn a_right_that_ends_between_the_password_and_the_write_makes_nothing() {
    for (loss, expected) in [
        ("DELETE FROM membership WHERE role = 'maintainer'", regcred::Error::NotFound),
        ("UPDATE membership SET role = 'viewer'", regcred::Error::Forbidden),
        ("UPDATE person SET disabled_at = 1 WHERE name = 'maintainer'", regcred::Error::NotFound),
    ] {
        let app = App::new().await;
        let (pipeline, _) = app.bare_pipeline("build").await;
        let maintainer = app.member(Role::Maintainer, "acme").await;
        let member = app.evidence(&maintainer, "acme").await;
        let granter = app.vault.reauthenticate(&member, PASSWORD).await.unwrap();
        assert!(app.raw(loss).await > 0);
        let made = app.vault.create_token(&granter, pipeline, "", "30").await;
        assert_eq!(made.map(drop), Err(expected), "{loss}");
        let tokens = "SELECT COUNT(*) FROM pipeline_token WHERE created_by = 'maintainer'";
        assert_eq!(app.scalar_i64(tokens).await, 0);
    }
}

#[tokio::test]
async fn a_right_that_ends_between_the_password_and_the_write_destroys_nothing() {
    for (loss, expected) in [
        ("DELETE FROM membership WHERE person_id = ?", regcred::Error::NotFound),
        (
            "UPDATE membership SET role = 'maintainer' WHERE person_id = ?",
            regcred::Error::Forbidden,
        ),
        ("UPDATE person SET disabled_at = 1 WHERE id = ?", regcred::Error::NotFound),
    ] {
        let app = App::new().await;
        let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
        let (pipeline, _) = app.bare_pipeline("build").await;
        let leaving = app.new_member("leaving", Role::Owner).await;
        let member = app.evidence(&leaving, "acme").await;
        let person = app.database.id(member.person().id);
        let confirmed = app.vault.confirm(member.person(), PASSWORD).await.unwrap();
        let of_credentials = member.can::<of::RegistryDelete>().unwrap();
        let of_pipelines = member.can::<of::PipelineDelete>().unwrap();
        assert_eq!(app.raw(&loss.replace('?', &person)).await, 1, "{loss}");
        let vault = &app.vault;
        let done = [
            vault.delete_credential(&of_credentials, confirmed, credential, "ghcr").await,
            vault.destroy_version(&of_credentials, confirmed, credential, 1).await,
            vault.delete_pipeline(&of_pipelines, confirmed, pipeline, "build").await,
        ];
        for done in done {
            assert_eq!(done, Err(expected.clone()), "{loss}");
        }
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 1);
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline").await, 1);
    }
}

#[tokio::test]
async fn a_right_that_ends_before_the_write_says_nothing_of_which_secret_is_delivered() {
    for (loss, expected) in [
        ("DELETE FROM membership WHERE role = 'maintainer'", regcred::Error::NotFound),
        ("UPDATE membership SET role = 'viewer'", regcred::Error::Forbidden),
        ("UPDATE person SET disabled_at = 1 WHERE name = 'maintainer'", regcred::Error::NotFound),
    ] {
        let app = App::new().await;
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
        let maintainer = app.member(Role::Maintainer, "acme").await;
        let editor = app.evidence(&maintainer, "acme").await.can::<of::RegistryWrite>().unwrap();
        assert!(app.raw(loss).await > 0);
        let (vault, form) = (&app.vault, CredentialForm::default());
        let secret = SecretInput { password: "second".into(), ..SecretInput::default() };
        let done = [
            vault.create_credential(&editor, &form, &secret).await.map(drop),
            vault.update_credential(&editor, id, 1, &form, &secret).await.map(drop),
            vault.make_current(&editor, id, 1).await.map(drop),
        ];
        for done in done {
            assert_eq!(done, Err(expected.clone()), "{loss}");
        }
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM secret_version").await, 1);
    }
}

#[tokio::test]
async fn who_manages_the_instance_no_more_changes_no_issuer() {
    let app = App::new().await;
    let person = app.vault.person(app.owner.person.unwrap()).await.unwrap();
    let admin = person.instance_admin().unwrap();
    let issuer = app.vault.add_issuer(&admin, "https://issuer.example.com").await.unwrap();
    app.raw("UPDATE person SET is_admin = FALSE").await;
    let forbidden = || Err(regcred::Error::Forbidden);
    let added = app.vault.add_issuer(&admin, "https://other.example.com").await;
    assert_eq!(added.map(drop), forbidden());
    assert_eq!(app.vault.remove_issuer(&admin, issuer.id).await.map(drop), forbidden());
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM issuer").await, 1);
}

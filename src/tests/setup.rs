//! The first run: a link that works once, and makes the first person.

use crate::app::{App, OWNER, PASSWORD};
use crate::rooms::sources;

#[tokio::test]
async fn a_set_up_link_works_once() {
    let app = App::not_set_up().await;
    let first = app.vault.new_setup_link().await.unwrap().unwrap();
    let link = app.vault.new_setup_link().await.unwrap().unwrap();
    let set_up = async |link: &str, password: &str| {
        let form = [
            ("link", link),
            ("project_name", "Acme"),
            ("name", "Olga"),
            ("email", OWNER),
            ("password", password),
        ];
        app.nobody().post_json_accept("/rpc/setup/create", &form).await
    };
    for (void, why) in [(first.as_str(), "older"), ("", "empty"), ("guess", "guessed")] {
        assert_eq!(set_up(void, PASSWORD).await.status, 409, "{why}");
        assert!(
            app.nobody()
                .get(&format!("/setup?link={void}"))
                .await
                .text()
                .contains("This link does not work")
        );
    }
    let weak = set_up(&link, "too short").await;
    assert_eq!(weak.status, 422);
    assert!(weak.at("password").is_some(), "a refused form does not use the link up");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM person").await, 0);
    // Two at once are one.
    let (one, other) = tokio::join!(set_up(&link, PASSWORD), set_up(&link, PASSWORD));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(set_up(&link, PASSWORD).await.status, 409);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM person").await, 1);
    assert!(app.vault.new_setup_link().await.unwrap().is_none(), "a new link after the set-up");
}

#[tokio::test]
async fn an_expired_set_up_link_is_refused() {
    let app = App::not_set_up().await;
    let link = app.vault.new_setup_link().await.unwrap().unwrap();
    assert!(
        app.nobody()
            .get(&format!("/setup?link={}", link.as_str()))
            .await
            .text()
            .contains("Create and sign in")
    );
    assert_eq!(app.raw("UPDATE instance SET until = 1 WHERE name = 'setup_link'").await, 1);
    let form = [
        ("link", link.as_str()),
        ("project_name", "Acme"),
        ("name", "Olga"),
        ("email", OWNER),
        ("password", PASSWORD),
    ];
    assert_eq!(app.nobody().post_json_accept("/rpc/setup/create", &form).await.status, 409);
    let kept =
        app.database.scalar_text("SELECT value FROM instance WHERE name = 'setup_link'").await;
    assert!(!kept.contains(link.as_str()), "the database holds the link itself");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM person").await, 0);
}

#[tokio::test]
async fn a_password_that_others_would_guess_is_refused() {
    let app = App::not_set_up().await;
    let link = app.vault.new_setup_link().await.unwrap().unwrap();
    let email = "dana.kim@example.com";
    for guessed in
        ["passwordpassword", "123456789012", email, "RegcredRegcred", "dana kim dana kim"]
    {
        let form = [
            ("link", link.as_str()),
            ("project_name", "Acme"),
            ("name", "Dana Kim"),
            ("email", email),
            ("password", guessed),
        ];
        let reply = app.nobody().post_json_accept("/rpc/setup/create", &form).await;
        assert!(reply.status == 422, "{guessed}");
        let said = reply.at("password").unwrap();
        assert!(said.contains("Choose another one") && !said.contains(guessed), "{said}");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM person").await, 0);
}

#[test]
fn wherever_a_password_is_set_it_is_looked_at() {
    // Signing in hashes the password anew that is right already.
    for source in sources().into_iter().filter(|one| one.path != "src/vault/sign_in.rs") {
        let hashed = source.code.matches("self.passwords.hash(").count();
        let checked = source.code.matches("password_problem(password").count();
        assert!(hashed <= checked, "{} sets a password that nobody has looked at", source.path);
    }
}

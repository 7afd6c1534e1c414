//! The notice that the encryption key lies beside the data: whom it is for, and until when.

use crate::app::App;
use crate::browser::Browser;
use regcred::crypto::kek::Kek;
use regcred::domain::user::Role;
use regcred::store::Store;
use regcred::vault::{KeySource, Settings, Vault, unlock};

const LIST: &str = "/p/acme/credentials";
const NOTICE: &str = "The encryption key is a file next to the data.";

/// The same instance with these keys, of which the current one is a file beside the data.
async fn beside_the_data(app: &App, source: KeySource, of: &Browser) -> Browser {
    let store = Store::connect(&app.address).await.unwrap();
    let keys = unlock(&store, source).await.unwrap();
    let address = app.vault.settings().address.clone();
    let settings = Settings { address, has_local_key: true, ..Settings::default() };
    let mut browser =
        Browser::new(&regcred::server::router(&Vault::new(store, keys, settings), &[]));
    browser.cookie.clone_from(&of.cookie);
    browser
}

async fn is_told(browser: &Browser) -> bool {
    browser.get(LIST).await.text().contains(NOTICE)
}

#[tokio::test]
async fn only_who_manages_the_instance_is_told_to_back_up_the_key() {
    let app = App::new().await;
    assert!(!is_told(&app.owner).await, "this key is the operator's");
    let admin = beside_the_data(&app, app.key_source(), &app.owner).await;
    assert!(is_told(&admin).await);
    let owner = app.member(Role::Owner, "acme").await;
    assert!(!is_told(&beside_the_data(&app, app.key_source(), &owner).await).await);
}

#[tokio::test]
async fn who_has_a_backup_is_told_no_more_until_there_is_a_new_key() {
    let app = App::new().await;
    let admin = beside_the_data(&app, app.key_source(), &app.owner).await;
    let unmarked = admin.get("/admin/keys").await.text();
    assert!(unmarked.contains("Nobody has marked this file as backed up."));
    let page = format!("{LIST}?q=ghcr");
    let reply = admin.post_form("/rpc/keys/backed-up", &[("next", page.as_str())]).await;
    assert!(reply.location().starts_with(&format!("{page}&said=")), "{}", reply.location());
    assert!(!is_told(&admin).await);
    let marked = admin.get("/admin/keys").await.text();
    assert!(marked.contains("Olga Owner has a backup of this file."), "{marked}");

    let source =
        KeySource { current: Some(Kek::generate().unwrap()), previous: app.key_source().current };
    let admin = beside_the_data(&app, source, &app.owner).await;
    assert!(is_told(&admin).await, "the copy is of the key before");
}

#[tokio::test]
async fn the_mark_leads_back_to_pages_of_ours_only() {
    let app = App::new().await;
    let form = [("next", "https://evil.example.com/")];
    let reply = app.owner.post_form("/rpc/keys/backed-up", &form).await;
    assert!(reply.location().starts_with("/admin/keys?said="), "{}", reply.location());
}

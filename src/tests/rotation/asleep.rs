//! Servers that slept while the key for the audit log was changed and the old one retired: what they make is
//! under the new key, and what they meet is judged with it.

use super::audit::{assert_all_is_ours, project, rotate};
use super::{admin, tend, with_secrets};
use crate::app::{App, OWNER, SITE, auths};
use regcred::domain::key::KeyPurpose::Audit;
use regcred::store::{Store, Unrecorded};
use regcred::vault::{Settings, Vault, unlock};

/// Another server, which has read the keys that there are now, and is not told of others.
async fn server(app: &App, settings: Settings) -> Vault {
    let store = Store::connect(&app.address).await.unwrap();
    let keys = unlock(&store, app.key_source()).await.unwrap();
    Vault::new(store, keys, Settings { address: SITE.to_owned(), ..settings })
}

/// Every row is under the new key, and the old one is retired.
async fn retire(app: &App) {
    tend(app).await;
    app.vault.retire_data_key(&admin(app).await, Audit, 1).await.unwrap();
    // A server reads the keys again a moment later.
    app.vault.ask_for_work().await.unwrap();
}

#[tokio::test]
async fn the_proof_that_receipts_were_removed_is_under_the_key_in_use() {
    for knows_the_new_key in [true, false] {
        let (app, token) = with_secrets(1).await;
        assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 1);
        let settings = || Settings { retention: Some(0), ..Settings::default() };
        let mut asleep = server(&app, settings()).await;
        rotate(&app).await;
        if knows_the_new_key {
            asleep = server(&app, settings()).await;
        }
        retire(&app).await;
        asleep.remove_old_receipts().await.unwrap();
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM removed_links").await, 1);
        assert_all_is_ours(&app).await;
    }
}

#[tokio::test]
async fn people_members_and_the_rest_are_ours_at_the_first_look() {
    let (app, _) = with_secrets(1).await;
    let (project, person) = (project(&app).await, app.owner.person.unwrap());
    let credential = app.find_credential(&app.owner, "acme", "c0").await;
    let mut asleep = Vec::new();
    for _ in 0..4 {
        asleep.push(server(&app, Settings::default()).await);
    }
    rotate(&app).await;
    retire(&app).await;
    let servers: [Vault; 4] = asleep.try_into().unwrap();
    let [first, second, third, fourth] = servers;
    let account = first.store().people().account(OWNER).await.unwrap();
    assert!(account.is_some_and(|(_, is_ours)| is_ours));
    let belonging = second.store().projects().of_person(person).await.unwrap();
    assert!(belonging.is_some_and(|(_, projects)| projects.len() == 1));
    let found = third.store().credentials(project).find(credential).await.unwrap();
    assert!(found.is_some());
    // What was looked at again is committed.
    let write = fourth.store().write().await.unwrap();
    assert!(write.projects().role_now(project, person).await.unwrap().is_some());
    write.commit_without_event(Unrecorded::Test).await.unwrap();
}

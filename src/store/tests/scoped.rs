//! What one project has is out of the reach of every other.

use super::super::*;
use super::{GIVER, OTHER, PIPELINE, PROJECT, Scene};
use crate::domain::audit::Subject;
use crate::domain::credential::Access;
use crate::domain::grant::Terms;

#[tokio::test]
async fn a_row_of_another_project_is_not_found_changed_or_removed() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let write = scene.store.write().await.unwrap();
    let renamed = || CredentialChanges { name: Set("quay".to_owned()), ..Default::default() };
    let others = write.credentials(OTHER);
    assert_eq!(others.find(ghcr).await.unwrap(), None);
    assert_eq!(others.lock(ghcr).await.unwrap(), None);
    assert!(!others.update(ghcr, renamed()).await.unwrap());
    assert!(!others.delete(ghcr).await.unwrap());
    assert!(!write.pipelines(OTHER).delete(PIPELINE).await.unwrap());

    let own = write.credentials(PROJECT);
    assert!(own.update(ghcr, renamed()).await.unwrap());
    assert_eq!(own.find(ghcr).await.unwrap().unwrap().summary.name, "quay");
    assert!(own.delete(ghcr).await.unwrap());
    assert!(!own.delete(ghcr).await.unwrap());
}

#[tokio::test]
async fn a_row_belongs_to_the_project_of_its_handle_whatever_it_says() {
    let scene = Scene::new().await;
    let write = scene.store.write().await.unwrap();
    let text = |text: &str| Set(text.to_owned());
    let row = entity::pipeline::ActiveModel {
        id: Set(GIVER),
        project_id: Set(OTHER),
        name: text("deploy"),
        name_key: text("deploy"),
        description: text(""),
        search_key: text("deploy"),
        rules_key: text(""),
        created_at: Set(0),
        created_by: text("Olga"),
        identity_epoch: Set(0),
        identities: Set(0),
        revision: Set(1),
        mac: sea_orm::ActiveValue::NotSet,
    };
    write.pipelines(PROJECT).0.insert(row).await.unwrap();
    assert_eq!(write.pipelines(OTHER).subject(GIVER).await.unwrap(), None);
    let named = write.pipelines(PROJECT).subject(GIVER).await.unwrap();
    assert_eq!(named, Some(Subject { id: GIVER, name: "deploy".to_owned() }));
}

#[tokio::test]
async fn a_grant_is_revoked_through_its_own_pipeline_and_project_only() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let grant = scene.grant(ghcr, Terms::plain(Access::Pull)).await.unwrap();
    let write = scene.store.write().await.unwrap();
    assert_eq!(write.grants(OTHER).delete(PIPELINE, grant).await.unwrap(), None);
    assert_eq!(write.grants(PROJECT).delete(OTHER, grant).await.unwrap(), None);
    assert_eq!(write.grants(PROJECT).delete(PIPELINE, grant).await.unwrap(), Some(ghcr));
    assert_eq!(write.grants(PROJECT).delete(PIPELINE, grant).await.unwrap(), None);
}

#[tokio::test]
async fn subjects_are_the_names_of_what_there_is() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let credentials = scene.store.credentials(PROJECT);
    let subject = credentials.subject(ghcr).await.unwrap().unwrap();
    assert_eq!((subject.id, subject.name.as_str()), (ghcr, "ghcr"));
    assert_eq!(credentials.subject(PIPELINE).await.unwrap(), None);
    assert_eq!(scene.store.credentials(OTHER).subject(ghcr).await.unwrap(), None);
}

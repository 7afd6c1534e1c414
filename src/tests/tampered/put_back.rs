//! A row that was changed, then written by us, and put back as it was before.

use super::Scene;
use regcred::store::Unrecorded;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_row_that_was_changed_when_we_wrote_it_stays_nobodys_when_it_is_put_back() {
    let scene = Scene::new().await;
    let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let store = scene.app.vault.store();
    let low = scene.id(scene.low);
    let set = async |change: &str| {
        let sql = format!("UPDATE access_grant SET {change} WHERE pipeline_id = {low}");
        assert_eq!(scene.app.tamper(&sql).await, 1, "{sql}");
    };
    assert_eq!(scene.everything_of(&scene.token).await, BTreeSet::from([2]));
    set("created_by = created_by || '-2'").await;
    let write = store.write().await.unwrap();
    write.grants(project).note_other_credential(scene.plain, 1).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    set("created_by = 'Olga Owner', revision = 0").await;
    assert_eq!(scene.everything_of(&scene.token).await, BTreeSet::new());
    assert_eq!(scene.found().await.rows, 1);
}

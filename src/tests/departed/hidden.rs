//! What was hidden, while its maker left, by an edit of the database.

use super::{Scene, losses};
use uuid::Uuid;

#[tokio::test]
async fn what_hid_while_its_maker_left_does_not_come_back() {
    let scene = Scene::new().await;
    let at = scene.app.nobody();
    let short = scene.exchanged().await.unwrap();
    assert_eq!(scene.ways(&at, &short).await, [true; 4]);
    let id = |person: Option<Uuid>| scene.app.database.id(person.unwrap());
    let (maker, other) = (id(scene.maintainer.person), id(Some(Uuid::now_v7())));
    let given_away = async |from: &str, to: &str| {
        for table in ["pipeline_token", "trust_rule"] {
            let sql =
                format!("UPDATE {table} SET created_by_id = {to} WHERE created_by_id = {from}");
            assert!(scene.app.tamper(&sql).await > 0, "{sql}");
        }
    };
    given_away(&maker, &other).await;
    scene.operate(&losses(&scene.email)[2]).await.done();
    given_away(&other, &maker).await;
    assert_eq!(scene.ways(&at, &short).await, [false; 4]);
    assert_eq!(scene.exchanged().await, None);
}

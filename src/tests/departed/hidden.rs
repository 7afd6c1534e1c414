//! What was hidden, while its maker left, by an edit of the database.

use super::{Scene, losses};
use regcred::domain::user::Role;
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

#[tokio::test]
async fn what_a_departure_found_once_ends_no_job_at_the_next_one() {
    let scene = Scene::new().await;
    let at = scene.app.nobody();
    let short = scene.exchanged().await.unwrap();
    let maker = scene.app.database.id(scene.maintainer.person.unwrap());
    let sql = format!(
        "UPDATE pipeline_token SET created_at = created_at + 1
            WHERE expires_at IS NULL AND created_by_id <> {maker}"
    );
    assert_eq!(scene.app.tamper(&sql).await, 1);
    // Neither has made anything.
    let mut emails = Vec::new();
    for name in ["first", "second"] {
        let person = scene.app.new_member(name, Role::Maintainer).await.person.unwrap();
        emails.push(format!("{name}-{}@example.com", person.simple()));
    }
    scene.operate(&losses(&emails[0])[0]).await.done();
    assert_eq!(scene.ways(&at, &short).await, [true, false, true, true]);
    // The departure is done by then, and holds nobody up.
    assert_eq!(scene.events("2").await, ["rows.found_changed", "member.removed"]);

    let short = scene.exchanged().await.unwrap();
    scene.operate(&losses(&emails[1])[0]).await.done();
    assert_eq!(scene.ways(&at, &short).await, [true; 4]);
    let events = scene.events("9").await;
    let found = events.iter().filter(|action| *action == "rows.found_changed").count();
    assert_eq!(found, 1, "{events:?}");
}

//! How many credentials a project has: the database keeps the number, whoever writes a row.

use crate::app::{App, Browser, PASSWORD, soak};
use crate::backup::file::{dump, empty, load};
use crate::database::Database;
use crate::listing::{create, page};
use regcred::domain::listing::ListQuery;
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use uuid::Uuid;

/// The projects whose number is another than that of their rows, and the rows that nobody counts.
const WRONG: &str = "SELECT (SELECT COUNT(*) FROM credential_count WHERE number <>
        (SELECT COUNT(*) FROM credential WHERE credential.project_id = credential_count.project_id))
    + (SELECT COUNT(*) FROM credential WHERE NOT EXISTS
        (SELECT 1 FROM credential_count WHERE credential_count.project_id = credential.project_id))";

async fn assert_right(database: &Database, when: &str) {
    assert_eq!(database.scalar_i64(WRONG).await, 0, "{when}");
}

/// What the list of the project says.
async fn total(app: &App, by: &Browser, project: &str) -> u64 {
    let reader = app.evidence(by, project).await.can::<of::RegistryRead>().unwrap();
    let listing = app.vault.list_credentials(&reader, &ListQuery::default()).await.unwrap();
    assert!(!listing.are_more);
    listing.total
}

async fn delete(by: &Browser, project: &str, id: Uuid) {
    let id = id.to_string();
    let form = [("project", project), ("id", id.as_str()), ("password", PASSWORD)];
    let reply = by.post_form("/rpc/credentials/delete", &form).await;
    assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
}

/// Creates and deletes credentials in an order that the seed gives; how many are left of them.
async fn write(app: &App, by: &Browser, project: &str, seed: u64) -> u64 {
    let (mut dice, mut there) = (seed, Vec::new());
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).unwrap() % sides
    };
    for number in 0..soak(12, 200) {
        if there.is_empty() || roll(5) < 3 {
            let name = format!("{seed}-{number}");
            there.push(app.credential(by, project, &name, "ghcr.io", "s").await);
        } else {
            let at = roll(there.len());
            delete(by, project, there.swap_remove(at)).await;
        }
    }
    u64::try_from(there.len()).unwrap()
}

#[tokio::test]
async fn after_any_creates_and_deletes_the_number_is_that_of_the_rows() {
    let app = App::new().await;
    assert_eq!(total(&app, &app.owner, "acme").await, 0);
    let left = write(&app, &app.owner, "acme", Uuid::now_v7().as_u64_pair().1).await;
    assert_right(&app.database, "after some").await;
    assert_eq!(total(&app, &app.owner, "acme").await, left);
    let beta = app.project("beta").await;
    assert_eq!(total(&app, &beta, "beta").await, 0, "another project has its own");
    let only = app.credential(&beta, "beta", "only", "ghcr.io", "s").await;
    assert_eq!(total(&app, &beta, "beta").await, 1);
    delete(&beta, "beta", only).await;
    assert_eq!(total(&app, &beta, "beta").await, 0);
    assert_eq!(total(&app, &app.owner, "acme").await, left);
    assert_right(&app.database, "after all").await;
}

#[tokio::test]
async fn of_several_who_write_at_once_each_is_counted() {
    let app = App::new().await;
    let (second, beta) = (app.member(Role::Owner, "acme").await, app.project("beta").await);
    let (first, other, elsewhere) = tokio::join!(
        write(&app, &app.owner, "acme", 1),
        write(&app, &second, "acme", 2),
        write(&app, &beta, "beta", 3),
    );
    assert_right(&app.database, "at once").await;
    assert_eq!(total(&app, &app.owner, "acme").await, first + other);
    assert_eq!(total(&app, &beta, "beta").await, elsewhere);
}

#[tokio::test]
async fn what_is_written_behind_the_programs_back_is_counted() {
    let app = App::new().await;
    for name in ["one", "two", "three"] {
        create(&app, name, |_| ()).await;
    }
    let elsewhere = app.database.id(Uuid::from_u128(7));
    let move_all = format!("UPDATE credential SET project_id = {elsewhere} WHERE name <> 'one'");
    for (sql, rows, left) in [
        // A change is no new row, and neither is one that is there already.
        ("UPDATE credential SET description = 'changed'", 3, 3),
        ("UPDATE credential SET project_id = project_id", 3, 3),
        ("INSERT INTO credential SELECT * FROM credential WHERE true ON CONFLICT DO NOTHING", 0, 3),
        (move_all.as_str(), 2, 1),
        ("DELETE FROM credential", 3, 0),
        ("DELETE FROM credential", 0, 0),
    ] {
        assert_eq!(app.raw(sql).await, rows, "{sql}");
        assert_right(&app.database, sql).await;
        assert_eq!(page(&app, &ListQuery::default()).await.total, left, "{sql}");
    }
}

#[tokio::test]
async fn a_restored_backup_is_counted_once() {
    let app = App::new().await;
    for name in ["one", "two", "three"] {
        create(&app, name, |_| ()).await;
    }
    let file = dump(&app).await;
    assert!(!String::from_utf8_lossy(&file).contains("credential_count"));
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let (database, store) = empty().await;
    load(&store, &file, &app).await.unwrap();
    assert_right(&database, "restored").await;
    let credentials = store.credentials(project);
    let search = credentials.search(String::new()).await.unwrap();
    let counted = credentials.count(&ListQuery::default(), &search, Moment(0).day()).await;
    assert_eq!(counted.unwrap(), (3, false));
}

#[tokio::test]
async fn the_list_of_all_counts_no_rows() {
    let app = App::new().await;
    create(&app, "one", |_| ()).await;
    let opened = app.owner.get("/p/acme/credentials");
    let (reply, asked) = app.watch.asked_by(opened).await;
    assert_eq!(reply.status, 200);
    assert!(asked.iter().any(|sql| sql.contains("credential_count")), "{asked:?}");
    let counts = |sql: &&String| sql.contains("COUNT(*)") && sql.contains("\"credential\"");
    assert!(asked.iter().find(counts).is_none(), "{asked:?}");
}

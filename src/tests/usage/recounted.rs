//! What is added up is recounted when the chain is verified, and receipts of before are added up.

use super::{FAILED, WORKED, delete, deliver, project, scene, tell};
use crate::app::App;
use crate::commands::machine::Machine;
use regcred::migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

/// The table of the first row that does not fit the receipts.
pub async fn wrong(app: &App) -> Option<&'static str> {
    let project = project(app).await;
    let snapshot = app.vault.store().snapshot().await.unwrap();
    let holds = |_: &[u8], _: &[u8]| true;
    snapshot.receipts(project).wrong_sum(&holds).await.unwrap().map(|wrong| wrong.table)
}

#[tokio::test]
async fn every_change_of_a_sum_or_a_report_by_sql_is_found() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    deliver(&app, &pipelines).await;
    assert_eq!(wrong(&app).await, None, "some are not added up yet");
    let of = project(&app).await;
    app.vault.store().add_up_receipts(of).await.unwrap();
    assert_eq!(wrong(&app).await, None);
    for (change, back, table) in [
        ("usage_day SET times = times + 1", "usage_day SET times = times - 1", "usage_day"),
        ("usage_day SET last_at = last_at + 1", "usage_day SET last_at = last_at - 1", "usage_day"),
        ("usage_day SET doors = doors + 1024", "usage_day SET doors = doors - 1024", "usage_day"),
        ("usage_day SET day = day + 1000", "usage_day SET day = day - 1000", "usage_day"),
        (
            "counted SET summed_seq = summed_seq + 1000000",
            "counted SET summed_seq = summed_seq - 1000000",
            "counted",
        ),
        ("usage SET deliveries = deliveries + 1", "usage SET deliveries = deliveries - 1", "usage"),
        ("usage SET first_at = first_at - 1", "usage SET first_at = first_at + 1", "usage"),
        ("usage SET last_at = last_at + 1", "usage SET last_at = last_at - 1", "usage"),
        (
            "usage SET last_version = last_version + 1",
            "usage SET last_version = last_version - 1",
            "usage",
        ),
        ("usage SET used = used + 1", "usage SET used = used - 1", "usage"),
        (
            "usage SET last_used_at = last_used_at + 1",
            "usage SET last_used_at = last_used_at - 1",
            "usage",
        ),
        (
            "usage SET pipeline = pipeline || 'x'",
            "usage SET pipeline = RTRIM(pipeline, 'x')",
            "usage",
        ),
        (
            "secret_version SET deliveries = deliveries - 1",
            "secret_version SET deliveries = deliveries + 1",
            "secret_version",
        ),
        (
            "secret_version SET last_delivered_at = last_delivered_at + 1",
            "secret_version SET last_delivered_at = last_delivered_at - 1",
            "secret_version",
        ),
        (
            "pipeline_token SET last_used_at = last_used_at - 1",
            "pipeline_token SET last_used_at = last_used_at + 1",
            "pipeline_token",
        ),
        (
            "delivery_report SET number = number + 1000",
            "delivery_report SET number = number - 1000",
            "delivery_report",
        ),
    ] {
        assert!(app.tamper(&format!("UPDATE {change}")).await > 0, "{change}");
        assert_eq!(wrong(&app).await, Some(table), "{change}");
        app.tamper(&format!("UPDATE {back}")).await;
        assert_eq!(wrong(&app).await, None, "{back}");
    }
    // One report that says something else does not fit the event that says it.
    let other = "UPDATE delivery_report SET outcome = CASE outcome WHEN 'failed' THEN 'worked' ELSE 'failed' END";
    assert!(app.tamper(other).await > 0);
    assert_eq!(wrong(&app).await, Some("delivery_report"));
    app.tamper(other).await;
    assert_eq!(wrong(&app).await, None);
    assert!(app.tamper("DELETE FROM usage_day WHERE outcome = 'refused'").await > 0);
    assert_eq!(wrong(&app).await, Some("usage_day"));
}

#[tokio::test]
async fn a_report_that_is_gone_or_was_changed_with_its_sums_is_found() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    let token = &pipelines[0].1;
    let reply = app.fetch(token, "/api/v1/docker-config").await;
    assert_eq!(tell(&app, token, reply.deliveries()[0], WORKED).await.status, 204);
    app.vault.store().add_up_receipts(project(&app).await).await.unwrap();
    assert_eq!(wrong(&app).await, None);
    for together in [
        "UPDATE delivery_report SET outcome = 'failed'; UPDATE usage_day SET failed = failed + 1",
        "DELETE FROM delivery_report; DELETE FROM usage",
    ] {
        assert!(app.tamper(together).await > 0, "{together}");
        assert_eq!(wrong(&app).await, Some("delivery_report"), "{together}");
    }
}

#[tokio::test]
async fn reports_are_looked_at_once_and_where_there_are_none_no_links_are_gone_through() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    let token = &pipelines[0].1;
    let reply = app.fetch(token, "/api/v1/docker-config").await;
    let asked = async || {
        let (found, asked) = app.watch.asked_by(wrong(&app)).await;
        assert_eq!(found, None);
        let count = |part: &str| asked.iter().filter(|sql| sql.contains(part)).count();
        (count("FROM \"delivery_report\" LEFT JOIN"), count(" JOIN audit_event e"))
    };
    assert_eq!(asked().await, (1, 0));
    assert_eq!(tell(&app, token, reply.deliveries()[0], WORKED).await.status, 204);
    assert_eq!(asked().await, (1, 1));
}

#[tokio::test]
async fn the_last_uses_that_a_server_of_before_moved_back_are_the_last_again() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    deliver(&app, &pipelines).await;
    app.vault.store().add_up_receipts(project(&app).await).await.unwrap();
    for moved in [
        "usage SET first_at = first_at + 5, last_at = last_at - 5, last_used_at = last_used_at - 5",
        "secret_version SET last_delivered_at = last_delivered_at - 5",
        "pipeline_token SET last_used_at = last_used_at - 5",
    ] {
        assert!(app.tamper(&format!("UPDATE {moved}")).await > 0, "{moved}");
    }
    assert!(wrong(&app).await.is_some());
    let db = app.database.connect().await;
    let steps = Migrator::migrations();
    let at = steps.iter().position(|one| one.name().ends_with("last_stays_last")).unwrap();
    Migrator::down(&db, Some(u32::try_from(steps.len() - at).unwrap())).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(wrong(&app).await, None);
}

#[tokio::test]
async fn what_goes_on_meanwhile_is_no_change() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    let (of, token) = (project(&app).await, &pipelines[0].1);
    let delivering = async {
        for _ in 0..20 {
            let reply = app.fetch(token, "/api/v1/docker-config").await;
            app.vault.store().count_receipts(of).await.unwrap();
            assert_eq!(tell(&app, token, reply.deliveries()[0], FAILED).await.status, 204);
        }
    };
    let verifying = async {
        for _ in 0..20 {
            assert_eq!(wrong(&app).await, None);
        }
    };
    tokio::join!(delivering, verifying);
    assert_eq!(wrong(&app).await, None);
}

#[tokio::test]
async fn a_credential_or_a_pipeline_that_is_deleted_is_no_change() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    for (_, token) in &pipelines {
        app.fetch(token, "/api/v1/docker-config").await;
    }
    delete(&app, "/rpc/pipelines/delete", pipelines[0].0, "api").await;
    delete(&app, "/rpc/credentials/delete", credentials[2], "three").await;
    assert_eq!(wrong(&app).await, None);
}

#[tokio::test]
async fn the_receipts_of_before_an_upgrade_are_added_up_by_the_job() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    deliver(&app, &pipelines).await;
    app.vault.store().add_up_receipts(project(&app).await).await.unwrap();
    let sums = "SELECT CAST(SUM(times) AS BIGINT) FROM usage_day";
    let (all, rows) = (
        app.scalar_i64("SELECT COUNT(*) FROM receipt").await,
        app.scalar_i64("SELECT COUNT(*) FROM usage_day").await,
    );
    assert_eq!(app.scalar_i64(sums).await, all);
    // As it is after the step, before the job has run.
    app.tamper("DELETE FROM usage_day").await;
    app.tamper("UPDATE counted SET summed_seq = 0").await;
    app.vault.add_up_usage().await.unwrap();
    assert_eq!(app.scalar_i64(sums).await, all);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM usage_day").await, rows);
    assert_eq!(wrong(&app).await, None);
}

#[tokio::test]
async fn the_step_leaves_the_counts_as_they_are() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    app.fetch(&pipelines[0].1, "/api/v1/docker-config").await;
    let before = app.counted_i64("SELECT MAX(counts_seq) FROM counted").await;
    let db = app.database.connect().await;
    let steps = Migrator::migrations();
    let at = steps.iter().position(|one| one.name().ends_with("usage_by_day")).unwrap();
    Migrator::down(&db, Some(u32::try_from(steps.len() - at).unwrap())).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(app.scalar_i64("SELECT MAX(counts_seq) FROM counted").await, before);
    assert_eq!(app.scalar_i64("SELECT MAX(summed_seq) FROM counted").await, 0);
}

#[tokio::test]
async fn the_commands_name_the_row_that_was_changed() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    let project = machine.vault.store().projects().find("acme").await.unwrap().unwrap().id;
    machine.run(&["audit", "verify"]).done();
    let (chain, id) = (database.id(project), database.id(Uuid::from_u128(7)));
    let made_up = format!(
        "INSERT INTO usage_day (chain, credential_id, pipeline_id, day, intent, outcome, times, failed,
            first_at, last_at, last_seq, doors) VALUES ({chain}, {id}, {id}, 20000, 'pull', 'delivered', 5, 0, 1, 2, 3, 1)"
    );
    assert_eq!(database.raw(&made_up).await, 1);
    let row = "usage_day: credential 00000000-0000-0000-0000-000000000007";
    for args in [&["audit", "verify"][..], &["audit", "verify", "--project", "acme"], &["doctor"]] {
        let said = machine.run(args);
        assert!(said.code == Some(1) && said.out.contains(row), "{}{}", said.out, said.err);
    }
}

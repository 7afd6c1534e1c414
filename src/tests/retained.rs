//! Receipts go because of their age, and what they added up to stays: the figures, the last use, and until
//! when there is no more than that. Whoever changes it, or the base that it stands behind, is found.

mod links;
mod reported;

use crate::app::{App, SITE};
use crate::usage::project;
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::usage::{UsagePage, UsageQuery, UsageView, Window};
use regcred::store::Store;
use regcred::vault::{Settings, Vault, told_at, unlock};
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60;

/// How many days ago something was delivered: the first four are older than 90 days.
const DELIVERED: [i64; 6] = [120, 100, 100, 95, 40, 0];

struct Scene {
    app: App,
    project: Uuid,
    credential: Uuid,
    pipeline: Uuid,
    token: String,
}

fn days_ago(days: i64) -> Moment {
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp();
    Moment(seconds * 1_000).plus_seconds(-days * DAY)
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
        let (pipeline, token) = app.pipeline(&app.owner, "acme", "ci", &[credential], "pull").await;
        let project = project(&app).await;
        let scene = Self { app, project, credential, pipeline, token };
        for days in DELIVERED {
            scene.deliver(days).await;
        }
        scene
    }

    async fn deliver(&self, days: i64) {
        let fetch = self.app.fetch(&self.token, "/api/v1/docker-config");
        assert_eq!(told_at(days_ago(days), fetch).await.status, 200);
    }

    /// One that has removed what is older than 90 days.
    async fn removed() -> Self {
        let scene = Self::new().await;
        scene.remove(90).await;
        scene
    }

    /// Has another server remove what is older than so many days.
    async fn remove(&self, days: u32) -> Vault {
        let store = Store::connect(&self.app.address).await.unwrap();
        let keys = unlock(&store, self.app.key_source()).await.unwrap();
        let settings =
            Settings { address: SITE.to_owned(), retention: Some(days), ..Settings::default() };
        let vault = Vault::new(store, keys, settings);
        vault.remove_old_receipts().await.unwrap();
        vault
    }

    async fn usage(&self) -> UsagePage {
        let reader = self.app.evidence(&self.app.owner, "acme").await;
        let reader = reader.can::<of::RegistryRead>().unwrap();
        let query = UsageQuery { view: UsageView::Credential, window: Window::All, after: None };
        let mut page = self.app.vault.usage(&reader, &query).await.unwrap();
        // It is known once deliveries are counted.
        page.rows.iter_mut().for_each(|row| row.last_version = None);
        page
    }

    /// The first row that does not fit. Any code is taken for right, so that only what is said counts.
    async fn wrong(&self) -> Option<String> {
        let snapshot = self.app.vault.store().snapshot().await.unwrap();
        let holds = |_: &[u8], _: &[u8]| true;
        let wrong = snapshot.receipts(self.project).wrong_sum(&holds).await.unwrap();
        wrong.map(|wrong| format!("{}: {}", wrong.table, wrong.row))
    }

    async fn assert_wrong(&self, row: &str, because: &str) {
        let wrong = self.wrong().await.unwrap_or_default();
        assert!(wrong.starts_with(row), "{wrong:?} instead of {row}: {because}");
    }

    async fn number(&self, sql: &str) -> i64 {
        self.app.scalar_i64(sql).await
    }

    async fn newest_base(&self) -> i64 {
        self.number("SELECT MAX(seq) FROM audit_event WHERE action = 'receipts.removed'").await
    }
}

#[tokio::test]
async fn the_figures_and_the_last_use_of_what_was_removed_stay() {
    let scene = Scene::new().await;
    let before = scene.usage().await;
    assert_eq!((before.rows[0].figures.delivered(), before.figures_until), (6, None));
    scene.remove(90).await;
    assert_eq!(scene.number("SELECT COUNT(*) FROM receipt").await, 2);
    let after = scene.usage().await;
    assert_eq!(after.rows, before.rows);
    assert_eq!(after.figures_until.map(Moment::day), Some(days_ago(95).day()));
    // Also of what is removed to the last.
    scene.remove(0).await;
    assert_eq!(scene.number("SELECT COUNT(*) FROM receipt").await, 0);
    assert_eq!(scene.usage().await.rows, before.rows);
    assert_eq!(scene.wrong().await, None);
}

#[tokio::test]
async fn every_page_with_receipts_says_until_when_there_are_only_figures() {
    let scene = Scene::new().await;
    let pages = [
        "usage".to_owned(),
        "audit".to_owned(),
        "findings".to_owned(),
        format!("credentials/{}/deliveries", scene.credential),
        format!("pipelines/{}/deliveries", scene.pipeline),
    ];
    for is_removed in [false, true] {
        if is_removed {
            scene.remove(90).await;
        }
        for page in &pages {
            let text = scene.app.owner.get(&format!("/p/acme/{page}")).await.text();
            let day = days_ago(95).day().to_text();
            let said = format!("Deliveries and refusals until {day} ");
            assert_eq!(text.contains(&said), is_removed, "{page}: {text}");
        }
    }
}

#[tokio::test]
async fn what_was_put_aside_and_what_is_left_are_recounted_after_each_run() {
    let scene = Scene::new().await;
    for (days, left, bases) in [(200, 6, 0), (90, 2, 1), (90, 2, 1), (30, 1, 2), (0, 0, 3)] {
        let vault = scene.remove(days).await;
        assert_eq!(scene.number("SELECT COUNT(*) FROM pipeline_fetch").await, left, "{days}");
        let count = "SELECT COUNT(*) FROM audit_event WHERE action = 'receipts.removed'";
        assert_eq!(scene.number(count).await, bases, "{days}");
        assert_eq!(scene.wrong().await, None, "{days}");
        assert_eq!(vault.first_break(scene.project).await.unwrap(), None, "{days}");
    }
    // A clock that went back adds to a day that was put aside.
    scene.deliver(100).await;
    scene.deliver(0).await;
    scene.app.vault.store().add_up_receipts(scene.project).await.unwrap();
    assert_eq!(scene.wrong().await, None);
    scene.remove(0).await;
    assert_eq!(scene.wrong().await, None);
    let aside = "SELECT CAST(SUM(times) AS BIGINT) FROM usage_day";
    assert_eq!(scene.number(aside).await, 8);
}

#[tokio::test]
async fn every_change_of_a_figure_or_a_base_by_sql_is_found_and_named() {
    let scene = Scene::removed().await;
    assert_eq!(scene.wrong().await, None);
    let event = scene.newest_base().await;
    let kept = scene.number("SELECT MIN(seq) FROM pipeline_fetch").await;
    let chain = scene.app.database.id(scene.project);
    let first = "WHERE day = (SELECT MIN(day) FROM usage_day)";
    let day = days_ago(120).day().to_text();
    let some = scene.app.database.bytes(&[7]);
    let rest = "at, action, actor_id, actor, subject_id, subject, detail, mac";
    for (change, back, row) in [
        // Figures of before the base are counted exactly, up and down.
        (
            format!("UPDATE usage_day SET times = times + 1 {first}"),
            format!("UPDATE usage_day SET times = times - 1 {first}"),
            format!("usage_day: credential {}, ", scene.credential),
        ),
        (
            format!("UPDATE usage_day SET last_at = last_at + 1 {first}"),
            format!("UPDATE usage_day SET last_at = last_at - 1 {first}"),
            "usage_day: ".to_owned(),
        ),
        (
            "UPDATE usage SET deliveries = deliveries + 1".to_owned(),
            "UPDATE usage SET deliveries = deliveries - 1".to_owned(),
            "usage: ".to_owned(),
        ),
        (
            "UPDATE secret_version SET deliveries = deliveries - 1".to_owned(),
            "UPDATE secret_version SET deliveries = deliveries + 1".to_owned(),
            format!("secret_version: credential {}, version 1", scene.credential),
        ),
        // So is what was put aside of them.
        (
            "UPDATE removed_days SET sums = sums || ' '".to_owned(),
            "UPDATE removed_days SET sums = TRIM(sums)".to_owned(),
            format!("removed_days: {day}"),
        ),
        (
            "UPDATE removed_days SET day = day + 1000".to_owned(),
            "UPDATE removed_days SET day = day - 1000".to_owned(),
            "removed_days: ".to_owned(),
        ),
        // The base is moved forward.
        (
            "UPDATE counted SET base_seq = base_seq + 1".to_owned(),
            "UPDATE counted SET base_seq = base_seq - 1".to_owned(),
            "counted: ".to_owned(),
        ),
        // Receipts are said to be removed that are behind no base.
        (
            format!(
                "INSERT INTO removed_links (chain, first_seq, last_seq, link_mac, proof)
                VALUES ({chain}, {kept}, {kept}, {some}, {some})"
            ),
            format!("DELETE FROM removed_links WHERE first_seq = {kept}"),
            format!("removed_links: link {kept}"),
        ),
        // A second base says something else than the first.
        (
            format!(
                "INSERT INTO audit_event (chain, seq, {rest})
                SELECT chain, {event} + 1000, {rest} FROM audit_event WHERE seq = {event} AND chain = {chain}"
            ),
            format!("DELETE FROM audit_event WHERE seq = {event} + 1000"),
            format!("audit_event: link {}", event + 1000),
        ),
    ] {
        assert!(scene.app.tamper(&change).await > 0, "{change}");
        scene.assert_wrong(&row, &change).await;
        assert!(scene.app.tamper(&back).await > 0, "{back}");
        assert_eq!(scene.wrong().await, None, "{back}");
    }
}

#[tokio::test]
async fn what_is_gone_of_figures_and_bases_is_found() {
    let event = "action = 'receipts.removed'";
    for (change, row) in [
        (
            "DELETE FROM usage_day WHERE day = (SELECT MIN(day) FROM usage_day)".to_owned(),
            "usage_day: ",
        ),
        (
            "DELETE FROM removed_days WHERE day = (SELECT MIN(day) FROM removed_days)".to_owned(),
            "removed_days: link ",
        ),
        ("DELETE FROM removed_days".to_owned(), "removed_days: link "),
        (format!("DELETE FROM audit_event WHERE {event}"), "counted: "),
        // Without the event, nothing else that is left is a base.
        (
            format!("DELETE FROM audit_event WHERE {event}; UPDATE counted SET base_seq = 0"),
            "removed_links: ",
        ),
    ] {
        let scene = Scene::removed().await;
        scene.app.tamper(&change).await;
        scene.assert_wrong(row, &change).await;
    }
}

#[tokio::test]
async fn an_event_of_a_base_that_says_something_else_breaks_the_chain() {
    let scene = Scene::removed().await;
    let vault = scene.remove(90).await;
    let event = scene.newest_base().await;
    let base = scene.number("SELECT base_seq FROM counted").await;
    let kept = scene.number("SELECT MIN(seq) FROM pipeline_fetch").await;
    let moved = format!(
        "UPDATE audit_event SET detail = REPLACE(detail, '\"last\":{base},', '\"last\":{kept},') WHERE seq = {event} AND action = 'receipts.removed'"
    );
    assert_eq!(scene.app.tamper(&moved).await, 1);
    assert_eq!(vault.first_break(scene.project).await.unwrap(), Some(event));
    scene.app.tamper(&format!("UPDATE counted SET base_seq = {kept}")).await;
    // Who could make MACs would need the link, too.
    scene.assert_wrong(&format!("audit_event: link {event}"), &moved).await;
}

#[tokio::test]
async fn nothing_is_removed_behind_figures_that_somebody_changed() {
    for change in [
        "UPDATE removed_days SET sums = sums || ' ' WHERE day = (SELECT MAX(day) FROM removed_days)",
        "DELETE FROM removed_days WHERE day = (SELECT MIN(day) FROM removed_days)",
        "UPDATE counted SET base_seq = 0",
        "UPDATE counted SET base_seq = counts_seq",
    ] {
        let scene = Scene::removed().await;
        scene.app.tamper(change).await;
        // A clock that went back, to the day that the first of them changes.
        scene.deliver(95).await;
        let vault = scene.remove(0).await;
        assert_eq!(scene.number("SELECT COUNT(*) FROM receipt").await, 3, "{change}");
        assert_eq!(vault.first_break(scene.project).await.unwrap(), None, "{change}");
        assert!(scene.wrong().await.is_some(), "{change}");
    }
}

//! Usage: the figures are those of the receipts, however the clock jumps and however far they are added
//! up; history stays; and who changes a figure behind the product is found.

mod clock;
mod gone;
mod leads;
pub mod recounted;

use crate::app::{App, PASSWORD, soak};
use crate::reports::{FAILED, WORKED, tell};
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::usage::{UsagePage, UsageQuery, UsageRow, UsageView, Window};
use regcred::vault::told_at;
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60;

pub async fn project(app: &App) -> Uuid {
    app.evidence(&app.owner, "acme").await.project().id
}

/// The page of that project's usage, as somebody who may read it sees it.
async fn usage(app: &App, project: &str, view: UsageView, window: Window) -> UsagePage {
    let owner = if project == "acme" { app.owner.clone() } else { app.project(project).await };
    let reader = app.evidence(&owner, project).await.can::<of::RegistryRead>().unwrap();
    let query = UsageQuery { view, window, after: None };
    app.vault.usage(&reader, &query).await.unwrap()
}

/// A few credentials and pipelines with grants among them: their ids and tokens.
async fn scene(app: &App) -> (Vec<Uuid>, Vec<(Uuid, String)>) {
    let mut credentials = Vec::new();
    for (name, host) in [("one", "ghcr.io"), ("two", "quay.io"), ("three", "r.example.com")] {
        credentials.push(app.credential(&app.owner, "acme", name, host, "s").await);
    }
    let mut pipelines = Vec::new();
    for (number, name) in ["api", "web", "nightly"].into_iter().enumerate() {
        let granted = &credentials[number..];
        pipelines.push(app.pipeline(&app.owner, "acme", name, granted, "pull").await);
    }
    (credentials, pipelines)
}

/// The same numbers on each run, which look like any.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

async fn delete(app: &App, path: &str, id: Uuid, name: &str) {
    let id = id.to_string();
    let form =
        [("project", "acme"), ("id", id.as_str()), ("typed_name", name), ("password", PASSWORD)];
    assert_eq!(app.owner.post_json_accept(path, &form).await.status, 200, "{path}");
}

fn now() -> Moment {
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp();
    Moment(seconds * 1_000)
}

/// Deliveries, refusals and reports at times that jump both ways; some are added up in between.
async fn deliver(app: &App, pipelines: &[(Uuid, String)]) {
    let mut dice = Dice(7);
    let project = project(app).await;
    for _ in 0..soak(40, 400) {
        let (_, token) = &pipelines[dice.roll(pipelines.len())];
        let days = [0, -1, -3, 1, -8, -40, -100][dice.roll(7)];
        let at = now().plus_seconds(days * DAY);
        let path = match dice.roll(4) {
            0 => "/api/v1/credential?server=ghcr.io&intent=push",
            1 => "/api/v1/docker-config?image=r.example.com%2Facme%2Fapi",
            _ => "/api/v1/docker-config",
        };
        let reply = told_at(at, app.fetch(token, path)).await;
        assert!(reply.status.as_u16() < 500, "{}", reply.text());
        if let (Some(first), 0) = (reply.deliveries().first(), dice.roll(3)) {
            for body in [FAILED, WORKED, FAILED].into_iter().take(dice.roll(4)) {
                assert_eq!(tell(app, token, first, body).await.status, 204);
            }
        }
        if dice.roll(5) == 0 {
            app.vault.store().count_receipts(project).await.unwrap();
        }
    }
}

/// What the receipts say of a pair since a day, and of all that have a credential when none is named.
struct Naive<'a> {
    app: &'a App,
    such: String,
}

impl<'a> Naive<'a> {
    fn of(app: &'a App, pair: Option<(Uuid, Uuid)>, since: Option<Moment>) -> Self {
        let since = since.map_or(i64::MIN / 2, |since| since.0);
        let mut such = format!("f.at >= {since} AND r.credential_id IS NOT NULL");
        if let Some((credential, pipeline)) = pair {
            let (credential, pipeline) = (app.database.id(credential), app.database.id(pipeline));
            such += &format!(" AND r.credential_id = {credential} AND f.pipeline_id = {pipeline}");
        }
        Self { app, such }
    }

    async fn number(&self, what: &str, such: &str) -> i64 {
        let sql = format!(
            "SELECT CAST(COALESCE({what}, 0) AS BIGINT) FROM receipt r
            JOIN pipeline_fetch f ON f.chain = r.chain AND f.seq = r.seq
            LEFT JOIN delivery_report d ON d.chain = r.chain AND d.seq = r.seq AND d.number = r.number
            WHERE {} AND {such}",
            self.such
        );
        self.app.scalar_i64(&sql).await
    }

    async fn figures(&self) -> [i64; 7] {
        let delivered = "r.outcome = 'delivered'";
        [
            self.number("COUNT(*)", delivered).await,
            self.number("COUNT(*)", "r.outcome = 'refused'").await,
            self.number("COUNT(*)", "d.outcome = 'failed'").await,
            self.number("MIN(f.at)", delivered).await,
            self.number("MAX(f.at)", delivered).await,
            self.number("MAX(r.version)", delivered).await,
            self.number("MAX(r.seq)", delivered).await,
        ]
    }
}

fn figures(row: &UsageRow) -> [i64; 7] {
    let found = &row.figures;
    let at = |at: Option<Moment>| at.map_or(0, |at| at.0);
    [
        found.delivered(),
        found.refused,
        found.failed,
        at(found.first_at),
        at(found.last_at),
        found.versions.map_or(0, |(_, last)| last),
        found.last_delivery.unwrap_or(0),
    ]
}

#[tokio::test]
async fn the_figures_are_what_a_naive_count_of_the_receipts_says() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    deliver(&app, &pipelines).await;
    for view in UsageView::ALL.iter().copied() {
        for window in Window::ALL.iter().copied() {
            // Each of them takes many naive counts.
            if view != UsageView::Registry && window != Window::Month {
                continue;
            }
            let page = usage(&app, "acme", view, window).await;
            assert!(!page.is_behind && !page.is_cut && page.next.is_none());
            let (mut delivered, mut refused) = (0, 0);
            for row in &page.rows {
                let Some(credential) = &row.credential else { continue };
                let pair = (credential.id, row.pipeline.id);
                let naive = Naive::of(&app, Some(pair), page.since).figures().await;
                assert_eq!(figures(row), naive, "{view:?} {window:?} {pair:?}");
                delivered += row.figures.delivered();
                refused += row.figures.refused;
                assert!(row.days.iter().sum::<i64>() <= row.figures.delivered());
            }
            let all = Naive::of(&app, None, page.since).figures().await;
            assert_eq!([delivered, refused], all[..2], "{view:?} {window:?}: no pair is missing");
        }
    }
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn what_is_not_added_up_yet_is_in_the_figures() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    let (pipeline, token) = &pipelines[0];
    for times in 1..=3 {
        app.fetch(token, "/api/v1/docker-config").await;
        let page = usage(&app, "acme", UsageView::Credential, Window::Week).await;
        let is_theirs = |row: &&UsageRow| {
            let credential = row.credential.as_ref().map(|one| one.id);
            credential == Some(credentials[0]) && row.pipeline.id == *pipeline
        };
        let row = page.rows.iter().find(is_theirs).unwrap();
        assert_eq!((row.figures.delivered(), row.days.last()), (times, Some(&times)));
    }
}

#[tokio::test]
async fn the_history_of_a_deleted_pipeline_and_of_a_deleted_credential_stays() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    for (_, token) in &pipelines {
        app.fetch(token, "/api/v1/docker-config").await;
    }
    delete(&app, "/rpc/pipelines/delete", pipelines[0].0, "api").await;
    delete(&app, "/rpc/credentials/delete", credentials[2], "three").await;
    let page = usage(&app, "acme", UsageView::Credential, Window::Month).await;
    let of_gone = page.rows.iter().filter(|row| row.pipeline.name.as_deref() == Some("api"));
    let of_gone: Vec<&UsageRow> = of_gone.collect();
    assert_eq!(of_gone.len(), 3, "of the two credentials that are left, and the one that is gone");
    assert!(of_gone.iter().all(|row| !row.pipeline.is_there && row.granted.is_none()));
    assert!(of_gone.iter().all(|row| row.figures.delivered() == 1));
    let page = usage(&app, "acme", UsageView::Pipeline, Window::Month).await;
    let of_gone = page.rows.iter().filter_map(|row| row.credential.as_ref());
    let of_gone = of_gone.filter(|one| !one.is_there && one.name.as_deref() == Some("three"));
    assert_eq!(of_gone.count(), 3, "of the two pipelines that are left, and the one that is gone");
    // Its registry is known still.
    let of_three = |row: &&UsageRow| {
        row.credential.as_ref().and_then(|one| one.name.as_deref()) == Some("three")
    };
    let on = |row: &UsageRow| row.host.as_deref() == Some("r.example.com");
    assert!(page.rows.iter().filter(of_three).all(on), "{:?}", page.rows);
    // Also of the two of which nothing is left.
    let is_both = |row: &&UsageRow| of_three(row) && row.pipeline.name.as_deref() == Some("api");
    assert_eq!(page.rows.iter().filter(is_both).count(), 1);
    let html = app.owner.get("/p/acme/usage?view=credential").await.text();
    assert!(html.contains("api") && html.contains("deleted"), "{html}");
}

#[tokio::test]
async fn another_project_sees_nothing() {
    let app = App::new().await;
    let (_, pipelines) = scene(&app).await;
    app.fetch(&pipelines[0].1, "/api/v1/docker-config").await;
    for view in UsageView::ALL.iter().copied() {
        let slug = format!("beta-{}", view.word());
        assert!(usage(&app, &slug, view, Window::All).await.rows.is_empty(), "{view:?}");
    }
    let stranger = app.project("gamma").await;
    let reply = stranger.get("/p/acme/usage").await;
    assert!(!reply.status.is_success() && !reply.text().contains("nightly"), "{}", reply.text());
}

#[tokio::test]
async fn a_figure_leads_to_its_receipts_and_to_no_others() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    let both = [&pipelines[0], &pipelines[1]];
    for (_, token) in both {
        app.fetch(token, "/api/v1/docker-config").await;
        app.fetch(token, "/api/v1/credential?server=quay.io&intent=push").await;
    }
    let html = app.owner.get("/p/acme/usage?view=credential").await.text();
    let own = format!("/p/acme/credentials/{}/deliveries?pipeline=", credentials[1]);
    let href = crate::forms::link_in(&html, &format!("{own}{}", pipelines[0].0)).unwrap();
    let page = app.owner.get(&href.replace("&amp;", "&")).await;
    assert_eq!(page.status, 200, "{href}");
    let text = page.text();
    assert!(text.contains("Only requests of api that were delivered since "), "{text}");
    assert!(!text.contains(">web<"), "{text}");
    for bad in ["?outcome=lost", "?pipeline=api"] {
        let path = format!("/p/acme/credentials/{}/deliveries{bad}", credentials[1]);
        assert_eq!(app.owner.get(&path).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn a_page_ends_and_the_next_goes_on_after_it() {
    let app = App::new().await;
    let mut ids = Vec::new();
    for number in 0..30 {
        let (name, host) = (format!("c{number:02}"), format!("r{number:02}.example.com"));
        ids.push(app.credential(&app.owner, "acme", &name, &host, "s").await);
    }
    app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    for view in [UsageView::Registry, UsageView::Credential] {
        let first = UsageQuery { view, ..UsageQuery::default() };
        let page = app.vault.usage(&reader, &first).await.unwrap();
        assert_eq!(page.rows.len(), 25, "{view:?}");
        let next = UsageQuery::read(|key| {
            let url = page.next.as_ref().unwrap().to_url();
            let mut pairs =
                url.trim_start_matches('?').split('&').filter_map(|one| one.split_once('='));
            pairs.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
        });
        let rest = app.vault.usage(&reader, &next.unwrap()).await.unwrap();
        assert_eq!((rest.rows.len(), rest.next), (5, None), "{view:?}");
        let seen = page.rows.iter().chain(&rest.rows).filter_map(|row| row.credential.as_ref());
        let seen: std::collections::BTreeSet<Uuid> = seen.map(|one| one.id).collect();
        assert_eq!(seen.len(), 30, "{view:?}");
    }
}

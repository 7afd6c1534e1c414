//! What was deleted keeps its figures, and each of them leads to its receipts.

use super::{delete, project, scene};
use crate::app::App;
use regcred::domain::audit::{AuditQuery, Happened};
use regcred::domain::delivery::Outcome;
use regcred::domain::permission::of;
use regcred::domain::usage::{UsageQuery, UsageView, Window};
use std::collections::BTreeSet;
use uuid::Uuid;

#[tokio::test]
async fn the_figure_of_a_deleted_credential_leads_to_its_receipts() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    for (_, token) in &pipelines {
        app.fetch(token, "/api/v1/docker-config").await;
    }
    let (three, api) = (credentials[2], pipelines[0].0);
    delete(&app, "/rpc/credentials/delete", three, "three").await;
    let html = app.owner.get("/p/acme/usage?view=pipeline").await.text();
    let own = format!("/p/acme/pipelines/{api}/deliveries?credential={three}");
    let href = crate::forms::link_in(&html, &own).unwrap();
    let page = app.owner.get(&href.replace("&amp;", "&")).await;
    assert_eq!(page.status, 200, "{href}");
    let text = page.text();
    assert!(text.contains("Only requests for three that were delivered since "), "{text}");
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let found = app.vault.pipeline_receipts(&reader, (api, Some(three)), None).await.unwrap();
    let names: Vec<Option<&str>> =
        found.receipts.iter().map(|one| one.credential.as_deref()).collect();
    assert_eq!(names, [Some("three")]);
    // With both gone, the audit has them.
    delete(&app, "/rpc/pipelines/delete", api, "api").await;
    let html = app.owner.get("/p/acme/usage?view=credential").await.text();
    let href = crate::forms::link_in(&html, &format!("/p/acme/audit?pipeline={api}")).unwrap();
    let href = href.replace("&amp;", "&");
    assert!(href.contains(&format!("&credential={three}&outcome=delivered")), "{href}");
    let page = app.owner.get(&href).await;
    assert_eq!(page.status, 200, "{href}");
    assert!(page.text().contains("1 event: link "), "{}", page.text());
}

#[tokio::test]
async fn the_audit_finds_what_was_done_with_a_credential() {
    let app = App::new().await;
    let (credentials, pipelines) = scene(&app).await;
    for round in 0..30 {
        let (_, token) = &pipelines[round % 3];
        app.fetch(token, "/api/v1/docker-config").await;
        app.fetch(token, "/api/v1/credential?server=ghcr.io&intent=push").await;
    }
    let reader = app.evidence(&app.owner, "acme").await.can::<of::AuditRead>().unwrap();
    for credential in credentials {
        let id = app.database.id(credential);
        let mut all = 0;
        for (outcome, such) in [
            (None, ""),
            (Some(Outcome::Delivered), " AND outcome = 'delivered'"),
            (Some(Outcome::Refused), " AND outcome <> 'delivered'"),
        ] {
            let query = AuditQuery { credential: Some(credential), outcome, ..Default::default() };
            let (mut rows, mut next) = (Vec::new(), Some(query));
            while let Some(query) = next {
                let page = app.vault.audit_page(&reader, &query).await.unwrap();
                rows.extend(page.rows);
                next = page.older;
            }
            assert!(rows.is_sorted_by(|one, next| one.seq > next.seq), "newest first, each once");
            let is_fetch = |what: &Happened| matches!(what, Happened::Delivery(_));
            let fetches = rows.iter().filter(|row| is_fetch(&row.what)).count();
            let sql =
                format!("SELECT COUNT(DISTINCT seq) FROM receipt WHERE credential_id = {id}{such}");
            assert_eq!(i64::try_from(fetches).unwrap(), app.scalar_i64(&sql).await, "{sql}");
            let is_of_it = |what: &Happened| match what {
                Happened::Change(change) => change.subject_id == credential,
                Happened::Delivery(_) => true,
                Happened::Unknown => false,
            };
            assert!(rows.iter().all(|row| is_of_it(&row.what)));
            all += rows.len();
        }
        assert!(all > 0);
    }
}

#[tokio::test]
async fn every_deleted_one_is_on_some_page() {
    let app = App::new().await;
    let (credentials, _) = scene(&app).await;
    let chain = app.database.id(project(&app).await);
    let ids = |number: u128| [number, number + 1_000].map(Uuid::from_u128);
    for number in 1..=60 {
        let [credential, pipeline] = ids(number).map(|id| app.database.id(id));
        let made_up = format!(
            "INSERT INTO usage_day (chain, credential_id, pipeline_id, day, intent, outcome, times, failed,
                first_at, last_at, last_seq, doors) VALUES ({chain}, {credential}, {pipeline}, 20000, 'pull', 'delivered', 5, 0, 1, 2, 3, 1)"
        );
        assert_eq!(app.tamper(&made_up).await, 1);
    }
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    for view in UsageView::ALL.iter().copied() {
        let mut next = Some(UsageQuery { view, window: Window::All, after: None });
        let (mut seen, mut pages) = (BTreeSet::new(), 0);
        while let Some(query) = next {
            let again = UsageQuery::read(|key| {
                let url = query.to_url();
                let mut pairs =
                    url.trim_start_matches('?').split('&').filter_map(|one| one.split_once('='));
                pairs.find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
            });
            assert_eq!(again.unwrap(), query);
            let page = app.vault.usage(&reader, &query).await.unwrap();
            assert!(!page.is_cut);
            for row in &page.rows {
                let id = row.credential.as_ref().map(|one| one.id).unwrap();
                assert!(seen.insert((id, row.pipeline.id)), "twice: {view:?} {id}");
            }
            (next, pages) = (page.next, pages + 1);
        }
        assert_eq!(pages, 3, "{view:?}");
        for number in 1..=60 {
            let [credential, pipeline] = ids(number);
            assert!(seen.contains(&(credential, pipeline)), "{view:?} {number}");
        }
        assert!(seen.iter().any(|(id, _)| *id == credentials[2]), "{view:?}");
    }
}

//! The page of a link that was removed because of its age says so, and an export what it has no more. The
//! page of any other link that is missing says nothing.

use super::{Scene, days_ago};
use regcred::Error;
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;

impl Scene {
    /// The page of the link: its status and its text.
    async fn page(&self, link: i64) -> (u16, String) {
        let reply = self.app.owner.get(&format!("/p/acme/audit/{link}")).await;
        (reply.status.as_u16(), reply.text())
    }
}

#[tokio::test]
async fn the_page_of_a_removed_link_says_when_it_went_and_that_its_hash_stays() {
    let scene = Scene::new().await;
    let oldest = "SELECT MIN(seq) FROM pipeline_fetch";
    let removed = scene.number(oldest).await;
    assert_eq!(scene.page(removed).await.0, 200);
    let vault = scene.remove(90).await;
    let kept = scene.number(oldest).await;
    assert!(kept > removed, "{kept}");
    assert_eq!(scene.page(kept).await.0, 200);
    let at = "SELECT at FROM audit_event WHERE action = 'receipts.removed'";
    let day = Moment(scene.number(at).await).day().to_text();
    let when = format!("was removed on {day} because of its age.");
    let (status, page) = scene.page(removed).await;
    for words in [when.as_str(), "Its hash stays"] {
        assert!(status == 410 && page.contains(words), "{words}: {status} {page}");
    }
    // A server that removes receipts says after how many days.
    let reader = scene.app.evidence(&scene.app.owner, "acme").await;
    let reader = reader.can::<of::AuditRead>().unwrap();
    let Err(Error::Gone(said)) = vault.audit_link(&reader, removed).await else { panic!() };
    assert!(said.contains(" Receipts are kept for 90 days. "), "{said}");
    // Receipts that a server without bases removed have no such event.
    scene.app.tamper("DELETE FROM audit_event WHERE action = 'receipts.removed'").await;
    let (status, page) = scene.page(removed).await;
    assert!(status == 410 && page.contains("was removed because of its age."), "{status} {page}");
}

#[tokio::test]
async fn the_page_of_a_link_that_somebody_took_away_does_not_say_that_it_was_too_old() {
    let scene = Scene::removed().await;
    let chain = scene.app.database.id(scene.project);
    let kept = scene.number("SELECT MIN(seq) FROM pipeline_fetch").await;
    for (table, link) in [("audit_event", 1), ("pipeline_fetch", kept)] {
        assert_eq!(scene.page(link).await.0, 200);
        let gone = format!("DELETE FROM {table} WHERE chain = {chain} AND seq = {link}");
        assert_eq!(scene.app.tamper(&gone).await, 1, "{gone}");
        assert_eq!(scene.page(link).await.0, 404, "{gone}");
    }
    assert_eq!(scene.page(9_999).await.0, 404);
}

#[tokio::test]
async fn the_last_line_of_an_export_says_until_when_there_are_only_figures() {
    let scene = Scene::removed().await;
    let (day, today) = (days_ago(95).day().to_text(), days_ago(0).day().to_text());
    for (from, is_said) in [("", true), (today.as_str(), false)] {
        let form = [("project", "acme"), ("format", "jsonl"), ("from", from)];
        let text = scene.app.owner.post_form("/rpc/audit/export", &form).await.text();
        let last = text.lines().last().unwrap_or_default();
        let said = format!("\"figures_until\":\"{day}T");
        assert_eq!(last.contains(&said), is_said, "{last}");
    }
}

//! The last day of a review: nobody decides after it, and the review is closed with what is undecided
//! listed.

use super::{CONFIRM, Scene};
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::review::{ReviewForm, ReviewKind};
use regcred::vault::told_at;
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60;

fn in_days(days: i64) -> Moment {
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp();
    Moment(seconds * 1_000).plus_seconds(days * DAY)
}

impl Scene {
    /// Opens a review ten days ago that is to be decided by that day.
    async fn due(&self, days: i64, undecided: &str) -> Uuid {
        let opener = self.app.evidence(&self.app.owner, "acme").await;
        let opener = opener.can::<of::AuditWrite>().unwrap();
        let (name, undecided) = (format!("Due {days}"), undecided.to_owned());
        let due_on = in_days(days).day().to_text();
        let form = ReviewForm { name, due_on, undecided, ..ReviewForm::default() };
        let opening = self.app.vault.open_review(&opener, &form);
        told_at(in_days(-10), opening).await.unwrap().0
    }
}

#[tokio::test]
async fn a_review_ends_with_its_last_day_and_lists_what_is_undecided() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let later = scene.due(1, "list").await;
    let (listed, removing) = (scene.due(-1, "list").await, scene.due(-2, "remove").await);
    // Also before the job has run.
    let grant = scene.item(listed, ReviewKind::Grant).await;
    let reply = scene.decide(&scene.reviewer, listed, grant.id, &CONFIRM).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("The last day of this review is over"), "{}", reply.text());
    let before = scene.report(later).await.tally;
    app.vault.close_due_reviews().await.unwrap();
    for id in [listed, removing] {
        let report = scene.report(id).await;
        assert_eq!(report.tally, before, "nothing was decided");
        assert_eq!(report.tally.undecided, report.tally.all());
        assert_eq!(report.review.closed.unwrap().1, "Regcred");
        assert!(report.review.closing.is_some(), "a checkpoint is signed");
    }
    assert!(scene.is_delivered().await, "nothing was removed");
    let closed = "SELECT COUNT(*) FROM audit_event WHERE action = 'review.closed'";
    assert_eq!(app.scalar_i64(closed).await, 2);
    let page = app.owner.get(&format!("/p/acme/reviews/{listed}/report")).await.text();
    assert!(page.contains("Undecided") && page.contains("by Regcred"), "{page}");
    // Once is enough, and the one that is not due is still open.
    app.vault.close_due_reviews().await.unwrap();
    assert_eq!(app.scalar_i64(closed).await, 2);
    let grant = scene.item(later, ReviewKind::Grant).await;
    assert_eq!(scene.decide(&scene.reviewer, later, grant.id, &CONFIRM).await.status, 200);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_review_whose_items_were_changed_does_not_keep_others_open() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let (changed, whole) = (scene.due(-3, "list").await, scene.due(-1, "list").await);
    let review = app.database.id(changed);
    let hidden = format!("DELETE FROM review_item WHERE kind = 'grant' AND review_id = {review}");
    assert_eq!(app.tamper(&hidden).await, 1);
    app.vault.close_due_reviews().await.unwrap();
    let open = "SELECT COUNT(*) FROM review WHERE closed_at IS NULL";
    assert_eq!(app.scalar_i64(open).await, 1);
    assert!(scene.report(whole).await.review.closed.is_some());
}

//! Nothing is put aside of a receipt whose report somebody changed, wherever the event is that says it.

use super::Scene;
use crate::reports::{WORKED, tell};
use regcred::vault::Vault;

impl Scene {
    /// Has the pipeline say today that the oldest of its deliveries worked; gives the link that says so.
    async fn report_oldest(&self) -> i64 {
        let oldest = self.app.receipts_of(self.pipeline).await.pop().expect("there are some");
        assert_eq!(tell(&self.app, &self.token, oldest.id, WORKED).await.status, 204);
        self.number("SELECT MAX(seq) FROM audit_event WHERE action = 'report.created'").await
    }

    /// Has another server remove what is old; whether all of it stayed, behind no base.
    async fn keeps_all(&self) -> (Vault, bool) {
        let count = "SELECT COUNT(*) FROM receipt";
        let before = self.number(count).await;
        let vault = self.remove(90).await;
        let bases = "SELECT COUNT(*) FROM audit_event WHERE action = 'receipts.removed'";
        let is_kept = self.number(count).await == before && self.number(bases).await == 0;
        (vault, is_kept)
    }
}

#[tokio::test]
async fn a_report_of_today_is_no_reason_to_keep_what_is_old() {
    let scene = Scene::new().await;
    scene.report_oldest().await;
    let (vault, is_kept) = scene.keeps_all().await;
    assert!(!is_kept, "nothing is wrong with it");
    assert_eq!(
        (scene.wrong().await, vault.first_break(scene.project).await.unwrap()),
        (None, None)
    );
}

#[tokio::test]
async fn a_later_event_that_somebody_forged_is_found_also_without_the_link_before_it() {
    for (is_forged, is_gone) in [(true, false), (false, true), (true, true)] {
        let scene = Scene::new().await;
        let event = scene.report_oldest().await;
        let (chain, before) = (scene.app.database.id(scene.project), event - 1);
        if is_forged {
            // The row says the same as the event, so that the two fit each other.
            let said = "detail = REPLACE(detail, '\"worked\"', '\"failed\"')";
            for change in [
                format!("audit_event SET {said} WHERE chain = {chain} AND seq = {event}"),
                format!("delivery_report SET outcome = 'failed' WHERE chain = {chain}"),
            ] {
                assert_eq!(scene.app.tamper(&format!("UPDATE {change}")).await, 1, "{change}");
            }
        }
        if is_gone {
            let mut gone = 0;
            for table in ["receipt", "pipeline_fetch", "audit_event"] {
                let such = format!("FROM {table} WHERE chain = {chain} AND seq = {before}");
                gone += scene.app.tamper(&format!("DELETE {such}")).await;
            }
            assert!(gone > 0, "there was such a link");
        }
        let (vault, is_kept) = scene.keeps_all().await;
        assert!(is_kept, "forged: {is_forged}, gone: {is_gone}");
        let broken = if is_gone { before } else { event };
        assert_eq!(vault.first_break(scene.project).await.unwrap(), Some(broken));
    }
}

//! Rows without MACs are taken for ours once, at the first start of this version, and never again.

use crate::app::App;

#[tokio::test]
async fn a_row_without_a_mac_is_nobodys_on_every_later_start() {
    let app = App::new().await;
    assert_eq!(app.seals_on_record().await, 0, "a new instance never had others");
    for sql in
        ["UPDATE person SET mac = NULL, is_admin = TRUE", "UPDATE chain_head SET head_mac = NULL"]
    {
        app.tamper(sql).await;
    }
    let doctor = app.looked_at().await;
    let found = doctor.store().tampered_rows().await.unwrap();
    assert!(found.named.iter().any(|(table, _)| *table == "person"), "{found:?}");
    assert!(found.named.iter().any(|(table, _)| *table == "chain_head"), "{found:?}");
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 302);
    assert_eq!(app.seals_on_record().await, 0, "they were taken for ours");
}

impl App {
    /// How often it is on record that rows were sealed.
    async fn seals_on_record(&self) -> i64 {
        self.scalar_i64("SELECT COUNT(*) FROM audit_event WHERE action = 'rows.sealed'").await
    }
}

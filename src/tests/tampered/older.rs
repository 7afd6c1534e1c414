//! Rows without MACs are taken for ours once, at the first start of this version, and never again; and
//! commands give nothing to a user whose row was changed.

use crate::app::App;
use crate::commands::machine::{Machine, PASSWORD};

#[tokio::test]
async fn a_row_without_a_mac_is_nobodys_on_every_later_start() {
    let app = App::new().await;
    assert_eq!(app.seals_on_record().await, 0, "a new instance never had others");
    for sql in
        ["UPDATE person SET mac = NULL, is_admin = TRUE", "UPDATE chain_head SET end_mac = NULL"]
    {
        app.tamper(sql).await;
    }
    let doctor = app.looked_at().await;
    let found = doctor.store().tampered_rows().await.unwrap();
    assert!(found.named.iter().any(|row| row.table == "person"), "{found:?}");
    assert!(found.named.iter().any(|row| row.table == "chain_head"), "{found:?}");
    assert_eq!(app.owner.get("/p/acme/credentials").await.status, 302);
    assert_eq!(app.seals_on_record().await, 0, "they were taken for ours");
}

#[tokio::test]
async fn a_command_gives_nothing_to_a_user_who_took_the_address_of_another() {
    let machine = Machine::set_up().await;
    for email in ["dana@example.com", "mallory@example.com"] {
        let add = ["user", "add", "--email", email, "--name", "Somebody"];
        machine.run_with(&add, PASSWORD.as_bytes()).done();
    }
    let database = &machine.instance.database;
    for (from, to) in [("dana", "nobody"), ("mallory", "dana")] {
        let sql = format!(
            "UPDATE person SET email_key = '{to}@example.com' WHERE email = '{from}@example.com'"
        );
        assert_eq!(database.raw(&sql).await, 1);
    }
    for args in [
        &["project", "member", "add", "acme", "dana@example.com", "owner"][..],
        &["user", "admin", "dana@example.com", "--yes"],
        &["user", "enable", "dana@example.com"],
    ] {
        let said = machine.run(args);
        assert_eq!(said.code, Some(1), "{args:?}: {}{}", said.out, said.err);
    }
    assert_eq!(machine.run(&["doctor"]).code, Some(1));
    machine.run(&["user", "disable", "dana@example.com", "--keep"]).done();
}

impl App {
    /// How often it is on record that rows were sealed.
    async fn seals_on_record(&self) -> i64 {
        self.scalar_i64("SELECT COUNT(*) FROM audit_event WHERE action = 'rows.sealed'").await
    }
}

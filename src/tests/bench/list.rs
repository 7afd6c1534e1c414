//! The list page against the same rows as JSON, read by hand from the same data; and against an older
//! program on the same data, when `REGCRED_OLD_BIN` names one.

use super::delivery::old_program;
use super::filled::Filled;
use super::load::compare;
use super::person::Person;
use super::server::program;
use super::table::{Table, verdict};
use std::path::Path;

/// What is asked for: at least this part of the floor.
const TARGET: f64 = 0.5;
/// At least so many times what an older program answers.
const TIMES: f64 = 3.0;

/// Measures and prints.
pub async fn run(filled: &Filled) {
    let (of_floor, of_page) = (filled.copy().await, filled.copy().await);
    let (bare, server) = (filled.serve_floor(&of_floor), filled.serve(&program(), &of_page));
    let (floor, page) = (filled.list(&bare), filled.list(&server));
    let title = format!(
        "List page, 50 of {} credentials, against the same rows as JSON (requests/s)",
        filled.credentials
    );
    let columns = ["clients", "floor", "page", "ratio", "target", ""];
    let mut table = Table::new(&title, &columns);
    for clients in [1, 16, 64] {
        let (floor, page) = compare(&floor, &page, clients).await;
        let ratio = page / floor;
        table.row(&[
            &clients.to_string(),
            &format!("{floor:.0}"),
            &format!("{page:.0}"),
            &format!("{ratio:.2}"),
            &format!(">= {TARGET:.2}"),
            verdict(ratio >= TARGET),
        ]);
    }
    table.print();
    server.stop();
    match old_program() {
        Some(old) => against(&old, filled.credentials).await,
        None => {
            println!("REGCRED_OLD_BIN names no program: the list is compared with no older one")
        }
    }
}

/// The list page against that of an older program, which has filled the instance for both.
async fn against(old: &Path, credentials: usize) {
    let filled = Filled::new(None, credentials, old).await;
    let (of_old, of_new) = (filled.copy().await, filled.copy().await);
    let older = filled.serve(old, &of_old);
    let newer = filled.serve_settled(&program(), &of_new).await;
    let cookie = Person::sign_in(newer.port).await.cookie;
    let (before, now) = (filled.list(&older), filled.list_for(&newer, &cookie));
    let title = format!(
        "List page, 50 of {credentials} credentials, against an older program (requests/s)"
    );
    let mut table = Table::new(&title, &["clients", "older", "page", "times", "target", ""]);
    for clients in [1, 16, 64] {
        let (before, now) = compare(&before, &now, clients).await;
        let times = now / before;
        table.row(&[
            &clients.to_string(),
            &format!("{before:.0}"),
            &format!("{now:.0}"),
            &format!("{times:.1}"),
            &format!(">= {TIMES:.1}"),
            verdict(times >= TIMES),
        ]);
    }
    table.print();
    older.stop();
    newer.stop();
}

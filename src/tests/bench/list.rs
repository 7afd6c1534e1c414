//! The list page against the same rows as JSON, read by hand from the same data.

use super::filled::Filled;
use super::load::compare;
use super::server::program;
use super::table::{Table, verdict};

/// What is asked for: at least this part of the floor.
const TARGET: f64 = 0.5;

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
}

//! The pages that read receipts, over 1,000,000 of them against over 10,000, in both of 1,000 pairs and
//! over 90 days: what a page shows is as long in both. An export of both, which is made while it is sent
//! and takes no more memory. And what deliveries lose to what counts them.

mod bookkeeping;
mod pages;
mod side;
mod story;

use super::postgres;
use super::program::peak_kb;
use super::table::{Table, verdict};
use side::Side;
use std::time::{Duration, Instant};

const FEW: usize = 10_000;
const MANY: usize = 1_000_000;
/// An export of many may take so much more memory than one of few.
const MORE_KB: u64 = 32 * 1024;

/// Measures and prints, on the embedded database and on PostgreSQL where there is a server.
pub async fn run() {
    on("the embedded database", None).await;
    match postgres::server() {
        Some(server) => on("PostgreSQL", Some(&server)).await,
        None => println!("The audit on PostgreSQL: SKIPPED, there is no server\n"),
    }
}

async fn on(place: &str, server: Option<&str>) {
    let few = Side::new(server, FEW).await;
    let many = Side::new(server, MANY).await;
    pages::run(place, &few, &many).await;
    exports(place, &few, &many).await;
    few.server.stop();
    many.server.stop();
    bookkeeping::run(place, server).await;
}

async fn exports(place: &str, few: &Side, many: &Side) {
    let title = format!("Exports on {place}: the most memory that is resident (kB)");
    let mut table =
        Table::new(&title, &["", "of few", "of many", "target", "", "bytes of many", "s"]);
    for format in ["csv", "jsonl", "links"] {
        let (_, _, of_few) = export(few, format).await;
        let (bytes, took, of_many) = export(many, format).await;
        let most = of_few + MORE_KB;
        table.row(&[
            format,
            &of_few.to_string(),
            &of_many.to_string(),
            &format!("<= {most}"),
            verdict(of_many <= most),
            &bytes.to_string(),
            &format!("{:.1}", took.as_secs_f64()),
        ]);
    }
    table.print();
}

/// Bytes of an export, how long it takes, and the most memory that was resident meanwhile.
async fn export(side: &Side, format: &str) -> (usize, Duration, u64) {
    let peak = peak_kb(side.server.id());
    let began = Instant::now();
    let bytes = side.person.export(format).await;
    (bytes, began.elapsed(), peak())
}

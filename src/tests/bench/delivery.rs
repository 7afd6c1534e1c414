//! A delivery with its durable receipt against a floor that was written by hand, in projects of
//! several sizes that were filled through the pages, on the embedded database and on PostgreSQL; and
//! against an older program on the same data, when `REGCRED_OLD_BIN` names one.

use super::filled::{Filled, GRANTS, Place};
use super::load::{compare, rates};
use super::postgres;
use super::server::{Server, program};
use super::table::{Table, verdict};
use std::path::{Path, PathBuf};

/// What is asked for at [`BUSY`] clients: at least this part of the floor.
const TARGET: f64 = 0.6;
/// Many credentials take at most so many times what few take.
const SIZES: f64 = 1.15;
const BUSY: usize = 64;

/// Measures and prints; the largest project only when the figures that take long are wanted.
pub async fn run(is_whole: bool) {
    on(None, "the embedded database", is_whole).await;
    let Some(server) = postgres::server() else {
        println!("Delivery on PostgreSQL: SKIPPED, there is none (DATABASE_URL)\n");
        return;
    };
    let place = if postgres::is_durable(&server).await {
        "PostgreSQL"
    } else {
        "PostgreSQL, WHICH FLUSHES NOTHING THERE"
    };
    on(Some(server.as_str()), place, is_whole).await;
}

async fn on(server: Option<&str>, place: &str, is_whole: bool) {
    let sizes: &[usize] = if is_whole { &[100, 10_000, 100_000] } else { &[100, 10_000] };
    let clients: &[usize] = if is_whole { &[1, 8, BUSY, 256] } else { &[1, BUSY] };
    let old = old_program();
    if old.is_none() {
        println!("REGCRED_OLD_BIN names no program: nothing is compared with an older one");
    }
    // What an older program has made a newer one can open, and not the other way round.
    let filler = old.clone().unwrap_or_else(program);
    let mut filled = Vec::new();
    for size in sizes {
        filled.push(Filled::new(server, *size, &filler).await);
    }
    for one in &filled {
        Sides::new(one, old.as_deref()).await.measure(one, place, clients).await;
    }
    if let (Some(few), Some(many)) = (filled.first(), filled.last()) {
        by_size(few, many, place).await;
    }
}

/// The programs that are compared, each with a copy of one instance.
struct Sides {
    floor: Server,
    new: Server,
    old: Option<Server>,
    // Behind the servers: they are stopped before their folders are removed.
    _copies: Vec<Place>,
}

impl Sides {
    async fn new(filled: &Filled, old: Option<&Path>) -> Self {
        let (of_floor, of_new) = (filled.copy().await, filled.copy().await);
        let floor = filled.serve_floor(&of_floor);
        let new = filled.serve_settled(&program(), &of_new).await;
        let mut copies = vec![of_floor, of_new];
        let old = match old {
            Some(old) => {
                let copy = filled.copy().await;
                let server = filled.serve(old, &copy);
                copies.push(copy);
                Some(server)
            }
            None => None,
        };
        Self { floor, new, old, _copies: copies }
    }

    async fn measure(self, filled: &Filled, place: &str, clients: &[usize]) {
        let title = format!(
            "Delivery with a durable receipt, {} credentials in the project, on {place} (requests/s)",
            filled.credentials
        );
        let columns =
            ["grants", "clients", "floor", "delivery", "ratio", "target", "", "older", "times"];
        let mut table = Table::new(&title, &columns);
        for (at, grants) in GRANTS.into_iter().enumerate() {
            let of = |server: &Server| filled.deliveries(server, at);
            let old = self.old.as_ref().map(|old| of(old).that_may_refuse());
            let (floor, new) = (of(&self.floor), of(&self.new));
            let targets: Vec<_> = [&floor, &new].into_iter().chain(old.as_ref()).collect();
            for clients in clients {
                let rates = rates(&targets, *clients).await;
                let ratio = rates[1] / rates[0];
                let (target, verdict) = match *clients {
                    BUSY => (format!(">= {TARGET:.2}"), verdict(ratio >= TARGET)),
                    _ => (String::new(), ""),
                };
                let (older, times) = match rates.get(2) {
                    Some(old) => (format!("{old:.0}"), format!("{:.1}", rates[1] / old)),
                    None => (String::new(), String::new()),
                };
                table.row(&[
                    &grants.to_string(),
                    &clients.to_string(),
                    &format!("{:.0}", rates[0]),
                    &format!("{:.0}", rates[1]),
                    &format!("{ratio:.2}"),
                    &target,
                    verdict,
                    &older,
                    &times,
                ]);
            }
        }
        table.print();
    }
}

/// The same program in the smallest and in the largest project, by turns.
async fn by_size(few: &Filled, many: &Filled, place: &str) {
    let (of_few, of_many) = (few.copy().await, many.copy().await);
    let small = few.serve_settled(&program(), &of_few).await;
    let large = many.serve_settled(&program(), &of_many).await;
    let title = format!(
        "Delivery among {} credentials against among {}, {BUSY} clients, on {place} (requests/s)",
        many.credentials, few.credentials
    );
    let mut table = Table::new(&title, &["grants", "few", "many", "time", "target", ""]);
    for (at, grants) in GRANTS.into_iter().enumerate() {
        let (few, many) = (few.deliveries(&small, at), many.deliveries(&large, at));
        let (few, many) = compare(&few, &many, BUSY).await;
        let time = few / many;
        table.row(&[
            &grants.to_string(),
            &format!("{few:.0}"),
            &format!("{many:.0}"),
            &format!("{time:.2}"),
            &format!("<= {SIZES:.2}"),
            verdict(time <= SIZES),
        ]);
    }
    table.print();
    small.stop();
    large.stop();
}

/// The older program that the environment names.
#[expect(clippy::disallowed_methods, reason = "the benchmark is told by its environment")]
pub fn old_program() -> Option<PathBuf> {
    let given = std::env::var_os("REGCRED_OLD_BIN").filter(|path| !path.is_empty())?;
    PathBuf::from(given).canonicalize().ok()
}

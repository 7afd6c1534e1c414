//! The benchmark: each figure of the design (section 8) beside its floor, measured in one run.
//!
//! The load generator runs beside the server on the same machine, over real sockets, without TLS. Data
//! are made through the product's own doors; a floor is written by hand and shares no code with what
//! is held against it. Named parts run alone: `cargo bench … -- delivery`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a report for people, at a terminal")]

mod allocator;
mod audit;
mod backup;
mod delivery;
mod filled;
mod floor;
mod flushes;
mod helper;
mod list;
mod load;
mod person;
mod postgres;
mod program;
mod search;
mod seed;
#[path = "../process/server.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod server;
mod shares;
mod table;

/// In the project that pages, memory and the allocator are measured with.
const CREDENTIALS: usize = 10_000;

#[tokio::main]
async fn main() {
    let told: Vec<String> = std::env::args().skip(1).collect();
    match told.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", ..] => return allocator::serve_plainly().await,
        ["floor", address] => return floor::serve(address).await,
        _ => {}
    }
    let mode = if cfg!(debug_assertions) {
        "DEBUG BUILD: THE FIGURES SAY NOTHING"
    } else {
        "release build"
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("Regcred, {mode}, {cores} cores, the load generator among them\n");
    let only: Vec<&str> =
        told.iter().map(String::as_str).filter(|one| !one.starts_with('-')).collect();
    let is_wanted = |part: &str| only.is_empty() || only.contains(&part);
    let filled = match is_wanted("list") || is_wanted("program") {
        true => Some(filled::Filled::new(None, CREDENTIALS, &server::program()).await),
        false => None,
    };
    if let Some(filled) = filled.as_ref().filter(|_| is_wanted("list")) {
        list::run(filled).await;
    }
    if is_wanted("search") {
        search::run().await;
    }
    if is_wanted("delivery") {
        delivery::run(is_soak()).await;
    }
    // It takes minutes to leave so many receipts.
    if only.contains(&"audit") || (only.is_empty() && is_soak()) {
        audit::run().await;
    }
    if is_wanted("shares") {
        shares::run().await;
    }
    if is_wanted("flushes") {
        flushes::run().await;
    }
    if is_wanted("helper") {
        helper::run().await;
    }
    if let Some(filled) = filled.as_ref().filter(|_| is_wanted("program")) {
        program::sizes();
        program::start_and_memory(filled).await;
        allocator::run(filled).await;
    }
    if is_wanted("backup") {
        backup::run(is_soak()).await;
    }
}

/// Whether the figures that take minutes are wanted.
#[expect(clippy::disallowed_methods, reason = "the benchmark is told by its environment")]
fn is_soak() -> bool {
    std::env::var("REGCRED_SOAK").as_deref() == Ok("1")
}

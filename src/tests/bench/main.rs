//! The benchmark: each figure of the design (section 8) beside its floor, measured in one run.
//!
//! The load generator runs beside the server on the same machine, over real sockets, without TLS.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a report for people, at a terminal")]

mod allocator;
mod backup;
mod delivery;
mod flushes;
mod helper;
mod list;
mod load;
mod postgres;
mod program;
mod seed;
#[path = "../process/server.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod server;
mod table;

#[tokio::main]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return allocator::serve_plainly().await;
    }
    let mode = if cfg!(debug_assertions) {
        "DEBUG BUILD: THE FIGURES SAY NOTHING"
    } else {
        "release build"
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("Regcred, {mode}, {cores} cores, the load generator among them\n");
    list::run().await;
    delivery::run().await;
    flushes::run().await;
    helper::run().await;
    program::sizes();
    program::start_and_memory().await;
    allocator::run().await;
    backup::run(is_soak()).await;
}

/// Whether the figures that take minutes are wanted.
#[expect(clippy::disallowed_methods, reason = "the benchmark is told by its environment")]
fn is_soak() -> bool {
    std::env::var("REGCRED_SOAK").as_deref() == Ok("1")
}

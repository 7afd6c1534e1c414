//! Flushes to disk for each receipt. On the embedded database it is the program that flushes, and
//! the kernel counts (`strace`); on PostgreSQL its server does, and counts them itself
//! (`pg_stat_wal`, by its column `wal_sync`).

use super::load::{Target, get, send};
use super::postgres;
use super::seed::Seed;
use super::server::{Server, command, program, with_settings};
use super::table::{Table, verdict};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// Receipts in each count: what the start itself flushes is little beside them.
const RECEIPTS: u32 = 2_000;

/// Measures and prints.
pub async fn run() {
    by_strace().await;
    by_postgres().await;
}

async fn by_strace() {
    let Some(strace) =
        ["/usr/bin/strace", "/bin/strace"].into_iter().find(|p| Path::new(p).exists())
    else {
        println!("Flushes to disk for each receipt: SKIPPED, there is no strace\n");
        return;
    };
    let mut table = table("Flushes to disk for each receipt, by strace");
    for clients in [1, 64] {
        let seed = Seed::on(None).await;
        let tokens = seed.tokens(clients).await;
        let (folder, kek) = seed.close().await;
        let counts = folder.0.join("counts");
        let mut command = Command::new(strace);
        command.args(["-f", "-c", "-e", "trace=fdatasync,fsync", "-o"]).arg(&counts).arg(program());
        let mut command = with_settings(command, &folder.0);
        command.env("REGCRED_KEK_FILE", &kek);
        let Ok(server) = Server::try_start(command, &folder.0.join("log")) else {
            println!("Flushes to disk for each receipt: SKIPPED, strace may not trace here\n");
            return;
        };
        deliver(&server, &tokens).await;
        server.stop();
        let flushes = counted(&std::fs::read_to_string(&counts).unwrap());
        add(&mut table, clients, flushes);
    }
    table.print();
}

async fn by_postgres() {
    let title =
        "Flushes to disk for each receipt, by PostgreSQL's own count (pg_stat_wal.wal_sync)";
    let Some(server) = postgres::server() else {
        println!("{title}: SKIPPED, there is none (DATABASE_URL)\n");
        return;
    };
    if !postgres::is_durable(&server).await {
        println!("{title}: SKIPPED, fsync or synchronous_commit is off there\n");
        return;
    }
    let mut table = table(title);
    for clients in [1, 64] {
        let mut seed = Seed::on(Some(server.as_str())).await;
        let tokens = seed.tokens(clients).await;
        let fresh = seed.fresh.take().unwrap();
        let (folder, kek) = seed.close().await;
        let before = fresh.flushes().await;
        let mut command = command(&folder.0);
        command.env("REGCRED_KEK_FILE", &kek).env("DATABASE_URL", &fresh.url);
        let server = Server::start(command, &folder.0.join("log"));
        deliver(&server, &tokens).await;
        server.stop();
        let flushes = fresh.flushes().await - before;
        add(&mut table, clients, u32::try_from(flushes).unwrap_or_default());
    }
    table.print();
}

fn table(title: &str) -> Table {
    Table::new(title, &["clients", "receipts", "flushes", "each", "target", ""])
}

/// As many deliveries as are counted, each client with a token of its own.
async fn deliver(server: &Server, tokens: &[String]) {
    let header = |token: &String| format!("authorization: Bearer {token}");
    let requests = tokens.iter().map(|token| get("/api/v1/docker-config", &header(token)));
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    let target = Target::new(address, requests.collect());
    send(&target, tokens.len(), RECEIPTS.into()).await;
}

fn add(table: &mut Table, clients: usize, flushes: u32) {
    let each = f64::from(flushes) / f64::from(RECEIPTS);
    let (target, is_reached) = match clients {
        1 => ("1.00 to 1.05", (1.0..=1.05).contains(&each)),
        _ => ("well under 1", each < 0.5),
    };
    table.row(&[
        &clients.to_string(),
        &RECEIPTS.to_string(),
        &flushes.to_string(),
        &format!("{each:.3}"),
        target,
        verdict(is_reached),
    ]);
}

/// The calls in the summary: `% time, seconds, usecs/call, calls, [errors,] syscall`.
fn counted(summary: &str) -> u32 {
    let lines = summary.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let calls = lines
        .filter(|words| words.last().is_some_and(|name| ["fdatasync", "fsync"].contains(name)));
    calls.filter_map(|words| words.get(3)?.parse::<u32>().ok()).sum()
}

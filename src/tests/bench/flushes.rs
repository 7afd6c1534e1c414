//! Flushes to disk for each receipt, counted by the kernel's own word: the program under `strace`.

use super::load::{Target, get, send};
use super::seed::Seed;
use super::server::{Server, program, with_settings};
use super::table::{Table, verdict};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// Receipts in each count: what the start itself flushes is little beside them.
const RECEIPTS: u32 = 2_000;

/// Measures and prints.
pub async fn run() {
    let Some(strace) =
        ["/usr/bin/strace", "/bin/strace"].into_iter().find(|p| Path::new(p).exists())
    else {
        println!("Flushes to disk for each receipt: SKIPPED, there is no strace\n");
        return;
    };
    let mut table = Table::new(
        "Flushes to disk for each receipt, by strace",
        &["clients", "receipts", "flushes", "each", "target", ""],
    );
    for clients in [1, 64] {
        let seed = Seed::new().await;
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
        let header = |token: &String| format!("authorization: Bearer {token}");
        let requests = tokens.iter().map(|token| get("/api/v1/docker-config", &header(token)));
        let address = SocketAddr::from(([127, 0, 0, 1], server.port));
        let target = Target::new(address, requests.collect());
        send(&target, clients, RECEIPTS.into()).await;
        server.stop();
        let flushes = counted(&std::fs::read_to_string(&counts).unwrap());
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
    table.print();
}

/// The calls in the summary: `% time, seconds, usecs/call, calls, [errors,] syscall`.
fn counted(summary: &str) -> u32 {
    let lines = summary.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let calls = lines
        .filter(|words| words.last().is_some_and(|name| ["fdatasync", "fsync"].contains(name)));
    calls.filter_map(|words| words.get(3)?.parse::<u32>().ok()).sum()
}

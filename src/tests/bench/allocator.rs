//! What it costs to wipe freed memory: the program as it is shipped, against the same code with the
//! system's allocator alone. The latter is this very benchmark, started once more and told to serve:
//! its profile and code are the program's, and it has no allocator of its own.

use super::load::{Target, compare, get};
use super::seed::Seed;
use super::server::{Folder, Server, program, with_settings};
use super::table::Table;
use clap::Parser;
use regcred::server::config::Config;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

const CLIENTS: usize = 64;

/// What this is told when it is to serve: the same as the program.
#[derive(Parser)]
enum Arguments {
    Serve(Box<Config>),
}

/// Serves as the program does, without its allocator.
pub async fn serve_plainly() {
    let Arguments::Serve(config) = Arguments::parse();
    regcred::server::serve(&config).await.unwrap();
}

/// Measures and prints. There is no target: the figure is what the promise costs.
pub async fn run() {
    let plain = Side::start(&std::env::current_exe().unwrap()).await;
    let wiping = Side::start(&program()).await;
    let title =
        format!("Wiping freed memory, against not doing so ({CLIENTS} clients, requests/s)");
    let mut table = Table::new(&title, &["", "not wiped", "wiped", "ratio"]);
    for (name, plain, wiping) in [
        ("list page, 50 of 10,000", &plain.page, &wiping.page),
        ("delivery", &plain.delivery, &wiping.delivery),
    ] {
        let (plain, wiping) = compare(plain, wiping, CLIENTS).await;
        let ratio = wiping / plain;
        table.row(&[name, &format!("{plain:.0}"), &format!("{wiping:.0}"), &format!("{ratio:.2}")]);
    }
    table.print();
}

/// A server on an instance of its own.
struct Side {
    page: Target,
    delivery: Target,
    // In this order: it is stopped before its folder is removed.
    _server: Server,
    _folder: Folder,
}

impl Side {
    async fn start(program: &Path) -> Self {
        let seed = Seed::new().await;
        let tokens = seed.tokens(CLIENTS).await;
        // A session is a row, so the one that was begun in here is known there as well.
        let cookie = seed.cookie(seed.serve().await).await;
        let (folder, kek) = seed.close().await;
        let mut command = with_settings(Command::new(program), &folder.0);
        command.env("REGCRED_KEK_FILE", &kek);
        let server = Server::start(command, &folder.0.join("log"));
        let address = SocketAddr::from(([127, 0, 0, 1], server.port));
        let bearer = |token: &String| format!("authorization: Bearer {token}");
        let fetches = tokens.iter().map(|token| get("/api/v1/docker-config", &bearer(token)));
        Self {
            page: Target::new(address, vec![get("/p/bench/credentials", &cookie)]),
            delivery: Target::new(address, fetches.collect()),
            _server: server,
            _folder: folder,
        }
    }
}

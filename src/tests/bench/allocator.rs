//! What it costs to wipe freed memory: the program as it is shipped, against the same code with the
//! system's allocator alone. The latter is this very benchmark, started once more and told to serve:
//! its profile and code are the program's, and it has no allocator of its own.

use super::filled::Filled;
use super::load::compare;
use super::server::program;
use super::table::Table;
use clap::Parser;
use regcred::opening::config::Config;

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
pub async fn run(filled: &Filled) {
    let (of_plain, of_wiping) = (filled.copy().await, filled.copy().await);
    let plain = filled.serve(&std::env::current_exe().unwrap(), &of_plain);
    let wiping = filled.serve(&program(), &of_wiping);
    let title =
        format!("Wiping freed memory, against not doing so ({CLIENTS} clients, requests/s)");
    let mut table = Table::new(&title, &["", "not wiped", "wiped", "ratio"]);
    let list = format!("list page, 50 of {}", filled.credentials);
    for (name, plain, wiping) in [
        (list.as_str(), filled.list(&plain), filled.list(&wiping)),
        ("delivery, 1 grant", filled.deliveries(&plain, 0), filled.deliveries(&wiping, 0)),
        ("delivery, 50 grants", filled.deliveries(&plain, 2), filled.deliveries(&wiping, 2)),
    ] {
        let (plain, wiping) = compare(&plain, &wiping, CLIENTS).await;
        let ratio = wiping / plain;
        table.row(&[name, &format!("{plain:.0}"), &format!("{wiping:.0}"), &format!("{ratio:.2}")]);
    }
    table.print();
    plain.stop();
    wiping.stop();
}

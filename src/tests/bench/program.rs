//! The program as it is shipped: what a browser loads first, how soon it is ready, and its memory.

use super::filled::{Filled, address};
use super::load::{Connection, get, send};
use super::server::program;
use super::table::{Table, verdict};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FIRST_LOAD: u64 = 150_000;
const WASM: u64 = 125_000;
const READY: Duration = Duration::from_millis(150);
const RESIDENT_KB: u64 = 64 * 1024;
/// Before memory is looked at.
const DELIVERIES: u64 = 10_000;
const STARTS: usize = 9;

/// What a browser loads first, from the last build of the front end.
pub fn sizes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/site/pkg");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "br"));
    files.sort();
    if files.is_empty() {
        println!("First load: SKIPPED, there is nothing in {}\n", folder.display());
        return;
    }
    let mut table = Table::new("First load (brotli, bytes)", &["file", "size", "target", ""]);
    let (mut sum, mut wasm) = (0, 0);
    for file in &files {
        let (size, name) = (file.metadata().unwrap().len(), file.file_stem().unwrap());
        let name = name.to_string_lossy();
        sum += size;
        wasm += if name.ends_with(".wasm") { size } else { 0 };
        table.row(&[&name, &size.to_string()]);
    }
    for (name, size, limit) in [("wasm", wasm, WASM), ("all files", sum, FIRST_LOAD)] {
        table.row(&[name, &size.to_string(), &format!("< {limit}"), verdict(size < limit)]);
    }
    table.print();
}

/// Clients that fetch at once before memory is looked at.
const CLIENTS: usize = 64;

/// From the start of the process to the first good answer of `/readyz`, on a database with 10,000
/// credentials; and what is resident after 10,000 deliveries.
pub async fn start_and_memory(filled: &Filled) {
    let copy = filled.copy().await;
    let start = || filled.serve(&program(), &copy);
    // The first one may bring the schema up to date.
    start().stop();
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = start();
        let mut connection = Connection::open(address(&server)).await.unwrap();
        let head = connection.ask(&get("/readyz", "accept-encoding: identity")).await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        times.push(began.elapsed());
        server.stop();
    }
    times.sort();
    let ready = times[STARTS / 2];

    let server = start();
    let target = filled.deliveries(&server, 0);
    let at_rest = resident_kb(server.id());
    let took = send(&target, CLIENTS, DELIVERIES).await;
    let resident = resident_kb(server.id());
    server.stop();

    let title = format!("The program ({STARTS} starts; {DELIVERIES} deliveries in {took:.1?})");
    let mut table = Table::new(&title, &["", "measured", "target", ""]);
    let row = |name, value: String, target: String, is_reached: Option<bool>| {
        let verdict = is_reached.map_or("", verdict);
        [name, value, target, verdict.to_owned()]
    };
    let ms = |time: Duration| format!("{} ms", time.as_millis());
    let kb = |kb: u64| format!("{kb} kB");
    let name = |name: &str| name.to_owned();
    for cells in [
        row(name("ready after start, median"), ms(ready), ms(READY), Some(ready < READY)),
        row(name("resident at rest"), kb(at_rest), String::new(), None),
        row(
            name("resident after the deliveries"),
            kb(resident),
            kb(RESIDENT_KB),
            Some(resident < RESIDENT_KB),
        ),
    ] {
        table.row(&cells.each_ref().map(String::as_str));
    }
    table.print();
}

/// `VmRSS` of the process.
fn resident_kb(id: u32) -> u64 {
    status_kb(id, "VmRSS:")
}

/// Begins to look for the most memory that is resident; what it gives tells how much it was.
pub fn peak_kb(id: u32) -> impl FnOnce() -> u64 {
    // The highest mark is set back to what is resident now (proc(5)).
    std::fs::write(format!("/proc/{id}/clear_refs"), "5").unwrap();
    move || status_kb(id, "VmHWM:")
}

fn status_kb(id: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

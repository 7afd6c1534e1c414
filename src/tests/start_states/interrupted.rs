//! A first start that is killed on the way (figure F8): the next one begins anew or goes on, under one
//! key.

use crate::app::soak;
use crate::process::client::exchange;
use crate::process::server::{Folder, Server, command};
use crate::skipped::is_on_sqlite;
use regcred::store::{Address, Store};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

/// By then it listens, or is about to.
const LISTENS: Duration = Duration::from_millis(400);

#[tokio::test]
async fn a_first_start_that_is_killed_at_any_moment_is_done_by_the_next_one() {
    if !is_on_sqlite("a first start makes the embedded database: it runs once, on SQLite") {
        return;
    }
    let rounds = u32::try_from(soak(5, 200)).unwrap();
    for round in 0..rounds {
        let folder = Folder::new();
        let (data, log) = (folder.0.join("data"), folder.0.join("log"));
        let mut first = command(&data);
        first.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut first = first.spawn().unwrap();
        // When it is killed is what the rounds differ in.
        thread::sleep(LISTENS * round / rounds);
        first.kill().unwrap();
        first.wait().unwrap();
        for start in ["next", "later"] {
            let server = Server::start(command(&data), &log);
            let ready = exchange(server.port, "GET", "/readyz", "", b"").unwrap();
            assert_eq!(ready.status, 200, "{round}, {start}");
            assert!(server.stop().success(), "{round}, {start}");
        }
        let store = Store::connect(&Address::File(data.join("regcred.db"))).await.unwrap();
        assert_eq!(store.kek_ids().await.unwrap().len(), 1, "{round}");
        store.close().await.unwrap();
    }
}

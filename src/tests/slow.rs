//! Who is slow is let go, and who takes many connections gets their share: nobody else notices
//! (security T29). No database matters here, so the embedded one stands for both.

use crate::app::soak;
use crate::process::client::exchange;
use crate::process::server::{Folder, Server, command, program, with_settings};
use crate::skipped::is_on_sqlite;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// Seconds within which a connection without a whole head is closed, and one without a whole body.
const HEAD: u64 = 15;
const BODY: u64 = 35;
/// Connections that are slow.
const SLOW: usize = 150;
/// Files that may be open where the connections are counted, and how many of them one network has:
/// a quarter of what 256 other files leave.
const FILES: usize = 300;
const SHARE: usize = 11;

/// Why the tests of this file run once.
const ONCE: &str = "no database matters here: it runs once, on SQLite";

/// Sends `drip` each second until the other side closes; gives how long that took.
fn closed_after(mut stream: TcpStream, drip: &[u8]) -> Duration {
    let began = Instant::now();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut buffer = [0; 1024];
    while began.elapsed() < Duration::from_secs(60) {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if stream.write_all(drip).is_err() {
                    break;
                }
            }
            // Closed with something of ours unread.
            Err(_) => break,
        }
    }
    began.elapsed()
}

fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port)).unwrap()
}

#[test]
fn who_is_slow_is_let_go_and_nobody_waits_for_them() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(command(&folder.0.join("data")), &folder.0.join("log"));
    let body = b"POST /api/v1/token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999\r\ncontent-type: application/json\r\n\r\n{";
    let kinds: [(&[u8], &[u8], u64); 3] = [
        (b"", b"", HEAD),
        (b"GET /livez HTTP/1.1\r\nhost: localhost\r\n", b"x-acme: b\r\n", HEAD),
        // Half a minute for each run of the tests is too long; `limits` tests the same in short.
        (body, b" ", BODY),
    ];
    let kinds = &kinds[..soak(2, 3)];
    let mut slow = Vec::new();
    for nth in 0..SLOW {
        let (first, drip, most) = kinds[nth % kinds.len()];
        let mut stream = connect(&server);
        stream.write_all(first).unwrap();
        slow.push(thread::spawn(move || (closed_after(stream, drip), most)));
    }
    for _ in 0..5 {
        let began = Instant::now();
        assert_eq!(exchange(server.port, "GET", "/livez", "", b"").unwrap().status, 200);
        // Long before any of the slow ones is let go.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    for one in slow {
        let (took, most) = one.join().unwrap();
        assert!(took < Duration::from_secs(most), "closed only after {took:?}");
    }
    assert!(server.stop().success());
}

#[tokio::test]
async fn one_network_gets_its_share_of_the_connections_and_leaves_the_others() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -n {FILES}; exec \"$0\" \"$@\"")).arg(program());
    let server = with_settings(shell, &folder.0.join("data"));
    let server = Server::start(server, &folder.0.join("log"));
    // Requests under way: connections that nothing is asked on would give way.
    let request = format!(
        "POST /api/v1/token HTTP/1.1\r\nhost: localhost:{}\r\ncontent-length: 9999\r\ncontent-type: application/json\r\n\r\n{{",
        server.port
    );
    let silent: Vec<TcpStream> = (0..SHARE)
        .map(|_| {
            let mut stream = connect(&server);
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    let took = closed_after(connect(&server), b"");
    assert!(took < Duration::from_secs(5), "one more is closed at once, not after {took:?}");

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 2], 0))).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    let mut other = socket.connect(address).await.unwrap();
    let request = "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    other.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    drop(silent);
    let began = Instant::now();
    let is_served =
        || exchange(server.port, "GET", "/livez", "", b"").is_ok_and(|answer| answer.status == 200);
    while !is_served() {
        assert!(began.elapsed() < Duration::from_secs(5), "what was given back is not free");
    }
    assert!(server.stop().success());
}

#[tokio::test]
async fn four_addresses_that_hold_all_places_give_one_up_for_a_fifth() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -n {FILES}; exec \"$0\" \"$@\"")).arg(program());
    let server = with_settings(shell, &folder.0.join("data"));
    let server = Server::start(server, &folder.0.join("log"));
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    let mut silent = Vec::new();
    for last in [2, 3, 4, 5].repeat(SHARE) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
        silent.push(socket.connect(address).await.unwrap());
    }
    // Long before they are closed because they are silent.
    let began = Instant::now();
    let is_served = || {
        exchange(server.port, "GET", "/readyz", "", b"").is_ok_and(|answer| answer.status == 200)
    };
    while !is_served() {
        assert!(began.elapsed() < Duration::from_secs(5), "it is not served");
    }
    drop(silent);
    assert!(server.stop().success());
}

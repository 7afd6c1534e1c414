//! Heads of strangers: how long one may be, and what is no request leaves nothing in the log.

use super::head_of;
use crate::process::client::exchange;
use crate::process::server::{Folder, Server, command};
use std::fs;
use tower_sessions::session::Id;

/// The whole answer to these bytes.
fn answer(port: u16, bytes: &[u8]) -> String {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    std::io::Write::write_all(&mut stream, bytes).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    answer
}

#[test]
fn a_head_that_grows_beyond_16_kib_is_refused_before_its_end() {
    let folder = Folder::new();
    let server = Server::start(command(&folder.0.join("data")), &folder.0.join("log"));
    let refused = answer(server.port, &head_of(server.port, 16 * 1024));
    assert!(refused.starts_with("HTTP/1.1 431 "), "{refused}");
    let mut whole = head_of(server.port, 15 * 1024);
    whole.extend(b"\r\nconnection: close\r\n\r\n");
    let served = answer(server.port, &whole);
    assert!(served.starts_with("HTTP/1.1 200 "), "{served}");
    assert!(server.stop().success());
}

#[test]
fn what_is_no_session_and_what_is_no_request_leave_nothing_in_the_log() {
    let folder = Folder::new();
    let log = folder.0.join("log");
    let server = Server::start(command(&folder.0.join("data")), &log);
    for number in 0..20 {
        for cookie in [Id(number).to_string(), format!("x{number}")] {
            let headers = format!("cookie: sid={cookie}\r\naccept: text/html\r\n");
            let answer = exchange(server.port, "GET", "/p/acme/credentials", &headers, b"");
            assert_eq!(answer.unwrap().status, 302);
        }
    }
    for (request, expected) in [
        ("CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\nconnection: close\r\n\r\n", "HTTP/1.1 405 "),
        ("GET / HTTP/1.1\r\nconnection: close\r\n\r\n", "HTTP/1.1 400 "),
        ("GET / HTTP/1.1\r\nhost: evil.example.com\r\nconnection: close\r\n\r\n", "HTTP/1.1 421 "),
    ] {
        let answer = answer(server.port, request.as_bytes());
        assert!(answer.starts_with(expected), "{request}: {answer}");
    }
    assert!(server.stop().success());
    let log = fs::read_to_string(&log).unwrap();
    for word in ["suspicious", "panic"] {
        assert!(!log.contains(word), "{log}");
    }
}

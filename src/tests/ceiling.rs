//! Memory has a ceiling (figure F15): that many sign-ins at once and bodies without end take no more
//! than the hashes that are computed at once, and a little for the rest.
#![cfg(target_os = "linux")]

use crate::app::soak;
use crate::browser::urlencoded;
use crate::crowd::{connect, elsewhere, most_resident, post, resident, send};
use crate::process::client::Client;
use crate::process::instance::Instance;
use crate::process::server::Server;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::timeout;

const MIB: usize = 1024 * 1024;
/// MiB of a body.
const BODY: usize = 100;
/// Hashes at once, of strangers and of people who are signed in, at 19 MiB each; and for the rest 10.
const CEILING: usize = (3 * 19 + 10) * MIB;
const LONG: Duration = Duration::from_secs(120);

/// A sign-in of somebody nobody knows; whether it was answered.
async fn sign_in(port: u16, number: usize) -> bool {
    let email = format!("guess-{number}@example.com");
    let form = urlencoded(&[("email", email.as_str()), ("password", "wrong password")]);
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    let bytes = post(port, "/rpc/session/create", kind, &form);
    let Ok(stream) = connect(port, number).await else { return false };
    timeout(LONG, send(stream, &bytes)).await == Ok(true)
}

/// A body that does not say how long it will be, of a stranger.
async fn pour(port: u16, number: usize) {
    let Ok(mut stream) = connect(port, number).await else { return };
    let head = format!(
        "POST /rpc/credentials/create HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=x\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let piece = [b"100000\r\n".as_slice(), &[b'x'].repeat(MIB), b"\r\n"].concat();
    let sent = async {
        stream.write_all(head.as_bytes()).await?;
        for _ in 0..BODY {
            stream.write_all(&piece).await?;
        }
        stream.write_all(b"0\r\n\r\n").await?;
        stream.read_to_end(&mut Vec::new()).await
    };
    // Who is sent away in the middle hears it at the next write.
    let _ = timeout(LONG, sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_and_bodies_of_any_number_and_length_have_a_ceiling() {
    let (sign_ins, bodies) = (soak(64, 500), soak(4, 32));
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    let (port, id) = (server.port, server.id());
    let client = Client::set_up(&server);
    let base = resident(id);
    let is_over = Arc::new(AtomicBool::new(false));
    let elsewhere = elsewhere();
    let measured = tokio::spawn(most_resident(id, Arc::clone(&is_over)));
    let (mut strangers, mut pouring, mut own) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
    for number in 0..sign_ins {
        strangers.spawn_on(sign_in(port, number), elsewhere.handle());
    }
    for number in 0..bodies {
        pouring.spawn_on(pour(port, number), elsewhere.handle());
    }
    // And as long a form of somebody who is signed in.
    for _ in 0..soak(1, 4) {
        let mut client = client.another(port);
        own.spawn_blocking(move || {
            let kind = "accept: */*\r\ncontent-type: multipart/form-data; boundary=x\r\n";
            let body = [b'x'].repeat(BODY * MIB);
            // It is refused before its end, and may not hear why.
            let _ = client.try_send("POST", "/rpc/credentials/create", kind, &body);
        });
    }
    let answered =
        strangers.join_all().await.into_iter().filter(|is_answered| *is_answered).count();
    pouring.join_all().await;
    own.join_all().await;
    is_over.store(true, Ordering::Relaxed);
    elsewhere.shutdown_background();
    let more = measured.await.unwrap().saturating_sub(base);
    eprintln!(
        "{sign_ins} sign-ins, {answered} answered, {bodies} bodies of {BODY} MiB: {} KiB more",
        more / 1024
    );
    assert!(answered * 10 >= sign_ins * 9, "{answered} of {sign_ins} were answered");
    assert!(more <= CEILING, "{more} bytes more");
    assert!(server.stop().success());
}

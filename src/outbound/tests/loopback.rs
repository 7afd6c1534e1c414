//! A listener for tests: it answers as it is told, and keeps what it heard.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens until the runtime of its test ends.
pub(crate) struct Loopback {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Loopback {
    /// Answers each request, given it and the listener's own origin. With an empty answer the caller is kept waiting.
    pub(crate) async fn start(
        answer: impl Fn(&str, &str) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, answer).await
    }

    /// The same at another address, which 127.0.0.1 has to reach, too.
    pub(crate) async fn start_at(
        address: Ipv4Addr,
        answer: impl Fn(&str, &str) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (hearing, origin) = (Arc::clone(&heard), format!("http://127.0.0.1:{port}"));
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = request(&mut stream).await;
                if request == LAST {
                    continue;
                }
                let said = answer(&request, &origin);
                hearing.lock().unwrap().push(request);
                // Whoever went away does not want it.
                let _ = stream.write_all(said.as_bytes()).await;
                if said.is_empty() {
                    kept.push(stream);
                }
            }
        });
        Self { port, heard }
    }

    pub(crate) async fn quiet() -> Self {
        Self::start(|_, _| reply("200 OK", &[], "")).await
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, as people type it.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.host())
    }

    /// All it was sent, one text for each connection, in their order; a connection that said nothing is an empty one.
    pub(crate) async fn heard(&self) -> Vec<String> {
        // Connections are taken in their order: once this one has ended, every earlier one has been heard.
        let mut last = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.unwrap();
        last.write_all(LAST.as_bytes()).await.unwrap();
        assert_eq!(last.read(&mut [0; 1]).await.unwrap(), 0, "it ends without an answer");
        self.heard.lock().unwrap().clone()
    }
}

/// What the listener itself sends to know that it has heard everybody.
const LAST: &str = "GET /last HTTP/1.1\r\n\r\n";

/// The head of a request and the body that it announces; of TLS, the first bytes.
async fn request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !is_whole(&text) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
        }
    }
    text
}

fn is_whole(text: &str) -> bool {
    const TLS_HANDSHAKE: char = '\u{16}';
    text.starts_with(TLS_HANDSHAKE)
        || text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse::<usize>().unwrap())
            });
            body.len() >= length.unwrap_or(0)
        })
}

pub(crate) fn reply(status: &str, headers: &[String], body: &str) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

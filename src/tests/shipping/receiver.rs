//! A receiver on this machine: it can be killed and come back, refuse, and take a call without saying so.

use regcred::issuers::Issuers;
use regcred::outbound::{Network, Outbound, OutboundSettings};
use regcred::receivers::Receivers;
use regcred::registries::Registries;
use regcred::vault::{Reach, Vault};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Status(u16),
    /// 503, with this in `Retry-After`.
    Later(&'static str),
    /// It is kept, and the connection closed: whoever called does not know.
    Nothing,
}

/// A call that arrived.
#[derive(Clone, Debug)]
pub struct Heard {
    pub id: String,
    pub timestamp: String,
    pub signatures: String,
    pub body: String,
    /// Whether it was acknowledged.
    pub is_kept: bool,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The events in it; none in a test.
    pub fn events(&self) -> Vec<Value> {
        self.json()["data"]["events"].as_array().cloned().unwrap_or_default()
    }
}

#[derive(Default)]
struct State {
    heard: Vec<Heard>,
    /// What the next calls are answered; 204 when there is nothing.
    answers: Vec<Answer>,
}

pub struct Receiver {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: Option<JoinHandle<()>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::default();
        let task = Some(tokio::spawn(serve(listener, Arc::clone(&state))));
        Self { address, state, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/in?key=hunter2", self.address)
    }

    /// Nobody listens from now on.
    pub async fn kill(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            assert!(task.await.is_err());
        }
    }

    pub async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.task = Some(tokio::spawn(serve(listener, Arc::clone(&self.state))));
    }

    /// What the next calls are answered, in this order.
    pub fn answer(&self, answers: &[Answer]) {
        self.state.lock().unwrap().answers = answers.to_vec();
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.state.lock().unwrap().heard.clone()
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        take(stream, &state).await;
    }
}

/// Reads one call and answers it.
async fn take(mut stream: TcpStream, state: &Mutex<State>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(other, _)| other.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap()];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    let answer = {
        let mut state = state.lock().unwrap();
        let has_one = !state.answers.is_empty();
        let answer = if has_one { state.answers.remove(0) } else { Answer::Status(204) };
        state.heard.push(Heard {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signatures: header("webhook-signature"),
            body: String::from_utf8(body).unwrap(),
            is_kept: matches!(answer, Answer::Status(200..=299) | Answer::Nothing),
        });
        answer
    };
    let (status, later) = match answer {
        Answer::Status(status) => (status, String::new()),
        Answer::Later(at) => (503, format!("retry-after: {at}\r\n")),
        Answer::Nothing => return,
    };
    let said =
        format!("HTTP/1.1 {status} X\r\n{later}content-length: 0\r\nconnection: close\r\n\r\n");
    // Who went away does not want it.
    let _ = stream.write_all(said.as_bytes()).await;
}

/// The vault, as one that may call this machine.
pub fn reaching(vault: &Vault) -> Vault {
    let allowed = vec![Network::parse("127.0.0.0/8").unwrap()];
    let settings = OutboundSettings { allowed, ..OutboundSettings::default() };
    let outbound = Outbound::new(settings).unwrap();
    vault.clone().reaching(Reach {
        issuers: Issuers::new(outbound.clone()),
        receivers: Receivers::new(outbound.clone()),
        registries: Registries::new(outbound),
    })
}

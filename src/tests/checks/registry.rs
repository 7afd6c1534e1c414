//! A registry that checks ask: it counts how often a secret is shown to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regcred::issuers::Issuers;
use regcred::outbound::{Network, Outbound, OutboundSettings};
use regcred::receivers::Receivers;
use regcred::registries::Registries;
use regcred::vault::{Reach, Vault};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, RwLock};

/// The password that it takes at first.
pub const RIGHT: &str = "right-of-acme";

/// A registry that wants a pair in each request, and takes this password.
#[derive(Clone)]
pub struct Registry {
    pub host: String,
    password: Arc<Mutex<String>>,
    /// Held by who wants those to wait who show a pair.
    pub gate: Arc<RwLock<()>>,
    /// Says that it was shown a pair.
    pub asked: Arc<Notify>,
    /// The pairs that it was shown.
    shown: Arc<Mutex<Vec<String>>>,
}

impl Registry {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let registry = Self {
            host,
            password: Arc::new(Mutex::new(RIGHT.to_owned())),
            gate: Arc::default(),
            asked: Arc::default(),
            shown: Arc::default(),
        };
        let answering = registry.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answering = answering.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => request.push(byte),
                            Err(_) => return,
                        }
                    }
                    let request = String::from_utf8(request).unwrap();
                    let answer_waits = request.contains("authorization: ");
                    let head = answering.head(&request);
                    let answer = format!(
                        "HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    );
                    let _open = if answer_waits { Some(answering.gate.read().await) } else { None };
                    // Who went away does not want it.
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        registry
    }

    fn head(&self, request: &str) -> &'static str {
        const ASKS: &str = "401 Unauthorized\r\nwww-authenticate: Basic realm=\"acme\"";
        let line = request.lines().find_map(|line| line.strip_prefix("authorization: Basic "));
        let Some(pair) = line else { return ASKS };
        self.shown.lock().unwrap().push(pair.to_owned());
        self.asked.notify_one();
        let right = basic(&self.password.lock().unwrap());
        if pair == right { "200 OK" } else { ASKS }
    }

    pub fn takes(&self, password: &str) {
        password.clone_into(&mut self.password.lock().unwrap());
    }

    pub fn shown(&self) -> usize {
        self.shown.lock().unwrap().len()
    }
}

/// The pair of that password, as it is shown.
pub fn basic(password: &str) -> String {
    STANDARD.encode(format!("acme-bot:{password}"))
}

/// The same vault, which may call this machine.
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

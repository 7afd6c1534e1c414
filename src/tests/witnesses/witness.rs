//! A witness on this machine, as the standards describe one. It shares no line with the product: it reads a
//! request by hand, and verifies that a log goes on as RFC 6962 defines it, from the top of the tree.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Hash = Vec<u8>;

const PATH: &str = "POST /of/acme/add-checkpoint HTTP/1.1\r\n";

/// How a request is answered, other than by the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Status(u16),
    /// With a cosignature that is of something else.
    WrongSignature,
    /// With lines that are none of this witness.
    OfOthers,
}

/// A request that arrived, and the status that it was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub old: u64,
    pub size: u64,
    /// Lines of the proof.
    pub lines: usize,
    pub status: u16,
}

#[derive(Default)]
struct State {
    /// Size and root of the last checkpoint of each log.
    seen: BTreeMap<String, (u64, Hash)>,
    heard: Vec<Heard>,
    /// How the next requests are answered.
    answers: Vec<Answer>,
}

struct Inner {
    name: String,
    pair: Ed25519KeyPair,
    state: Mutex<State>,
}

pub struct Witness {
    address: SocketAddr,
    inner: Arc<Inner>,
    task: Option<JoinHandle<()>>,
}

impl Witness {
    pub async fn start(name: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let inner = Arc::new(Inner { name: name.to_owned(), pair, state: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = Some(tokio::spawn(serve(listener, Arc::clone(&inner))));
        Self { address, inner, task }
    }

    /// Its public key.
    pub fn key(&self) -> String {
        let id: String = self.inner.id().iter().fold(String::new(), |mut id, byte| {
            write!(id, "{byte:02x}").unwrap();
            id
        });
        let key = [&[4][..], self.inner.pair.public_key().as_ref()].concat();
        format!("{}+{id}+{}", self.inner.name, STANDARD.encode(key))
    }

    /// How the operator names it.
    pub fn setting(&self) -> String {
        format!("{} http://{}/of/acme/", self.key(), self.address)
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
        self.task = Some(tokio::spawn(serve(listener, Arc::clone(&self.inner))));
    }

    /// How the next requests are answered, in this order.
    pub fn answer(&self, answers: &[Answer]) {
        self.inner.state.lock().unwrap().answers = answers.to_vec();
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.inner.state.lock().unwrap().heard.clone()
    }

    /// Has it remember another size and root of every log than it has seen.
    pub fn pretend(&self, change: impl Fn(&mut (u64, Hash))) {
        self.inner.state.lock().unwrap().seen.values_mut().for_each(change);
    }

    /// Whether the note has its cosignature, and that is right.
    pub fn has_said(&self, note: &str) -> bool {
        let (text, lines) = note.rsplit_once("\n\n").unwrap();
        let beginning = format!("\u{2014} {} ", self.inner.name);
        lines.lines().filter_map(|line| line.strip_prefix(&beginning)).any(|signature| {
            let bytes = STANDARD.decode(signature).unwrap();
            let (id, rest) = bytes.split_at(4);
            let at = u64::from_be_bytes(rest[..8].try_into().unwrap());
            let message = format!("cosignature/v1\ntime {at}\n{text}\n");
            let key = UnparsedPublicKey::new(&ED25519, self.inner.pair.public_key().as_ref());
            id == self.inner.id() && key.verify(message.as_bytes(), &rest[8..]).is_ok()
        })
    }
}

async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    while let Ok((stream, _)) = listener.accept().await {
        take(stream, &inner).await;
    }
}

/// Reads one request and answers it.
async fn take(mut stream: TcpStream, inner: &Inner) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().filter_map(|line| line.split_once(": "));
    let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut body = vec![0; length.next().unwrap().1.parse().unwrap()];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    assert!(head.starts_with(PATH), "{head}");
    let (status, answer) = inner.answer(&String::from_utf8(body).unwrap());
    let kind = if status == 409 { "content-type: text/x.tlog.size\r\n" } else { "" };
    let length = answer.len();
    let said = format!(
        "HTTP/1.1 {status} X\r\n{kind}content-length: {length}\r\nconnection: close\r\n\r\n{answer}"
    );
    // Who went away does not want it.
    let _ = stream.write_all(said.as_bytes()).await;
}

impl Inner {
    fn id(&self) -> [u8; 4] {
        let key = self.pair.public_key();
        let id = sha256(&[self.name.as_bytes(), b"\n\x04", key.as_ref()]);
        id[..4].try_into().unwrap()
    }

    fn answer(&self, body: &str) -> (u16, String) {
        let (head, note) = body.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
        let proof: Vec<Hash> = lines.map(|line| STANDARD.decode(line).unwrap()).collect();
        let (text, signatures) = note.rsplit_once("\n\n").unwrap();
        assert!(signatures.starts_with('\u{2014}') && signatures.ends_with('\n'), "{note}");
        let text = format!("{text}\n");
        let said: Vec<&str> = text.lines().collect();
        let (origin, size) = (said[0], said[1].parse().unwrap());
        let root = STANDARD.decode(said[2]).unwrap();
        let mut state = self.state.lock().unwrap();
        let planned = (!state.answers.is_empty()).then(|| state.answers.remove(0));
        let seen = state.seen.get(origin).cloned().unwrap_or_default();
        let (status, answer) = match planned {
            Some(Answer::Status(status)) => (status, String::new()),
            Some(Answer::WrongSignature) => (200, self.cosigned(&format!("not {text}"))),
            Some(Answer::OfOthers) => (200, self.line([1, 2, 3, 4], &[0; 72])),
            None if old > size => (400, String::new()),
            None if old != seen.0 => (409, format!("{}\n", seen.0)),
            None if old == size && root != seen.1 => (422, String::new()),
            None if !goes_on(&seen, (size, &root), &proof) => (422, String::new()),
            None => {
                state.seen.insert(origin.to_owned(), (size, root));
                // A line of a kind that nobody knows is there, too.
                (200, self.line([1, 2, 3, 4], &[0; 2_428]) + &self.cosigned(&text))
            }
        };
        state.heard.push(Heard { old, size, lines: proof.len(), status });
        (status, answer)
    }

    fn cosigned(&self, text: &str) -> String {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let signature = self.pair.sign(format!("cosignature/v1\ntime {at}\n{text}").as_bytes());
        self.line(self.id(), &[&at.to_be_bytes()[..], signature.as_ref()].concat())
    }

    fn line(&self, id: [u8; 4], bytes: &[u8]) -> String {
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode([&id[..], bytes].concat()))
    }
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// Whether the proof leads to both roots.
fn goes_on((old, before): &(u64, Hash), (size, root): (u64, &Hash), proof: &[Hash]) -> bool {
    if *old == 0 || *old == size {
        return proof.is_empty();
    }
    roots((*old, size), proof, Some(before))
        .is_some_and(|found| found == (before.clone(), root.clone()))
}

/// The roots of the old and the new tree in a part of both, of so many leaves each. `whole` is the root of
/// the old tree as long as the part has all of it.
fn roots((old, new): (u64, u64), proof: &[Hash], whole: Option<&Hash>) -> Option<(Hash, Hash)> {
    if old == new {
        let root = match (whole, proof) {
            (Some(root), []) => root,
            (None, [root]) => root,
            _ => return None,
        };
        return Some((root.clone(), root.clone()));
    }
    let (beside, rest) = proof.split_last()?;
    // The largest power of two that is smaller.
    let mut half = 1;
    while half * 2 < new {
        half *= 2;
    }
    let node = |left: &Hash, right: &Hash| sha256(&[&[1], left, right]);
    if old <= half {
        let (before, after) = roots((old, half), rest, whole)?;
        Some((before, node(&after, beside)))
    } else {
        let (before, after) = roots((old - half, new - half), rest, None)?;
        Some((node(beside, &before), node(beside, &after)))
    }
}

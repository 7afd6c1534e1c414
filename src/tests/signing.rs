//! Requests as Drone and Woodpecker sign theirs, made after what they publish and with none of our
//! own code: a draft-cavage signature with a shared secret, and an HTTP message signature with an
//! Ed25519 key (RFC 9421).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use ring::{digest, hmac};
use std::collections::BTreeSet;
use std::sync::Mutex;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// The last second that no request was signed in yet: a server rarely signs the same twice in a
/// second, and a test does.
fn own_second() -> i64 {
    static TAKEN: Mutex<BTreeSet<i64>> = Mutex::new(BTreeSet::new());
    let mut taken = TAKEN.lock().unwrap();
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let second = (now - 240..=now).rev().find(|second| !taken.contains(second)).unwrap_or(now);
    taken.insert(second);
    second
}

/// The header lines of a request.
pub type Lines = Vec<(&'static str, String)>;

/// What Drone's runner sends with the body.
pub fn drone(secret: &str, body: &str) -> Lines {
    drone_with(secret, body, Vec::new())
}

/// The same, with more headers that are signed.
pub fn drone_with(secret: &str, body: &str, more: Lines) -> Lines {
    let at = OffsetDateTime::from_unix_timestamp(own_second()).unwrap();
    let mut lines: Lines = vec![
        ("accept", "application/vnd.drone.registry.v1+json".to_owned()),
        ("accept-encoding", "identity".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("date", at.format(DATE).unwrap()),
        ("digest", format!("SHA-256={}", sha256(body))),
    ];
    lines.extend(more);
    let signed: Vec<String> =
        lines.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = STANDARD.encode(hmac::sign(&key, signed.join("\n").as_bytes()));
    let names = names.join(" ");
    lines.push((
        "signature",
        format!(
            "keyId=\"hmac-key\",algorithm=\"hmac-sha256\",headers=\"{names}\",signature=\"{tag}\""
        ),
    ));
    lines
}

/// A Woodpecker server.
pub struct Woodpecker(Ed25519KeyPair);

impl Woodpecker {
    /// One with a new key.
    pub fn new() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    /// Its public key, as base64 of the 32 bytes.
    pub fn public_key(&self) -> String {
        STANDARD.encode(self.0.public_key())
    }

    /// What it sends with the body to this path.
    pub fn sign(&self, target: &str, body: &str) -> Lines {
        let said = format!("sha-256=:{}:", sha256(body));
        let created = own_second();
        let input = format!(
            "(\"@request-target\" \"content-digest\");created={created};alg=\"ed25519\";keyid=\"woodpecker-ci-extensions\""
        );
        let base = format!(
            "\"@request-target\": {target}\n\"content-digest\": {said}\n\"@signature-params\": {input}"
        );
        let signature = STANDARD.encode(self.0.sign(base.as_bytes()));
        vec![
            ("content-type", "application/json".to_owned()),
            ("content-digest", said),
            ("signature-input", format!("woodpecker-ci-extensions={input}")),
            ("signature", format!("woodpecker-ci-extensions=:{signature}:")),
        ]
    }
}

/// What Drone says of a build of the repository with this number.
pub fn drone_body(repository: u32) -> String {
    format!(
        "{{\"repo\":{{\"id\":{repository},\"slug\":\"acme/api\"}},\"build\":{{\"event\":\"push\",\"ref\":\"refs/heads/main\",\"number\":3,\"after\":\"0a1b2c\"}}}}"
    )
}

/// What Woodpecker says of a pipeline of the repository with this number.
pub fn woodpecker_body(repository: u32) -> String {
    format!(
        "{{\"repo\":{{\"id\":{repository},\"full_name\":\"acme/api\"}},\"pipeline\":{{\"event\":\"push\",\"ref\":\"refs/heads/main\",\"number\":3,\"commit\":\"0a1b2c\",\"author\":\"olga\"}}}}"
    )
}

fn sha256(body: &str) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, body.as_bytes()))
}

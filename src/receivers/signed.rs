//! Standard Webhooks: `v1,` and HMAC-SHA256 over id, time and body in base64; one for each secret that is
//! good, with a space between them.

use crate::crypto::derived::Derived;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const SECRET: &str = "whsec_";

/// A call to a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The same each time it is sent again.
    pub id: String,
    /// Seconds since 1970.
    pub timestamp: String,
    /// Of this call by the keys of the destination.
    pub signatures: String,
    pub body: Vec<u8>,
}

impl Call {
    /// A call that is signed with each of these keys, at that time in seconds.
    pub fn new(id: String, at: i64, body: Vec<u8>, keys: &[Derived]) -> Self {
        let timestamp = at.to_string();
        let signed: Vec<String> =
            keys.iter().map(|key| signature(key, &id, &timestamp, &body)).collect();
        Self { id, timestamp, signatures: signed.join(" "), body }
    }
}

/// What stands in the header for one key.
pub fn signature(key: &Derived, id: &str, timestamp: &str, body: &[u8]) -> String {
    let mut message = Vec::with_capacity(id.len() + timestamp.len() + body.len() + 2);
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        message.extend_from_slice(part);
    }
    format!("v1,{}", STANDARD.encode(key.mac(&message)))
}

/// The secret as libraries for Standard Webhooks take it.
pub fn signing_secret(key: &Derived) -> Zeroizing<String> {
    // Room enough from the start: a string that grows leaves its old bytes behind.
    let mut text = Zeroizing::new(String::with_capacity(SECRET.len() + 48));
    text.push_str(SECRET);
    STANDARD.encode_string(key.expose(), &mut text);
    text
}

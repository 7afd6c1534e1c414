//! Opens the readers of this room to `tests/fuzz`.

use super::multipart::Framing;
use super::{certificate, forwarded};
use axum::http::{HeaderMap, HeaderValue};
use time::OffsetDateTime;

pub(crate) fn forwarded(data: &[u8]) {
    for name in ["x-forwarded-for", "forwarded"] {
        let mut headers = HeaderMap::new();
        for line in data.split(|byte| *byte == b'\n').take(64) {
            if let Ok(value) = HeaderValue::from_bytes(line) {
                headers.append(name, value);
            }
        }
        let _ = forwarded::hops(&headers);
    }
}

pub(crate) fn multipart(data: &[u8]) {
    let mut framing = Framing::new("boundary");
    for chunk in data.chunks(7) {
        if framing.read(chunk).is_err() {
            return;
        }
    }
}

pub(crate) fn certificate(data: &[u8]) {
    let pair = certificate::pair(data, data, OffsetDateTime::UNIX_EPOCH);
    assert!(pair.is_err(), "there is no key in it");
}

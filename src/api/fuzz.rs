//! Opens the readers of this room to `tests/fuzz`.

use super::build::Run;
use super::query::Query;
use super::signed::{read_drone, read_woodpecker};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// When the seeds were signed.
const NOW: i64 = 1_700_000_000;

pub(crate) fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(query) = Query::read(Some(&*text), &["image", "intent", "also"], &["registry"]) {
        let _ = (query.intent(), query.also_pulls());
    }
}

pub(crate) fn build(data: &[u8]) {
    let _ = Run::read(data, "pipeline");
}

pub(crate) fn woodpecker(data: &[u8]) {
    let _ = read_woodpecker(&headers(data), &Uri::from_static("/api/v1/x?a=b"), NOW);
}

pub(crate) fn drone(data: &[u8]) {
    let uri = Uri::from_static("/api/v1/x?a=b");
    let _ = read_drone(&headers(data), &Method::POST, &uri, NOW);
}

/// A header from each line that could be one.
fn headers(data: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(64) {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..at]);
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

//! Bodies of requests, read whole and up to a limit.

use crate::error::{Error, Result};
use axum::body::{Body, Bytes, to_bytes};
use serde::de::DeserializeOwned;

/// The whole body, of at most `max` bytes.
pub(super) async fn read(body: Body, max: usize) -> Result<Bytes> {
    to_bytes(body, max).await.map_err(|_| {
        Error::BadRequest(format!("The body must be complete, and at most {} KiB.", max / 1024))
    })
}

/// The value that the body is, and nothing else.
///
/// # Errors
/// `BadRequest`, which does not repeat the body: `form` says what it must be.
pub(super) fn json<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T> {
    serde_json::from_slice(body)
        .map_err(|_| Error::BadRequest(format!("The body must be JSON: {form}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_something_else_is_refused_and_not_repeated() {
        for body in ["", "zebra", "{}zebra", "[\"zebra\"]", "{\"zebra\":", "{\"a\":1}{}"] {
            let found = json::<std::collections::BTreeMap<String, u8>>(body.as_bytes(), "a map");
            let text = found.unwrap_err().to_string();
            assert!(text.ends_with("a map.") && !text.contains("zebra"), "{body}: {text}");
        }
    }
}

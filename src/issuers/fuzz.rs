//! Opens the readers of this room to `tests/fuzz`.

use super::address::{is_issuer, may_hold_keys, metadata};

pub(crate) fn address(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = may_hold_keys(&text, "https://issuer.example.com");
    if is_issuer(&text) {
        let _ = metadata(&text);
    }
}

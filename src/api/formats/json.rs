//! The pieces of JSON that secrets stand in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// Appends the text as a JSON string, with its quotes (RFC 8259).
pub(super) fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends `"name":"text"`.
pub(super) fn push_member(out: &mut String, name: &str, text: &str) {
    push_text(out, name);
    out.push(':');
    push_text(out, text);
}

/// Appends `"name":"text"` of each, with commas between them.
pub(super) fn push_members(out: &mut String, members: &[(&str, &str)]) {
    for (i, (name, text)) in members.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        push_member(out, name, text);
    }
}

/// Appends `"auth":"…"`: base64 of `user:secret`, which needs no escaping.
pub(super) fn push_auth(out: &mut String, username: &str, secret: &[u8]) {
    let mut pair = Zeroizing::new(Vec::with_capacity(username.len() + 1 + secret.len()));
    pair.extend_from_slice(username.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(secret);
    out.push_str("\"auth\":\"");
    push_base64(out, &pair);
    out.push('"');
}

/// Appends the bytes as base64. Not by `encode_string`, which keeps what it has written in a buffer
/// on the stack, where nobody wipes it.
pub(super) fn push_base64(out: &mut String, bytes: &[u8]) {
    out.push_str(&Zeroizing::new(STANDARD.encode(bytes)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn auth_is_padded_base64_of_user_and_secret() {
        let cases: [(&[u8], &str); 4] = [
            (b"s", "YWNtZTpz"),
            (b"pass", "YWNtZTpwYXNz"),
            (b":", "YWNtZTo6"),
            (b"\xff\0", "YWNtZTr/AA=="),
        ];
        for (secret, auth) in cases {
            let mut out = String::new();
            push_auth(&mut out, "acme", secret);
            assert_eq!(out, format!("\"auth\":\"{auth}\""));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in "(\\PC|[\\x00-\\x1f\"\\\\]){0,40}") {
            let mut out = String::new();
            push_text(&mut out, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            prop_assert!(!out.contains('\n'));
        }
    }
}

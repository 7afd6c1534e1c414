//! A secret as a form brings it: typed, pasted or uploaded.

use crate::crypto::blob::MAX_SECRET;
use crate::domain::credential::Method;
use crate::domain::found_expiry::{FoundEnd, HAS_EXPIRED};
use crate::domain::key_file::{BASE64_USERNAME, KeyFile, is_base64};
use crate::domain::moment::Day;
use crate::domain::registry_kind::{RegistryKind, paste_doubt, paste_warning};
use crate::domain::secret::Secret;
use crate::domain::typed_text::{has_blank_edge, is_blank};
use crate::error::FieldError;
use crate::vault::now;

#[derive(Clone, Debug, Default)]
pub struct SecretInput {
    pub password: Secret,
    pub key_text: Secret,
    /// The uploaded file; empty when none was chosen.
    pub key_file: Secret,
    /// Whether the uploaded file was larger than is read.
    pub is_file_too_large: bool,
}

/// A secret that keeps the rules, ready to be sealed.
#[derive(Clone, Debug)]
pub(super) struct ReadSecret {
    pub(super) secret: Secret,
    pub(super) key_file: Option<KeyFile>,
    /// What was changed of what was typed, or left although it may be a mistake, as sentences.
    said: Vec<&'static str>,
}

const LINE_END_DROPPED: &str =
    "The line break at the end of the secret was dropped, as docker login --password-stdin does.";
const SPACE_KEPT: &str = "The secret begins or ends with a space, a line break or an invisible character. It was kept as part of the secret. If it does not belong to it, replace the secret.";
const LINES_JOINED: &str =
    "The line breaks and spaces in the base64 key were removed. It is stored as one line.";
const ONLY_BLANKS: &str = "The password or token has only spaces or line breaks. Enter it again.";

impl ReadSecret {
    /// What to say after it was saved: what was changed of it, and a hint when the registry will not
    /// take it, or not for long. Nothing is refused for that.
    pub(super) fn notices(
        &self,
        kind: RegistryKind,
        method: Method,
        username: &str,
    ) -> Vec<String> {
        let text = std::str::from_utf8(self.secret.expose()).ok();
        let warning = text.and_then(|text| paste_warning(kind, method, username, text));
        self.said.iter().copied().chain(warning).map(str::to_owned).collect()
    }

    /// Whether it was probably pasted with more than itself.
    pub(super) fn has_edge(&self) -> bool {
        self.said.contains(&SPACE_KEPT)
    }

    /// What looks wrong with it, which is asked about before it is saved.
    pub(super) fn doubt(
        &self,
        kind: RegistryKind,
        method: Method,
        username: &str,
    ) -> Option<&'static str> {
        let text = std::str::from_utf8(self.secret.expose()).ok()?;
        // What the registry wants instead says more than that this one has ended.
        paste_doubt(kind, method, username, text).or_else(|| self.expired())
    }

    fn expired(&self) -> Option<&'static str> {
        self.end(None)?.has_passed(now()).then_some(HAS_EXPIRED)
    }

    /// The end that it tells itself, beside the last day that was typed for it.
    pub(super) fn end(&self, typed: Option<Day>) -> Option<FoundEnd> {
        FoundEnd::of(self.secret.expose(), typed)
    }
}

impl SecretInput {
    /// The secret for the method; `None` when the field was left blank. What goes with the user name
    /// decides whether lines of base64 are one value.
    pub(super) fn read(
        &self,
        method: Method,
        username: &str,
    ) -> Result<Option<ReadSecret>, FieldError> {
        match method {
            Method::Password => self.password(username),
            Method::GcpServiceAccountKey => self.key(),
        }
    }

    fn password(&self, username: &str) -> Result<Option<ReadSecret>, FieldError> {
        let typed = self.password.expose();
        if typed.is_empty() {
            return Ok(None);
        }
        let refused = |message: &str| Err(FieldError::new("password", message));
        if std::str::from_utf8(typed).is_ok_and(is_blank) {
            return refused(ONLY_BLANKS);
        }
        let bytes = without_one_newline(typed);
        let mut said = Vec::new();
        let joined = (username == BASE64_USERNAME).then(|| joined_base64(bytes)).flatten();
        let secret = if let Some(joined) = joined {
            said.push(LINES_JOINED);
            joined
        } else {
            if bytes.len() < typed.len() {
                said.push(LINE_END_DROPPED);
            }
            let has_edge = std::str::from_utf8(bytes)
                .map_or_else(|_| bytes.trim_ascii().len() < bytes.len(), has_blank_edge);
            if has_edge {
                said.push(SPACE_KEPT);
            }
            Secret::new(bytes.to_vec())
        };
        if secret.expose().len() > MAX_SECRET {
            return refused("A password or token can be at most 64 KiB.");
        }
        if secret.expose().contains(&0) {
            return refused(
                "The password or token has a NUL character, which Docker drops. Copy it again.",
            );
        }
        Ok(Some(ReadSecret { secret, key_file: None, said }))
    }

    fn key(&self) -> Result<Option<ReadSecret>, FieldError> {
        if self.is_file_too_large {
            let message = "This file is too large for a service account key (about 2 KB). Choose the .json file from Google.";
            return Err(FieldError::new("key_file", message));
        }
        // An upload is stored byte for byte; a browser turns pasted line ends into CRLF.
        let pasted = Secret::new(with_unix_lines(self.key_text.expose()));
        let (field, secret) = if self.key_file.is_blank() {
            ("key_json", pasted)
        } else if is_another_key(&pasted, &self.key_file) {
            // Either may be the one that is meant.
            let message = "Paste the key or choose the file, not both.";
            return Err(FieldError::new("key_file", message));
        } else {
            ("key_file", self.key_file.clone())
        };
        if secret.is_blank() {
            return Ok(None);
        }
        let key_file = KeyFile::read(secret.expose())
            .map_err(|problem| FieldError::new(field, problem.to_string()))?;
        Ok(Some(ReadSecret { secret, key_file: Some(key_file), said: Vec::new() }))
    }
}

/// Whether something was pasted that is not the file's text. Line ends and space around it do not
/// tell keys apart.
fn is_another_key(pasted: &Secret, file: &Secret) -> bool {
    let pasted = pasted.expose().trim_ascii();
    let file = Secret::new(with_unix_lines(file.expose()));
    !pasted.is_empty() && pasted != file.expose().trim_ascii()
}

/// What `--password-stdin` does: exactly one line end at the end is dropped.
fn without_one_newline(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

/// The bytes on one line, if they are base64 with space in it; `None` for anything else.
fn joined_base64(bytes: &[u8]) -> Option<Secret> {
    let is_wrapped = bytes.iter().any(u8::is_ascii_whitespace);
    let joined: Vec<u8> = bytes.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let joined = Secret::new(joined);
    let text = std::str::from_utf8(joined.expose()).ok()?;
    (is_wrapped && is_base64(text)).then_some(joined)
}

fn with_unix_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (i, byte) in bytes.iter().enumerate() {
        if !(*byte == b'\r' && bytes.get(i + 1) == Some(&b'\n')) {
            out.push(*byte);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is stored of a password, and what is said of it.
    fn typed(username: &str, text: &str) -> Result<Option<(String, Vec<&'static str>)>, String> {
        let input = SecretInput { password: text.into(), ..SecretInput::default() };
        let read = input.read(Method::Password, username).map_err(|error| error.message)?;
        Ok(read.map(|read| {
            (String::from_utf8(read.secret.expose().to_vec()).unwrap(), read.said.clone())
        }))
    }

    #[test]
    fn exactly_one_line_end_is_dropped_and_that_is_said() {
        for (text, kept, said) in [
            ("a\n", "a", vec![LINE_END_DROPPED]),
            ("a\r\n", "a", vec![LINE_END_DROPPED]),
            ("a\n\n", "a\n", vec![LINE_END_DROPPED, SPACE_KEPT]),
            (" a ", " a ", vec![SPACE_KEPT]),
            ("a\t", "a\t", vec![SPACE_KEPT]),
            ("a\r", "a\r", vec![SPACE_KEPT]),
            ("\u{FEFF}a\n", "\u{FEFF}a", vec![LINE_END_DROPPED, SPACE_KEPT]),
            ("a\u{A0}", "a\u{A0}", vec![SPACE_KEPT]),
            ("a\u{200B}", "a\u{200B}", vec![SPACE_KEPT]),
            ("a b", "a b", vec![]),
            ("a", "a", vec![]),
        ] {
            assert_eq!(typed("acme", text), Ok(Some((kept.to_owned(), said))), "{text:?}");
        }
        assert_eq!(with_unix_lines(b"a\r\nb\rc\n"), b"a\nb\rc\n");
    }

    #[test]
    fn an_empty_field_keeps_the_secret_and_blanks_are_refused() {
        assert_eq!(typed("acme", ""), Ok(None));
        for blank in [" ", "\n", "\r\n", " \t\n\n", "\u{A0}", "\u{200B}", "\u{3000} "] {
            assert_eq!(typed("acme", blank), Err(ONLY_BLANKS.to_owned()), "{blank:?}");
        }
    }

    #[test]
    fn lines_of_base64_are_joined_only_where_they_are_one_key() {
        let joined = |text: &str| Ok(Some((text.to_owned(), vec![LINES_JOINED])));
        for text in ["eyJ0\neXBl\n", "eyJ0\r\neXBl", "eyJ0 eXBl", "eyJ0eXBl\n\n", "\neyJ0eXBl"] {
            assert_eq!(typed(BASE64_USERNAME, text), joined("eyJ0eXBl"), "{text:?}");
        }
        let whole = Ok(Some(("eyJ0eXBl".to_owned(), vec![])));
        assert_eq!(typed(BASE64_USERNAME, "eyJ0eXBl"), whole);
        let other = Ok(Some(("eyJ0\neXBl".to_owned(), vec![])));
        assert_eq!(typed("acme", "eyJ0\neXBl"), other);
        let no_base64 = Ok(Some(("two words!".to_owned(), vec![])));
        assert_eq!(typed(BASE64_USERNAME, "two words!"), no_base64);
    }

    #[test]
    fn a_pasted_key_and_another_file_are_told_apart_but_not_by_their_line_ends() {
        let is_another = |pasted: &str, file: &str| is_another_key(&pasted.into(), &file.into());
        assert!(is_another("{}", "{ }"));
        for (pasted, file) in [("", "{}"), (" \n", "{}"), ("{\n}", "{\r\n}\r\n"), ("{}\n", "{}")] {
            assert!(!is_another(pasted, file), "{pasted:?} {file:?}");
        }
    }
}

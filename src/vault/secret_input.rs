//! A secret as a form brings it: typed, pasted or uploaded.

use crate::crypto::blob::MAX_SECRET;
use crate::domain::credential::Method;
use crate::domain::key_file::KeyFile;
use crate::domain::registry_kind::{RegistryKind, paste_warning};
use crate::domain::secret::Secret;
use crate::error::FieldError;

/// What the form's secret fields held.
#[derive(Clone, Debug, Default)]
pub struct SecretInput {
    /// The password field.
    pub password: Secret,
    /// The text area for a key file.
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
}

impl ReadSecret {
    /// A hint that the registry will not take it, or not for long. Nothing is refused for it.
    pub(super) fn warning(&self, kind: RegistryKind, method: Method) -> Option<&'static str> {
        let text = std::str::from_utf8(self.secret.expose()).ok()?;
        paste_warning(kind, method, text)
    }
}

impl SecretInput {
    /// The secret for the method; `None` when the field was left blank.
    pub(super) fn read(&self, method: Method) -> Result<Option<ReadSecret>, FieldError> {
        match method {
            Method::Password => self.password(),
            Method::GcpServiceAccountKey => self.key(),
        }
    }

    fn password(&self) -> Result<Option<ReadSecret>, FieldError> {
        let bytes = without_one_newline(self.password.expose());
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() > MAX_SECRET {
            return Err(FieldError::new(
                "password",
                "A password or token can be at most 64 KiB long.",
            ));
        }
        if bytes.contains(&0) {
            let message =
                "This has a NUL character, which docker drops. Copy the password or token again.";
            return Err(FieldError::new("password", message));
        }
        Ok(Some(ReadSecret { secret: Secret::new(bytes.to_vec()), key_file: None }))
    }

    fn key(&self) -> Result<Option<ReadSecret>, FieldError> {
        if self.is_file_too_large {
            let message = "This file is too large for a service account key, which has about 2 KB. Choose the .json file that Google made for the key.";
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
        Ok(Some(ReadSecret { secret, key_file: Some(key_file) }))
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

    #[test]
    fn exactly_one_line_end_is_dropped() {
        for (typed, kept) in
            [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("a", "a")]
        {
            assert_eq!(without_one_newline(typed.as_bytes()), kept.as_bytes());
        }
        assert_eq!(with_unix_lines(b"a\r\nb\rc\n"), b"a\nb\rc\n");
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

//! The digest of a body that a signature covers: `Content-Digest` (RFC 9530) and the `Digest` before
//! it (RFC 3230).

use super::SignatureProblem;
use crate::crypto::digest::{sha256, sha512};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Digests of one body that are looked at.
const KINDS_MAX: usize = 4;

/// What a signature says that the body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BodyDigests(Vec<(Kind, Vec<u8>)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sha256,
    Sha512,
}

impl BodyDigests {
    /// The members of a `Content-Digest`. Those of kinds that are not known say nothing, and there has to be
    /// one that is known.
    pub(super) fn of_members(members: &[(&str, &str)]) -> Result<Self, SignatureProblem> {
        let mut found = Vec::new();
        if members.len() > KINDS_MAX {
            return Err(SignatureProblem::Malformed);
        }
        for (kind, value) in members {
            let base64 = value.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
            found.extend(known(kind, base64.ok_or(SignatureProblem::Malformed)?)?);
        }
        Self::with(found)
    }

    /// The same for a `Digest`: `SHA-256=base64`, perhaps with others after commas.
    pub(super) fn of_text(text: &str) -> Result<Self, SignatureProblem> {
        let mut found = Vec::new();
        // Each one is work.
        if text.split(',').count() > KINDS_MAX {
            return Err(SignatureProblem::Malformed);
        }
        for part in text.split(',') {
            let (kind, base64) = part.trim().split_once('=').ok_or(SignatureProblem::Malformed)?;
            found.extend(known(&kind.to_ascii_lowercase(), base64)?);
        }
        Self::with(found)
    }

    fn with(found: Vec<(Kind, Vec<u8>)>) -> Result<Self, SignatureProblem> {
        if found.is_empty() { Err(SignatureProblem::Digest) } else { Ok(Self(found)) }
    }

    /// Compares all of them with the body.
    ///
    /// # Errors
    /// `Digest` when one is that of another body.
    pub(super) fn compare(&self, body: &[u8]) -> Result<(), SignatureProblem> {
        let is_own = |(kind, said): &(Kind, Vec<u8>)| match kind {
            Kind::Sha256 => sha256(body).as_slice() == said,
            Kind::Sha512 => sha512(body).as_slice() == said,
        };
        if self.0.iter().all(is_own) { Ok(()) } else { Err(SignatureProblem::Digest) }
    }
}

/// `None` when the kind is not known.
fn known(kind: &str, base64: &str) -> Result<Option<(Kind, Vec<u8>)>, SignatureProblem> {
    let kind = match kind {
        "sha-256" => Kind::Sha256,
        "sha-512" => Kind::Sha512,
        _ => return Ok(None),
    };
    let said = STANDARD.decode(base64).map_err(|_| SignatureProblem::Malformed)?;
    Ok(Some((kind, said)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &[u8] = b"abc";
    const OF_256: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const OF_512: &str =
        "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";

    fn content_digest(members: &[(&str, &str)], body: &[u8]) -> Result<(), SignatureProblem> {
        BodyDigests::of_members(members)?.compare(body)
    }

    fn digest(text: &str, body: &[u8]) -> Result<(), SignatureProblem> {
        BodyDigests::of_text(text)?.compare(body)
    }

    #[test]
    fn every_known_digest_has_to_be_right_and_one_has_to_be_known() {
        let (right, long) = (format!(":{OF_256}:"), format!(":{OF_512}:"));
        let other = format!(":{}:", OF_256.replace('u', "v"));
        let (right, long, other) = (right.as_str(), long.as_str(), other.as_str());
        for (members, expected) in [
            (vec![("sha-256", right)], Ok(())),
            (vec![("sha-512", long)], Ok(())),
            (vec![("md5", ":AA==:"), ("sha-256", right)], Ok(())),
            (vec![], Err(SignatureProblem::Digest)),
            (vec![("md5", ":AA==:")], Err(SignatureProblem::Digest)),
            (vec![("SHA-256", right)], Err(SignatureProblem::Digest)),
            (vec![("sha-256", other)], Err(SignatureProblem::Digest)),
            (vec![("sha-256", right), ("sha-512", right)], Err(SignatureProblem::Digest)),
            (vec![("sha-256", OF_256)], Err(SignatureProblem::Malformed)),
            (vec![("sha-256", ":zebra:")], Err(SignatureProblem::Malformed)),
        ] {
            assert_eq!(content_digest(&members, BODY), expected, "{members:?}");
        }
    }

    #[test]
    fn the_older_header_names_its_kind_in_capitals() {
        for (text, expected) in [
            (format!("SHA-256={OF_256}"), Ok(())),
            (format!("sha-256={OF_256}, MD5=AA=="), Ok(())),
            (format!("SHA-512={OF_512}"), Ok(())),
            (format!("SHA-256={OF_512}"), Err(SignatureProblem::Digest)),
            ("MD5=AA==".to_owned(), Err(SignatureProblem::Digest)),
            (OF_256[..10].to_owned(), Err(SignatureProblem::Malformed)),
            (String::new(), Err(SignatureProblem::Malformed)),
        ] {
            assert_eq!(digest(&text, BODY), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(text in "\\PC{0,60}") {
            let _ = digest(&text, BODY);
            let _ = content_digest(&[("sha-256", text.as_str())], BODY);
        }
    }
}

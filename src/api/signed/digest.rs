//! The digest of a body that a signature covers: `Content-Digest` (RFC 9530) and the `Digest` before
//! it (RFC 3230).

use super::SignatureProblem;
use crate::crypto::digest::{sha256, sha512};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Digests of one body that are looked at.
const KINDS_MAX: usize = 4;

/// Compares the members of a `Content-Digest` with the body. Digests of kinds that are not known say
/// nothing; every other one has to be right, and there has to be one.
pub(super) fn content_digest(
    members: &[(&str, &str)],
    body: &[u8],
) -> Result<(), SignatureProblem> {
    let mut is_known = false;
    if members.len() > KINDS_MAX {
        return Err(SignatureProblem::Malformed);
    }
    for (kind, value) in members {
        let base64 = value.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
        is_known |= compare(kind, base64.ok_or(SignatureProblem::Malformed)?, body)?;
    }
    if is_known { Ok(()) } else { Err(SignatureProblem::Digest) }
}

/// The same for a `Digest`: `SHA-256=base64`, perhaps with others after commas.
pub(super) fn digest(text: &str, body: &[u8]) -> Result<(), SignatureProblem> {
    let mut is_known = false;
    // Each one is work.
    if text.split(',').count() > KINDS_MAX {
        return Err(SignatureProblem::Malformed);
    }
    for part in text.split(',') {
        let (kind, base64) = part.trim().split_once('=').ok_or(SignatureProblem::Malformed)?;
        is_known |= compare(&kind.to_ascii_lowercase(), base64, body)?;
    }
    if is_known { Ok(()) } else { Err(SignatureProblem::Digest) }
}

/// Whether the kind is known; an error if it is and the digest is not that of the body.
fn compare(kind: &str, base64: &str, body: &[u8]) -> Result<bool, SignatureProblem> {
    let own = match kind {
        "sha-256" => sha256(body).to_vec(),
        "sha-512" => sha512(body).to_vec(),
        _ => return Ok(false),
    };
    match STANDARD.decode(base64) {
        Ok(said) if said == own => Ok(true),
        Ok(_) => Err(SignatureProblem::Digest),
        Err(_) => Err(SignatureProblem::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &[u8] = b"abc";
    const OF_256: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const OF_512: &str =
        "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";

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

//! A token taken apart: its form is checked here, and nothing that it says is believed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::keys::Algorithm;
use super::{JwkSet, JwtProblem, strict};

/// The longest token that is looked at, in bytes.
const MAX: usize = 16 * 1024;

/// A token whose form is right and whose signature nobody has checked. Debug prints nothing of it.
pub struct Unverified<'a> {
    /// Header and payload as they were sent, which is what the signature is of.
    signed: &'a str,
    signature: Zeroizing<Vec<u8>>,
    algorithm: Algorithm,
    key_id: Option<String>,
    issuer: String,
    claims: Map<String, Value>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart, with nothing around it. Refuses, with the reason, what no key could make
    /// acceptable.
    pub fn read(token: &'a str) -> Result<Unverified<'a>, JwtProblem> {
        if token.len() > MAX {
            return Err(JwtProblem::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwtProblem::Malformed)?;
        // A fourth part leaves a dot in the payload, which base64 does not know.
        let (header, payload) = signed.split_once('.').ok_or(JwtProblem::Malformed)?;
        let header = strict::object(&decode(header)?)?;
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(Algorithm::named)
            .ok_or(JwtProblem::Algorithm)?;
        if header.contains_key("crit") {
            return Err(JwtProblem::CriticalHeader);
        }
        check_type(header.get("typ"))?;
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(key_id)) => Some(key_id.clone()),
            Some(_) => return Err(JwtProblem::Malformed),
        };
        let claims = strict::object(&decode(payload)?)?;
        let issuer = match claims.get("iss") {
            Some(Value::String(issuer)) if !issuer.is_empty() => issuer.clone(),
            _ => return Err(JwtProblem::NoIssuer),
        };
        Ok(Unverified { signed, signature: decode(signature)?, algorithm, key_id, issuer, claims })
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The claims before any signature was checked: for explaining a pasted token, and for who knows
    /// from [`JwtProblem::Audience`] that it was.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Whether the key that the token names, of these and no others, has signed it.
    pub(super) fn check_signature(&self, keys: &JwkSet) -> Result<(), JwtProblem> {
        let key = keys.find(self.key_id(), self.algorithm)?;
        if key.has_signed(self.signed.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(JwtProblem::Signature)
        }
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").finish_non_exhaustive()
    }
}

fn check_type(name: Option<&Value>) -> Result<(), JwtProblem> {
    let is_ours = match name {
        None => true,
        Some(name) => name.as_str().is_some_and(|name| {
            let name = without_application(name);
            name.eq_ignore_ascii_case("JWT") || name.eq_ignore_ascii_case("at+jwt")
        }),
    };
    if is_ours { Ok(()) } else { Err(JwtProblem::Type) }
}

/// A media type is written with its `application/` or without (RFC 7515, 4.1.9).
fn without_application(name: &str) -> &str {
    const APPLICATION: &str = "application/";
    match name.split_at_checked(APPLICATION.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(APPLICATION) => rest,
        _ => name,
    }
}

/// Only the one text that encodes the bytes: neither padding nor stray bits at the end.
fn decode(part: &str) -> Result<Zeroizing<Vec<u8>>, JwtProblem> {
    URL_SAFE_NO_PAD.decode(part).map(Zeroizing::new).map_err(|_| JwtProblem::Malformed)
}

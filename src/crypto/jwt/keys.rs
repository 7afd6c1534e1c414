//! The keys that an issuer publishes (RFC 7517), and whether one of them has signed a text.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Map, Value};

use super::{JwtProblem, strict};

/// 2048 and 8192 bits, in bytes.
const LEAST_MODULUS: usize = 256;
const LARGEST_MODULUS: usize = 1024;
/// What `ring` takes is at most a bit longer; everybody uses 65537.
const LARGEST_EXPONENT: usize = 4;
/// Each coordinate of a point on P-256.
const COORDINATE: usize = 32;
/// A point that is not compressed starts with this.
const UNCOMPRESSED: u8 = 4;

/// How a token may be signed; there is no third way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    /// By its name in `alg`, letter for letter.
    pub(super) fn named(name: &str) -> Option<Algorithm> {
        match name {
            "RS256" => Some(Algorithm::Rs256),
            "ES256" => Some(Algorithm::Es256),
            _ => None,
        }
    }
}

/// What an issuer publishes, as far as it can sign tokens for us. Debug prints how many there are.
#[derive(Clone)]
pub struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Clone)]
struct Jwk {
    key_id: Option<String>,
    key: PublicKey,
}

#[derive(Clone)]
pub(super) enum PublicKey {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// `04 ‖ x ‖ y`.
    P256(Vec<u8>),
}

impl JwkSet {
    /// Keeps the RSA keys of 2048 to 8192 bits and the P-256 keys that are for signatures; others
    /// are passed over, and none may be left. `KeySet` when the bytes are no key set.
    pub fn parse(bytes: &[u8]) -> Result<JwkSet, JwtProblem> {
        let set = strict::object(bytes).map_err(|_| JwtProblem::KeySet)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JwtProblem::KeySet)?;
        let keys = keys.iter().filter_map(Value::as_object).filter_map(Jwk::read).collect();
        Ok(JwkSet { keys })
    }

    pub fn contains(&self, key_id: &str) -> bool {
        self.keys.iter().any(|key| key.is_named(key_id))
    }

    /// The key for a token. Without a `kid` it must be the only one. Of two keys with one `kid` and
    /// one type the first counts, so that a set cannot ask for a thousand checks of one token.
    pub(super) fn find(
        &self,
        key_id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&PublicKey, JwtProblem> {
        let is_meant = |key: &&Jwk| key_id.is_none_or(|key_id| key.is_named(key_id));
        let mut meant = self.keys.iter().filter(is_meant).peekable();
        if meant.peek().is_none() {
            return Err(JwtProblem::UnknownKey);
        }
        if key_id.is_none() && self.keys.len() > 1 {
            return Err(JwtProblem::NoKeyId);
        }
        meant
            .map(|key| &key.key)
            .find(|key| key.algorithm() == algorithm)
            .ok_or(JwtProblem::KeyType)
    }
}

impl fmt::Debug for JwkSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwkSet").field("keys", &self.keys.len()).finish()
    }
}

impl Jwk {
    /// `None` for a key that is not for us, or that is not written as the standard says.
    fn read(jwk: &Map<String, Value>) -> Option<Jwk> {
        let is_for_signatures = jwk.get("use").is_none_or(|used| used.as_str() == Some("sig"));
        let is_for_verifying = jwk.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|operations| {
                operations.iter().any(|operation| operation.as_str() == Some("verify"))
            })
        });
        // A key set with a private half would let every reader sign with it.
        if !is_for_signatures || !is_for_verifying || jwk.contains_key("d") {
            return None;
        }
        let key_id = match jwk.get("kid") {
            None => None,
            Some(key_id) => Some(key_id.as_str()?.to_owned()),
        };
        let key = match jwk.get("kty")?.as_str()? {
            "RSA" => rsa(&decode(jwk, "n")?, &decode(jwk, "e")?)?,
            "EC" if jwk.get("crv")?.as_str()? == "P-256" => {
                p256(&decode(jwk, "x")?, &decode(jwk, "y")?)?
            }
            _ => return None,
        };
        let fits = jwk
            .get("alg")
            .is_none_or(|name| name.as_str().and_then(Algorithm::named) == Some(key.algorithm()));
        fits.then_some(Jwk { key_id, key })
    }

    fn is_named(&self, key_id: &str) -> bool {
        self.key_id.as_deref() == Some(key_id)
    }
}

impl PublicKey {
    fn algorithm(&self) -> Algorithm {
        match self {
            PublicKey::Rsa { .. } => Algorithm::Rs256,
            PublicKey::P256(_) => Algorithm::Es256,
        }
    }

    /// Whether `signature` is of `message`, by the private half of this key.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let outcome = match self {
            PublicKey::Rsa { modulus, exponent } => {
                RsaPublicKeyComponents { n: modulus.as_slice(), e: exponent.as_slice() }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    message,
                    signature,
                )
            }
            PublicKey::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.as_slice())
                    .verify(message, signature)
            }
        };
        outcome.is_ok()
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
    let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
    let is_modulus = (LEAST_MODULUS..=LARGEST_MODULUS).contains(&modulus.len());
    let is_exponent = exponent.len() <= LARGEST_EXPONENT
        && exponent.last().is_some_and(|last| last % 2 == 1)
        && exponent != [1];
    (is_modulus && is_exponent)
        .then(|| PublicKey::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
}

fn p256(x: &[u8], y: &[u8]) -> Option<PublicKey> {
    (x.len() == COORDINATE && y.len() == COORDINATE)
        .then(|| PublicKey::P256([&[UNCOMPRESSED][..], x, y].concat()))
}

/// The standard has none in front, but some issuers write the sign bit's byte of ASN.1.
fn without_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    &number[start..]
}

fn decode(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()
}

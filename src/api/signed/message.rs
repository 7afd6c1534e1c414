//! HTTP message signatures (RFC 9421), as Woodpecker makes them: the name
//! `woodpecker-ci-extensions`, over the target of the request and the digest of the body.

use super::digest::BodyDigests;
use super::{SignatureProblem, Signed, valid_until};
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const NAME: &str = "woodpecker-ci-extensions";
const TARGET: &str = "@request-target";
const DIGEST: &str = "content-digest";
/// Bytes of a field that is read: anybody may send one.
const FIELD_MAX: usize = 4096;

/// What was signed of a request with this target, and the signature.
pub(in crate::api) fn read(
    headers: &HeaderMap,
    uri: &Uri,
    now: i64,
) -> Result<Signed, SignatureProblem> {
    let (inputs, signatures) = (field(headers, "signature-input")?, field(headers, "signature")?);
    let input = member(&members(&inputs)?, NAME)?.to_owned();
    let signature = bytes(member(&members(&signatures)?, NAME)?)?;
    let parameters = Parameters::read(&input).ok_or(SignatureProblem::Malformed)?;
    if parameters.algorithm.is_some_and(|algorithm| algorithm != "ed25519") {
        return Err(SignatureProblem::Algorithm);
    }
    if !matches!(parameters.components.as_slice(), [TARGET, DIGEST] | [DIGEST, TARGET]) {
        return Err(SignatureProblem::Coverage);
    }
    let is_over = parameters.expires.is_some_and(|expires| expires < now);
    let until = parameters.created.filter(|_| !is_over);
    let until =
        until.and_then(|created| valid_until(created, now)).ok_or(SignatureProblem::Time)?;
    let said = field(headers, DIGEST)?;
    let digests = BodyDigests::of_members(&members(&said)?)?;
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut base = String::new();
    for component in &parameters.components {
        let value = if *component == TARGET { target } else { said.as_str() };
        base.push_str(&format!("\"{component}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {input}"));
    Ok(Signed { base: base.into_bytes(), signature, until, digests })
}

/// A field whose lines are joined as the standard has it.
fn field(headers: &HeaderMap, name: &str) -> Result<String, SignatureProblem> {
    let lines: Option<Vec<&str>> =
        headers.get_all(name).iter().map(|value| value.to_str().ok().map(str::trim)).collect();
    let joined = lines.ok_or(SignatureProblem::Malformed)?.join(", ");
    match joined.len() {
        0 => Err(SignatureProblem::Missing),
        length if length > FIELD_MAX => Err(SignatureProblem::Malformed),
        _ => Ok(joined),
    }
}

/// The members of a dictionary (RFC 8941), each with the text of its value. A key that is there
/// twice is refused.
fn members(text: &str) -> Result<Vec<(&str, &str)>, SignatureProblem> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for part in parts(text).ok_or(SignatureProblem::Malformed)? {
        let (key, value) = part.split_once('=').ok_or(SignatureProblem::Malformed)?;
        let is_key = !key.is_empty()
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.*".contains(&b));
        if !is_key || found.iter().any(|(other, _)| *other == key) {
            return Err(SignatureProblem::Malformed);
        }
        found.push((key, value));
    }
    Ok(found)
}

/// What stands between the commas that are not inside of quotes or parentheses.
fn parts(text: &str) -> Option<Vec<&str>> {
    let (mut found, mut start) = (Vec::new(), 0);
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    (depth == 0 && !is_quoted).then_some(found)
}

fn member<'a>(members: &[(&'a str, &'a str)], name: &str) -> Result<&'a str, SignatureProblem> {
    let found = members.iter().find(|(key, _)| *key == name);
    found.map(|(_, value)| *value).ok_or(SignatureProblem::Missing)
}

/// A byte sequence: base64 between colons.
fn bytes(text: &str) -> Result<Vec<u8>, SignatureProblem> {
    let base64 = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    base64.and_then(|base64| STANDARD.decode(base64).ok()).ok_or(SignatureProblem::Malformed)
}

/// A list of components with its parameters. Only the one spelling is read that the standard has for
/// it, so what was sent is what was signed.
struct Parameters<'a> {
    components: Vec<&'a str>,
    created: Option<i64>,
    expires: Option<i64>,
    algorithm: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (list, mut rest) = text.strip_prefix('(')?.split_once(')')?;
        let components = list.split(' ').map(name).collect::<Option<Vec<_>>>()?;
        let mut read = Self { components, created: None, expires: None, algorithm: None };
        let mut seen: Vec<&str> = Vec::new();
        while !rest.is_empty() {
            let (key, after) = rest.strip_prefix(';')?.split_once('=')?;
            let end = after.find(';').unwrap_or(after.len());
            let (value, next) = after.split_at(end);
            if seen.contains(&key) {
                return None;
            }
            match key {
                "created" => read.created = Some(seconds(value)?),
                "expires" => read.expires = Some(seconds(value)?),
                "alg" => read.algorithm = Some(quoted(value)?),
                "keyid" | "nonce" | "tag" => {
                    quoted(value)?;
                }
                _ => return None,
            }
            seen.push(key);
            rest = next;
        }
        Some(read)
    }
}

/// A component's name without parameters of its own.
fn name(text: &str) -> Option<&str> {
    let name = quoted(text)?;
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'@';
    (!name.is_empty() && name.bytes().all(is_plain)).then_some(name)
}

/// A string in quotes that needs no escapes; a semicolon inside of it is not read either.
fn quoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\', ';'])).then_some(inner)
}

fn seconds(text: &str) -> Option<i64> {
    let is_plain = text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
    let is_short = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain && is_short)
}

#[cfg(test)]
mod tests;

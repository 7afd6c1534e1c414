//! HTTP signatures of before the standard (draft-cavage-http-signatures), as Drone's plugins use
//! them: HMAC-SHA256 over some headers, among them the date and the digest of the body.

use super::digest::BodyDigests;
use super::{SignatureProblem, Signed, valid_until};
use axum::http::{HeaderMap, Method, Uri, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use time::PlainDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const KEY: &str = "hmac-key";
const ALGORITHM: &str = "hmac-sha256";
const TARGET: &str = "(request-target)";
/// The names that one signature may have; Drone signs five headers.
const HEADERS_MAX: usize = 16;
/// Bytes of the value of one of them: anybody may send one.
const VALUE_MAX: usize = 4096;
/// `Mon, 30 Nov 2026 00:53:20 GMT` (RFC 9110).
const DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// What was signed of the request, and the signature.
pub(in crate::api) fn read(
    headers: &HeaderMap,
    method: &Method,
    uri: &Uri,
    now: i64,
) -> Result<Signed, SignatureProblem> {
    let text = signature(headers)?;
    let fields = fields(text).ok_or(SignatureProblem::Malformed)?;
    let of = |name: &str| fields.get(name).copied().ok_or(SignatureProblem::Malformed);
    if of("keyId")? != KEY || of("algorithm")? != ALGORITHM {
        return Err(SignatureProblem::Algorithm);
    }
    let signature = STANDARD.decode(of("signature")?).map_err(|_| SignatureProblem::Malformed)?;
    let names: Vec<String> = of("headers")?.split(' ').map(str::to_ascii_lowercase).collect();
    let covers = |name: &str| names.iter().any(|one| one == name);
    let is_twice = |name: &&String| names.iter().filter(|other| other == name).count() > 1;
    if names.len() > HEADERS_MAX
        || names.iter().any(|name| is_twice(&name))
        || !covers("date")
        || !covers("digest")
    {
        return Err(SignatureProblem::Coverage);
    }
    let at = date(one(headers, "date")?).ok_or(SignatureProblem::Malformed)?;
    let until = valid_until(at, now).ok_or(SignatureProblem::Time)?;
    let digests = BodyDigests::of_text(one(headers, "digest")?)?;
    let lines = names.iter().map(|name| line(name, headers, method, uri));
    let base = lines.collect::<Result<Vec<_>, _>>()?.join("\n").into_bytes();
    Ok(Signed { base, signature, until, digests })
}

/// It stands in a header of its own, or in `Authorization`.
fn signature(headers: &HeaderMap) -> Result<&str, SignatureProblem> {
    if headers.contains_key("signature") {
        return one(headers, "signature");
    }
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(SignatureProblem::Missing);
    }
    one(headers, "authorization")?.strip_prefix("Signature ").ok_or(SignatureProblem::Missing)
}

fn line(
    name: &str,
    headers: &HeaderMap,
    method: &Method,
    uri: &Uri,
) -> Result<String, SignatureProblem> {
    if name == TARGET {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        return Ok(format!("{name}: {} {target}", method.as_str().to_ascii_lowercase()));
    }
    Ok(format!("{name}: {}", one(headers, name)?))
}

/// The value of a header that is there once: of two nobody can tell which one was signed.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, SignatureProblem> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => {
            let text = value.to_str().map(str::trim).map_err(|_| SignatureProblem::Malformed)?;
            if text.len() > VALUE_MAX { Err(SignatureProblem::Malformed) } else { Ok(text) }
        }
        (None, _) => Err(SignatureProblem::Coverage),
        (Some(_), Some(_)) => Err(SignatureProblem::Malformed),
    }
}

/// `name="value"`, separated by commas; each name once, and no others than these.
fn fields(text: &str) -> Option<BTreeMap<&str, &str>> {
    let mut found = BTreeMap::new();
    let mut rest = text.trim();
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        let is_known = matches!(name, "keyId" | "algorithm" | "headers" | "signature");
        if !is_known || found.insert(name, value).is_some() {
            return None;
        }
        let after = after.trim_start();
        if after.is_empty() {
            return Some(found);
        }
        rest = after.strip_prefix(',')?.trim_start();
    }
}

fn date(text: &str) -> Option<i64> {
    let at = PlainDateTime::parse(text, DATE).ok()?;
    Some(at.assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests;

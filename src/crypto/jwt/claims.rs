//! For whom a token is, and when.

use serde_json::{Map, Value};

use super::{Expect, JwtProblem};

/// How far the issuer's clock may be from ours, in seconds.
const SKEW: f64 = 60.0;
/// The longest that a token may live, in seconds: one for years would be a password.
const LIFE_MAX: f64 = 24.0 * 60.0 * 60.0;

/// Whole texts are compared: neither a part of the audience nor a longer one will do.
pub(super) fn check_audience(
    claims: &Map<String, Value>,
    expected: &str,
) -> Result<(), JwtProblem> {
    let is_ours = match claims.get("aud") {
        Some(Value::String(audience)) => audience == expected,
        Some(Value::Array(audiences)) => {
            audiences.iter().all(Value::is_string)
                && audiences.iter().any(|audience| audience.as_str() == Some(expected))
        }
        _ => false,
    };
    if is_ours && !expected.is_empty() { Ok(()) } else { Err(JwtProblem::Audience) }
}

/// A time that is mistyped is refused, never taken for one that is missing.
pub(super) fn check_times(
    claims: &Map<String, Value>,
    expect: &Expect<'_>,
) -> Result<(), JwtProblem> {
    let expires = time(claims, "exp")?.ok_or(JwtProblem::BadTime)?;
    let issued = time(claims, "iat")?.ok_or(JwtProblem::BadTime)?;
    let not_before = time(claims, "nbf")?;
    // Seconds of our age are exact in a double.
    let now = expect.now as f64;
    if now >= expires + SKEW {
        return Err(JwtProblem::Expired);
    }
    if issued > now + SKEW || not_before.is_some_and(|from| from > now + SKEW) {
        return Err(JwtProblem::NotYet);
    }
    if expect.max_age.is_some_and(|age| now - issued > age as f64 + SKEW) {
        return Err(JwtProblem::TooOld);
    }
    if expires - issued > LIFE_MAX {
        return Err(JwtProblem::LongLived);
    }
    Ok(())
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, JwtProblem> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    match value.as_f64() {
        Some(seconds) if seconds.is_finite() => Ok(Some(seconds)),
        _ => Err(JwtProblem::BadTime),
    }
}

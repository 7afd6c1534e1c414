//! When a secret says itself that it ends: a JWT, as the registries of Azure and Quay issue, or an authorization token
//! of Amazon ECR. No signature is checked, so this is a hint and no proof.

#[cfg(test)]
mod tests;

use super::key_file;
use super::moment::{Day, Moment};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::ops::Range;
use zeroize::Zeroizing;

/// 2000-01-01 and 2200-01-01 in seconds since 1970. What is outside was not meant as a date: a zero that means
/// never, milliseconds, or the last day of a calendar.
const SECONDS: Range<f64> = 946_684_800.0..7_258_118_400.0;

/// What is asked about a secret whose end has passed, and what is said of it from then on.
pub const HAS_EXPIRED: &str = "The token says that it has expired. The registry will probably refuse it. Create a new one at the registry.";

/// The end that a secret tells, beside the last day that was typed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundEnd {
    end: Moment,
    typed: Option<Day>,
}

impl FoundEnd {
    /// `None` for a secret that tells none.
    pub fn of(secret: &[u8], typed: Option<Day>) -> Option<Self> {
        end_of(secret).map(|end| Self { end, typed })
    }

    /// The day on which the secret ends by its own account, in UTC.
    pub fn day(self) -> Day {
        self.end.day()
    }

    /// Whether the secret has ended by now, by its own account.
    pub fn has_passed(self, now: Moment) -> bool {
        self.end <= now
    }

    /// What the page after the save says of it; nothing where both days are the same and ahead.
    /// `waiting` is the version of a secret that waits.
    pub fn sentence(self, waiting: Option<i64>, now: Moment) -> Option<String> {
        let verb = if self.has_passed(now) { "expired" } else { "expires" };
        let told = format!("The token says that it {verb} on {}", self.day().to_text());
        match (self.typed, waiting) {
            (Some(typed), _) if typed == self.day() => {
                self.has_passed(now).then(|| format!("{told}."))
            }
            (Some(typed), _) => {
                Some(format!("{told}. The date that was entered is stored: {}.", typed.to_text()))
            }
            (None, Some(version)) => {
                Some(format!("{told}, so this date was stored with version {version}."))
            }
            (None, None) => Some(format!("{told}, so this date was stored.")),
        }
    }
}

/// When the secret ends by its own account; `None` when it tells nothing, or no date that can be meant.
pub fn end_of(secret: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(secret).ok()?.trim();
    let seconds = of_jwt(text).or_else(|| of_amazon(text))?;
    // Within these bounds nothing but the fraction is lost.
    SECONDS.contains(&seconds).then(|| Moment(0).plus_seconds(seconds as i64))
}

/// The `exp` of RFC 7519, which may have a fraction.
fn of_jwt(text: &str) -> Option<f64> {
    let mut parts = text.split('.');
    let (header, claims) = (parts.next()?, parts.next()?);
    parts.next()?;
    if parts.next().is_some() {
        return None;
    }
    object::<Header>(header)?;
    Some(object::<Claims>(claims)?.exp)
}

/// The `expiration` of the password that `aws ecr get-login-password` gives.
fn of_amazon(text: &str) -> Option<f64> {
    Some(object::<AuthorizationToken>(text)?.expiration)
}

#[derive(Deserialize)]
struct Header {
    #[serde(rename = "alg")]
    _alg: IgnoredAny,
}

#[derive(Deserialize)]
struct Claims {
    exp: f64,
}

#[derive(Deserialize)]
struct AuthorizationToken {
    #[serde(rename = "payload")]
    _payload: IgnoredAny,
    expiration: f64,
}

/// What is wanted of the JSON object that the text is base64 of. The error is dropped: it quotes its input.
fn object<T: DeserializeOwned>(text: &str) -> Option<T> {
    let bytes = Zeroizing::new(key_file::decode(text)?);
    // A list of the right length would do for a struct as well.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(&bytes).ok()).flatten()
}

//! The cookie that tells a browser which an account was signed in with before. It is no session and
//! opens nothing: others' wrong passwords do not hold that browser up.

use crate::functions::{Mark, cookie, cookies};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, header};
use axum::middleware::Next;
use axum::response::Response;

/// Seconds that a browser keeps it: a year from the last time that it was used to sign in.
const LIFE: i64 = 365 * 24 * 60 * 60;
/// Bytes of a mark; what is longer is none.
const MARK_MAX: usize = 128;

fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-known" } else { "known" }
}

/// Reads the cookie, and sets it when a sign-in gave a mark. It stands outside the session's layer,
/// whose own cookie comes first.
pub(super) async fn layer(
    State(is_https): State<bool>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let mark = Mark::new(shown(request.headers(), name(is_https)));
    request.extensions_mut().insert(mark.clone());
    let mut response = next.run(request).await;
    if let Some(given) = mark.given()
        && let Some(cookie) = cookie(name(is_https), given.as_str(), LIFE, is_https)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn shown(headers: &HeaderMap, name: &str) -> Option<String> {
    let (_, value) = cookies(headers).find(|(other, _)| *other == name)?;
    (value.len() <= MARK_MAX).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_found_among_other_cookies() {
        for (cookie, expected) in [
            ("known=abc", Some("abc")),
            ("sid=1; known=abc; x=y", Some("abc")),
            ("unknown=abc", None),
            ("known", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            assert_eq!(shown(&headers, "known").as_deref(), expected, "{cookie}");
        }
        let mut headers = HeaderMap::new();
        let long = format!("known={}", "a".repeat(MARK_MAX + 1));
        headers.insert(header::COOKIE, long.parse().unwrap());
        assert_eq!(shown(&headers, "known"), None);
    }
}

//! What a request is waited with for, by its head.

use super::Place;
use crate::functions::session::{SetUp, SignIn, SignOut};
use crate::functions::{cookies, shows_page};
use crate::server::limits::{UNPROVED_MAX, is_signed_in_head};
use axum::body::{Body, HttpBody};
use axum::http::{Method, Request};
use leptos::server_fn::ServerFn;

/// What anybody may call. There is nothing left to sign out of when a session has ended, and what the
/// browser kept goes all the same.
const OPEN: [&str; 3] = [SignIn::PATH, SetUp::PATH, SignOut::PATH];
/// Doors that ask for a proof in the body. At the others a body is read after the proof.
const IN_BODY: [&str; 3] = ["/api/v1/token", "/api/v1/drone/", "/api/v1/woodpecker/"];
/// What costs nothing: whether the server is there, and files that every page needs. Whatever else begins
/// like them is a page.
const FREE: [&str; 4] = ["/livez", "/readyz", "/favicon.svg", "/robots.txt"];
const FILES: &str = "/pkg/";

/// Whether the function may be called without a session.
pub(in crate::server) fn is_open(path: &str) -> bool {
    OPEN.contains(&path)
}

/// Whether what is sent there is the proof: whatever is refused came without one.
pub(in crate::server) fn proves_in_body(path: &str) -> bool {
    IN_BODY.iter().any(|door| path.starts_with(door))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) place: Place,
    /// Bytes of its body that are read first; `None`: nobody reads it without a proof.
    pub(super) body: Option<usize>,
}

impl Wanted {
    /// `None`: it need not wait, or what it is can only be told further inside.
    pub(super) fn by(request: &Request<Body>, is_mark: impl Fn(&str) -> bool) -> Option<Self> {
        let path = request.uri().path();
        if is_free(path) {
            return None;
        }
        if proves_in_body(path) {
            // A longer one is read at the door, when the signature in the head is known to hold.
            let most = request.body().size_hint().upper();
            let is_short = most.is_some_and(|bytes| bytes <= UNPROVED_MAX as u64);
            let body = (is_short || !is_signed_in_head(path)).then_some(UNPROVED_MAX);
            return Some(Self { place: Place::Proof, body });
        }
        if request.method() != Method::POST || !path.starts_with("/rpc/") {
            return Some(Self { place: Place::Work, body: None });
        }
        if is_open(path) {
            let is_known = mark(request).is_some_and(is_mark);
            let place = if is_known { Place::KnownSignIn } else { Place::SignIn };
            return Some(Self { place, body: Some(UNPROVED_MAX) });
        }
        if has_cookie(request, "sid") {
            return None;
        }
        let body = shows_page(request.headers()).then_some(UNPROVED_MAX);
        Some(Self { place: Place::Work, body })
    }
}

fn is_free(path: &str) -> bool {
    let file = path.strip_prefix(FILES);
    FREE.contains(&path) || file.is_some_and(|file| !file.is_empty() && !file.contains('/'))
}

fn has_cookie(request: &Request<Body>, name: &str) -> bool {
    cookies(request.headers()).any(|(found, _)| found.trim_start_matches("__Host-") == name)
}

/// What the browser shows for the mark of one that somebody signed in with. As for a session, the one that
/// only this host can set comes first.
fn mark(request: &Request<Body>) -> Option<&str> {
    let shown = |wanted: &str| cookies(request.headers()).find(|(name, _)| *name == wanted);
    let (_, mark) = shown("__Host-known").or_else(|| shown("known"))?;
    Some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    fn wanted(method: &str, path: &str, cookie: &str) -> Option<(Place, Option<usize>)> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookie);
        let wanted = Wanted::by(&request.body(Body::empty()).unwrap(), |mark| mark == "ours");
        wanted.map(|wanted| (wanted.place, wanted.body))
    }

    #[test]
    fn what_costs_work_is_waited_with_and_what_costs_none_is_not() {
        let work = |body| Some((Place::Work, body));
        for (method, path, cookie, expected) in [
            ("GET", "/pkg/regcred.wasm", "", None),
            ("GET", "/readyz", "", None),
            ("GET", "/sign-in", "", work(None)),
            ("GET", "/p/acme/credentials", "sid=1", work(None)),
            ("GET", "/api/v1/docker-config", "", work(None)),
            ("PUT", "/api/v1/pipelines/self/definitions", "", work(None)),
            ("POST", "/api/v1/token", "", Some((Place::Proof, Some(UNPROVED_MAX)))),
            ("POST", "/rpc/credentials/create", "", work(Some(UNPROVED_MAX))),
            ("POST", "/rpc/credentials/create", "__Host-sid=1", None),
            ("POST", SignIn::PATH, "", Some((Place::SignIn, Some(UNPROVED_MAX)))),
            (
                "POST",
                SignIn::PATH,
                "sid=1; known=ours",
                Some((Place::KnownSignIn, Some(UNPROVED_MAX))),
            ),
        ] {
            assert_eq!(wanted(method, path, cookie), expected, "{method} {path} {cookie}");
        }
    }

    #[test]
    fn a_long_body_is_read_later_only_where_the_head_is_signed() {
        for (path, length, body) in [
            ("/api/v1/woodpecker/acme", 64 * 1024, Some(UNPROVED_MAX)),
            ("/api/v1/woodpecker/acme", 64 * 1024 + 1, None),
            ("/api/v1/drone/acme", 200 * 1024, None),
            ("/api/v1/token", 200 * 1024, Some(UNPROVED_MAX)),
        ] {
            let request = Request::builder().method("POST").uri(path);
            let request = request.body(Body::from(vec![b'x'; length])).unwrap();
            let wanted = Wanted::by(&request, |_| true).unwrap();
            assert_eq!(wanted, Wanted { place: Place::Proof, body }, "{path} {length}");
        }
    }

    #[test]
    fn a_browser_that_only_says_that_it_is_known_waits_with_strangers() {
        for (cookie, place) in [
            ("known=ours", Place::KnownSignIn),
            ("__Host-known=ours; known=x", Place::KnownSignIn),
            ("known=x", Place::SignIn),
            ("known=", Place::SignIn),
            ("__Host-known=x; known=ours", Place::SignIn),
        ] {
            let found = wanted("POST", SignIn::PATH, cookie);
            assert_eq!(found, Some((place, Some(UNPROVED_MAX))), "{cookie}");
        }
    }

    #[test]
    fn a_page_that_begins_like_what_costs_nothing_is_waited_with() {
        for path in ["/livez", "/readyz", "/favicon.svg", "/robots.txt", "/pkg/regcred.css"] {
            assert_eq!(wanted("GET", path, ""), None, "{path}");
        }
        for path in
            ["/livez/", "/livezz", "/readyz/x", "/favicon", "/favicon.ico", "/pkg/", "/pkg/a/b"]
        {
            assert_eq!(wanted("GET", path, "sid=1"), Some((Place::Work, None)), "{path}");
        }
    }

    #[test]
    fn a_script_without_a_session_is_answered_before_its_body_is_read() {
        let request = Request::builder().method("POST").uri("/rpc/credentials/create");
        let wanted = Wanted::by(&request.body(Body::empty()).unwrap(), |_| true).unwrap();
        assert_eq!(wanted, Wanted { place: Place::Work, body: None });
    }
}

//! Requests that are not written as they have to be, and those for another host, are refused before
//! anything looks into them.

use super::site::Site;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// What is asked from inside: by the address of a container, or by none.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

type Problem = (StatusCode, &'static str);

pub(super) async fn layer(
    State(site): State<Arc<Site>>,
    request: Request<Body>,
    next: Next,
) -> Response {
    match problem(&site, &request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn problem<B>(site: &Site, request: &Request<B>) -> Option<Problem> {
    if request.method() == Method::CONNECT {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "This server is no proxy.\n"));
    }
    let bad = |sentence| Some((StatusCode::BAD_REQUEST, sentence));
    let (uri, headers) = (request.uri(), request.headers());
    if !uri.path().starts_with('/') {
        return bad("The request has no path.\n");
    }
    let is_once = |name: HeaderName| headers.get_all(name).iter().nth(1).is_none();
    if !is_once(header::HOST) {
        return bad("The request has two Host headers.\n");
    }
    if !is_once(header::AUTHORIZATION) {
        return bad("The request has two Authorization headers.\n");
    }
    let host = host(headers);
    if host.is_none() && request.version() == Version::HTTP_11 {
        return bad("The request has no Host header.\n");
    }
    // Written in full, a target is for its own host, and the header has to agree.
    let target = uri.authority().map(|authority| authority.as_str());
    let are_ours = host.into_iter().chain(target).all(|host| site.answers(host));
    if !are_ours && !PROBES.contains(&uri.path()) {
        return Some((
            StatusCode::MISDIRECTED_REQUEST,
            "This server has another address. Use the address in REGCRED_URL. A proxy must pass the Host header on.\n",
        ));
    }
    None
}

/// What the `Host` header says. What is no text names nobody.
fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST).map(|value| value.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status that refuses the request, if one does.
    fn refused(method: Method, target: &str, lines: &[(&'static str, &str)]) -> Option<u16> {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        refused_by("https://regcred.example.com", request)
    }

    fn refused_by(site: &str, request: axum::http::request::Builder) -> Option<u16> {
        problem(&Site::of(site), &request.body(()).unwrap()).map(|(status, _)| status.as_u16())
    }

    #[test]
    fn a_request_names_its_host_once_and_has_a_path() {
        const HOST: (&str, &str) = ("host", "regcred.example.com");
        const TOKEN: (&str, &str) = ("authorization", "Bearer x");
        let get = |target, lines| refused(Method::GET, target, lines);
        assert_eq!(get("/", &[HOST]), None);
        assert_eq!(get("/", &[HOST, TOKEN]), None);
        assert_eq!(get("https://regcred.example.com/", &[HOST]), None);
        assert_eq!(get("/", &[]), Some(400));
        assert_eq!(get("/livez", &[]), Some(400));
        assert_eq!(get("/", &[HOST, HOST]), Some(400));
        assert_eq!(get("/", &[HOST, TOKEN, TOKEN]), Some(400));
        assert_eq!(get("a:1", &[HOST]), Some(400));
        assert_eq!(get("*", &[HOST]), Some(400));
        assert_eq!(refused(Method::CONNECT, "a:1", &[HOST]), Some(405));
    }

    #[test]
    fn a_request_for_another_host_is_misdirected_unless_it_is_a_probe() {
        for host in ["evil.example.com", "127.0.0.1:3000", "", "regcred.example.com:8443"] {
            let lines = [("host", host)];
            assert_eq!(refused(Method::GET, "/", &lines), Some(421), "{host}");
            assert_eq!(refused(Method::POST, "/api/v1/token", &lines), Some(421), "{host}");
            for probe in PROBES {
                assert_eq!(refused(Method::GET, probe, &lines), None, "{host}");
            }
        }
        // The name alone is ours, as proxies pass it on.
        let request = || Request::builder().uri("/").header("host", "regcred.example.com");
        assert_eq!(refused_by("https://regcred.example.com:8443", request()), None);
        assert_eq!(refused_by("https://other.example.com:8443", request()), Some(421));
        let own = [("host", "regcred.example.com")];
        assert_eq!(refused(Method::GET, "https://evil.example.com/", &own), Some(421));
    }
}

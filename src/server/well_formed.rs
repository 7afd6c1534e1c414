//! Requests that are not written as they have to be, and those for another host, are refused before
//! anything looks into them.

use super::misdirected::Misdirected;
use super::sentences::is_for_machines;
use super::site::Site;
use axum::body::Body;
use axum::extract::State;
use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version, header,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// What is asked from inside: by the address of a container, or by none.
const PROBES: [&str; 2] = ["/livez", "/readyz"];
const ELSEWHERE: &str = "This is not the address of this Regcred server. Use the address in REGCRED_URL. A proxy must pass the Host header on.\n";
const HERE: &str =
    "This is not the address of this Regcred server. Set REGCRED_URL to the address people use.\n";

type Problem = (StatusCode, &'static str);

pub(super) async fn layer(
    State((site, misdirected)): State<(Arc<Site>, Misdirected)>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let Some(problem) = problem(&site, &request) else { return next.run(request).await };
    if problem.0 == StatusCode::MISDIRECTED_REQUEST {
        let host = other(&site, &request);
        // Of a page under a name of pipelines the answer says enough.
        if !std::str::from_utf8(host).is_ok_and(|host| site.answers_pipelines(host)) {
            misdirected.note(host);
        }
    }
    problem.into_response()
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
    let is_of_pipelines = is_for_machines(uri.path());
    let is_ours = |host| site.answers(host) || is_of_pipelines && site.answers_pipelines(host);
    if host.into_iter().chain(target).all(is_ours) || PROBES.contains(&uri.path()) {
        return None;
    }
    let sentence = if site.is_loopback() { HERE } else { ELSEWHERE };
    Some((StatusCode::MISDIRECTED_REQUEST, sentence))
}

/// The host that is not ours.
fn other<'a, B>(site: &Site, request: &'a Request<B>) -> &'a [u8] {
    let host = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let is_ours = |host: &&[u8]| std::str::from_utf8(host).is_ok_and(|host| site.answers(host));
    host.filter(|host| target.is_none() || !is_ours(host)).or(target).unwrap_or_default()
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

    #[test]
    fn a_name_of_pipelines_leads_to_no_page() {
        let names = ["regcred.svc:3000".to_owned()];
        let site = Site::of("https://regcred.example.com").with_pipeline_hosts(&names);
        let refused = |target: &str| {
            let request = Request::builder().uri(target).header("host", "regcred.svc:3000");
            problem(&site, &request.body(()).unwrap()).map(|(status, _)| status.as_u16())
        };
        for path in ["/api/v1/token", "/api/v1/docker-config?image=x", "/livez", "/readyz"] {
            assert_eq!(refused(path), None, "{path}");
        }
        assert_eq!(refused("http://regcred.svc:3000/api/v1/token"), None);
        for path in ["/", "/sign-in", "/rpc/session/create", "/api/v1/", "/api", "/pkg/x.js"] {
            assert_eq!(refused(path), Some(421), "{path}");
        }
        assert_eq!(refused("http://evil.example.com/api/v1/token"), Some(421));
    }

    #[test]
    fn a_refusal_says_which_setting_helps_and_the_log_which_host_it_was() {
        let asked = |site: &str, target: &str, host: &str| {
            let (site, request) =
                (Site::of(site), Request::builder().uri(target).header("host", host));
            let request = request.body(()).unwrap();
            let (_, sentence) = problem(&site, &request).unwrap();
            (sentence, String::from_utf8(other(&site, &request).to_vec()).unwrap())
        };
        let (sentence, host) = asked("http://localhost:3000", "/", "192.0.2.1:3000");
        assert_eq!((sentence, host.as_str()), (HERE, "192.0.2.1:3000"));
        let site = "https://regcred.example.com";
        let (sentence, host) = asked(site, "/", "192.0.2.1:3000");
        assert_eq!((sentence, host.as_str()), (ELSEWHERE, "192.0.2.1:3000"));
        let (_, host) = asked(site, "http://evil.example.com/", "regcred.example.com");
        assert_eq!(host, "evil.example.com");
    }
}

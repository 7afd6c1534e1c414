//! A person's browser without JavaScript: it keeps cookies, posts forms and follows redirects.

use super::jar::{Jar, is_note};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use regcred::domain::listing::percent;
use tower::ServiceExt;
use uuid::Uuid;

/// The address that the tests' instance believes to have.
pub const SITE: &str = "http://localhost:3000";

const PAGE: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const SCRIPT: &str = "application/json";
const BOUNDARY: &str = "----regcred-test-boundary";

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Where it sends the browser; empty when nowhere.
    pub fn location(&self) -> String {
        self.header("location").to_owned()
    }

    /// The header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookies it sets, with their attributes.
    pub fn set_cookies(&self) -> impl Iterator<Item = &str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|set| set.to_str().unwrap())
    }

    /// The first cookie it sets that is no note, as a browser sends it back.
    pub fn cookie(&self) -> Option<String> {
        let set = self.set_cookies().find(|set| !is_note(set))?;
        Some(set.split(';').next().unwrap().to_owned())
    }

    /// The error that a script is told.
    pub fn error(&self) -> regcred::Error {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no error: {} {}", self.status, self.text()))
    }

    /// The question at a field, if one was asked instead of saving.
    pub fn asked(&self, field: &str) -> Option<String> {
        match self.error() {
            regcred::Error::Questioned(fields) => {
                fields.into_iter().find(|f| f.field == field).map(|f| f.message)
            }
            _ => None,
        }
    }

    /// The sentence at a field, if the error has one.
    pub fn at(&self, field: &str) -> Option<String> {
        match self.error() {
            regcred::Error::Invalid(fields) => {
                fields.into_iter().find(|f| f.field == field).map(|f| f.message)
            }
            _ => None,
        }
    }
}

/// A browser, signed in or not.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// The address that it has opened.
    pub site: String,
    /// `name=value`; `None` for nobody.
    pub cookie: Option<String>,
    /// What posts left for the pages after them.
    pub notes: Jar,
    /// Who is signed in.
    pub person: Option<Uuid>,
}

impl Browser {
    /// One that nobody has used.
    pub fn new(router: &Router) -> Self {
        Self::at(router, SITE)
    }

    /// One that nobody has used, at an instance with that public address.
    pub fn at(router: &Router, site: &str) -> Self {
        let (router, site) = (router.clone(), site.to_owned());
        Self { router, site, cookie: None, notes: Jar::default(), person: None }
    }

    /// The host of the address that it has opened.
    pub fn host(&self) -> &str {
        self.site.split_once("://").unwrap().1
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path, PAGE).body(Body::empty()).unwrap()).await
    }

    /// Submits a form; the answer is a redirect, as for a page.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        self.form(path, form, PAGE).await
    }

    /// Submits a form as a script does: errors come as statuses.
    pub async fn post_json_accept(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        self.form(path, form, SCRIPT).await
    }

    /// Submits a form with a file.
    pub async fn post_multipart(
        &self,
        path: &str,
        form: &[(&str, &str)],
        file: Option<(&str, &[u8])>,
    ) -> Reply {
        self.multipart(path, form, file, PAGE).await
    }

    /// Submits a form with a file as a script does.
    pub async fn post_multipart_json_accept(
        &self,
        path: &str,
        form: &[(&str, &str)],
        file: Option<(&str, &[u8])>,
    ) -> Reply {
        self.multipart(path, form, file, SCRIPT).await
    }

    /// Follows one redirect.
    pub async fn follow(&self, reply: Reply) -> Reply {
        assert!(reply.status.is_redirection(), "no redirect: {} {}", reply.status, reply.text());
        self.get(&reply.location()).await
    }

    /// A request of this browser's, with what a same-origin form sends.
    pub fn request(
        &self,
        method: Method,
        path: &str,
        accept: &str,
    ) -> axum::http::request::Builder {
        let mut request =
            Request::builder().method(&method).uri(path).header(header::ACCEPT, accept);
        request = request.header(header::HOST, self.host());
        if let Some(cookies) = self.notes.line(self.cookie.as_deref()) {
            request = request.header(header::COOKIE, cookies);
        }
        if method == Method::GET {
            return request;
        }
        request.header(header::ORIGIN, &self.site).header("sec-fetch-site", "same-origin")
    }

    /// Fetches the docker configuration as a pipeline does; an empty token sends none.
    pub async fn docker_config(&self, token: &str, query: &str, headers: &[(&str, &str)]) -> Reply {
        let path = format!("/api/v1/docker-config{query}");
        let mut request = self.request(Method::GET, &path, "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let reply = Reply { status: parts.status, headers: parts.headers, body };
        self.notes.keep(reply.set_cookies());
        reply
    }

    async fn form(&self, path: &str, form: &[(&str, &str)], accept: &str) -> Reply {
        let request = self.request(Method::POST, path, accept);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(urlencoded(form))).unwrap()).await
    }

    async fn multipart(
        &self,
        path: &str,
        form: &[(&str, &str)],
        file: Option<(&str, &[u8])>,
        accept: &str,
    ) -> Reply {
        let request = self.request(Method::POST, path, accept);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = request.header(header::CONTENT_TYPE, kind);
        self.send(request.body(Body::from(parts(form, file))).unwrap()).await
    }
}

/// A form's body, as browsers encode it.
pub fn urlencoded(form: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        form.iter().map(|(k, v)| format!("{}={}", percent(k), percent(v))).collect();
    pairs.join("&")
}

/// The body of a form with a file (RFC 7578): the file last, as in our dialogs.
fn parts(form: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in form {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"key.json\"\r\nContent-Type: application/json\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

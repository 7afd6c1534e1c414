//! A client of the real server, over the network: a browser without JavaScript, and a pipeline.

use super::server::Server;
use crate::app::{OWNER, PASSWORD, token_in};
use crate::browser::urlencoded;
use crate::forms::{credentials_in, next_page_in};
use crate::jar::Jar;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const BOUNDARY: &str = "----regcred-process-boundary";

/// What came back, whole.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers(name).next().unwrap_or_default()
    }

    /// All values of the header.
    fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A client, signed in or not.
pub struct Client {
    /// Which server it talks to.
    pub port: u16,
    cookie: String,
    notes: Jar,
    /// Everything that came back, but the bodies of deliveries.
    pub seen: Vec<u8>,
}

impl Client {
    /// Sets the instance up; signed in as the owner of the project `acme`.
    pub fn set_up(server: &Server) -> Self {
        let (cookie, notes) = (String::new(), Jar::default());
        let mut client = Self { port: server.port, cookie, notes, seen: Vec::new() };
        let link = server.setup_link();
        let form = [
            ("link", &*link),
            ("project_name", "Acme"),
            ("name", "Olga Owner"),
            ("email", OWNER),
            ("password", PASSWORD),
        ];
        let answer = client.form("/rpc/setup/create", &form);
        assert_eq!(answer.header("location"), "/p/acme/credentials", "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next();
        client.cookie = cookie.unwrap_or_default().to_owned();
        client
    }

    /// Opens a page.
    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "accept: text/html\r\n", b"")
    }

    /// Submits a form; the answer is a redirect, as for a page.
    pub fn form(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let headers = "accept: text/html\r\ncontent-type: application/x-www-form-urlencoded\r\n";
        self.send("POST", path, headers, urlencoded(form).as_bytes())
    }

    /// Asks a server function as a script does.
    pub fn ask(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let headers = "accept: */*\r\ncontent-type: application/x-www-form-urlencoded\r\n";
        self.send("POST", path, headers, urlencoded(form).as_bytes())
    }

    /// Posts any bytes; what kind they are of is said among the headers.
    pub fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Answer {
        self.send("POST", path, headers, body)
    }

    /// Submits the form of a credential; its values may be any bytes.
    pub fn multipart(&mut self, path: &str, form: &[(&str, &[u8])]) -> Answer {
        self.try_multipart(path, form).unwrap()
    }

    /// The same; an error when the server is gone.
    pub fn try_multipart(&mut self, path: &str, form: &[(&str, &[u8])]) -> io::Result<Answer> {
        let mut body = Vec::new();
        for (name, value) in form {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers = format!("accept: text/html\r\ncontent-type: {kind}\r\n");
        self.try_send("POST", path, &headers, &body)
    }

    /// Creates a credential that pulls with this password.
    pub fn credential(&mut self, name: &str, host: &str, secret: &[u8]) -> Answer {
        let form: [(&str, &[u8]); 7] = [
            ("project", b"acme"),
            ("name", name.as_bytes()),
            ("registry_url", host.as_bytes()),
            ("method", b"password"),
            ("username", b"acme-bot"),
            ("access", b"pull"),
            ("password", secret),
        ];
        self.multipart("/rpc/credentials/create", &form)
    }

    /// The ids of the project's credentials by name, from every page of the list.
    pub fn credential_ids(&mut self) -> Vec<(String, String)> {
        let (mut ids, mut next) = (Vec::new(), Some("/p/acme/credentials".to_owned()));
        while let Some(path) = next {
            let page = self.get(&path).text();
            ids.extend(credentials_in(&page));
            next = next_page_in(&page);
        }
        ids
    }

    /// Creates a pipeline that may pull with these credentials; gives its page and its token.
    pub fn pipeline(&mut self, name: &str, credentials: &[String]) -> (String, String) {
        let mut form = vec![
            ("project", "acme"),
            ("form[name]", name),
            ("form[description]", ""),
            ("form[token_days]", "30"),
            ("form[intent]", "pull"),
            ("password", PASSWORD),
        ];
        form.extend(credentials.iter().map(|id| ("form[credentials][]", id.as_str())));
        let answer = self.form("/rpc/pipelines/create", &form);
        let location = answer.header("location").to_owned();
        assert!(location.contains("?once="), "{location} {}", answer.text());
        let token = token_in(&self.get(&location).text());
        let page = location.split('?').next().unwrap_or_default().to_owned();
        (page, token.expect("the page shows the token"))
    }

    /// Fetches as a pipeline does. The body is not among what was seen.
    pub fn deliver(&mut self, token: &str) -> Answer {
        let answer = deliver(self.port, token, "").unwrap();
        self.seen.extend_from_slice(answer.head.as_bytes());
        answer
    }

    /// The same person at a server on another port.
    pub fn another(&self, port: u16) -> Self {
        let (cookie, notes) = (self.cookie.clone(), self.notes.clone());
        Self { port, cookie, notes, seen: Vec::new() }
    }

    fn send(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        self.try_send(method, path, headers, body).unwrap()
    }

    /// The same; an error when the server is gone.
    pub fn try_send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> io::Result<Answer> {
        let port = self.port;
        let site = format!("origin: http://localhost:{port}\r\nsec-fetch-site: same-origin\r\n");
        let session = Some(self.cookie.as_str()).filter(|cookie| !cookie.is_empty());
        let cookies = self.notes.line(session);
        let cookie = cookies.map_or_else(String::new, |line| format!("cookie: {line}\r\n"));
        let headers = format!("{headers}{site}{cookie}");
        let answer = exchange(port, method, path, &headers, body)?;
        self.notes.keep(answer.headers("set-cookie"));
        self.seen.extend_from_slice(answer.head.as_bytes());
        self.seen.extend_from_slice(&answer.body);
        Ok(answer)
    }
}

/// One fetch of a pipeline; `run` is what it says about its run.
pub fn deliver(port: u16, token: &str, run: &str) -> io::Result<Answer> {
    let headers = format!("authorization: Bearer {token}\r\nregcred-run: {run}\r\n");
    exchange(port, "GET", "/api/v1/docker-config", &headers, b"")
}

/// One request on a connection of its own. An answer that is cut off is an error.
pub fn exchange(
    port: u16,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw)?;
    let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let end = position(&raw, b"\r\n\r\n").ok_or_else(cut_off)?;
    let head = String::from_utf8_lossy(&raw[..end]).into_owned();
    let status = head.get(9..12).and_then(|text| text.parse().ok()).ok_or_else(cut_off)?;
    let mut answer = Answer { status, head, body: raw.split_off(end + 4) };
    if answer.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
        answer.body = whole(&answer.body).ok_or_else(cut_off)?;
    }
    let length: usize = answer.header("content-length").parse().unwrap_or(0);
    if answer.body.len() < length { Err(cut_off()) } else { Ok(answer) }
}

/// The body that came in chunks; `None` when the last one is missing.
fn whole(mut chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = position(chunks, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunks.get(line + 2..line + 2 + size)?);
        chunks = chunks.get(line + 4 + size..)?;
    }
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

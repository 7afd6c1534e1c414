//! A person at the running server, as a browser without JavaScript: what fills an instance for the
//! benchmark comes through the product's own doors.

use super::load::Connection;
use super::seed::PASSWORD;
use regcred::crypto::token::parse_token;
use regcred::domain::job::JobKind;
use regcred::domain::listing::percent;
use std::net::SocketAddr;

const BOUNDARY: &str = "----regcred-bench-boundary";
/// What every secret has beside its number.
const SECRET: &str = "hunter2-hunter2-";

/// Somebody who is signed in.
pub struct Person {
    port: u16,
    connection: Connection,
    /// `name=value`.
    pub cookie: String,
}

impl Person {
    /// The owner of the project `bench`, who sets the instance up.
    pub async fn set_up(port: u16, link: &str) -> Self {
        let mut person = Self::with_cookie(port, String::new()).await;
        let form = [
            ("link", link),
            ("project_name", "Bench"),
            ("name", "Olga Owner"),
            ("email", "owner@example.com"),
            ("password", PASSWORD),
        ];
        person.begin("/rpc/setup/create", &form).await;
        person
    }

    /// The same person in another browser.
    pub async fn sign_in(port: u16) -> Self {
        let mut person = Self::with_cookie(port, String::new()).await;
        let form = [("email", "owner@example.com"), ("password", PASSWORD)];
        person.begin("/rpc/session/create", &form).await;
        person
    }

    /// Sends a form that begins a session.
    async fn begin(&mut self, path: &str, form: &[(&str, &str)]) {
        let (head, _) = self.form(path, form).await;
        let mut cookies = head.lines().filter_map(|line| line.split_once(": "));
        let is_session = |(name, value): &(&str, &str)| {
            name.eq_ignore_ascii_case("set-cookie") && value.starts_with("sid=")
        };
        let (_, cookie) = cookies.find(is_session).expect("a session");
        cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
    }

    /// The same person on another connection.
    pub async fn another(&self) -> Self {
        Self::with_cookie(self.port, self.cookie.clone()).await
    }

    async fn with_cookie(port: u16, cookie: String) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self { port, connection: Connection::open(address).await.unwrap(), cookie }
    }

    /// Creates the credential of that number. The first ones are each for a host of its own.
    pub async fn credential(&mut self, number: usize) {
        let (name, host) = (name(number), format!("registry-{}.example.com", number % 1_000));
        let secret = format!("{SECRET}{number:07}");
        let form = [
            ("project", "bench"),
            ("name", &*name),
            ("description", "Pushes the images of the team"),
            ("registry_url", &*host),
            ("method", "password"),
            ("username", "acme-bot"),
            ("access", "pull"),
            ("expires_on", if number.is_multiple_of(2) { "2030-01-31" } else { "" }),
            ("password", &*secret),
        ];
        let mut body = String::new();
        for (name, value) in form {
            body.push_str(&format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!("--{BOUNDARY}--\r\n"));
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let (head, answer) = self.post("/rpc/credentials/create", &kind, &body).await;
        let location = header(&head, "location").unwrap_or_default();
        assert!(location.contains("?said="), "{head} {}", String::from_utf8_lossy(&answer));
    }

    /// The ids of the first credentials, by name.
    pub async fn first_credentials(&mut self, most: usize) -> Vec<String> {
        let page = self.page("/p/bench/credentials").await;
        let links = page.split("/p/bench/credentials/").skip(1);
        let edited = links.filter_map(|link| link.split_once("/edit"));
        let mut ids: Vec<String> =
            edited.map(|(id, _)| id.to_owned()).filter(|id| id.len() == 36).collect();
        // A row of an older program has several links to its dialog.
        ids.dedup();
        ids.truncate(most);
        assert_eq!(ids.len(), most);
        ids
    }

    /// Creates a pipeline that may pull with these credentials; gives the token that its page shows.
    pub async fn pipeline(&mut self, name: &str, credentials: &[String]) -> String {
        let mut form = vec![
            ("project", "bench"),
            ("form[name]", name),
            ("form[description]", ""),
            ("form[token_days]", "30"),
            ("form[intent]", "pull"),
            ("password", PASSWORD),
        ];
        form.extend(credentials.iter().map(|id| ("form[credentials][]", id.as_str())));
        let (head, body) = self.form("/rpc/pipelines/create", &form).await;
        let location = header(&head, "location").unwrap_or_default().to_owned();
        assert!(location.contains("?once="), "{head} {}", String::from_utf8_lossy(&body));
        let page = self.page(&location).await;
        let mut starts = page.match_indices("rgc_").filter_map(|(at, _)| page.get(at..at + 77));
        let token = starts.find(|text| parse_token(text).is_some());
        token.expect("the page shows the token").to_owned()
    }

    /// Has a job run now, as the admin of the instance.
    pub async fn run_job(&self, kind: JobKind) {
        // The connection that was idle meanwhile may be closed by now.
        let mut person = self.another().await;
        let page = person.page("/admin/jobs").await;
        let (before, _) = page.split_once(&format!("Run now: {}", kind.label())).unwrap();
        let (_, id) = before.rsplit_once("value=\"").unwrap();
        let (id, _) = id.split_once('"').unwrap();
        let (head, body) = person.form("/rpc/jobs/run", &[("id", id)]).await;
        let location = header(&head, "location").unwrap_or_default();
        assert!(location.contains("?said="), "{head} {}", String::from_utf8_lossy(&body));
    }

    /// Exports the audit of the project; how many bytes that is. The connection reads it as it comes and
    /// keeps none of it.
    pub async fn export(&self, format: &str) -> usize {
        let form = format!("project=bench&format={format}");
        let request =
            self.request("/rpc/audit/export", ("application/x-www-form-urlencoded", form.len()));
        let mut connection = self.another().await.connection;
        let (head, bytes) = connection.ask_length((request + &form).as_bytes()).await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        bytes
    }

    async fn page(&mut self, path: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost:{}\r\naccept: text/html\r\ncookie: {}\r\n\r\n",
            self.port, self.cookie
        );
        let (_, body) = self.connection.ask_whole(request.as_bytes()).await.unwrap();
        String::from_utf8(body).unwrap()
    }

    async fn form(&mut self, path: &str, form: &[(&str, &str)]) -> (String, Vec<u8>) {
        let pairs: Vec<String> =
            form.iter().map(|(k, v)| format!("{}={}", percent(k), percent(v))).collect();
        self.post(path, "application/x-www-form-urlencoded", &pairs.join("&")).await
    }

    async fn post(&mut self, path: &str, kind: &str, body: &str) -> (String, Vec<u8>) {
        let request = self.request(path, (kind, body.len())) + body;
        self.connection.ask_whole(request.as_bytes()).await.unwrap()
    }

    /// The head of a request with a body.
    fn request(&self, path: &str, (kind, length): (&str, usize)) -> String {
        let (port, cookie) = (self.port, &self.cookie);
        let cookie =
            if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") };
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://localhost:{port}\r\nsec-fetch-site: same-origin\r\naccept: text/html\r\n{cookie}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        )
    }
}

/// The name of the credential of that number: by name they stand as by number.
fn name(number: usize) -> String {
    format!("deploy {number:07}")
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

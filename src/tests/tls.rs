//! TLS of the server's own: no proxy is needed, files that cannot be used are told, and new ones are
//! taken without dropping anybody. No database matters here, so the embedded one stands for both.

use crate::process::server::{Folder, Refusal, Server, command, refused, signal};
use crate::skipped::is_on_sqlite;
use regcred::domain::moment::Day;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why the tests of this file run once.
const ONCE: &str = "no database matters here: it runs once, on SQLite";
const DEADLINE: Duration = Duration::from_secs(60);
const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// An authority with certificates for `localhost`.
struct Scene {
    folder: Folder,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: Folder::new() };
        fs::write(scene.path("names"), "subjectAltName=DNS:localhost\n").unwrap();
        scene.openssl(&format!(
            "req -x509 -newkey {EC} -keyout ca.key -out ca.pem -subj /CN=ca -days 2"
        ));
        for (name, days) in [("first", "2"), ("second", "2"), ("expired", "-1")] {
            scene.openssl(&format!(
                "req -newkey {EC} -keyout {name}.key -out {name}.csr -subj /CN=localhost"
            ));
            scene.openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days {days} -extfile names -out {name}.pem"
            ));
        }
        scene
    }

    fn openssl(&self, arguments: &str) {
        let mut openssl = Command::new("openssl");
        openssl.args(arguments.split(' ')).current_dir(&self.folder.0);
        let done = openssl.stdin(Stdio::null()).output().unwrap();
        assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.0.join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// Gives the server these files.
    fn put(&self, name: &str) {
        fs::copy(self.path(&format!("{name}.pem")), self.path("cert.pem")).unwrap();
        fs::copy(self.path(&format!("{name}.key")), self.path("key.pem")).unwrap();
    }

    fn command(&self, certificate: &str, key: &str) -> Command {
        let mut command = command(&self.path("data"));
        command.env("REGCRED_TLS_CERT", self.path(certificate));
        command.env("REGCRED_TLS_KEY", self.path(key));
        command
    }

    fn start(&self) -> Server {
        self.put("first");
        Server::start(self.command("cert.pem", "key.pem"), &self.path("log"))
    }

    fn connect(&self, server: &Server, version: &'static SupportedProtocolVersion) -> Stream {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.path("ca.pem")).unwrap()).unwrap();
        let mut provider = default_provider();
        // The weakest first.
        provider.cipher_suites.reverse();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let tls = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(tls, plain(server))
    }

    /// Opens connections until the server shows another certificate than this one. Meanwhile the old
    /// connection is answered.
    fn wait_for_another(&self, server: &Server, shown: &[u8], old: &mut Stream) {
        let began = Instant::now();
        loop {
            let mut new = self.connect(server, &TLS13);
            ask(&mut new);
            ask(old);
            if certificate(&new) != shown {
                return;
            }
            assert!(began.elapsed() < DEADLINE, "the old one is still shown: {}", self.log());
        }
    }
}

fn plain(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

const REQUEST: &[u8] = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// What is answered, on a connection that stays open.
fn ask(stream: &mut Stream) -> String {
    stream.write_all(REQUEST).unwrap();
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while !answer.ends_with(b"ok\n") {
        let read = stream.read(&mut part).unwrap();
        assert!(read > 0, "it was closed after {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&part[..read]);
    }
    String::from_utf8(answer).unwrap()
}

fn certificate(stream: &Stream) -> Vec<u8> {
    stream.conn.peer_certificates().unwrap()[0].to_vec()
}

#[test]
fn with_a_certificate_it_needs_no_proxy_for_https() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let scene = Scene::new();
    let server = scene.start();
    assert!(server.greeting.last().unwrap().contains(" https://localhost:"));
    let log = scene.log();
    let read = log.lines().find(|line| line.contains("the TLS certificate was read")).unwrap();
    let (_, until) = read.split_once("until=").unwrap();
    let day = until.split(' ').next().unwrap();
    assert!(Day::parse(day).is_some() && !until.contains(':'), "{read}");
    for version in [&TLS12, &TLS13] {
        let mut stream = scene.connect(&server, version);
        let answer = ask(&mut stream);
        assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
        assert_eq!(stream.conn.protocol_version(), Some(version.version));
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        let suite = format!("{:?}", stream.conn.negotiated_cipher_suite().unwrap().suite());
        assert!(suite.contains("AES_256_GCM"), "{suite}, as the client would rather have it");
    }
    let mut stream = plain(&server);
    stream.write_all(REQUEST).unwrap();
    let mut answer = Vec::new();
    // Whether it is closed or reset does not matter.
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "plain http is answered");
}

#[test]
fn files_that_cannot_be_used_are_told_before_it_listens() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let scene = Scene::new();
    let check = |case: &str, command: Command, says: &str| {
        let Refusal { code, text, was_open, .. } = refused(command);
        assert_eq!(code, Some(78), "{case}: {text}");
        assert!(!was_open && !scene.path("data").exists(), "{case}: something was made");
        assert!(text.contains(says) && text.contains("REGCRED_"), "{case}: {text}");
        assert!(!text.contains("PRIVATE KEY"), "{case}: {text}");
    };
    for (certificate, key, says) in [
        ("nowhere", "first.key", "cannot be read"),
        ("first.pem", "nowhere", "cannot be read"),
        ("names", "first.key", "contains no certificate"),
        ("first.key", "first.key", "contains no certificate"),
        ("first.pem", "first.pem", "contains no private key"),
        ("first.pem", "second.key", "does not belong"),
        ("expired.pem", "expired.key", " expired on "),
    ] {
        let case = format!("{certificate} with {key}");
        check(&case, scene.command(certificate, key), says);
    }
    let mut half = scene.command("first.pem", "first.key");
    half.env_remove("REGCRED_TLS_KEY");
    check("a certificate alone", half, "belong together");
    let mut plain = scene.command("first.pem", "first.key");
    plain.env("REGCRED_URL", "http://localhost:3000");
    check("an address without TLS", plain, "its https:// address");
}

#[test]
fn new_files_are_taken_and_no_connection_is_dropped() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let scene = Scene::new();
    let server = scene.start();
    let mut old = scene.connect(&server, &TLS13);
    ask(&mut old);
    let first = certificate(&old);

    fs::write(scene.path("cert.pem"), "not a certificate").unwrap();
    signal("HUP", server.id());
    let began = Instant::now();
    while !scene.log().contains("stays in use") {
        let mut new = scene.connect(&server, &TLS12);
        ask(&mut new);
        ask(&mut old);
        assert_eq!(certificate(&new), first, "what cannot be used is used");
        assert!(began.elapsed() < DEADLINE, "{}", scene.log());
    }
    scene.put("second");
    signal("HUP", server.id());
    scene.wait_for_another(&server, &first, &mut old);
    // Nobody says that they have changed.
    let mut new = scene.connect(&server, &TLS13);
    ask(&mut new);
    let second = certificate(&new);
    scene.put("first");
    scene.wait_for_another(&server, &second, &mut old);
    ask(&mut old);
}

#[test]
fn who_does_not_shake_hands_is_let_go_and_nobody_waits_for_them() {
    if !is_on_sqlite(ONCE) {
        return;
    }
    let scene = Scene::new();
    let server = scene.start();
    let began = Instant::now();
    let mut silent: Vec<TcpStream> = (0..100).map(|_| plain(&server)).collect();
    ask(&mut scene.connect(&server, &TLS13));
    assert!(began.elapsed() < Duration::from_secs(8), "the others were waited for");
    for stream in &mut silent {
        // A reset is an end, too.
        assert_eq!(stream.read(&mut [0; 16]).unwrap_or(0), 0);
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

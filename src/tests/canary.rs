//! The canary (security T1 and T9, figure F1): many random secrets go through the real server, and
//! afterwards none of them is anywhere but in what pipelines were given.

mod round;
pub mod search;

use crate::app::{PASSWORD, soak};
use crate::process::client::{Client, exchange};
use crate::process::instance::Instance;
use crate::process::server::Server;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use flate2::Compression;
use flate2::write::GzEncoder;
use regcred::domain::listing::percent;
use round::look_round;
use search::{Canary, Search};
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const USER: &str = "acme-bot";
/// The doors whose files hold any bytes.
const FILES: [&str; 3] = ["/api/v1/auth-json", "/api/v1/docker-auth-config", "/api/v1/buildx"];
/// The others for which a token is enough.
const OTHERS: [&str; 7] = [
    "/api/v1/kubernetes-secret?name=a&namespace=b",
    "/api/v1/credential?server=registry-0.example.com",
    "/api/v1/credential?image=registry-6.example.com%2Facme%2Fapi",
    "/api/v1/credentials",
    "/api/v1/kubelet?image=registry-0.example.com%2Facme&cache=image",
    "/api/v1/kubelet?image=registry-0.example.com%2Facme&cache=global",
    "/api/v1/match?image=registry-0.example.com%2Facme",
];

/// The fields of the dialog for the credential of that number.
fn form<'a>(name: &'a str, host: &'a str, secret: &'a [u8]) -> Vec<(&'static str, &'a [u8])> {
    vec![
        ("project", "acme".as_bytes()),
        ("name", name.as_bytes()),
        ("registry_url", host.as_bytes()),
        ("method", "password".as_bytes()),
        ("username", USER.as_bytes()),
        ("access", "pull".as_bytes()),
        ("password", secret),
    ]
}

fn name(number: usize) -> String {
    format!("credential {number}")
}

fn host(number: usize) -> String {
    format!("registry-{number}.example.com")
}

/// What the pipeline is given is each secret, byte for byte, and nothing else.
fn assert_delivers(client: &mut Client, token: &str, secrets: &[Canary]) {
    let answer = client.deliver(token);
    assert_eq!(answer.status, 200, "{}", answer.head);
    let config: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    // By both spellings of its host.
    assert_eq!(config["auths"].as_object().unwrap().len(), 2 * secrets.len());
    for (number, secret) in secrets.iter().enumerate() {
        let auth = config["auths"][host(number)]["auth"].as_str().unwrap();
        let expected = [USER.as_bytes(), b":", &secret.bytes].concat();
        assert!(STANDARD.decode(auth).unwrap() == expected, "credential {number} differs");
    }
    let everyone: BTreeSet<usize> = (0..secrets.len()).collect();
    assert_eq!(Search::new(secrets).who(&answer.body), everyone, "the search sees each of them");
    for door in FILES {
        let answer = fetch(client, token, door);
        let found = Search::new(secrets).who(&answer);
        assert_eq!(found, everyone, "{door}");
    }
    // These hold only what is text, one of them in base64 twice.
    for door in OTHERS {
        fetch(client, token, door);
    }
}

/// What a door hands out. Of its answer only the headers are among what was seen.
fn fetch(client: &mut Client, token: &str, door: &str) -> Vec<u8> {
    let headers = format!("authorization: Bearer {token}\r\n");
    let answer = exchange(client.port, "GET", door, &headers, b"").unwrap();
    client.seen.extend_from_slice(answer.head.as_bytes());
    // A secret that is no text is refused where one is asked for.
    assert!(matches!(answer.status, 200 | 409), "{door}: {}", answer.head);
    answer.body
}

/// What goes wrong with a secret in hand: a refused form, a wrong password, a body that is no form.
fn stumble(client: &mut Client, secret: &Canary) {
    let refused =
        client.multipart("/rpc/credentials/create", &form("", "hub.docker.com", &secret.bytes));
    let back = refused.header("location").to_owned();
    assert!(back.contains("?back="), "{back}");
    client.get(&back);
    let text = String::from_utf8_lossy(&secret.bytes);
    let text: &str = &text;
    let in_json = serde_json::json!({ "project": "acme", "password": text }).to_string();
    let headers = "accept: application/json\r\n";
    for path in [
        "/rpc/credentials/create",
        "/rpc/credentials/replace-secret",
        "/rpc/trust-rules/create",
        "/rpc/trust-rules/try",
        "/rpc/trust-rules/update",
        "/rpc/definitions/create",
        "/rpc/grants/update",
        "/rpc/grants/approve",
        "/rpc/guard-changes/approve",
        "/rpc/trust-rules/renew-secret",
        "/rpc/keys/destroy",
        "/rpc/issuers/create",
        "/rpc/issuers/delete",
        "/rpc/destinations/renew",
        "/rpc/versions/destroy",
        "/rpc/credentials/token-service",
        "/api/v1/credentials",
        "/api/v1/token",
        "/api/v1/deliveries/0/outcome",
        "/api/v1/pipelines/self/definitions",
        "/api/v1/woodpecker/acme",
        "/api/v1/drone/acme",
    ] {
        client.form(path, &[("password", text), ("query", text), (text, "1")]);
        client.post(
            path,
            &format!("{headers}content-type: application/json\r\n"),
            in_json.as_bytes(),
        );
        client.post(
            path,
            &format!("{headers}content-type: multipart/form-data\r\n"),
            &secret.bytes,
        );
    }
    client.form("/rpc/session/create", &[("email", "owner@example.com"), ("password", text)]);
    let token = format!("rgc_{}", percent(text));
    assert_eq!(client.deliver(&token).status, 401);
}

#[tokio::test]
async fn no_secret_is_anywhere_but_in_what_pipelines_are_given() {
    let count = soak(200, 1000);
    let instance = Instance::new().await;
    let mut command = instance.command();
    command.env("REGCRED_LOG", "trace");
    let server = Server::start(command, &instance.log);
    let mut client = Client::set_up(&server);
    let first: Vec<Canary> = (0..count).map(Canary::new).collect();
    let second: Vec<Canary> = (count..2 * count).map(Canary::new).collect();
    let unlucky: Vec<Canary> = (1..8).map(Canary::new).collect();
    let search = Search::new(first.iter().chain(&second).chain(&unlucky));

    for (number, secret) in first.iter().enumerate() {
        let (name, host) = (name(number), host(number));
        let made = client.multipart("/rpc/credentials/create", &form(&name, &host, &secret.bytes));
        let location = made.header("location").to_owned();
        assert!(location.contains("?said="), "{number}: {location}");
        if number % 10 == 0 {
            client.get(&location);
        }
    }
    let ids: HashMap<String, String> = client.credential_ids().into_iter().collect();
    assert_eq!(ids.len(), count);
    let granted: Vec<String> = ids.values().cloned().collect();
    let (pipeline, token) = client.pipeline("ci", &granted);
    assert_delivers(&mut client, &token, &first);
    for (number, secret) in second.iter().enumerate() {
        let (name, host) = (name(number), host(number));
        let mut form = form(&name, &host, &secret.bytes);
        form.extend([("id", ids[&name].as_bytes()), ("revision", &b"1"[..])]);
        let saved = client.multipart("/rpc/credentials/update", &form);
        assert!(saved.header("location").contains("?said="), "{number}: {}", saved.text());
    }
    assert_delivers(&mut client, &token, &second);
    unlucky.iter().for_each(|secret| stumble(&mut client, secret));
    look_round(&mut client, &pipeline, &ids);
    for number in (0..count).step_by(2) {
        let name = name(number);
        let form = [
            ("project", "acme"),
            ("id", ids[&name].as_str()),
            ("typed_name", name.as_str()),
            ("password", PASSWORD),
        ];
        let gone = client.form("/rpc/credentials/delete", &form);
        assert!(gone.header("location").contains("?said="), "{number}: {}", gone.text());
    }
    look_round(&mut client, &pipeline, &HashMap::new());

    // While it runs, so that the write-ahead log is there; and copies of the database.
    backup(&instance).await;
    search_files(&search, &instance.database.folder);
    assert!(server.stop().success());
    search_files(&search, &instance.database.folder);
    search.assert_absent("what the server answered", &client.seen);
    search_files(&search, &Path::new(env!("CARGO_MANIFEST_DIR")).join("target/site"));
    let log = fs::read_to_string(&instance.log).unwrap();
    assert!(log.contains("TRACE"), "the log was not at its fullest");
}

/// A copy of the database as its own tool makes it, into the instance's folder.
async fn backup(instance: &Instance) {
    let copy = instance.database.folder.join("copy");
    if let Some(url) = instance.url() {
        let dump = Command::new(pg_dump()).arg("--dbname").arg(url).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        fs::write(&copy, dump.stdout).unwrap();
    } else {
        instance.database.raw(&format!("VACUUM INTO '{}'", copy.display())).await;
    }
    assert!(fs::metadata(copy).unwrap().len() > 10_000, "the copy is empty");
}

/// The newest that Debian has installed, or the one on the path.
fn pg_dump() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut programs: Vec<PathBuf> =
        versions.map(|entry| entry.path().join("bin/pg_dump")).collect();
    programs.retain(|program| program.exists());
    programs.sort();
    programs.pop().unwrap_or_else(|| "pg_dump".into())
}

fn search_files(search: &Search, folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            search_files(search, &path);
        } else {
            search.assert_absent(&path.display().to_string(), &fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_canary_is_found_where_it_is() {
    let canaries: Vec<Canary> = (0..40).map(Canary::new).collect();
    let search = Search::new(&canaries);
    assert!(search.hits(&[b'x'; 4096]).is_empty());
    for (number, Canary { bytes, .. }) in canaries.iter().enumerate() {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        let json = serde_json::to_vec(&String::from_utf8_lossy(bytes)).unwrap();
        let url: String =
            bytes.iter().map(|byte| percent(&char::from(*byte).to_string())).collect();
        let mut places = vec![
            ("raw", bytes.clone()),
            ("hex", hex.clone().into_bytes()),
            ("upper-case hex", hex.to_uppercase().into_bytes()),
            ("URL", url.into_bytes()),
            ("JSON", json),
            ("gzip", packed.finish().unwrap()),
        ];
        for user in ["", "a", "ab", "abc", USER] {
            let pair = [user.as_bytes(), b":", bytes].concat();
            places.push(("base64", STANDARD.encode(&pair).into_bytes()));
            places.push(("base64url", URL_SAFE.encode(&pair).into_bytes()));
        }
        for (writing, place) in places {
            let among = [&b"before "[..], &place, b" behind"].concat();
            assert_eq!(search.who(&among), BTreeSet::from([number]), "{writing}");
        }
    }
}

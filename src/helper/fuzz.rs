//! Every reader of this program, with inputs that nobody sends.

#[path = "../tests/fuzz/driver.rs"]
mod driver;

use crate::environment::Variables;
use crate::image::Image;
use crate::protocol::{Streams, serve};
use crate::proxy::Proxies;
use crate::settings::Settings;
use crate::stub::Folder;
use crate::{address, run, server_url};
use driver::{Target, drive, drive_long, forgotten};
use std::cell::OnceCell;
use std::ffi::OsString;
use std::fs;

const SERVERS: &[&[u8]] = &[
    b"ghcr.io",
    b"https://index.docker.io/v1/",
    b"http://[::1]:5000/acme/api:1.0@sha256:00",
    b"https://user:secret@registry.example.com?a=b#c",
    b"docker://ghcr.io/acme/api:1",
    b"https://ghcr.io/v2/acme/api/manifests/latest",
];
const KUBELET: &[&[u8]] = &[
    br#"{"apiVersion":"credentialprovider.kubelet.k8s.io/v1","kind":"CredentialProviderRequest","image":"ghcr.io/acme/api:1","serviceAccountToken":"a.b.c","serviceAccountAnnotations":{"regcred/pipeline":"x"}}"#,
];
const STORED: &[&[u8]] =
    &[br#"{"ServerURL":"https://ghcr.io","Username":"robot","Secret":"hunter2"}"#];
const SETTINGS: &[&[u8]] = &[
    br#"{"url":"https://regcred.example.com","token":"rgc_1","intent":"push","timeout":3,"image":"ghcr.io/acme/api"}"#,
];
const RUN: &[&[u8]] =
    &[b"refs/heads/main", b"refs/tags/v1", b"refs/pull/7/merge", "Jänë".as_bytes()];

const PROXIES: &[&[u8]] = &[
    b"http://user:hunter2@proxy.example.com:3128",
    b"localhost, .example.com:443, 10.0.0.0/8, [::1]:80",
];

const TARGETS: &[Target] = &[
    Target { file: "server_url.rs", seeds: SERVERS, run: servers },
    Target { file: "address.rs", seeds: SERVERS, run: addresses },
    Target { file: "image.rs", seeds: SERVERS, run: images },
    Target { file: "proxy.rs", seeds: PROXIES, run: proxies },
    Target { file: "run.rs", seeds: RUN, run: runs },
    Target { file: "protocol.rs", seeds: STORED, run: verbs },
    Target { file: "kubelet.rs", seeds: KUBELET, run: |data| ask("kubelet", data) },
    Target { file: "settings/written.rs", seeds: SETTINGS, run: settings },
];

const OTHERS: &[(&str, &str)] =
    &[("bounded.rs", "it only counts bytes"), ("settings.rs", "by way of settings/written.rs")];

#[test]
fn no_input_makes_a_reader_panic() {
    drive(TARGETS);
}

#[test]
fn no_long_input_keeps_a_reader_busy() {
    drive_long(TARGETS);
}

#[test]
fn every_reader_of_the_program_is_fed() {
    let forgotten = forgotten(&["."], TARGETS, OTHERS);
    assert!(forgotten.is_empty(), "nobody feeds the readers in {forgotten:?}");
}

fn servers(data: &[u8]) {
    if let Ok(server) = server_url::server(Some(data)) {
        assert!(!server.contains(char::is_control) && !server.contains('@'));
    }
    let _ = server_url::image(&String::from_utf8_lossy(data));
}

fn addresses(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(origin) = address::origin(&text) {
        let _ = address::is_safe(&origin, false);
    }
    assert!(!address::is_safe(&text, true) || !address::percent_encoded(&text).contains(':'));
}

fn images(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(image) = Image::parse(&text) {
        let _ = image.is_at(&text);
    }
}

fn proxies(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for name in ["HTTPS_PROXY", "NO_PROXY"] {
        let proxies = Proxies::read(&Variables::of(&[(name, &*text)]));
        for url in [&*text, "https://regcred.example.com", "http://10.0.0.1:3000"] {
            let _ = proxies.of(url);
        }
    }
}

fn runs(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let names = ["GITHUB_REF", "GITHUB_SHA", "CI_COMMIT_TAG", "BRANCH_NAME", "BUILD_REQUESTEDFOR"];
    let pairs = names.map(|name| (name, &*text));
    for (_, value) in run::claims(&Variables::of(&pairs)) {
        assert!(value.as_bytes().len() <= 4 * 256 && !value.as_bytes().contains(&b'\n'));
    }
}

fn verbs(data: &[u8]) {
    for verb in ["get", "store", "erase"] {
        ask(verb, data);
    }
}

/// What the verb does with this on its input. Without an address nobody is asked anything.
fn ask(verb: &str, mut data: &[u8]) {
    let variables = Variables::of(&[("REGCRED_IGNORE_STORE", "true")]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams { input: &mut data, out: &mut out, err: &mut err };
    let _ = serve(&[OsString::from(verb)], &variables, &mut streams);
    let said = [out, err].concat();
    assert!(!said.windows(7).any(|part| part == b"hunter2"), "a secret is repeated");
}

fn settings(data: &[u8]) {
    thread_local! {
        static FOLDER: OnceCell<Folder> = const { OnceCell::new() };
    }
    FOLDER.with(|folder| {
        let path = folder.get_or_init(Folder::new).path().join("regcred.json");
        // A secret may stand in it.
        fs::write(&path, data).unwrap();
        let text = path.to_str().unwrap();
        if let Ok(settings) = Settings::read(&Variables::of(&[("REGCRED_CONFIG", text)])) {
            let _ = settings.server();
        }
    });
}

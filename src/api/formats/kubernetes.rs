//! What Kubernetes reads: an image pull secret, and kubelet's map of credentials (protocols 4.4).

use super::docker::auths;
use super::{Keys, host_keys, json, named, object, path_keys, spelled, text};
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::registry::covers;
use crate::vault::{Entry, Ledger};
use zeroize::Zeroizing;

/// The longest label (RFC 1123).
const LABEL_MAX: usize = 63;
const SUBDOMAIN_MAX: usize = 253;

/// Whether the text can be the name of a namespace: one DNS label.
pub(in crate::api) fn is_label(text: &str) -> bool {
    text.len() <= LABEL_MAX && is_part(text)
}

/// Whether the text can be the name of a secret. Kubernetes' own rule (`IsDNS1123Subdomain`) limits
/// the whole, and not each part between the dots.
pub(in crate::api) fn is_subdomain(text: &str) -> bool {
    text.len() <= SUBDOMAIN_MAX && text.split('.').all(is_part)
}

/// Small letters, digits and hyphens, with no hyphen first or last.
fn is_part(text: &str) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(is_end)
        && bytes.last().is_some_and(is_end)
        && bytes.iter().all(|byte| is_end(byte) || *byte == b'-')
}

/// A secret of the type `kubernetes.io/dockerconfigjson`, as a manifest in JSON. The name has to be
/// a subdomain and the namespace a label; without a namespace it goes where it is applied. With an
/// image, what is of its registry is for that repository only.
pub(in crate::api) fn manifest(
    entries: &[Entry],
    image: Option<&Image>,
    (name, namespace): (&str, Option<&str>),
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    let longest = Door::KubernetesSecret.longest();
    let keys = |entry: &Entry| keys(entry, image);
    let config = auths(&object(entries, ledger, longest, keys, |out, entry| {
        let secret = text(entry)?;
        out.push('{');
        json::push_members(out, &[("username", &entry.username), ("password", secret)]);
        out.push(',');
        json::push_auth(out, &entry.username, secret.as_bytes());
        out.push('}');
        Ok(())
    }));
    let mut whole = Zeroizing::new(String::with_capacity(config.len() * 4 / 3 + 384));
    whole.push_str("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{");
    json::push_member(&mut whole, "name", name);
    if let Some(namespace) = namespace {
        whole.push(',');
        json::push_member(&mut whole, "namespace", namespace);
    }
    whole.push_str(
        "},\"type\":\"kubernetes.io/dockerconfigjson\",\"data\":{\".dockerconfigjson\":\"",
    );
    json::push_base64(&mut whole, config.as_bytes());
    whole.push_str("\"}}\n");
    whole
}

/// What kubelet keeps an answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Kept {
    /// For the image that it pulls, so there is one key: that image's repository.
    Image,
    /// For more, so there are the keys of hosts and paths.
    More,
}

/// The answer for kubelet's plugin: `{"auth":{KEY:{"username","password"}},"deliveries":[…]}`.
pub(in crate::api) fn kubelet(
    entries: &[Entry],
    image: &Image,
    kept: Kept,
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    let keys = |entry: &Entry| match kept {
        Kept::Image => path_keys(entry, Some(image)),
        Kept::More => spelled(entry, &entry.paths, Some(image)),
    };
    let mut ordered: Vec<&Entry> = entries.iter().collect();
    // If there is no room for all, then there is for the image that is pulled.
    ordered.sort_by_key(|entry| std::cmp::Reverse(nearness(entry, image)));
    if let Some(first) = ordered.first().filter(|entry| nearness(entry, image).is_some()) {
        ledger.serve(first, image);
    }
    let longest = Door::Kubelet.longest();
    let auth = object(ordered.iter().copied(), ledger, longest, keys, |out, entry| {
        let secret = text(entry)?;
        out.push('{');
        json::push_members(out, &[("username", &entry.username), ("password", secret)]);
        out.push('}');
        Ok(())
    });
    let mut whole = Zeroizing::new(String::with_capacity(auth.len() + 40 * entries.len() + 64));
    whole.push_str("{\"auth\":");
    whole.push_str(&auth);
    whole.push_str(",\"deliveries\":[");
    for (i, receipt) in ledger.held().iter().enumerate() {
        if i > 0 {
            whole.push(',');
        }
        json::push_text(&mut whole, &receipt.to_string());
    }
    whole.push_str("]}");
    whole
}

/// How long a part of the image's path the entry is for; nothing when it is not for that image.
fn nearness(entry: &Entry, image: &Image) -> Option<usize> {
    if !entry.host.serves(entry.is_insecure, &image.host) {
        return None;
    }
    if entry.paths.is_empty() {
        return Some(0);
    }
    let covering = entry.paths.iter().filter(|path| covers(path, &image.repository));
    covering.map(String::len).max()
}

/// Docker Hub as a whole has docker's key, which every reader of such a secret knows.
fn keys(entry: &Entry, image: Option<&Image>) -> Keys {
    if entry.paths.is_empty() && named(entry, image).is_none() {
        host_keys(entry, image)
    } else {
        path_keys(entry, image)
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{bearer, entry};
    use super::*;
    use crate::domain::matching::Lost;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_namespace_is_one_dns_label() {
        let longest = "a".repeat(63);
        for name in ["regcred", "a", "7", "acme-api", longest.as_str()] {
            assert!(is_label(name), "{name}");
        }
        let too_long = "a".repeat(64);
        for name in
            ["", "-a", "a-", "A", "a.b", "a_b", "a b", "a\n", "\u{e4}", "a\"", too_long.as_str()]
        {
            assert!(!is_label(name), "{name}");
        }
    }

    fn image(name: &str) -> Image {
        Image::parse(name).unwrap()
    }

    /// The file in the manifest.
    fn config(text: &str) -> Value {
        let file = STANDARD.decode(read(text)["data"][".dockerconfigjson"].as_str().unwrap());
        serde_json::from_slice(&file.unwrap()).unwrap()
    }

    #[test]
    fn a_name_is_a_dns_subdomain() {
        let (longer, longest) = ("a".repeat(64), format!("{}.a", "a".repeat(251)));
        for name in
            ["regcred", "7", "ghcr.io", "1.2.3", "a-b.c-d", longer.as_str(), longest.as_str()]
        {
            assert!(is_subdomain(name), "{name}");
        }
        let too_long = "a".repeat(254);
        for name in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "-a",
            "a-",
            "a.-b",
            "a-.b",
            "GHCR.io",
            "a_b",
            "a/b",
            "a b",
            "a.b\n",
            "\u{e4}.io",
            "a\"",
            too_long.as_str(),
        ] {
            assert!(!is_subdomain(name), "{name}");
        }
    }

    #[test]
    fn a_manifest_holds_the_config_in_base64() {
        let entries = [
            entry("docker.io", &[], b"p\"w"),
            entry("ghcr.io", &["acme/api"], b"scoped"),
            entry("docker.io", &["acme"], b"team"),
            entry("quay.io", &[], &[0xff]),
            bearer("gcr.io", "token"),
        ];
        let mut ledger = Ledger::default();
        let text = manifest(&entries, None, ("regcred", Some("build")), &mut ledger);
        let found = read(&text);
        assert_eq!((&found["apiVersion"], &found["kind"]), (&json!("v1"), &json!("Secret")));
        assert_eq!(found["type"], "kubernetes.io/dockerconfigjson");
        assert_eq!(found["metadata"], json!({"name": "regcred", "namespace": "build"}));
        let of = |secret: &str| {
            let auth = STANDARD.encode(format!("acme-bot:{secret}"));
            json!({"username": "acme-bot", "password": secret, "auth": auth})
        };
        let expected = json!({"auths": {
            "https://index.docker.io/v1/": of("p\"w"),
            "ghcr.io/acme/api": of("scoped"),
            "ghcr.io:443/acme/api": of("scoped"),
            "docker.io/acme": of("team"),
        }});
        assert_eq!(config(&text), expected);
        let lost = entries.iter().map(|entry| ledger.lost(entry)).collect::<Vec<_>>();
        let expected = [None, None, None, Some(Lost::NotText), Some(Lost::NeedsTokenClient)];
        assert_eq!(lost, expected);
        let bare = manifest(&[], None, ("regcred", None), &mut Ledger::default());
        assert_eq!(read(&bare)["metadata"], json!({"name": "regcred"}));
    }

    #[test]
    fn a_manifest_for_an_image_is_for_its_repository_only() {
        let (scoped, whole): (&[&str], &[&str]) = (&["acme"], &[]);
        let own = "registry.example.com:5000/acme/api";
        for (name, paths, key) in
            [(own, scoped, own), (own, whole, own), ("nginx", whole, "docker.io/library/nginx")]
        {
            let image = image(name);
            let entries = [entry(image.host.as_str(), paths, b"s")];
            let names = ("regcred", None);
            let text = manifest(&entries, Some(&image), names, &mut Ledger::default());
            let file = config(&text);
            let keys: Vec<&String> = file["auths"].as_object().unwrap().keys().collect();
            assert_eq!(keys, [key]);
        }
    }

    #[test]
    fn kubelet_gets_the_keys_that_its_cache_is_for() {
        let of = |secret: &str| json!({"username": "acme-bot", "password": secret});
        let one = [entry("docker.io", &["acme"], b"s")];
        let api = image("docker.io/acme/api");
        let mut ledger = Ledger::default();
        let found = read(&kubelet(&one, &api, Kept::Image, &mut ledger));
        assert_eq!(found["auth"], json!({"docker.io/acme/api": of("s")}));
        assert_eq!(found["deliveries"], json!([one[0].receipt.to_string()]));
        let all = [
            entry("docker.io", &[], b"hub"),
            entry("docker.io", &["acme"], b"team"),
            entry("registry.example.com:5000", &[], &[0xff]),
        ];
        let mut ledger = Ledger::default();
        let found = read(&kubelet(&all, &api, Kept::More, &mut ledger));
        let expected = json!({"docker.io": of("hub"), "docker.io/acme": of("team")});
        assert_eq!(found["auth"], expected);
        // What the image is pulled with comes first.
        let order = [all[1].receipt.to_string(), all[0].receipt.to_string()];
        assert_eq!(found["deliveries"], json!(order));
        assert_eq!(ledger.lost(&all[2]), Some(Lost::NotText));
        let nothing = read(&kubelet(&[], &api, Kept::More, &mut Ledger::default()));
        assert_eq!(nothing, json!({"auth": {}, "deliveries": []}));
    }

    #[test]
    fn kubelet_gets_no_more_than_its_plugin_reads_and_the_image_first() {
        let long = vec![b'x'; 64 * 1024];
        let all: Vec<Entry> =
            (0..18).map(|n| entry(&format!("r{n}.example.com:5000"), &[], &long)).collect();
        let last = image("r17.example.com:5000/acme/api");
        let mut ledger = Ledger::default();
        let text = kubelet(&all, &last, Kept::More, &mut ledger);
        assert!(text.len() <= 1024 * 1024, "{}", text.len());
        assert_eq!(ledger.held().len(), 15);
        assert_eq!(ledger.held()[0], all[17].receipt);
        assert_eq!(ledger.lost(&all[16]), Some(Lost::TooLong));
    }
}

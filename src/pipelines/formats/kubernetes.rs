//! What Kubernetes reads: an image pull secret, and kubelet's map of credentials (protocols 4.4).

use super::docker::auths;
use super::{Ledger, json, object, path_keys, text};
use crate::domain::registry::RegistryHost;
use crate::vault::Entry;
use zeroize::Zeroizing;

/// The longest label (RFC 1123).
const LABEL_MAX: usize = 63;
/// The longest name of most objects.
const SUBDOMAIN_MAX: usize = 253;

/// Whether the text can be the name of a namespace: one DNS label.
pub(in crate::pipelines) fn is_label(text: &str) -> bool {
    text.len() <= LABEL_MAX && is_part(text)
}

/// Whether the text can be the name of a secret. Kubernetes' own rule (`IsDNS1123Subdomain`) limits
/// the whole, and not each part between the dots.
pub(in crate::pipelines) fn is_subdomain(text: &str) -> bool {
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
/// a subdomain and the namespace a label; without a namespace it goes where it is applied.
pub(in crate::pipelines) fn manifest(
    entries: &[Entry],
    name: &str,
    namespace: Option<&str>,
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    let config = auths(&object(entries, ledger, keys, |out, entry| {
        let secret = text(entry)?;
        out.push('{');
        json::push_member(out, "username", &entry.username);
        out.push(',');
        json::push_member(out, "password", secret);
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

/// The answer for kubelet's plugin: `{"auth":{KEY:{"username","password"}},"deliveries":[…]}`. With
/// an `image` there is one key, that image's repository; else those of hosts and paths.
pub(in crate::pipelines) fn kubelet(
    entries: &[Entry],
    image: Option<(&RegistryHost, &str)>,
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    let keys = |entry: &Entry| match image {
        Some((host, repository)) => vec![format!("{host}/{repository}")],
        None => path_keys(entry),
    };
    let auth = object(entries, ledger, keys, |out, entry| {
        let secret = text(entry)?;
        out.push('{');
        json::push_member(out, "username", &entry.username);
        out.push(',');
        json::push_member(out, "password", secret);
        out.push('}');
        Ok(())
    });
    let mut whole = Zeroizing::new(String::with_capacity(auth.len() + 40 * entries.len() + 64));
    whole.push_str("{\"auth\":");
    whole.push_str(&auth);
    whole.push_str(",\"deliveries\":[");
    for (i, (receipt, _)) in ledger.held.iter().enumerate() {
        if i > 0 {
            whole.push(',');
        }
        json::push_text(&mut whole, &receipt.to_string());
    }
    whole.push_str("]}");
    whole
}

/// Docker Hub as a whole has docker's key, which every reader of such a secret knows.
fn keys(entry: &Entry) -> Vec<String> {
    if entry.paths.is_empty() {
        vec![entry.host.docker_config_key().to_owned()]
    } else {
        path_keys(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{bearer, entry};
    use super::super::{NO_TEXT, NO_TOKENS};
    use super::*;
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
        let found = read(&manifest(&entries, "regcred", Some("build"), &mut ledger));
        assert_eq!((&found["apiVersion"], &found["kind"]), (&json!("v1"), &json!("Secret")));
        assert_eq!(found["type"], "kubernetes.io/dockerconfigjson");
        assert_eq!(found["metadata"], json!({"name": "regcred", "namespace": "build"}));
        let config = STANDARD.decode(found["data"][".dockerconfigjson"].as_str().unwrap());
        let config: Value = serde_json::from_slice(&config.unwrap()).unwrap();
        let of = |secret: &str| {
            let auth = STANDARD.encode(format!("acme-bot:{secret}"));
            json!({"username": "acme-bot", "password": secret, "auth": auth})
        };
        let expected = json!({"auths": {
            "https://index.docker.io/v1/": of("p\"w"),
            "ghcr.io/acme/api": of("scoped"),
            "docker.io/acme": of("team"),
        }});
        assert_eq!(config, expected);
        let left_out = [(entries[3].credential, NO_TEXT), (entries[4].credential, NO_TOKENS)];
        assert_eq!((ledger.held.len(), ledger.left_out), (3, left_out.to_vec()));
        let bare = read(&manifest(&[], "regcred", None, &mut Ledger::default()));
        assert_eq!(bare["metadata"], json!({"name": "regcred"}));
    }

    #[test]
    fn kubelet_gets_the_keys_that_its_cache_is_for() {
        let host = RegistryHost::stored("docker.io").unwrap();
        let of = |secret: &str| json!({"username": "acme-bot", "password": secret});
        let one = [entry("docker.io", &["acme"], b"s")];
        let mut ledger = Ledger::default();
        let found = read(&kubelet(&one, Some((&host, "acme/api")), &mut ledger));
        assert_eq!(found["auth"], json!({"docker.io/acme/api": of("s")}));
        assert_eq!(found["deliveries"], json!([one[0].receipt.to_string()]));
        let all = [
            entry("docker.io", &[], b"hub"),
            entry("docker.io", &["acme"], b"team"),
            entry("registry.example.com:5000", &[], &[0xff]),
        ];
        let mut ledger = Ledger::default();
        let found = read(&kubelet(&all, None, &mut ledger));
        let expected = json!({"docker.io": of("hub"), "docker.io/acme": of("team")});
        assert_eq!(found["auth"], expected);
        assert_eq!(found["deliveries"].as_array().unwrap().len(), 2);
        assert_eq!(ledger.left_out, [(all[2].credential, NO_TEXT)]);
        let nothing = read(&kubelet(&[], None, &mut Ledger::default()));
        assert_eq!(nothing, json!({"auth": {}, "deliveries": []}));
    }
}

//! What docker and its like read: `config.json`, the containers tools' `auth.json`, and
//! `DOCKER_AUTH_CONFIG` (protocols 4.2).

use super::{host_keys, json, object, path_keys, secret, text};
use crate::domain::credential::IDENTITY_USERNAME;
use crate::domain::delivery::Door;
use crate::domain::image::Image;
use crate::domain::matching::Lost;
use crate::vault::{Entry, Given, Ledger};
use zeroize::Zeroizing;

/// A docker `config.json`: one entry a host. A short-lived token is its `registrytoken`.
pub(in crate::api) fn config_json(
    entries: &[Entry],
    image: Option<&Image>,
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    auths(&object(entries, ledger, None, |entry| host_keys(entry, image), push_login))
}

/// A docker `config.json` with one entry, under this key.
pub(super) fn config_of(entry: &Entry, key: &str) -> Result<Zeroizing<String>, Lost> {
    let mut object = Zeroizing::new(String::with_capacity(super::room(entry) + key.len() + 8));
    object.push('{');
    json::push_text(&mut object, key);
    object.push(':');
    push_login(&mut object, entry)?;
    object.push('}');
    Ok(auths(&object))
}

/// The value of `DOCKER_AUTH_CONFIG`: one line, and nothing but `auth`, since the client refuses
/// the whole of it for anything else. It is no longer than a variable may be.
pub(in crate::api) fn auth_config(
    entries: &[Entry],
    image: Option<&Image>,
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    let longest = Door::DockerAuthConfig.longest();
    auths(&object(entries, ledger, longest, |entry| host_keys(entry, image), push_auth))
}

/// The `auth.json` of podman, skopeo and buildah: hosts, and hosts with paths; with an image, of its
/// registry only its repository.
pub(in crate::api) fn auth_json(
    entries: &[Entry],
    image: Option<&Image>,
    ledger: &mut Ledger,
) -> Zeroizing<String> {
    auths(&object(entries, ledger, None, |entry| path_keys(entry, image), push_stored))
}

fn push_login(out: &mut String, entry: &Entry) -> Result<(), Lost> {
    match &entry.given {
        Given::Secret(_) => push_stored(out, entry),
        Given::Bearer { token, .. } => {
            out.push('{');
            json::push_member(out, "registrytoken", token);
            out.push('}');
            Ok(())
        }
    }
}

/// A password in `auth`; an identity token as `identitytoken`. The containers tools read that only
/// beside an `auth`, which has no password then.
fn push_stored(out: &mut String, entry: &Entry) -> Result<(), Lost> {
    if entry.username != IDENTITY_USERNAME {
        return push_auth(out, entry);
    }
    let token = text(entry)?;
    out.push('{');
    json::push_auth(out, &entry.username, b"");
    out.push(',');
    json::push_member(out, "identitytoken", token);
    out.push('}');
    Ok(())
}

fn push_auth(out: &mut String, entry: &Entry) -> Result<(), Lost> {
    let secret = secret(entry)?;
    out.push('{');
    json::push_auth(out, &entry.username, secret);
    out.push('}');
    Ok(())
}

/// `{"auths":…}`.
pub(super) fn auths(object: &str) -> Zeroizing<String> {
    let mut whole = Zeroizing::new(String::with_capacity(object.len() + 16));
    for part in ["{\"auths\":", object, "}"] {
        whole.push_str(part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::example::{bearer, entry};
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    type Format = fn(&[Entry], Option<&Image>, &mut Ledger) -> Zeroizing<String>;

    fn read(format: Format, entries: &[Entry]) -> (Value, Ledger) {
        let mut ledger = Ledger::default();
        let text = format(entries, None, &mut ledger);
        assert!(!text.contains(['\n', ' ']), "one compact line");
        (serde_json::from_str(&text).unwrap(), ledger)
    }

    fn auth(secret: &str) -> Value {
        json!({ "auth": STANDARD.encode(format!("acme-bot:{secret}")) })
    }

    #[test]
    fn each_format_has_its_own_keys() {
        let entries = [
            entry("docker.io", &[], b"hub"),
            entry("ghcr.io", &["acme/api", "acme/web"], b"scoped"),
            entry("registry.example.com:5000", &[], b"own"),
        ];
        let by_host = json!({"auths": {
            "https://index.docker.io/v1/": auth("hub"),
            "ghcr.io": auth("scoped"),
            "ghcr.io:443": auth("scoped"),
            "registry.example.com:5000": auth("own"),
        }});
        let by_path = json!({"auths": {
            "docker.io": auth("hub"),
            "ghcr.io/acme/api": auth("scoped"),
            "ghcr.io/acme/web": auth("scoped"),
            "ghcr.io:443/acme/api": auth("scoped"),
            "ghcr.io:443/acme/web": auth("scoped"),
            "registry.example.com:5000": auth("own"),
        }});
        let formats: [(Format, &Value); 3] =
            [(config_json, &by_host), (auth_config, &by_host), (auth_json, &by_path)];
        for (format, expected) in formats {
            let (found, ledger) = read(format, &entries);
            assert_eq!(&found, expected);
            assert_eq!(ledger.held().len(), 3);
        }
    }

    #[test]
    fn with_an_image_the_containers_tools_have_its_repository_only() {
        let image = Image::parse("ghcr.io/acme/api:1.2").unwrap();
        let entries = [entry("ghcr.io", &["acme"], b"team")];
        let text = auth_json(&entries, Some(&image), &mut Ledger::default());
        let found: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = found["auths"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["ghcr.io/acme/api", "ghcr.io:443/acme/api"]);
    }

    #[test]
    fn nothing_is_an_empty_file() {
        for format in [config_json as Format, auth_config, auth_json] {
            assert_eq!(read(format, &[]).0, json!({"auths": {}}));
        }
    }

    #[test]
    fn a_secret_that_is_no_text_is_delivered_all_the_same() {
        let (found, ledger) = read(auth_config, &[entry("ghcr.io", &[], &[0xff, 0])]);
        assert_eq!(found["auths"]["ghcr.io"]["auth"], STANDARD.encode(b"acme-bot:\xff\0"));
        assert_eq!(ledger.held().len(), 1);
    }

    #[test]
    fn the_variable_is_no_longer_than_linux_takes() {
        let long = vec![b'x'; 60 * 1024];
        let entries = [
            entry("a.example.com:5000", &[], b"1"),
            entry("b.example.com", &[], &long),
            entry("c.example.com:5000", &[], &long),
            entry("d.example.com:5000", &[], b"4"),
        ];
        let (found, ledger) = read(auth_config, &entries);
        assert!("DOCKER_AUTH_CONFIG=".len() + found.to_string().len() < 128 * 1024);
        // For the other spelling of a long one there is no room, and that keeps nothing back.
        let keys: Vec<&String> = found["auths"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["a.example.com:5000", "b.example.com", "d.example.com:5000"]);
        assert_eq!(ledger.lost(&entries[2]), Some(Lost::TooLong));
        assert_eq!(read(config_json, &entries).1.held().len(), 4, "a file may be longer");
    }

    #[test]
    fn an_identity_token_is_no_password() {
        let username = IDENTITY_USERNAME.to_owned();
        let found = |secret: &[u8]| Entry {
            username: username.clone(),
            ..entry("acr.example.com:5000", &[], secret)
        };
        let expected = json!({"auth": STANDARD.encode("<token>:"), "identitytoken": "e.y\"J"});
        for format in [config_json as Format, auth_json] {
            let (file, ledger) = read(format, &[found(b"e.y\"J")]);
            assert_eq!(file["auths"]["acr.example.com:5000"], expected);
            assert_eq!(ledger.held().len(), 1);
            let bytes = [found(&[0xff])];
            assert_eq!(read(format, &bytes).1.lost(&bytes[0]), Some(Lost::NotText));
        }
    }

    #[test]
    fn only_a_config_json_holds_a_short_lived_token() {
        let (found, ledger) = read(config_json, &[bearer("docker.io", "t\"ken")]);
        let expected = json!({"https://index.docker.io/v1/": {"registrytoken": "t\"ken"}});
        assert_eq!(found["auths"], expected);
        assert_eq!(ledger.held().len(), 1);
        for format in [auth_config as Format, auth_json] {
            let own = "registry.example.com:5000";
            let entries = [bearer("ghcr.io", "token"), entry(own, &[], b"s")];
            let (found, ledger) = read(format, &entries);
            assert_eq!(found, json!({"auths": {own: auth("s")}}));
            assert_eq!(ledger.lost(&entries[0]), Some(Lost::NeedsTokenClient));
            assert_eq!(ledger.lost(&entries[1]), None);
        }
    }
}

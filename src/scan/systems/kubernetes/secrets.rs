//! Secrets that log in to registries. Their hosts are kept, what is secret in them is not.

use super::manifest::{Manifest, child};
use crate::found::{Findings, Kind, Place};
use crate::variables::{HOLE, with_template_holes};
use crate::yaml::Node;
use serde_json::Value;

const KEYS: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

const SECTIONS: [&str; 2] = ["data", "stringData"];

/// Keys that only the newer form has.
const NEW_KEYS: [&str; 4] = ["auths", "credHelpers", "credsStore", "HttpHeaders"];

/// Fields of a login that are secret.
const SECRET: [&str; 4] = ["auth", "password", "identitytoken", "registrytoken"];

/// Tekton logs in with a Secret that is annotated so.
const ANNOTATION: &str = "tekton.dev/docker-";

/// The Secrets of a resource, with their registries.
pub(super) fn collect(root: &Node, depth: usize, known: &mut Vec<(String, Vec<String>)>) {
    if depth > super::DEEPEST {
        return;
    }
    for item in root.items().iter().chain(root.get("items").map(Node::items).unwrap_or_default()) {
        collect(item, depth + 1, known);
    }
    if root.get("kind").and_then(Node::text) != Some("Secret") {
        return;
    }
    let Some(name) = root.at(&["metadata", "name"]).and_then(Node::text) else { return };
    let hosts = logins(root)
        .filter_map(|(_, _, node)| config(node.text()?))
        .flat_map(|config| names(&config))
        .filter(|host| !host.contains(HOLE))
        .collect();
    known.push((name.to_owned(), hosts));
}

fn names(config: &Value) -> Vec<String> {
    hosts(config).into_iter().map(|(host, _)| host).collect()
}

/// The values of a Secret that are docker's configuration, with the section and key of each.
fn logins(root: &Node) -> impl Iterator<Item = (&'static str, &'static str, &Node)> {
    SECTIONS.into_iter().flat_map(move |section| {
        KEYS.into_iter().filter_map(move |key| Some((section, key, root.at(&[section, key])?)))
    })
}

pub(super) fn read(manifest: &Manifest<'_>, root: &Node, path: &str, found: &mut Findings) {
    for (section, key, node) in logins(root) {
        login(manifest, node, &child(&child(path, section), key), found);
    }
    let annotations = root.at(&["metadata", "annotations"]).map(Node::entries).unwrap_or_default();
    let mut is_login = false;
    for entry in annotations.iter().filter(|entry| entry.key.starts_with(ANNOTATION)) {
        is_login = true;
        if let Some(host) = manifest.text(&entry.value) {
            let path = child(path, "metadata.annotations");
            found.registry(Kind::LogsIn, &host, manifest.place(&entry.value, &path));
        }
    }
    if is_login {
        for section in SECTIONS {
            if let Some(value) = root.at(&[section, "password"]) {
                let field = format!("{section}.password");
                let place = manifest.place(value, &child(path, &field));
                found.password(&field, &manifest.text(value).unwrap_or_default(), place);
            }
        }
    }
}

/// A value that is docker's configuration, as text or in base64.
pub(super) fn login(manifest: &Manifest<'_>, node: &Node, path: &str, found: &mut Findings) {
    let Some(text) = node.text() else { return };
    let place = manifest.place(node, path);
    if !docker_config(text, &place, found) && with_template_holes(text).contains(HOLE) {
        found.registry(Kind::LogsIn, text, place);
    }
}

/// Adds the logins of docker's `config.json` or of the older `.dockercfg`. Says whether it is one.
pub(in crate::systems) fn docker_config(text: &str, place: &Place, found: &mut Findings) -> bool {
    let Some(config) = config(text) else { return false };
    for (host, login) in hosts(&config) {
        found.registry(Kind::LogsIn, &host, place.clone());
        for key in SECRET {
            let value = login.get(key).and_then(Value::as_str);
            if let Some(value) = value {
                let field = place.path.rsplit('.').next().unwrap_or(key);
                found.password(&format!(".{field}"), value, place.clone());
            }
        }
    }
    true
}

fn config(text: &str) -> Option<Value> {
    let text = text.trim();
    let plain = if text.starts_with('{') && !text.starts_with("{{") {
        text.to_owned()
    } else {
        String::from_utf8(base64(text)?).ok()?
    };
    let config: Value = serde_json::from_str(&with_template_holes(&plain)).ok()?;
    config.is_object().then_some(config)
}

/// The registries with their logins: keys of `auths` and `credHelpers`, or all keys in the older form.
fn hosts(config: &Value) -> Vec<(String, &Value)> {
    let is_new = NEW_KEYS.iter().any(|key| config.get(key).is_some());
    let maps = if is_new {
        vec![config.get("auths"), config.get("credHelpers")]
    } else {
        vec![Some(config)]
    };
    let mut found = Vec::new();
    for (host, login) in maps.into_iter().flatten().filter_map(Value::as_object).flatten() {
        // In the older form, what is no login is no registry.
        if is_new || login.is_object() {
            found.push((host.clone(), login));
        }
    }
    found
}

/// The bytes of base64, or nothing if it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => continue,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

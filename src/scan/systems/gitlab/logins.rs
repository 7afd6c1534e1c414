//! Logins in variables: `DOCKER_AUTH_CONFIG`, which the runner reads, and passwords for registries.

use super::jobs::Job;
use super::value::Value;
use crate::auths;
use crate::found::{Findings, Kind, Place};
use crate::variables::{HOLE, hole, holes};
use std::collections::HashSet;

const AUTH_CONFIG: &str = "DOCKER_AUTH_CONFIG";

/// Words that say that a password is a registry's, and those that say that it is one.
const REGISTRIES: [&str; 6] = ["DOCKER", "REGISTRY", "QUAY", "GHCR", "HARBOR", "ARTIFACTORY"];
const PASSWORDS: [&str; 4] = ["PASSWORD", "PASSWD", "PASS", "TOKEN"];

/// The logins of merged mappings of variables.
pub(super) fn read(job: &Job<'_, '_>, layers: &[Value<'_>], found: &mut Findings) {
    let mut names = HashSet::new();
    for (name, value) in layers.iter().flat_map(Value::entries) {
        if !names.insert(name.clone()) {
            continue;
        }
        let value = value.get("value").unwrap_or(value);
        if let Some(text) = value.text() {
            let place = job.place(&value);
            if name == AUTH_CONFIG {
                auth_config(job, &text, &place, found);
            } else if is_password(&name) && value.node.flag().is_none() {
                found.password(&format!("variables.{name}"), &text, place);
            }
        }
    }
}

fn is_password(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    REGISTRIES.iter().any(|word| name.contains(word))
        && PASSWORDS.iter().any(|word| name.ends_with(word))
}

/// The JSON of the clients' own file; or a variable whose value nobody knows here.
fn auth_config(job: &Job<'_, '_>, text: &str, place: &Place, found: &mut Findings) {
    let text = job.environment.texts(text).into_iter().next().unwrap_or_default();
    let is_read = auths::read(&text, &format!("variables.{AUTH_CONFIG}"), place, found);
    if !is_read && text.contains(HOLE) {
        found.registry(Kind::LogsIn, &only_holes(&text), place.clone());
    }
}

/// The names of the variables and nothing of the text around them: it may be a secret.
fn only_holes(text: &str) -> String {
    holes(text).iter().map(|name| hole(name)).collect()
}

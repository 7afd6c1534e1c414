//! Which registry a plugin logs in to, and whether it puts it before the names of images.

use super::family::Family;
use super::{Plugin, mappings};
use crate::found::{Findings, Kind};
use crate::reference::{self, DOCKER_HUB, is_host};
use crate::systems::steps::settings::Field;
use crate::systems::steps::value;
use crate::variables::{HOLE, hole};
use crate::yaml::Node;
use serde_json::Value;

/// The variable that stands for the registry of a cloud account.
pub(in crate::systems::steps) const REGISTRY: &str = "settings.registry";

/// The settings that a plugin of the family signs in with.
fn credentials(family: Family) -> &'static [&'static str] {
    match family {
        Family::Docker | Family::Kaniko | Family::Manifest => &["username", "password"],
        Family::Ecr => &["access_key", "secret_key", "assume_role", "region"],
        Family::Gcr | Family::Gar => &["json_key"],
        Family::Acr => &["client_secret", "client_id"],
        Family::Heroku => &["password", "email"],
    }
}

impl Plugin<'_> {
    pub(super) fn logins(&self, found: &mut Findings) {
        let explicit = self.settings.all("registry");
        if explicit.is_empty() {
            let signs_in = credentials(self.family).iter().find_map(|key| self.settings.first(key));
            if let Some(field) = signs_in {
                found.registry(Kind::LogsIn, &self.default_registry(), field.place);
            }
        }
        for Field { text, place, .. } in explicit {
            found.registry(Kind::LogsIn, &text, place);
        }
        for key in ["base_image_registry", "docker_registry"] {
            if let Some(node) = self.settings.get(key)
                && let Some(text) = value(node)
            {
                found.registry(Kind::LogsIn, &text, self.settings.at(key, node.line()));
            }
        }
        self.list_of_logins(found);
        self.config(found);
    }

    /// `logins: [{registry, username, password, mirrors}]`
    fn list_of_logins(&self, found: &mut Findings) {
        for login in mappings(&self.settings, "logins") {
            let at =
                |key: &str, node: &Node| self.settings.at(&format!("logins.{key}"), node.line());
            if let Some(node) = login.get("registry") {
                let text = value(node).unwrap_or_default();
                found.registry(Kind::LogsIn, &text, at("registry", node));
            }
            for key in ["password", "aws_secret_access_key"] {
                if let Some(node) = login.get(key)
                    && let Some(text) = value(node)
                {
                    let name = self.settings.name(&format!("logins.{key}"));
                    found.password(&name, &text, at(key, node));
                }
            }
            for node in login.get("mirrors").map(Node::one_or_more).unwrap_or_default() {
                let text = value(node).unwrap_or_default();
                found.registry(Kind::Pulls, &text, at("mirrors", node));
            }
        }
        if let Some(field) = self.settings.first("logins")
            && field.text.contains(HOLE)
        {
            // All of it is a secret.
            found.registry(Kind::LogsIn, &field.text, field.place);
        }
    }

    /// `config` is the content of docker's own file: a login for each of its hosts.
    fn config(&self, found: &mut Findings) {
        let Some(node) = self.settings.get("config") else { return };
        let Some(text) = value(node) else { return };
        let place = self.settings.at("config", node.line());
        if text.contains(HOLE) {
            return found.registry(Kind::LogsIn, &text, place);
        }
        let Ok(config) = serde_json::from_str::<Value>(&text) else { return };
        let Some(auths) = config.get("auths").and_then(Value::as_object) else { return };
        for (host, login) in auths {
            found.registry(Kind::LogsIn, host, place.clone());
            for key in ["auth", "password"] {
                if let Some(secret) = login.get(key).and_then(Value::as_str) {
                    found.password(&self.settings.name("config"), secret, place.clone());
                }
            }
        }
    }

    /// The name as the plugin pushes it.
    pub(super) fn whole(&self, name: &str) -> String {
        let Some((registry, is_default)) = self.prefix() else { return name.to_owned() };
        let rest = name.strip_prefix(registry.as_str());
        let has_it = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let first = name.split('/').next().unwrap_or(name);
        let has_other = is_default && name.contains('/') && is_host(first);
        if has_it || has_other { name.to_owned() } else { format!("{registry}/{name}") }
    }

    /// What is put before a name that has no registry, and whether the plugin thought of it itself.
    fn prefix(&self) -> Option<(String, bool)> {
        let puts_before = match self.family {
            Family::Docker | Family::Manifest | Family::Heroku => false,
            Family::Kaniko => !self.is_official || self.settings.is_on("expand_repo"),
            Family::Ecr | Family::Gcr | Family::Gar | Family::Acr => true,
        };
        if !puts_before {
            return None;
        }
        match self.settings.first("registry") {
            Some(field) => {
                let text = field.text.as_str();
                let bare = text.split_once("://").map_or(text, |(_, bare)| bare);
                let is_hub = reference::registry(bare).is_ok_and(|host| host == DOCKER_HUB);
                (!is_hub).then(|| (bare.trim_end_matches('/').to_owned(), false))
            }
            None if self.family == Family::Kaniko => None,
            None => Some((self.default_registry(), true)),
        }
    }

    /// The registry if none is set.
    fn default_registry(&self) -> String {
        match self.family {
            Family::Docker | Family::Kaniko | Family::Manifest => DOCKER_HUB.to_owned(),
            Family::Heroku => "registry.heroku.com".to_owned(),
            Family::Gcr => "gcr.io".to_owned(),
            Family::Gar => {
                let location = self.settings.first("location").map(|field| field.text);
                format!("{}-docker.pkg.dev", location.as_deref().unwrap_or("us"))
            }
            Family::Ecr | Family::Acr => hole(REGISTRY),
        }
    }
}

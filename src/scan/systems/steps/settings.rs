//! The settings of a plugin. A plugin gets each as an environment variable, so it may also be set as one.

use super::{Step, value};
use crate::found::Place;
use crate::variables::hole;
use crate::yaml::{Entry, Node};

/// Other variables that plugins take a setting from.
const OTHERS: [(&str, &[&str]); 7] = [
    ("registry", &["docker_registry"]),
    ("username", &["docker_username"]),
    ("password", &["docker_password"]),
    ("access_key", &["ecr_access_key", "aws_access_key_id"]),
    ("secret_key", &["ecr_secret_key", "aws_secret_access_key"]),
    ("json_key", &["gcr_json_key", "google_credentials"]),
    ("client_secret", &["service_principal_client_secret", "azure_client_secret"]),
];

pub(super) struct Settings<'a> {
    step: &'a Step<'a>,
    node: &'a Node,
    /// Before Drone 1.0 they were keys of the step itself: then there is nothing before them.
    before: &'static str,
    environment: &'a [(String, String)],
}

/// One value of a setting.
pub(super) struct Field {
    pub text: String,
    /// Where it stands in the step, for example `settings.repo`.
    pub name: String,
    pub place: Place,
}

impl<'a> Settings<'a> {
    pub(super) fn of(step: &'a Step<'a>, environment: &'a [(String, String)]) -> Self {
        let (node, before) = match step.node.get("settings").filter(|node| node.is_map()) {
            Some(node) => (node, "settings."),
            None => (step.node, ""),
        };
        Self { step, node, before, environment }
    }

    /// The setting as it is written: `dry-run` and `dry_run` are one.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    fn entry(&self, key: &str) -> Option<&'a Entry> {
        let is_it = |entry: &&Entry| entry.key.to_ascii_lowercase().replace('-', "_") == key;
        self.node.entries().iter().find(is_it).filter(|entry| !entry.value.is_null())
    }

    /// What a finding calls the setting.
    pub(super) fn name(&self, key: &str) -> String {
        format!("{}{key}", self.before)
    }

    pub(super) fn at(&self, key: &str, line: usize) -> Place {
        self.step.at(&self.name(key), line)
    }

    /// The values of a setting, of which plugins make a list at each comma.
    pub(super) fn all(&self, key: &str) -> Vec<Field> {
        let Some(entry) = self.entry(key) else {
            return self.in_environment(key).into_iter().collect();
        };
        let mut fields = Vec::new();
        for item in entry.value.one_or_more() {
            let Some(text) = value(item) else { continue };
            // `from_secret` may be on the next line.
            let line = if entry.value.is_map() { entry.line } else { item.line() };
            let (name, place) = (self.name(key), self.at(key, line));
            if text.contains('=') {
                // `type=registry,ref=…` is one value, whose commas some lists need escaped.
                fields.push(Field { text: text.replace("\\,", ","), name, place });
                continue;
            }
            for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
                let (text, name) = (piece.to_owned(), name.clone());
                fields.push(Field { text, name, place: place.clone() });
            }
        }
        fields
    }

    pub(super) fn first(&self, key: &str) -> Option<Field> {
        self.all(key).into_iter().next()
    }

    pub(super) fn is_on(&self, key: &str) -> bool {
        let is_yes = |text: &str| matches!(text, "true" | "yes" | "on" | "1");
        self.first(key).is_some_and(|field| is_yes(&field.text.to_ascii_lowercase()))
    }

    /// A value from the step's environment, or from a secret that the step is given under such a name.
    fn in_environment(&self, key: &str) -> Option<Field> {
        let others = OTHERS.iter().find(|(known, _)| *known == key).map(|(_, others)| *others);
        let is_it = |name: &str| {
            let name = name.to_ascii_lowercase();
            let is_own = name.strip_prefix("plugin_").is_some_and(|rest| rest == key);
            is_own || others.unwrap_or_default().contains(&name.as_str())
        };
        if let Some((name, text)) = self.environment.iter().find(|(name, _)| is_it(name)) {
            let entry = self.step.node.get("environment").and_then(|node| node.entry(name));
            let line = entry.map_or(self.step.place.line, |entry| entry.value.line());
            let name = format!("environment.{name}");
            let place = self.step.at(&name, line);
            return Some(Field { text: text.clone(), name, place });
        }
        let secrets = self.step.node.get("secrets").map(Node::one_or_more).unwrap_or_default();
        secrets.iter().find_map(|secret| {
            let source = secret.get("source").unwrap_or(secret).text()?;
            let target = secret.get("target").and_then(Node::text).unwrap_or(source);
            let text = hole(&format!("{}{source}", super::SECRET));
            let place = self.step.at("secrets", secret.line());
            is_it(target).then(|| Field { text, name: "secrets".to_owned(), place })
        })
    }
}

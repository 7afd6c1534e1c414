//! A resource, and what is known around it.

use crate::found::{Findings, Kind, Place};
use crate::systems::common::beginning;
use crate::variables::without_holes;
use crate::yaml::Node;

#[derive(Clone)]
pub(in crate::systems) struct Manifest<'a> {
    /// A place on a line of the text that the resource stands in.
    pub at: &'a dyn Fn(usize) -> Place,
    /// The text of a value with its variables' values; a hole for each that has none.
    pub put_in: &'a dyn Fn(&str) -> String,
    /// Secrets of the same file, and the registries that they log in to.
    pub secrets: &'a [(String, Vec<String>)],
    /// `Kind/name`; empty if the text has neither.
    pub job: String,
}

impl Manifest<'_> {
    /// The same for a resource: its kind and name are the job.
    pub fn named(&self, kind: &str, root: &Node) -> Self {
        let name = |key: &str| root.at(&["metadata", key]).and_then(Node::text);
        let name = name("name").or_else(|| name("generateName")).unwrap_or_default();
        let name = without_holes(name, |_| "…".to_owned());
        let kind = without_holes(kind, |_| "…".to_owned());
        let job = match (kind.is_empty(), name.is_empty()) {
            (false, false) => format!("{kind}/{name}"),
            (false, true) => kind,
            (true, _) => name,
        };
        self.with_job(job)
    }

    pub fn with_job(&self, job: String) -> Self {
        Self { job, ..self.clone() }
    }

    pub fn place(&self, node: &Node, path: &str) -> Place {
        self.place_on(node.line(), path)
    }

    pub fn place_on(&self, line: usize, path: &str) -> Place {
        let place = (self.at)(line).path(path);
        if self.job.is_empty() { place } else { place.job(self.job.clone()) }
    }

    /// The text of a scalar with its values in it.
    pub fn text(&self, node: &Node) -> Option<String> {
        node.text().map(|text| (self.put_in)(text))
    }

    /// Adds the image that a scalar names.
    pub fn image(&self, kind: Kind, node: &Node, path: &str, notes: &[&str], found: &mut Findings) {
        let Some(name) = self.text(node) else { return };
        // What ko builds gets the registry that it is told when it runs.
        if name.starts_with("ko://") {
            return found.unknown(kind, &["KO_DOCKER_REPO"], self.place(node, path));
        }
        found.image_with(kind, &name, self.place(node, path), notes);
    }

    /// `imagePullSecrets: [{name: x}]`: the registries of the Secret if it is in the file.
    pub fn pull_secrets(&self, list: &Node, path: &str, found: &mut Findings) {
        for (at, item) in list.one_or_more().iter().enumerate() {
            let name = item.get("name").unwrap_or(item);
            self.secret(name, &format!("{path}[{at}].name"), found);
        }
    }

    /// A login with the Secret that the scalar names.
    pub fn secret(&self, name: &Node, path: &str, found: &mut Findings) {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return };
        let place = self.place(name, path);
        match self.secrets.iter().find(|(known, _)| *known == text) {
            Some((_, hosts)) if !hosts.is_empty() => {
                for host in hosts {
                    found.registry(Kind::LogsIn, host, place.clone());
                }
            }
            _ => found.unknown(Kind::LogsIn, &[of_secret(&text).as_str()], place),
        }
    }
}

/// The variable that stands for what is in a Secret.
pub(in crate::systems) fn of_secret(name: &str) -> String {
    format!("secret/{}", without_holes(name, |_| "…".to_owned()))
}

/// The path of a key.
pub(in crate::systems) fn child(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The text with something else for each `$(NAME)` that has a value.
pub(in crate::systems) fn replaced(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once("$(") {
        out.push_str(before);
        let end = beginning(behind).find(')');
        let name = end.map(|end| &behind[..end]);
        match (name.and_then(value), end) {
            (Some(value), Some(end)) => {
                out.push_str(&value);
                rest = &behind[end + 1..];
            }
            _ => {
                out.push_str("$(");
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

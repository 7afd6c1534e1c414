//! Bitbucket Pipelines: images of steps and services, pipes that are images, and what the scripts do.

use super::common::{filled, login};
use crate::found::{Findings, Kind, Place};
use crate::scripts;
use crate::source::Source;
use crate::variables::{Lookup, hole};
use crate::yaml::{Document, Entry, Node, Options, Script};
use std::collections::HashSet;

/// What a step runs in if nothing says otherwise.
const DEFAULT: &str = "atlassian/default-image:latest";

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    for Document { root, .. } in &documents {
        let mut reader = Reader { source, root, found, services: HashSet::new() };
        if let Some(image) = root.get("image") {
            let place = source.at(image.line());
            reader.image(image, &place, "image");
        }
        for part in [root.get("pipelines"), root.at(&["definitions", "pipelines"])] {
            for entry in part.map(Node::entries).unwrap_or_default() {
                reader.start(entry);
            }
        }
        reader.services();
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    if variable.starts_with("BITBUCKET_") {
        return "Bitbucket Pipelines";
    }
    "the variables of the repository, workspace or deployment"
}

struct Reader<'a, 't> {
    source: &'a Source<'t>,
    root: &'a Node,
    found: &'a mut Findings,
    /// Names of those that a step uses.
    services: HashSet<String>,
}

impl Reader<'_, '_> {
    /// `default: […]`, or `branches: {main: […]}` and the like.
    fn start(&mut self, entry: &Entry) {
        if entry.value.is_list() {
            self.items(&entry.value, &entry.key, 0);
        }
        for inner in entry.value.entries() {
            self.items(&inner.value, &format!("{}.{}", entry.key, inner.key), 0);
        }
    }

    /// Steps, and steps that run beside each other or belong to a stage.
    fn items(&mut self, node: &Node, path: &str, depth: usize) {
        if depth > 4 {
            return;
        }
        let items = node.get("steps").unwrap_or(node).items();
        for item in items {
            for entry in item.entries() {
                match entry.key.as_str() {
                    "step" => self.step(entry, path),
                    "parallel" | "stage" => self.items(&entry.value, path, depth + 1),
                    _ => {}
                }
            }
        }
    }

    fn step(&mut self, entry: &Entry, path: &str) {
        let step = &entry.value;
        let name = step.get("name").and_then(Node::text).unwrap_or(path);
        let place = self.source.at(entry.line).job(name);
        let path = format!("pipelines.{path}.step");
        let own = step.get("image");
        if let Some(image) = own {
            self.image(image, &place, &format!("{path}.image"));
        } else if self.root.get("image").is_none() && !runs_without_container(step) {
            self.found.image(Kind::Implicit, DEFAULT, place.clone().path(path.clone()));
        }
        for service in step.get("services").map(Node::items).unwrap_or_default() {
            self.services.extend(service.text().map(str::to_owned));
        }
        for key in ["script", "after-script"] {
            let items = step.get(key).map(Node::one_or_more).unwrap_or_default();
            let place = place.clone().path(format!("{path}.{key}"));
            // One shell runs all of them.
            let scripts: Vec<Script<'_>> = items.iter().filter_map(Node::script).collect();
            scripts::commands_of(&scripts, &|_| Lookup::Unknown, &place, self.found);
            for item in items {
                if let Some(pipe) = item.get("pipe") {
                    self.pipe(pipe, item.get("variables"), place.line(item.line()));
                }
            }
        }
    }

    /// `pipe: docker://image:tag`; other pipes are programs of their own, and some of them push.
    fn pipe(&mut self, pipe: &Node, variables: Option<&Node>, place: Place) {
        let text = pipe.text().unwrap_or_default();
        let place = place.line(pipe.line());
        if let Some(name) = text.strip_prefix("docker://") {
            let name = filled(name, &|_| Lookup::Unknown);
            return self.found.image(Kind::Pulls, &name, place);
        }
        let value = |name: &str| {
            let node = variables?.get(name)?;
            let text = filled(node.text()?, &|_| Lookup::Unknown);
            (!text.is_empty()).then_some(text)
        };
        let or_hole = |name: &str| value(name).unwrap_or_else(|| hole(name));
        let (name, _) = text.split_once(':').unwrap_or((text, ""));
        let host = match name {
            "atlassian/aws-ecr-push-image" => format!(
                "{}.dkr.ecr.{}.amazonaws.com",
                hole("AWS_ACCOUNT_ID"),
                or_hole("AWS_DEFAULT_REGION")
            ),
            "atlassian/google-gcr-push-image" => {
                let registry = value("REGISTRY").unwrap_or_else(|| "gcr.io".to_owned());
                format!("{registry}/{}", or_hole("PROJECT"))
            }
            _ => return,
        };
        let image =
            value("IMAGE_NAME").or_else(|| value("IMAGE")).unwrap_or_else(|| hole("IMAGE_NAME"));
        let tags = value("TAGS").or_else(|| value("TAG")).unwrap_or_else(|| "latest".to_owned());
        for tag in tags.split_whitespace() {
            let name = format!("{host}/{image}:{tag}");
            self.found.image(Kind::Pushes, &name, place.clone());
        }
    }

    /// `image: name`, or a mapping with the name and who logs in for it.
    fn image(&mut self, node: &Node, place: &Place, path: &str) {
        let named = node.get("name");
        let name = named.unwrap_or(node);
        let Some(text) = name.text() else { return };
        let text = filled(text, &|_| Lookup::Unknown);
        let aws = node.get("aws");
        if let Some(user) = node.get("username").or(aws) {
            let secret = match node.get("password") {
                Some(password) => Some(("password", password)),
                None => aws.and_then(|aws| Some(("secret-key", aws.get("secret-key")?))),
            };
            login(&text, secret, place.line(user.line()).path(path), self.found);
        }
        let path = if named.is_some() { format!("{path}.name") } else { path.to_owned() };
        self.found.image(Kind::Pulls, &text, place.line(name.line()).path(path));
    }

    /// The services that are defined; those that no step uses are hidden.
    fn services(&mut self) {
        let services = self.root.at(&["definitions", "services"]);
        for entry in services.map(Node::entries).unwrap_or_default() {
            if let Some(image) = entry.value.get("image") {
                let is_used = self.services.contains(&entry.key) || self.is_for_all(&entry.key);
                let place = self.source.at(image.line()).job(entry.key.clone()).hidden(!is_used);
                let path = format!("definitions.services.{}.image", entry.key);
                self.image(image, &place, &path);
            }
        }
    }

    /// `options: {docker: true}` adds the service to every step.
    fn is_for_all(&self, service: &str) -> bool {
        let has_docker = self.root.at(&["options", "docker"]).and_then(Node::flag);
        service == "docker" && has_docker == Some(true)
    }
}

/// Steps on runners that are a shell of their own.
fn runs_without_container(step: &Node) -> bool {
    let labels = step.get("runs-on").map(Node::one_or_more).unwrap_or_default();
    labels.iter().filter_map(Node::text).any(|label| {
        ["linux.shell", "windows", "macos"].iter().any(|one| label.eq_ignore_ascii_case(one))
    })
}

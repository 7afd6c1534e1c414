//! Containers of jobs and services, and those that are resources of the pipeline.

use super::Reader;
use super::scope::{Scope, get, items};
use crate::found::{Kind, Place};
use crate::systems::common::registry_of;
use crate::variables::hole;
use crate::yaml::Node;

/// A container that jobs name by its alias.
pub(super) struct Resource {
    alias: String,
    image: String,
    place: Place,
    /// Where the connection stands that logs in.
    endpoint: Option<usize>,
    is_used: bool,
}

impl Reader<'_, '_> {
    pub(super) fn resources(&mut self, containers: &Node, scope: &Scope) {
        for node in items(containers, scope) {
            let alias = get(&node, "container");
            let alias = alias.as_ref().and_then(Node::text).unwrap_or_default().to_owned();
            if let Some((image, line, key)) = image_of(&node, scope) {
                let path = format!("resources.containers.{alias}.{key}");
                let place = self.source.at(line).path(path);
                let endpoint = get(&node, "endpoint").map(|node| node.line());
                let resource = Resource { alias, image, place, endpoint, is_used: false };
                self.resources.push(resource);
            }
        }
    }

    /// `container: alias or image`, or `container: {image: image}`
    pub(super) fn container(&mut self, node: &Node, scope: &Scope, path: &str) {
        if node.is_map() {
            if let Some(alias) = get(node, "alias") {
                return self.container(&alias, scope, path);
            }
            if let Some((image, line, key)) = image_of(node, scope) {
                let place = self.place(line, &format!("{path}.{key}"), scope);
                let endpoint = get(node, "endpoint").map(|node| node.line());
                self.use_image(&image, place, endpoint);
            }
            return;
        }
        let name = scope.put_in(node.text().unwrap_or_default());
        if name.is_empty() {
            return;
        }
        let known = self.resources.iter_mut().find(|resource| resource.alias == name);
        let (image, place, endpoint) = match known {
            Some(resource) => {
                resource.is_used = true;
                (resource.image.clone(), resource.place.clone(), resource.endpoint)
            }
            None => (name, self.place(node.line(), path, scope), None),
        };
        let place = match &scope.job {
            Some(job) => place.job(job.clone()),
            None => place,
        };
        self.use_image(&image, place, endpoint);
    }

    /// A step may run in a container that is a resource; anything else is the host.
    pub(super) fn target(&mut self, node: &Node, scope: &Scope) {
        let target = get(node, "container").unwrap_or_else(|| node.clone());
        let name = scope.put_in(target.text().unwrap_or_default());
        if self.resources.iter().any(|resource| resource.alias == name) {
            self.container(&target, scope, "target");
        }
    }

    /// Those that no job uses.
    pub(super) fn resources_left(&mut self) {
        for resource in std::mem::take(&mut self.resources) {
            if !resource.is_used {
                let place = resource.place.job(resource.alias).hidden(true);
                self.use_image(&resource.image, place, resource.endpoint);
            }
        }
    }

    fn use_image(&mut self, image: &str, place: Place, endpoint: Option<usize>) {
        if let Some(line) = endpoint {
            let login = place.line(line).path("endpoint");
            self.found.registry(Kind::LogsIn, registry_of(image), login);
        }
        self.found.image(Kind::Pulls, image, place);
    }
}

/// The image, its line and its key: as a name, or as the parts of a name in Azure's registry.
fn image_of(node: &Node, scope: &Scope) -> Option<(String, usize, &'static str)> {
    if let Some(image) = get(node, "image") {
        return Some((scope.put_in(image.text()?), image.line(), "image"));
    }
    let text =
        |key: &str| get(node, key).and_then(|one| Some((scope.put_in(one.text()?), one.line())));
    let (repository, line) = text("repository")?;
    let registry = text("registry").map_or_else(|| hole("registry"), |(name, _)| name);
    let host = if registry.contains('.') { registry } else { format!("{registry}.azurecr.io") };
    Some((format!("{host}/{repository}"), line, "repository"))
}

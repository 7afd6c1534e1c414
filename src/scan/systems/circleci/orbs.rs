//! Jobs and commands of orbs that many use: they build and push what they are given.

use super::Reader;
use super::parameters::Given;
use crate::found::{Findings, Kind, Place};
use crate::systems::common::{Environment, filled};
use crate::variables::hole;
use crate::yaml::{Entry, Node};

/// What a job or command of an orb is given, with underscores for hyphens.
struct Inputs {
    values: Vec<(String, String)>,
}

impl Inputs {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn is_off(&self, name: &str) -> bool {
        self.get(name) == Some("false")
    }
}

impl Reader<'_, '_> {
    pub(super) fn orb(
        &mut self,
        name: &str,
        entries: &[Entry],
        given: &Given,
        environment: &Environment,
        place: Place,
    ) {
        let Some((orb, command)) = name.split_once('/') else { return };
        let Some(version) = self.root.at(&["orbs", orb]).and_then(Node::text) else {
            return;
        };
        let of = version.split('@').next().unwrap_or(version);
        let value = |entry: &Entry| {
            let text = self.put_in(entry.value.text().unwrap_or_default(), given);
            let text = filled(&text, &|name| environment.lookup(name));
            (entry.key.replace('-', "_"), text)
        };
        let inputs = Inputs { values: entries.iter().map(value).collect() };
        let command = command.replace('-', "_");
        match of {
            "circleci/docker" => docker(&command, &inputs, &place, self.found),
            "circleci/aws-ecr" => aws_ecr(&command, &inputs, &place, self.found),
            "circleci/gcp-gcr" => gcp_gcr(&command, &inputs, &place, self.found),
            _ => {}
        }
    }
}

fn docker(command: &str, inputs: &Inputs, place: &Place, found: &mut Findings) {
    let registry = inputs.get("registry").unwrap_or("docker.io").to_owned();
    let tags = inputs.get("tag").map_or_else(|| hole("CIRCLE_SHA1"), str::to_owned);
    let pushes = command == "push" || (command == "publish" && !inputs.is_off("deploy"));
    match command {
        "publish" | "push" | "build" => {
            let image = inputs.get("image").map_or_else(|| hole("image"), str::to_owned);
            let kind = if pushes { Kind::Pushes } else { Kind::Builds };
            for tag in tags.split(',') {
                let name = format!("{registry}/{image}:{}", tag.trim());
                found.image(kind, &name, place.clone());
            }
            if pushes && command == "publish" && !inputs.is_off("use_docker_login") {
                found.registry(Kind::LogsIn, &registry, place.clone());
            }
            let caches = inputs.get("cache_from").unwrap_or_default();
            for cache in caches.split(',') {
                found.image(Kind::Pulls, cache, place.clone());
            }
        }
        "pull" => {
            for image in inputs.get("images").unwrap_or_default().split(',') {
                found.image(Kind::Pulls, image, place.clone());
            }
        }
        "check" => found.registry(Kind::LogsIn, &registry, place.clone()),
        _ => {}
    }
}

fn aws_ecr(command: &str, inputs: &Inputs, place: &Place, found: &mut Findings) {
    let or_hole =
        |name: &str, variable: &str| inputs.get(name).map_or_else(|| hole(variable), str::to_owned);
    let account = or_hole("account_id", "AWS_ACCOUNT_ID");
    let region = or_hole("region", "AWS_REGION");
    let host = match inputs.get("account_url") {
        Some(url) => hole(url),
        None => format!("{account}.dkr.ecr.{region}.amazonaws.com"),
    };
    match command {
        "build_and_push_image" | "push_image" | "build_image" => {
            let is_built = command == "build_image" || inputs.is_off("push_image");
            let kind = if is_built { Kind::Builds } else { Kind::Pushes };
            let repository = or_hole("repo", "repo");
            let tags = inputs.get("tag").unwrap_or("latest");
            for tag in tags.split(',') {
                let name = format!("{host}/{repository}:{}", tag.trim());
                found.image(kind, &name, place.clone());
            }
            if command == "build_and_push_image" {
                found.registry(Kind::LogsIn, &host, place.clone());
            }
        }
        "ecr_login" => found.registry(Kind::LogsIn, &host, place.clone()),
        _ => {}
    }
}

fn gcp_gcr(command: &str, inputs: &Inputs, place: &Place, found: &mut Findings) {
    let host = inputs.get("registry_url").unwrap_or("gcr.io");
    let kind = match command {
        "build_and_push_image" | "push_image" => Kind::Pushes,
        "build_image" => Kind::Builds,
        "gcr_auth" => return found.registry(Kind::LogsIn, host, place.clone()),
        _ => return,
    };
    let project = inputs.get("google_project_id");
    let project = match project {
        Some(name) if !name.starts_with("GOOGLE_") => name.to_owned(),
        _ => hole("GOOGLE_PROJECT_ID"),
    };
    let image = inputs.get("image").map_or_else(|| hole("image"), str::to_owned);
    for tag in inputs.get("tag").unwrap_or("latest").split(',') {
        let name = format!("{host}/{project}/{image}:{}", tag.trim());
        found.image(kind, &name, place.clone());
    }
    if command == "build_and_push_image" {
        found.registry(Kind::LogsIn, host, place.clone());
    }
}

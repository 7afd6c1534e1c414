//! Which system reads a file: by where it is, else by what is in it.

use serde::{Deserialize, Serialize};

/// A system whose files are known by name or content. Not each of them has a reader: [`crate::systems::READERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    Azure,
    Bitbucket,
    CircleCi,
    CloudBuild,
    Compose,
    Dockerfile,
    Drone,
    GithubActions,
    GitlabCi,
    Jenkins,
    Kubernetes,
    Kustomize,
    Tekton,
    Woodpecker,
}

impl System {
    /// The system that reads the file at the path, if one does.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        Self::by_name(path).or_else(|| {
            if is_groovy(path) {
                return seems_a_jenkinsfile(text).then_some(Self::Jenkins);
            }
            is_data(path).then(|| by_content(text)).flatten()
        })
    }

    /// The system whose files have such a path.
    pub fn by_name(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = format!("/{}/", folder.to_ascii_lowercase());
        let name = name.to_ascii_lowercase();
        by_plain_name(&name).or_else(|| {
            let stem = yaml_stem(&name).or_else(|| name.strip_suffix(".json"))?;
            by_stem(stem, &name).or_else(|| by_folder(&folder))
        })
    }
}

/// Names that are no YAML's.
fn by_plain_name(name: &str) -> Option<System> {
    let is_of = |word: &str| {
        name == word
            || name.strip_prefix(word).is_some_and(|rest| rest.starts_with(['.', '-', '_']))
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    };
    // Documentation and lists of what to leave out are named after them.
    let is_other = [".md", ".txt", ".dockerignore", ".containerignore", ".sh", ".yml", ".yaml"]
        .iter()
        .any(|ending| name.ends_with(ending));
    if is_other {
        return None;
    }
    if is_of("dockerfile") || is_of("containerfile") {
        return Some(System::Dockerfile);
    }
    if is_of("jenkinsfile") {
        return Some(System::Jenkins);
    }
    (name == "kustomization").then_some(System::Kustomize)
}

fn yaml_stem(name: &str) -> Option<&str> {
    name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"))
}

fn by_stem(stem: &str, name: &str) -> Option<System> {
    let begins = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    };
    if begins("cloudbuild") || stem.ends_with(".cloudbuild") || stem.ends_with("-cloudbuild") {
        return Some(System::CloudBuild);
    }
    if name.ends_with(".json") {
        return None;
    }
    if stem.ends_with(".gitlab-ci") {
        return Some(System::GitlabCi);
    }
    if begins("compose") || begins("docker-compose") || stem.ends_with(".compose") {
        return Some(System::Compose);
    }
    let azure = ["azure-pipelines", ".azure-pipelines", "azure-pipeline", ".vsts-ci", "vsts-ci"];
    if azure.into_iter().any(begins) {
        return Some(System::Azure);
    }
    if begins("bitbucket-pipelines") {
        return Some(System::Bitbucket);
    }
    match stem {
        "action" => Some(System::GithubActions),
        ".woodpecker" => Some(System::Woodpecker),
        ".drone" => Some(System::Drone),
        "kustomization" => Some(System::Kustomize),
        _ => None,
    }
}

/// By the folders around a YAML file; the path begins and ends with a slash.
fn by_folder(folder: &str) -> Option<System> {
    for (part, system) in [
        ("/.github/workflows/", System::GithubActions),
        ("/.gitea/workflows/", System::GithubActions),
        ("/.forgejo/workflows/", System::GithubActions),
        ("/.gitlab/ci/", System::GitlabCi),
        ("/.woodpecker/", System::Woodpecker),
        ("/.circleci/", System::CircleCi),
        ("/.azure-pipelines/", System::Azure),
        ("/azure-pipelines/", System::Azure),
        ("/.azuredevops/", System::Azure),
        ("/.cloudbuild/", System::CloudBuild),
    ] {
        if folder.contains(part) {
            return Some(system);
        }
    }
    None
}

fn is_data(path: &str) -> bool {
    let name = path.to_ascii_lowercase();
    yaml_stem(&name).is_some() || name.ends_with(".json") || name.ends_with(".tpl")
}

/// Whether a file of a folder is worth opening.
pub(super) fn may_be_one(path: &str) -> bool {
    System::by_name(path).is_some() || is_data(path) || is_groovy(path)
}

fn is_groovy(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".groovy")
}

/// Groovy is written for other things, too.
fn seems_a_jenkinsfile(text: &str) -> bool {
    let begins = |line: &str| {
        let bare = line.trim_start();
        ["pipeline {", "pipeline{", "podTemplate(", "node {", "node("]
            .iter()
            .any(|b| bare.starts_with(b))
    };
    text.contains("docker.image(")
        || text.contains("docker.withRegistry(")
        || text.lines().any(begins)
}

/// By the first `apiVersion`, or by the shape of compose.
fn by_content(text: &str) -> Option<System> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(version) = api_version(text) {
        return Some(match version {
            version if version.contains("tekton.dev/") => System::Tekton,
            version if version.starts_with("kustomize.config.k8s.io/") => System::Kustomize,
            _ => System::Kubernetes,
        });
    }
    if seems_azure(text) {
        return Some(System::Azure);
    }
    if seems_cloud_build(text) {
        return Some(System::CloudBuild);
    }
    is_compose(text).then_some(System::Compose)
}

/// Pools of machines, or tasks with their versions, beside the keys that a pipeline or template begins with.
fn seems_azure(text: &str) -> bool {
    let keys = ["steps:", "jobs:", "stages:", "extends:"];
    let is_task = |line: &str| {
        let bare = line.trim_start().trim_start_matches("- ");
        bare.starts_with("vmImage:") || bare.starts_with("task: ") && bare.contains('@')
    };
    text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)))
        && text.lines().any(is_task)
}

/// Steps that are named after images of Google's registries.
fn seems_cloud_build(text: &str) -> bool {
    let is_step = |line: &str| {
        let bare = line.trim_start().trim_start_matches("- ");
        let value =
            bare.strip_prefix("name:").map(|value| value.trim_start_matches([' ', '"', '\'']));
        value.is_some_and(|value| value.starts_with("gcr.io/") || value.contains(".pkg.dev/"))
    };
    text.lines().any(|line| line.starts_with("steps:")) && text.lines().any(is_step)
}

/// The value of the first `apiVersion` of a text that also has a `kind`.
fn api_version(text: &str) -> Option<&str> {
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let bare = line.trim_start_matches([' ', '{', '-', '"', '\'', '\t']);
            let rest = bare.strip_prefix(key)?.trim_start_matches(['"', '\'', ' ']);
            let value = rest.strip_prefix(':')?.trim_start_matches([' ', '"', '\'']);
            Some(value.split(['"', '\'', ' ', ',', '#']).next().unwrap_or(value))
        })
    };
    // On one line, the second key is not at its beginning.
    let has_kind = value("kind").is_some() || text.contains("\"kind\"") || text.contains("kind:");
    value("apiVersion").filter(|_| has_kind)
}

/// `services:` is at the top and holds a mapping, and nothing beside it is a CI's.
fn is_compose(text: &str) -> bool {
    let keys =
        ["jobs:", "pipeline:", "stages:", "steps:", "script:", "image:", "include:", "when:"];
    let mut lines = text.lines().filter(|line| {
        let bare = line.trim_start();
        !bare.is_empty() && !bare.starts_with('#')
    });
    if text.lines().any(|line| keys.iter().any(|key| line.starts_with(key))) {
        return false;
    }
    let has_services = lines.any(|line| line.trim_end() == "services:");
    let next = lines.next().unwrap_or_default();
    has_services
        && next.starts_with([' ', '\t'])
        && !next.trim_start().starts_with('-')
        && next.trim_end().ends_with(':')
}

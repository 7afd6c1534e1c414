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
        Self::by_name(path).or_else(|| is_data(path).then(|| by_content(text)).flatten())
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
    if begins("cloudbuild") {
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
    if begins("azure-pipelines") || begins(".azure-pipelines") {
        return Some(System::Azure);
    }
    match stem {
        "action" => Some(System::GithubActions),
        ".woodpecker" => Some(System::Woodpecker),
        ".drone" => Some(System::Drone),
        "kustomization" => Some(System::Kustomize),
        "bitbucket-pipelines" => Some(System::Bitbucket),
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
    System::by_name(path).is_some() || is_data(path)
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
    is_compose(text).then_some(System::Compose)
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

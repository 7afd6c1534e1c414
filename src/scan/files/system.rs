//! Which system reads a file: by where it is, else by what is in it.

use crate::systems::quadlet;
use serde::{Deserialize, Serialize};

/// A system whose files are known by name or content. Not each of them has a reader: [`crate::systems::READERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    Azure,
    Bake,
    Bitbucket,
    CircleCi,
    CloudBuild,
    Compose,
    Dependabot,
    Devcontainer,
    Dockerfile,
    Drone,
    GithubActions,
    GitlabCi,
    /// Charts and their values; their templates are manifests.
    Helm,
    Jenkins,
    Kubernetes,
    Kustomize,
    /// Units of podman.
    Quadlet,
    Tekton,
    Woodpecker,
}

impl System {
    /// The system that reads the file at the path, if one does.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        if quadlet::is_one(path, text) {
            return Some(Self::Quadlet);
        }
        Self::by_name(path).or_else(|| is_data(path).then(|| by_content(text)).flatten())
    }

    /// The system whose files have such a path.
    pub fn by_name(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = format!("/{}/", folder.to_ascii_lowercase());
        let name = name.to_ascii_lowercase();
        by_plain_name(&name).or_else(|| {
            let stem = yaml_stem(&name).or_else(|| name.strip_suffix(".json"))?;
            let is_dependabot = stem == "dependabot" && folder.ends_with("/.github/");
            if is_dependabot && !name.ends_with(".json") {
                return Some(Self::Dependabot);
            }
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
    if is_bake(name) {
        return Some(System::Bake);
    }
    if name == "devcontainer.json" || name == ".devcontainer.json" {
        return Some(System::Devcontainer);
    }
    // Programs that make pipelines: the reader says that they are not run.
    let is_program = [".jsonnet", ".star", ".starlark", ".script"].iter().any(|ending| {
        name.strip_suffix(ending)
            .is_some_and(|stem| stem == ".drone" || stem.starts_with(".drone."))
    });
    if is_program {
        return Some(System::Drone);
    }
    (name == "kustomization").then_some(System::Kustomize)
}

/// `docker-bake.hcl`, `bake.release.json` and so on: bake is a word of the name.
fn is_bake(name: &str) -> bool {
    let stem = name.strip_suffix(".hcl").or_else(|| name.strip_suffix(".json"));
    stem.is_some_and(|stem| stem.split(['.', '-', '_']).any(|word| word == "bake"))
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
    if stem.contains("gitlab-ci") {
        return Some(System::GitlabCi);
    }
    if begins("compose") || begins("docker-compose") || stem.ends_with(".compose") {
        return Some(System::Compose);
    }
    if begins("azure-pipelines") || begins(".azure-pipelines") {
        return Some(System::Azure);
    }
    if begins(".woodpecker") {
        return Some(System::Woodpecker);
    }
    if begins(".drone") {
        return Some(System::Drone);
    }
    if begins("values") || ["-values", "_values", ".values"].iter().any(|end| stem.ends_with(end)) {
        return Some(System::Helm);
    }
    match stem {
        "chart" | "requirements" => Some(System::Helm),
        "action" => Some(System::GithubActions),
        "kustomization" => Some(System::Kustomize),
        "bitbucket-pipelines" => Some(System::Bitbucket),
        _ => None,
    }
}

/// By the folders around a YAML file; the path begins and ends with a slash.
fn by_folder(folder: &str) -> Option<System> {
    // Woodpecker does not look into folders of its folder.
    if folder.ends_with("/.woodpecker/") {
        return Some(System::Woodpecker);
    }
    for (part, system) in [
        ("/.github/workflows/", System::GithubActions),
        ("/.gitea/workflows/", System::GithubActions),
        ("/.forgejo/workflows/", System::GithubActions),
        ("/.gitlab/ci/", System::GitlabCi),
        ("/.gitlab-ci/", System::GitlabCi),
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
    System::by_name(path).is_some() || is_data(path) || quadlet::may_be_one(path)
}

/// By the first `apiVersion`, by the kind of Drone's documents, or by the shape of a workflow, of compose or of a
/// pipeline of GitLab.
fn by_content(text: &str) -> Option<System> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(version) = api_version(text) {
        return Some(match version {
            version if version.contains("tekton.dev/") => System::Tekton,
            version if version.starts_with("kustomize.config.k8s.io/") => System::Kustomize,
            _ => System::Kubernetes,
        });
    }
    let is_drone = |line: &str| {
        let kind = line.strip_prefix("kind:").map(|kind| kind.split(" #").next().unwrap_or(kind));
        kind.is_some_and(|kind| kind.trim().trim_matches(['"', '\'']) == "pipeline")
    };
    if text.lines().any(is_drone) && text.lines().any(|line| line.starts_with("steps:")) {
        return Some(System::Drone);
    }
    if is_github(text) {
        return Some(System::GithubActions);
    }
    if is_compose(text) {
        return Some(System::Compose);
    }
    is_gitlab(text).then_some(System::GitlabCi)
}

/// A workflow has `on` and `jobs` at the top, an action `runs`. Templates of workflows are elsewhere than workflows.
fn is_github(text: &str) -> bool {
    let has = |key: &str| {
        text.lines().any(|line| {
            let bare = line.trim_start_matches(['"', '\'']);
            let rest = bare.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
            rest.is_some_and(|rest| rest.starts_with(':'))
        })
    };
    let names_a_runner = text.contains("runs-on") || text.contains("uses:");
    (has("on") && has("jobs") && names_a_runner) || (has("runs") && text.contains("using:"))
}

/// The value of the first `apiVersion` of a text that also has a `kind`.
fn api_version(text: &str) -> Option<&str> {
    const VERSION: &str = "apiVersion";
    let of_line = |key: &str| {
        text.lines().find_map(|line| {
            value_of(line.trim_start_matches([' ', '{', '-', '"', '\'', '\t']), key)
        })
    };
    // On one line, the second key is not at its beginning.
    let has_kind = of_line("kind").is_some() || text.contains("\"kind\"") || text.contains("kind:");
    let is_flow = text.trim_start().starts_with(['{', '[']);
    let inside = || value_of(&text[text.find(VERSION).filter(|_| is_flow)?..], VERSION);
    of_line(VERSION).or_else(inside).filter(|_| has_kind)
}

/// The value of a key that the text begins with.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(key)?.trim_start_matches(['"', '\'', ' ']);
    let value = rest.strip_prefix(':')?.trim_start_matches([' ', '"', '\'']);
    Some(value.split(['"', '\'', ' ', ',', '#']).next().unwrap_or(value))
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

/// Jobs stand at the top and hold their scripts; or the file has the header of one that is included with inputs.
fn is_gitlab(text: &str) -> bool {
    let others =
        ["jobs:", "pipelines:", "steps:", "pool:", "trigger:", "on:", "language:", "version:"];
    if text.lines().any(|line| others.iter().any(|key| line.starts_with(key))) {
        return false;
    }
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let has_below = |key: &str| {
        text.lines().any(|line| line.starts_with(' ') && line.trim_start().starts_with(key))
    };
    if has("spec:") && has_below("inputs:") && has("---") {
        return true;
    }
    let is_one = ["stages:", "include:", "default:", "image: "].iter().any(|key| has(key))
        || has_below("stage:")
        || has_below("extends:");
    is_one && has_below("script:")
}

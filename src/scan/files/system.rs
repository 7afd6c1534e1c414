//! Which system reads a file: by where it is, else by what is in it.

use super::content::{by_content, seems_a_dockerfile, seems_a_jenkinsfile};
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
    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Azure => "Azure Pipelines",
            Self::Bake => "Docker bake",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::CircleCi => "CircleCI",
            Self::CloudBuild => "Cloud Build",
            Self::Compose => "Compose",
            Self::Dependabot => "Dependabot",
            Self::Devcontainer => "Dev Container",
            Self::Dockerfile => "Dockerfile",
            Self::Drone => "Drone",
            Self::GithubActions => "GitHub Actions",
            Self::GitlabCi => "GitLab CI",
            Self::Helm => "Helm",
            Self::Jenkins => "Jenkins",
            Self::Kubernetes => "Kubernetes",
            Self::Kustomize => "Kustomize",
            Self::Quadlet => "Podman Quadlet",
            Self::Tekton => "Tekton",
            Self::Woodpecker => "Woodpecker",
        }
    }

    /// The system that reads the file at the path, if one does.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        if quadlet::is_one(path, text) {
            return Some(Self::Quadlet);
        }
        let named = Self::by_name(path);
        if named == Some(Self::Dockerfile) && is_program(path) && !seems_a_dockerfile(text) {
            return None;
        }
        named.or_else(|| {
            if is_groovy(path) {
                return seems_a_jenkinsfile(text).then_some(Self::Jenkins);
            }
            is_data(path).then(|| by_content(text)).flatten()
        })
    }

    /// The system whose files have such a path.
    pub fn by_name(path: &str) -> Option<Self> {
        let path = without_template(path);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = format!("/{}/", folder.to_ascii_lowercase());
        let name = name.to_ascii_lowercase();
        by_plain_name(&name).or_else(|| {
            let stem = yaml_stem(&name).or_else(|| name.strip_suffix(".json"))?;
            let is_dependabot = stem == "dependabot" && folder.ends_with("/.github/");
            if is_dependabot && !name.ends_with(".json") {
                return Some(Self::Dependabot);
            }
            all_of_folder(&folder).or_else(|| by_stem(stem, &name)).or_else(|| by_folder(&folder))
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
    const OTHERS: [&str; 8] =
        [".md", ".txt", ".dockerignore", ".containerignore", ".sh", ".bats", ".yml", ".yaml"];
    let is_other = OTHERS.iter().any(|ending| name.ends_with(ending));
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

/// Whether the ending is one of a program's text: `dockerfile.go` can read Dockerfiles, or be one for Go.
fn is_program(path: &str) -> bool {
    const ENDINGS: [&str; 28] = [
        "bat", "c", "cc", "cpp", "cs", "css", "ex", "go", "h", "html", "java", "js", "json", "jsx",
        "kt", "lua", "mjs", "nix", "php", "ps1", "py", "rb", "rs", "rst", "toml", "ts", "tsx",
        "vim",
    ];
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    ENDINGS.contains(&ending.as_str())
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
    if begins("cloudbuild") || stem.ends_with(".cloudbuild") || stem.ends_with("-cloudbuild") {
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
    let azure = ["azure-pipelines", ".azure-pipelines", "azure-pipeline", ".vsts-ci", "vsts-ci"];
    if azure.into_iter().any(begins) {
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
    if begins("bitbucket-pipelines") {
        return Some(System::Bitbucket);
    }
    match stem {
        "chart" | "requirements" => Some(System::Helm),
        "action" => Some(System::GithubActions),
        "kustomization" => Some(System::Kustomize),
        _ => None,
    }
}

/// Folders whose YAML files are one system's, whatever their names, and not those of folders in them.
fn all_of_folder(folder: &str) -> Option<System> {
    if folder.ends_with("/.woodpecker/") {
        return Some(System::Woodpecker);
    }
    let workflows = ["/.github/workflows/", "/.gitea/workflows/", "/.forgejo/workflows/"];
    workflows.iter().any(|end| folder.ends_with(end)).then_some(System::GithubActions)
}

/// By the folders around a YAML file whose name says nothing; the path begins and ends with a slash.
fn by_folder(folder: &str) -> Option<System> {
    for (part, system) in [
        ("/.gitlab/ci/", System::GitlabCi),
        ("/.gitlab-ci/", System::GitlabCi),
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

/// The path without the ending that says that another program fills in the file.
fn without_template(path: &str) -> &str {
    const ENDINGS: [&str; 7] = [".j2", ".tmpl", ".tpl", ".gotmpl", ".tftpl", ".template", ".in"];
    let stem = ENDINGS.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
    let name = stem.to_ascii_lowercase();
    if [".yml", ".yaml", ".json"].iter().any(|ending| name.ends_with(ending)) { stem } else { path }
}

fn is_data(path: &str) -> bool {
    let name = without_template(path).to_ascii_lowercase();
    yaml_stem(&name).is_some() || name.ends_with(".json") || name.ends_with(".tpl")
}

/// Whether a file of a folder is worth opening.
pub(super) fn may_be_one(path: &str) -> bool {
    System::by_name(path).is_some() || is_data(path) || is_groovy(path) || quadlet::may_be_one(path)
}

fn is_groovy(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".groovy")
}

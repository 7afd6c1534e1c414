//! Which system a file belongs to, by what is in it: where its name says nothing.

use super::system::System;

/// Groovy is written for other things, too.
pub(super) fn seems_a_jenkinsfile(text: &str) -> bool {
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

/// Whether the first line that is no comment begins a build.
pub(super) fn seems_a_dockerfile(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words = first.unwrap_or_default().split_whitespace();
    match words.next().map(str::to_ascii_lowercase).as_deref() {
        Some("arg") => true,
        Some("from") => {
            let rest: Vec<&str> = words.skip_while(|word| word.starts_with("--")).collect();
            // Python begins with it, too.
            matches!(rest[..], [_])
                || matches!(rest[..], [_, word, _] if word.eq_ignore_ascii_case("as"))
        }
        _ => false,
    }
}

/// By the first `apiVersion`, by the kind of Drone's documents, or by the shape of a workflow, of compose or of a
/// pipeline of GitLab.
pub(super) fn by_content(text: &str) -> Option<System> {
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
    if seems_azure(text) {
        return Some(System::Azure);
    }
    if seems_cloud_build(text) {
        return Some(System::CloudBuild);
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

/// Pools of machines, tasks with their versions, or lists of stages and jobs, beside the keys that a pipeline or
/// template begins with.
fn seems_azure(text: &str) -> bool {
    let keys = ["steps:", "jobs:", "stages:", "extends:"];
    let is_task = |line: &str| {
        let bare = line.trim_start();
        let begins = |key: &&str| bare.starts_with(*key);
        let is_listed = ["- stage: ", "- job: ", "- deployment: "].iter().any(begins);
        let bare = bare.trim_start_matches("- ");
        is_listed
            || bare.starts_with("vmImage:")
            || bare.starts_with("task: ") && bare.contains('@')
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
    let has_services = lines.any(|line| {
        let rest = line.strip_prefix("services:").map(str::trim_start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    });
    let next = lines.next().unwrap_or_default();
    // A service: its name, and behind it nothing, an anchor or a mapping.
    let is_service = next.split_once(':').is_some_and(|(name, value)| {
        !name.trim().contains(char::is_whitespace)
            && (value.trim().is_empty()
                || value.trim_start().starts_with(['&', '#', '{', '*', '!']))
    });
    has_services
        && next.starts_with([' ', '\t'])
        && !next.trim_start().starts_with('-')
        && is_service
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
        || has_below("extends:")
        || has_below("rules:");
    is_one && (has_below("script:") || has_below("before_script:"))
}

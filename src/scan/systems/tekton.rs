//! Tekton: tasks, pipelines, their runs, and what triggers them. Its files are manifests, which often hold others, too.

mod known;
mod params;
mod task;

use super::kubernetes::{self, Manifest, child, with_holes};
use crate::found::{Findings, Kind};
use crate::source::Source;
use crate::variables::hole;
use crate::yaml::Node;
use params::Scope;

pub(super) use params::known_origin;

/// Pipelines inside pipelines go no deeper.
const DEEPEST: usize = 5;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    kubernetes::read(source, found);
}

pub(super) fn origin(variable: &str) -> &'static str {
    kubernetes::origin(variable)
}

/// One resource of Tekton.
pub(super) fn resource(
    around: &Manifest<'_>,
    root: &Node,
    path: &str,
    depth: usize,
    found: &mut Findings,
) {
    // `$(…)` is Tekton's own, and in scripts the shell's.
    let outer = around.put_in;
    let is_template = outer("$(x)") == "$(x)";
    let same = |text: &str| if is_template { outer(text) } else { text.to_owned() };
    let manifest = Manifest { put_in: &same, ..around.clone() };
    let kind = root.get("kind").and_then(Node::text).unwrap_or_default();
    let Some(spec) = root.get("spec") else { return };
    let path = child(path, "spec");
    let mut scope = Scope::default();
    match kind {
        "Task" | "ClusterTask" => task::task(&manifest, spec, &path, &scope, found),
        "StepAction" => {
            scope.declare(spec.get("params"));
            task::step(&manifest, spec, &[spec], &path, &scope, found);
        }
        // Of the first version: what decides whether a task runs.
        "Condition" => {
            scope.declare(spec.get("params"));
            if let Some(check) = spec.get("check") {
                task::step(&manifest, check, &[check], &child(&path, "check"), &scope, found);
            }
        }
        "TaskRun" => {
            scope.give(spec.get("params"), &|text| vec![same(text)]);
            if let Some(inner) = spec.get("taskSpec") {
                task::task(&manifest, inner, &child(&path, "taskSpec"), &scope, found);
            }
            known::task(&manifest, spec, &path, &scope, found);
            pods(&manifest, spec, &path, found);
        }
        "Pipeline" => pipeline(&manifest, spec, &path, &scope, 0, found),
        "PipelineRun" => {
            scope.give(spec.get("params"), &|text| vec![same(text)]);
            if let Some(inner) = spec.get("pipelineSpec") {
                pipeline(&manifest, inner, &child(&path, "pipelineSpec"), &scope, 0, found);
            }
            pods(&manifest, spec, &path, found);
        }
        "PipelineResource" => pipeline_resource(&manifest, spec, &path, found),
        "TriggerTemplate" => return trigger(around, spec, &path, depth, found),
        // They can hold their template themselves.
        "Trigger" | "EventListener" => {
            let all = spec.get("triggers").map(Node::items).unwrap_or_default();
            let templates =
                std::iter::once(spec).chain(all).filter_map(|one| one.at(&["template", "spec"]));
            for template in templates {
                trigger(around, template, &child(&path, "template.spec"), depth, found);
            }
            return kubernetes::walk(&manifest, spec, &path, true, found);
        }
        _ => return kubernetes::walk(&manifest, spec, &path, true, found),
    }
    references(&manifest, spec, &path, &scope, found);
}

/// `tasks` and `finally`, each with a specification of its own or a reference.
fn pipeline(
    manifest: &Manifest<'_>,
    spec: &Node,
    path: &str,
    outer: &Scope,
    depth: usize,
    found: &mut Findings,
) {
    if depth > DEEPEST {
        return;
    }
    let mut scope = outer.clone();
    scope.declare(spec.get("params"));
    for list in ["tasks", "finally"] {
        for (at, node) in spec.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
            let path = format!("{path}.{list}[{at}]");
            let name = node.get("name").and_then(Node::text).unwrap_or_default();
            let manifest = manifest.with_job(name.to_owned());
            let mut own = scope.clone();
            own.give(node.get("params"), &|text| scope.all(&(manifest.put_in)(text)));
            own.vary(node.get("matrix"), &scope);
            if let Some(inner) =
                node.get("taskSpec").filter(|inner| inner.get("apiVersion").is_none())
            {
                task::task(&manifest, inner, &child(&path, "taskSpec"), &own, found);
            }
            if let Some(inner) = node.get("pipelineSpec") {
                pipeline(&manifest, inner, &child(&path, "pipelineSpec"), &own, depth + 1, found);
            }
            known::task(&manifest, node, &path, &own, found);
            pods(&manifest, node, &path, found);
            references(&manifest, node, &path, &scope, found);
        }
    }
}

/// What a task or pipeline is taken from, if that is a bundle: an image in a registry.
fn references(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    scope: &Scope,
    found: &mut Findings,
) {
    for key in ["taskRef", "pipelineRef", "ref"] {
        let Some(reference) = node.get(key) else { continue };
        let path = child(path, key);
        if let Some(bundle) = reference.get("bundle") {
            scope.image(manifest, Kind::Pulls, bundle, &child(&path, "bundle"), found);
        }
        if reference.get("resolver").and_then(Node::text) != Some("bundles") {
            continue;
        }
        // `resource` is how it was called at first.
        for list in ["params", "resource"] {
            let Some(params) = reference.get(list) else { continue };
            for (at, param) in params.items().iter().enumerate() {
                let Some(value) = param.get("value") else { continue };
                let path = format!("{path}.{list}[{at}].value");
                match param.get("name").and_then(Node::text) {
                    Some("bundle") => scope.image(manifest, Kind::Pulls, value, &path, found),
                    Some("secret") => manifest.secret(value, &path, found),
                    _ => {}
                }
            }
            break;
        }
    }
}

/// The templates of pods that runs have.
fn pods(manifest: &Manifest<'_>, spec: &Node, path: &str, found: &mut Findings) {
    for key in ["podTemplate", "taskPodTemplate", "taskRunTemplate", "taskRunSpecs"] {
        if let Some(node) = spec.get(key) {
            kubernetes::walk(manifest, node, &child(path, key), true, found);
        }
    }
}

/// The older way to say which image a task makes.
fn pipeline_resource(manifest: &Manifest<'_>, spec: &Node, path: &str, found: &mut Findings) {
    if spec.get("type").and_then(Node::text) != Some("image") {
        return;
    }
    for (at, param) in spec.get("params").map(Node::items).unwrap_or_default().iter().enumerate() {
        let is_url = param.get("name").and_then(Node::text) == Some("url");
        if let Some(value) = param.get("value").filter(|_| is_url) {
            let path = format!("{path}.params[{at}].value");
            manifest.image(Kind::Pushes, value, &path, &[], found);
        }
    }
}

/// `resourcetemplates`: resources in which `$(tt.params.x)` is a value of the event.
fn trigger(around: &Manifest<'_>, spec: &Node, path: &str, depth: usize, found: &mut Findings) {
    let mut scope = Scope::default();
    scope.declare(spec.get("params"));
    let put_in = |text: &str| scope.of_trigger(text);
    let manifest = Manifest { put_in: &put_in, ..around.clone() };
    for key in ["resourcetemplates", "resourceTemplates"] {
        for (at, item) in spec.get(key).map(Node::items).unwrap_or_default().iter().enumerate() {
            kubernetes::each(&manifest, item, &format!("{path}.{key}[{at}]"), depth + 1, found);
        }
    }
}

/// What is left of a name when Tekton has put its values in: others' variables, too, are holes.
fn with_others(text: &str) -> String {
    if text.contains("$(") {
        return kubernetes::replaced(text, &|name| Some(hole(name)));
    }
    with_holes(text)
}

//! Manifests of Kubernetes and of what extends it, in YAML or JSON, one or many in a file.

mod containers;
mod custom;
mod manifest;
mod pods;
mod secrets;
#[cfg(test)]
mod tests;

use super::{helm, kustomize, tekton};
use crate::found::{Findings, Place};
use crate::source::Source;
use crate::variables::{Lookup, Syntax, hole, substitute};
use crate::yaml::{Document, Node, Options};

pub(in crate::systems) use containers::{of_script, of_words};
pub(in crate::systems) use manifest::{Manifest, child, replaced};
pub(in crate::systems) use pods::{container, volumes, walk};
pub(in crate::systems) use secrets::docker_config;

/// Lists of lists go no deeper.
const DEEPEST: usize = 5;

/// Kinds whose fields look like containers and are none, or hold others' text.
const OTHERS: [&str; 3] = ["ConfigMap", "CustomResourceDefinition", "Event"];

/// Groups whose resources hold patterns for images, not images.
const POLICIES: [&str; 6] = [
    "kyverno.io/",
    "gatekeeper.sh/",
    "policy.sigstore.dev/",
    "admissionregistration.k8s.io/",
    "kubelet.config.k8s.io/",
    "openpolicyagent.org/",
];

/// Groups of Kubernetes itself, before `.k8s.io`.
const GROUPS: [&str; 22] = [
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "audit",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "imagepolicy",
    "internal.apiserver",
    "kubeadm",
    "metrics",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
    "storagemigration",
];

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    if is_schema(&source.text) {
        return;
    }
    let documents = documents(source, found);
    let source: &Source<'_> = source;
    read_documents(&documents, &|line| source.at(line), found);
}

pub(super) fn origin(variable: &str) -> &'static str {
    let begins = |word: &str| variable.starts_with(word);
    if begins("secret/") {
        "the Secret of that name in the cluster"
    } else if begins(".") || begins("include(") {
        helm::origin(variable)
    } else if begins("inputs.parameters") || begins("workflow.") || begins("item") {
        "the arguments of the workflow"
    } else {
        tekton::known_origin(variable).unwrap_or("whatever fills in the file before it is applied")
    }
}

/// Whether every resource of the text is the schema of others. They are megabytes, and no image is in them.
fn is_schema(text: &str) -> bool {
    let kinds = || text.lines().filter_map(|line| line.strip_prefix("kind:"));
    kinds().next().is_some() && kinds().all(|kind| kind.trim() == "CustomResourceDefinition")
}

/// The documents of a file; of a template, those of each of its branches.
fn documents(source: &mut Source<'_>, found: &mut Findings) -> Vec<Document> {
    // In JSON a tab is space between values, and never inside one.
    if source.text.trim_start().starts_with(['{', '[']) && !source.text.contains("{{") {
        source.text = source.text.replace('\t', " ");
    }
    helm::documents(source, Options::default(), found)
}

/// Reads what a file, or a text inside one, consists of. `at` makes a place on a line of it.
pub(in crate::systems) fn read_documents(
    documents: &[Document],
    at: &dyn Fn(usize) -> Place,
    found: &mut Findings,
) {
    let mut known = Vec::new();
    for document in documents {
        secrets::collect(&document.root, 0, &mut known);
    }
    let manifest = Manifest { at, put_in: &with_holes, secrets: &known, job: String::new() };
    for document in documents {
        each(&manifest, &document.root, "", 0, found);
    }
}

/// What `envsubst` and the like would fill in is unknown; a default that stands there is not.
pub(in crate::systems) fn with_holes(text: &str) -> String {
    let text = substitute(text, Syntax::COMPOSE, &|_| Lookup::Unknown);
    replaced(&text, &|name| Some(hole(name)))
}

/// One resource, a list of them, or a template that holds some.
pub(in crate::systems) fn each(
    around: &Manifest<'_>,
    root: &Node,
    path: &str,
    depth: usize,
    found: &mut Findings,
) {
    if depth > DEEPEST {
        return;
    }
    if root.is_list() {
        return all(around, root, path, depth, found);
    }
    let word = |key: &str| root.get(key).and_then(Node::text).unwrap_or_default();
    let (kind, version) = (word("kind"), word("apiVersion"));
    let manifest = around.named(kind, root);
    if let Some(items) = root.get("items").filter(|items| items.is_list() && kind.ends_with("List"))
    {
        return all(around, items, &child(path, "items"), depth, found);
    }
    if let Some(objects) = root.get("objects").filter(|_| kind == "Template") {
        return template(around, root, objects, &child(path, "objects"), depth, found);
    }
    if OTHERS.contains(&kind) || POLICIES.iter().any(|group| version.contains(group)) {
        return;
    }
    match kind {
        "Secret" => secrets::read(&manifest, root, path, found),
        "ImageTagTransformer" => {
            if let Some(entry) = root.get("imageTag") {
                kustomize::image_entry(&manifest, entry, &child(path, "imageTag"), &[], found);
            }
        }
        "HelmChartInflationGenerator" => kustomize::chart(&manifest, root, path, found),
        _ if version.starts_with("skaffold/") => custom::skaffold(&manifest, root, path, found),
        _ if version.contains("tekton.dev/") => {
            tekton::resource(&manifest, root, path, depth, found)
        }
        _ if is_built_in(version) => pods::walk(&manifest, root, path, true, found),
        _ => {
            custom::read(&manifest, root, kind, version, path, found);
            pods::walk(&manifest, root, path, false, found);
        }
    }
}

fn all(around: &Manifest<'_>, list: &Node, path: &str, depth: usize, found: &mut Findings) {
    for (at, item) in list.items().iter().enumerate() {
        each(around, item, &format!("{path}[{at}]"), depth + 1, found);
    }
}

/// As `oc process` does it: `${NAME}` is the value of a parameter, unless who processes the template gives another.
fn template(
    around: &Manifest<'_>,
    root: &Node,
    objects: &Node,
    path: &str,
    depth: usize,
    found: &mut Findings,
) {
    let mut values = Vec::new();
    for parameter in root.get("parameters").map(Node::items).unwrap_or_default() {
        let text = |key: &str| parameter.get(key).and_then(Node::text);
        if let (Some(name), Some(value)) = (text("name"), text("value")) {
            values.push((name.to_owned(), value.to_owned()));
        }
    }
    let put_in = |text: &str| {
        substitute(text, Syntax::ENVSUBST, &|name| {
            let value = values.iter().find(|(known, _)| known == name);
            value.map_or(Lookup::Unknown, |(_, value)| Lookup::Is(value.clone()))
        })
    };
    let manifest = Manifest { put_in: &put_in, ..around.clone() };
    all(&manifest, objects, path, depth, found);
}

/// Whether Kubernetes itself has the resource: then each place of an image is known, and no other is one. Operators of
/// others have groups below `k8s.io` too.
fn is_built_in(version: &str) -> bool {
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let is_own = group
        .strip_suffix(".k8s.io")
        .is_some_and(|own| GROUPS.contains(&own) || own.ends_with(".config"));
    !version.is_empty() && (!group.contains('.') || is_own)
}

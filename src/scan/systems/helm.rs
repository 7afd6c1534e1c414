//! Helm: what a chart depends on, the images of its values, and its templates as far as they can be read.

mod chart;
mod template;
#[cfg(test)]
mod tests;
mod values;

use super::kubernetes::{Manifest, with_holes};
use crate::found::{Findings, Kind, SeenIn};
use crate::source::Source;
use crate::variables::HOLE;
use crate::yaml::{self, Document, Node, Options};
use chart::Chart;

/// Lines of a template that may be no YAML.
const MOST_BAD: usize = 20;

pub(super) use values::{image_of_values, read as values_of};

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    // Beside a chart it is what the chart takes; who installs it can give others.
    let is_values = !matches!(source.file_name().split('.').next(), Some("Chart" | "requirements"));
    let documents = source.documents(Options::default(), found);
    if is_values {
        source.seen_in = SeenIn::Template;
    }
    let source: &Source<'_> = source;
    let at = |line: usize| source.at(line);
    let manifest = Manifest { at: &at, put_in: &with_holes, secrets: &[], job: String::new() };
    for Document { root, .. } in &documents {
        if is_values {
            values::read(&manifest, root, "", found);
            continue;
        }
        for (at, one) in
            root.get("dependencies").map(Node::items).unwrap_or_default().iter().enumerate()
        {
            dependency(&manifest, one, &format!("dependencies[{at}].repository"), found);
        }
        if let Some(images) = root.at(&["annotations", "artifacthub.io/images"]) {
            annotated(source, images, found);
        }
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    if variable.starts_with("secret/") {
        "the Secret of that name in the cluster"
    } else if variable.starts_with(".Chart") {
        "Chart.yaml"
    } else if variable.starts_with("include(") {
        "a template of the chart"
    } else if variable.starts_with(".Release") || variable.starts_with(".Capabilities") {
        "the installation of the chart"
    } else if variable.starts_with('.') {
        "the values of the chart"
    } else {
        "whatever fills in the file before it is applied"
    }
}

/// The documents of a file. If it is a template, each of its branches is read, and the place says that it is one.
pub(super) fn documents(
    source: &mut Source<'_>,
    options: Options,
    found: &mut Findings,
) -> Vec<Document> {
    if !template::is_one(&source.text) {
        return source.documents(options, found);
    }
    source.seen_in = SeenIn::Template;
    // Others need no values, and the files that may be opened are not without end.
    let chart = if source.text.contains("mage") { Chart::around(source) } else { Chart::default() };
    let mut documents = Vec::new();
    for text in template::filled(&source.text, &chart) {
        let mut branch = source.clone();
        branch.text = text;
        let mut own = Findings::new(origin);
        let read = branch.documents(options, &mut own);
        let own = own.into_report();
        if own.unread.is_empty() {
            documents.extend(read);
            found.add(own);
        } else if let Some(text) = without_bad_lines(&branch.text, options) {
            branch.text = text;
            documents.extend(branch.documents(options, found));
        } else {
            found.add(own);
        }
    }
    documents
}

/// The text without the lines that make it no YAML: what stands there depends on what is filled in. Nothing if it is
/// none at all.
fn without_bad_lines(text: &str, options: Options) -> Option<String> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    for _ in 0..MOST_BAD {
        let text = lines.join("\n");
        let Err(problem) = yaml::read(&text, options) else { return Some(text) };
        // The parser stops at a line, or at the end of it.
        let at = (1..=problem.line.min(lines.len()))
            .rev()
            .find(|at| !lines[at - 1].trim().is_empty())?;
        lines[at - 1] = "";
    }
    None
}

/// `repository: oci://…` of a dependency.
fn dependency(manifest: &Manifest<'_>, node: &Node, path: &str, found: &mut Findings) {
    let text = |key: &str| node.get(key).and_then(|node| manifest.text(node));
    if let (Some(repository), Some(name)) = (node.get("repository"), text("name")) {
        chart(manifest, repository, &name, &text("version").unwrap_or_default(), path, found);
    }
}

/// Adds a chart if it is in a registry.
pub(super) fn chart(
    manifest: &Manifest<'_>,
    repository: &Node,
    name: &str,
    version: &str,
    path: &str,
    found: &mut Findings,
) {
    let Some(text) = manifest.text(repository) else { return };
    let Some(folder) = text.trim().strip_prefix("oci://") else { return };
    let name = with_version(&format!("{}/{name}", folder.trim_end_matches('/')), version);
    found.image(Kind::Pulls, &name, manifest.place(repository, path));
}

/// The name with the version of a chart as its tag. A range is none.
pub(super) fn with_version(name: &str, version: &str) -> String {
    let version = version.trim();
    let bare = version.strip_prefix('v').unwrap_or(version);
    let core: Vec<&str> = bare.split(['-', '+']).next().unwrap_or_default().split('.').collect();
    let is_exact = bare.starts_with(|c: char| c.is_ascii_digit() || c == HOLE)
        && core.len() == 3
        && !bare.contains(char::is_whitespace)
        && !core.iter().any(|part| matches!(*part, "x" | "X" | "*"));
    if is_exact || version.contains(HOLE) {
        // A tag has no plus sign; Helm writes it so.
        return format!("{name}:{}", version.replace('+', "_"));
    }
    name.to_owned()
}

/// `artifacthub.io/images`: a list of names in a text.
fn annotated(source: &Source<'_>, node: &Node, found: &mut Findings) {
    let Some(script) = node.script() else { return };
    let Ok(documents) = yaml::read(script.text, Options::default()) else { return };
    let at = |line: usize| source.at(script.line_of(line.saturating_sub(1)));
    let manifest = Manifest { at: &at, put_in: &with_holes, secrets: &[], job: String::new() };
    for item in documents.iter().flat_map(|document| document.root.items()) {
        if let Some(image) = item.get("image") {
            let path = "annotations.artifacthub.io/images";
            manifest.image(Kind::Pulls, image, path, &[], found);
        }
    }
}

//! `.github/dependabot.yml`: the registries that it logs in to.

use crate::found::{Findings, Kind};
use crate::source::Source;
use crate::variables::{Lookup, Syntax, hole, substitute};
use crate::yaml::{Node, Options};

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    let text = |node: &Node| {
        let text = node.text().unwrap_or_default();
        substitute(text, Syntax::EXPRESSIONS, &|name| Lookup::Is(hole(name)))
    };
    let registries = documents.iter().filter_map(|document| document.root.get("registries"));
    for entry in registries.flat_map(Node::entries) {
        let registry = &entry.value;
        // Those of packages and of Helm have no images.
        if registry.get("type").and_then(Node::text) != Some("docker-registry") {
            continue;
        }
        let path = |key: &str| format!("registries.{}.{key}", entry.key);
        if let Some(url) = registry.get("url") {
            let place = source.at(url.line()).path(path("url")).job(entry.key.clone());
            found.registry(Kind::LogsIn, &text(url), place);
        }
        if let Some(password) = registry.get("password") {
            let place = source.at(password.line()).path(path("password")).job(entry.key.clone());
            found.password("registries.password", &text(password), place);
        }
    }
}

pub(super) fn origin(_variable: &str) -> &'static str {
    "the Dependabot secrets of the repository or the organization"
}

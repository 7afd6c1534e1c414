//! The names that `docker/metadata-action` makes for the steps behind it.

use super::super::super::scope::{Output, Scope};
use super::super::super::steps::{Step, lines};
use super::super::super::value::Value;
use crate::found::{Findings, Kind};
use crate::variables::{HOLE, hole};
use crate::yaml::Node;

pub(super) fn read(step: &Step<'_, '_>, scope: &mut Scope, found: &mut Findings) {
    let Some(images) = step.input("images") else { return };
    let kind = if is_pushed(step) { Kind::Pushes } else { Kind::Builds };
    let tags = format!("steps.{}.outputs.tags", step.id());
    let mut names = Vec::new();
    for (line, text) in lines(images, scope) {
        if text.starts_with('#') {
            continue;
        }
        for name in of_line(&text) {
            found.image(kind, &name, step.place(line, "with.images"));
            names.push(format!("{name}:{}", hole(&tags)));
        }
    }
    let value = Value::Text(names.join("\n"));
    scope.outputs.push(Output { step: step.id().to_owned(), name: "tags".to_owned(), value });
}

/// Names between commas, or `name=…,enable=…`. The action makes them lowercase.
fn of_line(text: &str) -> Vec<String> {
    let is_off = text.split(',').any(|field| field.trim().eq_ignore_ascii_case("enable=false"));
    if is_off {
        return Vec::new();
    }
    let name = |field: &str| {
        let field = field.trim();
        let name = field.strip_prefix("name=").unwrap_or(field);
        let is_other = name.is_empty() || name.contains('=');
        let lower = if name.contains(HOLE) { name.to_owned() } else { name.to_ascii_lowercase() };
        (!is_other).then_some(lower)
    };
    text.split(',').filter_map(name).collect()
}

/// Whether another step of the job takes the names and may push them.
fn is_pushed(step: &Step<'_, '_>) -> bool {
    let id = step.id();
    if id.is_empty() {
        return false;
    }
    let used = ["tags", "json", "bake-file"].map(|name| format!("steps.{id}.outputs.{name}"));
    step.all.items().iter().any(|other| {
        let with = |name: &str| other.at(&["with", name]).and_then(Node::text).unwrap_or_default();
        let takes = used.iter().any(|used| mentions(other, used));
        let outputs = with("outputs");
        let is_by_output = outputs.contains("push=true") || outputs.contains("type=registry");
        let push = with("push");
        let is_script = other.get("run").is_some();
        takes && (is_script || is_by_output || !push.is_empty() && push != "false")
    })
}

fn mentions(node: &Node, text: &str) -> bool {
    node.text().is_some_and(|own| own.contains(text))
        || node.items().iter().any(|item| mentions(item, text))
        || node.entries().iter().any(|entry| mentions(&entry.value, text))
}

//! Parameters: what `$(params.x)` stands for, as far as the file says.

use super::super::kubernetes::{Manifest, replaced};
use super::with_others;
use crate::found::{Findings, Kind};
use crate::variables::hole;
use crate::yaml::Node;

/// More names are not made of one text.
const MOST: usize = 50;

const BY_DEFAULT: &str = "A run can give the parameter another value.";

/// Where the values of Tekton's variables come from.
const ORIGINS: [(&str, &str); 11] = [
    ("params", "the params of the run"),
    ("inputs.", "the params of the run"),
    ("tt.params", "the event of the trigger"),
    ("tasks.", "the result of an earlier task"),
    ("steps.", "the result of an earlier step"),
    ("results.", "the result of the task"),
    ("context.", "the run itself"),
    ("workspaces.", "the workspaces of the run"),
    ("resources.", "the resources of the run"),
    ("outputs.", "the resources of the run"),
    ("pipeline.", "the run itself"),
];

/// Where the value comes from, if the variable is one of Tekton.
pub(in crate::systems) fn known_origin(variable: &str) -> Option<&'static str> {
    let known = ORIGINS.iter().find(|(begin, _)| variable.starts_with(begin));
    known.map(|(_, origin)| *origin)
}

/// The values that a name can have; several if a matrix runs a task with each.
type Values = Vec<(String, Vec<String>)>;

#[derive(Clone, Default)]
pub(super) struct Scope {
    /// Of runs and of the tasks of a pipeline, the innermost last. They count before any default.
    given: Values,
    /// The innermost last.
    defaults: Values,
}

impl Scope {
    /// `params: [{name, default}]` of a task or pipeline.
    pub(super) fn declare(&mut self, params: Option<&Node>) {
        for (name, value) in pairs(params, "default") {
            add(&mut self.defaults, name, value, &|text| vec![text.to_owned()]);
        }
    }

    /// `params: [{name, value}]` of a run, or of a task in a pipeline; `all` puts in what is known around it.
    pub(super) fn give(&mut self, params: Option<&Node>, all: &dyn Fn(&str) -> Vec<String>) {
        for (name, value) in pairs(params, "value") {
            add(&mut self.given, name, value, all);
        }
    }

    /// `matrix: {params: [{name, value: []}], include: [{params}]}`: each item is a value.
    pub(super) fn vary(&mut self, matrix: Option<&Node>, outer: &Scope) {
        let Some(matrix) = matrix else { return };
        let included = matrix.get("include").map(Node::items).unwrap_or_default();
        let lists = matrix
            .get("params")
            .into_iter()
            .chain(included.iter().filter_map(|one| one.get("params")));
        let mut found: Values = Vec::new();
        for param in lists.flat_map(Node::items) {
            let Some(name) = param.get("name").and_then(Node::text) else { continue };
            let values = param.get("value").map(Node::one_or_more).unwrap_or_default();
            let values: Vec<String> =
                values.iter().filter_map(Node::text).flat_map(|text| outer.all(text)).collect();
            match found.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.extend(values),
                None => found.push((name.to_owned(), values)),
            }
        }
        self.given.extend(found);
    }

    /// Adds each image that the scalar can name.
    pub(super) fn image(
        &self,
        manifest: &Manifest<'_>,
        kind: Kind,
        node: &Node,
        path: &str,
        found: &mut Findings,
    ) {
        let Some(text) = manifest.text(node) else { return };
        let notes: &[&str] = if self.uses_default(&text) { &[BY_DEFAULT] } else { &[] };
        for name in self.all(&text) {
            found.image_with(kind, &with_others(&name), manifest.place(node, path), notes);
        }
    }

    /// The text with its values in it, in each way that there is.
    pub(super) fn all(&self, text: &str) -> Vec<String> {
        let mut texts = vec![text.to_owned()];
        for name in names(text) {
            let name = name.as_str();
            let values = self.values(name);
            if values.len() < 2 {
                continue;
            }
            texts = texts
                .iter()
                .flat_map(|text| values.iter().map(move |value| one(text, name, value)))
                .take(MOST)
                .collect();
        }
        texts.iter().map(|text| self.fill(text)).collect()
    }

    /// The text with its values in it. What has several is unknown, and so is what has none.
    pub(super) fn fill(&self, text: &str) -> String {
        let text = text.replace("${inputs.params.", "$(inputs.params.");
        let text = if text.contains("$(inputs.params.") { closed(&text) } else { text };
        replaced(&text, &|expression| {
            if let Some(name) = name_of(expression) {
                let values = self.values(&name);
                return Some(match values {
                    [value] => value.clone(),
                    _ => hole(&format!("params.{name}")),
                });
            }
            known_origin(expression)?;
            // In a script, `$(results.sh)` and the like would be commands; those have no such form.
            let is_variable = !expression.contains(char::is_whitespace);
            is_variable.then(|| hole(expression))
        })
    }

    /// `$(tt.params.x)`: the default, or unknown.
    pub(super) fn of_trigger(&self, text: &str) -> String {
        replaced(text, &|expression| {
            let name = expression.strip_prefix("tt.")?;
            let name = name_of(name)?;
            match self.values(&name) {
                [value] => Some(value.clone()),
                _ => Some(hole(expression)),
            }
        })
    }

    fn values(&self, name: &str) -> &[String] {
        let find = |values: &Values| values.iter().rposition(|(known, _)| known == name);
        if let Some(at) = find(&self.given) {
            return &self.given[at].1;
        }
        match find(&self.defaults) {
            Some(at) => &self.defaults[at].1,
            None => &[],
        }
    }

    fn uses_default(&self, text: &str) -> bool {
        names(text).iter().any(|name| {
            !self.given.iter().any(|(known, _)| known == name)
                && self.defaults.iter().any(|(known, _)| known == name)
        })
    }
}

fn pairs<'a>(
    params: Option<&'a Node>,
    key: &'static str,
) -> impl Iterator<Item = (&'a str, &'a Node)> {
    let params = params.map(Node::items).unwrap_or_default();
    params.iter().filter_map(move |param| Some((param.get("name")?.text()?, param.get(key)?)))
}

/// Adds a value: of a list each item and all of them, of a mapping each key.
fn add(values: &mut Values, name: &str, node: &Node, all: &dyn Fn(&str) -> Vec<String>) {
    if let Some(text) = node.text() {
        return values.push((name.to_owned(), all(text)));
    }
    let mut items = Vec::new();
    for (at, item) in node.items().iter().enumerate() {
        let text = item.text().unwrap_or_default();
        items.push(text.to_owned());
        values.push((format!("{name}[{at}]"), all(text)));
    }
    if node.is_list() {
        values.push((format!("{name}[*]"), all(&items.join(" "))));
    }
    for entry in node.entries() {
        if let Some(text) = entry.value.text() {
            values.push((format!("{name}.{}", entry.key), all(text)));
        }
    }
}

/// The parameter that an expression names: `params.x`, `params['x']`, `inputs.params.x`.
fn name_of(expression: &str) -> Option<String> {
    let rest = expression.strip_prefix("inputs.").unwrap_or(expression).strip_prefix("params")?;
    if let Some(name) = rest.strip_prefix('.') {
        return (!name.contains(char::is_whitespace)).then(|| name.to_owned());
    }
    let inside = rest.strip_prefix('[')?;
    let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, behind) = inside[1..].split_once(quote)?;
    Some(format!("{name}{}", behind.strip_prefix(']')?))
}

/// The parameters that a text names.
fn names(text: &str) -> Vec<String> {
    let expressions = text.split("$(").skip(1).filter_map(|piece| piece.split(')').next());
    expressions.filter_map(name_of).collect()
}

/// The text with the value for one parameter.
fn one(text: &str, name: &str, value: &str) -> String {
    replaced(text, &|expression| {
        (name_of(expression).as_deref() == Some(name)).then(|| value.to_owned())
    })
}

/// The first version wrote `${inputs.params.x}`: the brace that closes it becomes a parenthesis.
fn closed(text: &str) -> String {
    let mut pieces = text.split("$(inputs.params.");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find([')', '}']);
        out.push_str("$(inputs.params.");
        match end {
            Some(end) => {
                out.push_str(&piece[..end]);
                out.push(')');
                out.push_str(&piece[end + 1..]);
            }
            None => out.push_str(piece),
        }
    }
    out
}

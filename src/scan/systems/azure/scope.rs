//! Variables, parameters and expressions: `$(name)`, `$[ … ]`, `${{ … }}`.

use crate::systems::common::{beginning, replacing};
use crate::variables::{Lookup, hole};
use crate::yaml::{Entry, Node};

/// Conditions in conditions go no deeper.
const DEEPEST: usize = 20;

/// Items of one list, those of parameters counted as often as they are used.
const MOST_ITEMS: usize = 5000;

/// Longer values are left out.
const LONGEST: usize = 4096;

/// A larger matrix is cut.
const MOST_LEGS: usize = 64;

/// What is known where something stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub job: Option<String>,
    /// By their names in lowercase; no value if it is not in the file.
    variables: Vec<(String, Option<String>)>,
    parameters: Vec<(String, Node)>,
}

impl Scope {
    /// Case does not count in the names of variables.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        // Longer is no part of a name.
        let value = value.filter(|value| value.len() <= LONGEST);
        self.variables.push((name.to_ascii_lowercase(), value));
    }

    pub(super) fn give(&mut self, name: &str, value: Node) {
        self.parameters.push((name.to_owned(), value));
    }

    /// The scope of a template: its parameters are its own.
    pub(super) fn for_template(&self) -> Self {
        Self { parameters: Vec::new(), ..self.clone() }
    }

    /// Defaults of parameters that were not given: a list of `{name, default}`, or `{name: default}`.
    pub(super) fn declare(&mut self, node: Option<&Node>) {
        let Some(node) = node else { return };
        let mut defaults: Vec<(String, Node)> = Vec::new();
        for entry in node.entries() {
            defaults.push((entry.key.clone(), entry.value.clone()));
        }
        for item in node.items() {
            let name = item.get("name").and_then(Node::text);
            if let (Some(name), Some(default)) = (name, item.get("default")) {
                defaults.push((name.to_owned(), default.clone()));
            }
        }
        for (name, default) in defaults {
            if self.parameter(&name).is_none() {
                self.give(&name, default);
            }
        }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&Node> {
        self.parameters.iter().rev().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        let found = self.variables.iter().rev().find(|(known, _)| *known == name);
        found.and_then(|(_, value)| value.as_deref())
    }

    /// As scripts find variables: in capitals, with underscores for dots.
    pub(super) fn lookup(&self, name: &str) -> Lookup {
        let spelled = |known: &str| known.replace(['.', ' '], "_").eq_ignore_ascii_case(name);
        let found = self.variables.iter().rev().find(|(known, _)| spelled(known));
        match found.and_then(|(_, value)| value.as_ref()) {
            Some(value) => Lookup::Is(value.clone()),
            None => Lookup::Unknown,
        }
    }

    /// The text with the values of its expressions; a hole for what has none.
    pub(super) fn put_in(&self, text: &str) -> String {
        self.replaced(text, false)
    }

    /// The same in a script: there, `$(command)` is the shell's.
    pub(super) fn put_in_script(&self, text: &str) -> String {
        self.replaced(text, true)
    }

    fn replaced(&self, text: &str, is_script: bool) -> String {
        replacing(text, "$", &|_, behind| {
            let found = [("{{", "}}"), ("[", "]"), ("(", ")")].iter().find_map(|(open, close)| {
                let inside = behind.strip_prefix(*open)?;
                // Brackets are inside, too, and such a text is an expression alone: `$[ variables['x'] ]`.
                let near = beginning(inside);
                let end = match *open {
                    "[" => near.find("]]").map(|at| at + 1).or_else(|| near.rfind(']')),
                    _ => near.find(*close),
                }?;
                Some((*open, inside[..end].trim(), &inside[end + close.len()..]))
            });
            let (open, inside, after) = found?;
            Some((self.expression(open, inside, is_script)?, after))
        })
    }

    /// The value of an expression. Nothing if it is none of Azure's.
    fn expression(&self, open: &str, inside: &str, is_script: bool) -> Option<String> {
        if open == "(" {
            if inside.is_empty() || !inside.chars().all(is_of_name) {
                return None;
            }
            let value = self.variable(inside).map(str::to_owned);
            let is_certain = !is_script || inside.contains('.');
            return value.or_else(|| is_certain.then(|| hole(inside)));
        }
        if is_script && open == "[" {
            return None;
        }
        let value = match member(inside) {
            Some(("parameters", name)) => self.parameter(name).and_then(Node::text),
            Some(("variables", name)) => {
                return Some(match self.variable(name) {
                    Some(value) => value.to_owned(),
                    None => hole(name),
                });
            }
            _ => None,
        };
        Some(match value {
            // A default may be made of variables.
            Some(value) if value.contains("$(") => Self::put_in(&self.for_template(), value),
            Some(value) => value.to_owned(),
            None => hole(inside),
        })
    }
}

/// `parameters.name` or `variables['name']`
fn member(expression: &str) -> Option<(&str, &str)> {
    let (of, name) = match expression.split_once('[') {
        Some((of, rest)) => {
            let name = rest.strip_suffix(']')?.trim().trim_matches(['\'', '"']);
            (of.trim(), name)
        }
        None => expression.split_once('.')?,
    };
    name.chars().all(is_of_name).then_some((of, name))
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn is_directive(key: &str) -> bool {
    key.starts_with("${{")
}

/// The entries of a mapping, those of conditions among them.
pub(super) fn entries(node: &Node) -> Vec<Entry> {
    let mut all = Vec::new();
    collect_entries(node, 0, &mut all);
    all
}

fn collect_entries(node: &Node, depth: usize, all: &mut Vec<Entry>) {
    for entry in node.entries() {
        if !is_directive(&entry.key) {
            all.push(entry.clone());
        } else if depth < DEEPEST {
            collect_entries(&entry.value, depth + 1, all);
        }
    }
}

/// The value of a key, also inside conditions.
pub(super) fn get(node: &Node, key: &str) -> Option<Node> {
    if let Some(value) = node.get(key) {
        return Some(value.clone());
    }
    entries(node).into_iter().find(|entry| entry.key == key).map(|entry| entry.value)
}

/// The items of a list, those of conditions, loops and parameters among them.
pub(super) fn items(node: &Node, scope: &Scope) -> Vec<Node> {
    let (mut all, mut left) = (Vec::new(), MOST_ITEMS);
    collect_items(node, scope, 0, &mut left, &mut all);
    all
}

fn collect_items(node: &Node, scope: &Scope, depth: usize, left: &mut usize, all: &mut Vec<Node>) {
    if depth == DEEPEST {
        return;
    }
    if let Some(inner) = parameter_of(node, scope) {
        return collect_items(inner, scope, depth + 1, left, all);
    }
    for item in node.items() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        if parameter_of(item, scope).is_some() {
            collect_items(item, scope, depth + 1, left, all);
            continue;
        }
        match item.entries() {
            [only] if is_directive(&only.key) => {
                if only.value.is_list() || only.value.text().is_some() {
                    collect_items(&only.value, scope, depth + 1, left, all);
                } else {
                    all.push(only.value.clone());
                }
            }
            _ => all.push(item.clone()),
        }
    }
}

/// The list that `${{ parameters.name }}` stands for.
pub(super) fn parameter_of<'s>(node: &Node, scope: &'s Scope) -> Option<&'s Node> {
    let inside = node.text()?.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    let (of, name) = member(inside.trim())?;
    scope.parameter(name).filter(|node| of == "parameters" && node.is_list())
}

/// The variables of each leg of a matrix; one leg without any if there is none.
pub(super) fn legs(matrix: Option<&Node>) -> Vec<Vec<(String, String)>> {
    let Some(matrix) = matrix.filter(|matrix| matrix.is_map()) else { return vec![Vec::new()] };
    let leg = |entry: &Entry| {
        let values = entry.value.entries().iter();
        let text = |one: &Entry| Some((one.key.clone(), one.value.text()?.to_owned()));
        values.filter_map(text).collect::<Vec<_>>()
    };
    let legs: Vec<_> = entries(matrix).iter().take(MOST_LEGS).map(leg).collect();
    if legs.is_empty() { vec![Vec::new()] } else { legs }
}

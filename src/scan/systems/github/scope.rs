//! What expressions can name in one place.

use super::expression::evaluate;
use super::matrix::Combination;
use super::value::{Value, scalar};
use crate::variables::{HOLE, Lookup, Syntax, substitute};
use crate::yaml::{self, Node, Options};
use std::cell::Cell;

/// What all values of one text may add to it.
const MOST: usize = 1_000_000;

/// Values that name one another go no deeper.
const DEEPEST: usize = 3;

/// Longer outputs of jobs are not followed.
const LONGEST_OUTPUT: usize = 500;

/// An output of a step.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub step: String,
    pub name: String,
    pub value: Value,
}

/// The contexts of a place: what is not in them has no value that the files tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub inputs: Vec<(String, Value)>,
    /// Whoever calls it is known: inputs that it does not give are empty.
    pub is_called: bool,
    pub matrix: Option<Combination>,
    /// Later ones count.
    pub env: Vec<(String, Value)>,
    /// How many of them are of the whole workflow.
    pub shared: usize,
    /// Expressions of the place cannot name them: only steps, credentials and outputs can.
    pub hides_env: bool,
    pub outputs: Vec<Output>,
    /// The jobs of the workflow, for `needs`.
    pub jobs: Option<Node>,
    /// How many outputs of jobs are being followed.
    pub depth: usize,
}

impl Scope {
    /// The value of a node: what an expression gives, or the node with the expressions of its text replaced.
    pub(super) fn value(&self, node: &Node) -> Value {
        let Some(text) = node.text() else { return scalar(node) };
        match only_expression(text) {
            Some(expression) => self.evaluate(expression),
            None if text.contains("${{") => Value::text(self.put_in(text)),
            None => scalar(node),
        }
    }

    /// The text of a node; empty if it is none.
    pub(super) fn text(&self, node: &Node) -> String {
        self.value(node).to_text()
    }

    /// The text with the values of its expressions in it.
    pub(super) fn put_in(&self, text: &str) -> String {
        let put = Cell::new(0_usize);
        substitute(text, Syntax::EXPRESSIONS, &|expression| {
            let value = self.evaluate(expression).to_text();
            put.set(put.get() + value.len());
            if put.get() > MOST { Lookup::Unknown } else { Lookup::Is(value) }
        })
    }

    /// Also a condition, which is an expression without its braces.
    pub(super) fn evaluate(&self, expression: &str) -> Value {
        evaluate(expression, &|parts| self.named(parts), &|json| self.parse(json))
    }

    /// What a shell has in its environment.
    pub(super) fn variable(&self, name: &str) -> Lookup {
        match self.env.iter().rev().find(|(known, _)| known == name) {
            Some((_, value)) => Lookup::Is(value.to_text().replace('\n', " ")),
            None => Lookup::Unknown,
        }
    }

    fn parse(&self, json: &str) -> Option<Value> {
        let documents = yaml::read(json, Options::default()).ok()?;
        Some(scalar(&documents.first()?.root))
    }

    /// The value of a name such as `matrix.os`. GitHub compares names without case.
    fn named(&self, parts: &[String]) -> Value {
        let unknown = || Value::unknown(parts.join("."));
        let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
        let words: Vec<&str> = lower.iter().map(String::as_str).collect();
        match words[..] {
            ["inputs", name] | ["github", "event", "inputs", name] => find(&self.inputs, name)
                .unwrap_or_else(|| {
                    if self.is_called { Value::Text(String::new()) } else { unknown() }
                }),
            ["env", name] if !self.hides_env => find(&self.env, name).unwrap_or_else(unknown),
            ["matrix", ..] => self.of_matrix(parts).unwrap_or_else(unknown),
            ["steps", step, "outputs", name] => {
                let is_it = |output: &&Output| {
                    output.step.eq_ignore_ascii_case(step) && output.name.eq_ignore_ascii_case(name)
                };
                let output = self.outputs.iter().rev().find(is_it);
                output.map_or_else(unknown, |output| output.value.clone())
            }
            ["needs", _, "outputs", _] => self.of_job(&parts[1], &parts[3]).unwrap_or_else(unknown),
            _ => unknown(),
        }
    }

    fn of_matrix(&self, parts: &[String]) -> Option<Value> {
        let matrix = self.matrix.as_ref()?;
        let key = parts.get(1)?;
        let Some(node) = matrix.get(key) else {
            return (!matrix.could_have(key)).then_some(Value::Null);
        };
        let mut value = self.value(node);
        for part in &parts[2..] {
            let node = match value {
                Value::Node(node) => node,
                Value::Unknown { .. } => return Some(value),
                _ => return Some(Value::Null),
            };
            let item = part.parse::<usize>().ok().and_then(|at| node.items().get(at));
            value = item.or_else(|| node.get(part)).map_or(Value::Null, |node| self.value(node));
        }
        Some(value)
    }

    /// The output of another job, if it is made of what is known here.
    fn of_job(&self, job: &str, output: &str) -> Option<Value> {
        if self.depth >= DEEPEST {
            return None;
        }
        let node = self.jobs.as_ref()?.at(&[job, "outputs", output])?;
        if node.text().is_some_and(|text| text.len() > LONGEST_OUTPUT) {
            return None;
        }
        let other = Self {
            inputs: self.inputs.clone(),
            is_called: self.is_called,
            env: self.env.iter().take(self.shared).cloned().collect(),
            shared: self.shared,
            jobs: self.jobs.clone(),
            depth: self.depth + 1,
            ..Self::default()
        };
        match other.value(node) {
            // What is behind it is no better known: the name that stands here says more.
            Value::Unknown { .. } => None,
            Value::Text(text) if text.contains(HOLE) => Some(Value::Text(text)),
            value => Some(value),
        }
    }
}

fn find(values: &[(String, Value)], name: &str) -> Option<Value> {
    let found = values.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.clone())
}

/// The expression, if the text is one and nothing else.
pub(super) fn only_expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    (!inside.contains("}}")).then_some(inside)
}

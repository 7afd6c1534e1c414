//! The variables that a job has: of itself, of the pipeline, and of each combination of a matrix and of its rules.

use super::pipeline::Pipeline;
use super::value::Value;
use crate::systems::common::{beginning, replacing};
use crate::variables::{Lookup, hole};
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

/// Combinations of one job.
const MOST_CASES: usize = 200;

/// Variables of one level. Each job may have the same, and a small file can have many of both.
const MOST_VARIABLES: usize = 1_000;

/// How deep values are made of other variables.
const DEEPEST: usize = 10;

/// How many values are put into one text.
const MOST_VALUES: usize = 2_000;

#[derive(Clone)]
pub(super) struct Variable {
    text: String,
    /// Whether variables in the value are replaced.
    expands: bool,
}

pub(super) type Variables = Vec<(String, Variable)>;

/// The variables in each case that can be.
pub(super) struct Environment {
    cases: Vec<Case>,
}

/// One set of variables. The first one with a name counts.
pub(super) struct Case {
    /// Most are those of all cases.
    parts: [Rc<Variables>; 6],
}

impl Environment {
    /// `levels` are the job's; `takes_global` says which variables of the whole pipeline it has.
    pub(super) fn new(
        pipeline: &Pipeline<'_>,
        levels: &[Value<'_>],
        takes_global: &dyn Fn(&str) -> bool,
    ) -> Self {
        let given = pipeline
            .given
            .iter()
            .map(|(name, text)| (name.clone(), Variable { text: text.clone(), expands: false }));
        let given: Rc<Variables> = Rc::new(given.collect());
        let own = Rc::new(variables(pipeline, &pipeline.layers(levels, "variables")));
        let of_all = || Rc::new(variables(pipeline, pipeline.parts("variables")));
        let global = pipeline.global.get_or_init(of_all);
        let takes = |(name, _): &&(String, Variable)| takes_global(name);
        let global = if global.iter().all(|one| takes(&one)) {
            global.clone()
        } else {
            Rc::new(global.iter().filter(takes).cloned().collect())
        };
        let rules = of_rules(pipeline, &pipeline.layers(levels, "rules"));
        let matrix = of_matrix(pipeline, levels);
        let workflow = of_rules(pipeline, &pipeline.layers(pipeline.parts("workflow"), "rules"));
        let several = combined(&[rules, matrix, workflow]);
        let case = |parts: Vec<Variables>| {
            let mut parts = parts.into_iter().map(Rc::new);
            let mut next = || parts.next().unwrap_or_default();
            let (rules, matrix, workflow) = (next(), next(), next());
            let (given, own, global) = (given.clone(), own.clone(), global.clone());
            Case { parts: [given, rules, matrix, own, workflow, global] }
        };
        Self { cases: several.into_iter().map(case).collect() }
    }

    pub(super) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// What the text can be, each once.
    pub(super) fn texts(&self, text: &str) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for case in &self.cases {
            let text = case.put_in(text);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }
}

impl Case {
    fn variables(&self) -> impl Iterator<Item = &(String, Variable)> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    fn find(&self, name: &str) -> Option<&Variable> {
        self.variables().find(|(known, _)| known == name).map(|(_, variable)| variable)
    }

    pub(super) fn lookup(&self, name: &str) -> Lookup {
        match self.find(name) {
            Some(_) => Lookup::Is(self.value(name, 0, &Cell::new(MOST_VALUES))),
            None => Lookup::Unknown,
        }
    }

    /// Each variable and its value.
    pub(super) fn values(&self) -> Vec<(String, String)> {
        let value = |(name, _): &(String, Variable)| {
            (name.clone(), self.value(name, 0, &Cell::new(MOST_VALUES)))
        };
        self.variables().map(value).collect()
    }

    /// The text with the values in it, and a hole for each that nobody knows here.
    fn put_in(&self, text: &str) -> String {
        self.filled(text, 0, &Cell::new(MOST_VALUES))
    }

    fn filled(&self, text: &str, depth: usize, left: &Cell<usize>) -> String {
        replacing(text, "$", &|_, after| match after.strip_prefix('$') {
            Some(behind) => Some(("$".to_owned(), behind)),
            None => {
                let (name, behind) = name_at(after)?;
                Some((self.value(name, depth, left), behind))
            }
        })
    }

    fn value(&self, name: &str, depth: usize, left: &Cell<usize>) -> String {
        let Some(variable) = self.find(name).filter(|_| depth < DEEPEST && left.get() > 0) else {
            return hole(name);
        };
        left.set(left.get() - 1);
        if !variable.expands {
            return variable.text.clone();
        }
        self.filled(&variable.text, depth + 1, left)
    }
}

/// `NAME` or `{NAME}`, and what is behind it. GitLab knows no default behind a name; what shells do with it is left out.
fn name_at(text: &str) -> Option<(&str, &str)> {
    let (inside, behind) = match text.strip_prefix('{') {
        Some(inside) => {
            let end = beginning(inside).find('}')?;
            (&inside[..end], Some(&inside[end + 1..]))
        }
        None => (text, None),
    };
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, rest) = inside.split_at(end.unwrap_or(inside.len()));
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_name.then_some((name, behind.unwrap_or(rest)))
}

/// The variables of merged mappings: `NAME: value` or `NAME: {value: …, expand: false}`.
fn variables(pipeline: &Pipeline<'_>, layers: &[Value<'_>]) -> Variables {
    let (mut found, mut known) = (Variables::new(), HashSet::new());
    for (name, value) in layers.iter().flat_map(Value::entries) {
        if found.len() == MOST_VARIABLES || known.contains(&name) {
            continue;
        }
        let Some(value) = pipeline.resolved(value, 0).into_iter().next() else { continue };
        let expands = value.node.get("expand").and_then(|expand| expand.flag()) != Some(false);
        // With a description alone, the value is typed in when the pipeline is started.
        let Some(value) = (if value.node.is_map() { value.get("value") } else { Some(value) })
        else {
            continue;
        };
        let text = value.text().unwrap_or_default();
        known.insert(name.clone());
        found.push((name, Variable { text, expands }));
    }
    found
}

/// What each rule sets. A rule that keeps the job from running sets nothing.
fn of_rules(pipeline: &Pipeline<'_>, layers: &[Value<'_>]) -> Vec<Variables> {
    let mut cases: Vec<Variables> = Vec::new();
    let mut has_other = false;
    let rules = layers.first().map(|rules| pipeline.items(rules)).unwrap_or_default();
    for rule in rules
        .iter()
        .filter(|rule| rule.node.get("when").and_then(|when| when.text()) != Some("never"))
    {
        let layers: Vec<Value<'_>> = rule.get("variables").into_iter().collect();
        let set = variables(pipeline, &layers);
        if set.is_empty() { has_other = true } else { cases.push(set) }
    }
    if has_other || cases.is_empty() {
        cases.push(Variables::new());
    }
    cases
}

/// `parallel: {matrix: [{NAME: value or list}]}`
fn of_matrix(pipeline: &Pipeline<'_>, levels: &[Value<'_>]) -> Vec<Variables> {
    let parallel = pipeline.layers(levels, "parallel");
    let rows = pipeline.first(&parallel, "matrix").map(|matrix| pipeline.items(&matrix));
    let mut cases: Vec<Variables> = Vec::new();
    for row in rows.unwrap_or_default() {
        let columns: Vec<Vec<Variables>> = row
            .entries()
            .into_iter()
            .map(|(name, value)| {
                let text = |value: &Value<'_>| value.text().unwrap_or_else(|| hole(&name));
                let set =
                    |value| vec![(name.clone(), Variable { text: text(value), expands: true })];
                pipeline.items(&value).iter().map(set).collect()
            })
            .collect();
        let flat = |parts: Vec<Variables>| -> Variables { parts.into_iter().flatten().collect() };
        cases.extend(combined(&columns).into_iter().map(flat));
    }
    if cases.is_empty() {
        cases.push(Variables::new());
    }
    cases
}

/// Each combination of one of each. If they are too many, one in which nobody knows any of the values.
fn combined(choices: &[Vec<Variables>]) -> Vec<Vec<Variables>> {
    let count = choices.iter().fold(1_usize, |count, one| count.saturating_mul(one.len()));
    if count > MOST_CASES {
        let unknown = |sets: &Vec<Variables>| -> Variables {
            let names = sets.iter().flatten().map(|(name, _)| name);
            names
                .map(|name| (name.clone(), Variable { text: hole(name), expands: false }))
                .collect()
        };
        return vec![choices.iter().map(unknown).collect()];
    }
    let mut all: Vec<Vec<Variables>> = vec![Vec::new()];
    for choice in choices {
        let with = |before: &Vec<Variables>| -> Vec<Vec<Variables>> {
            let add = |one: &Variables| {
                let mut longer = before.clone();
                longer.push(one.clone());
                longer
            };
            choice.iter().map(add).collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

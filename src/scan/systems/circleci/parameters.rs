//! Parameters: `<< parameters.name >>`, with what they are given or their defaults.

use super::Reader;
use crate::systems::common::{beginning, replacing};
use crate::variables::hole;
use crate::yaml::{Entry, Node};

/// A larger matrix is cut.
const MOST_COMBINATIONS: usize = 64;

/// Parameters that are followed.
const MOST_PARAMETERS: usize = 1000;

/// Longer values are left out.
const LONGEST: usize = 4096;

/// The values of the parameters that a job, command or executor has.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    values: Vec<(String, String)>,
    /// Those whose values are steps.
    steps: Vec<(String, Node)>,
}

impl Given {
    /// Values of a matrix, which come before the others.
    pub(super) fn set(&mut self, values: Vec<(String, String)>) {
        self.values.extend(values);
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The steps that `<< parameters.name >>` stands for.
    pub(super) fn steps(&self, text: &str) -> Option<&Node> {
        let inside = text.trim().strip_prefix("<<")?.strip_suffix(">>")?;
        let name = inside.trim().strip_prefix("parameters.")?;
        self.steps.iter().rev().find(|(known, _)| known == name).map(|(_, steps)| steps)
    }
}

impl Reader<'_, '_> {
    /// What is declared, with what is given for it in the scope of another.
    pub(super) fn given(&self, declared: Option<&Node>, entries: &[Entry], outer: &Given) -> Given {
        let mut given = Given::default();
        let declared = declared.map(Node::entries).unwrap_or_default();
        for parameter in declared.iter().take(MOST_PARAMETERS) {
            let default = parameter.value.get("default");
            let own = entries.iter().find(|entry| entry.key == parameter.key);
            let Some(node) = own.map(|entry| &entry.value).or(default) else { continue };
            let name = parameter.key.clone();
            if node.is_list() {
                given.steps.push((name, node.clone()));
            } else if let Some(steps) = node.text().and_then(|text| outer.steps(text)) {
                given.steps.push((name, steps.clone()));
            } else {
                // An executor may be given with parameters of its own: its name is known at least.
                let text = node.get("name").unwrap_or(node).text().unwrap_or_default();
                let value = self.put_in(text, outer);
                // Longer is no part of a name.
                if value.len() <= LONGEST {
                    given.values.push((name, value));
                }
            }
        }
        given
    }

    /// The text with the values of its parameters; a hole for what has none.
    pub(super) fn put_in(&self, text: &str, given: &Given) -> String {
        replacing(text, "<<", &|before, behind| {
            let end = beginning(behind).find(">>")?;
            let (name, after) = (behind[..end].trim(), &behind[end + 2..]);
            let is_one = is_name(name) && !before.ends_with('\\');
            is_one.then(|| (self.value(name, given), after))
        })
    }

    fn value(&self, name: &str, given: &Given) -> String {
        let value = if let Some(name) = name.strip_prefix("parameters.") {
            given.value(name).map(str::to_owned)
        } else if let Some(name) = name.strip_prefix("pipeline.parameters.") {
            let default = self.root.at(&["parameters", name, "default"]);
            default.and_then(Node::text).map(str::to_owned)
        } else {
            None
        };
        value.unwrap_or_else(|| hole(name))
    }
}

/// `parameters.name`, `pipeline.git.branch`: a here-document has no dot and no end.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.contains('.') && name.chars().all(is_part)
}

/// Each combination of a matrix; one without values if there is none.
pub(super) fn combinations(matrix: Option<&Node>) -> Vec<Vec<(String, String)>> {
    let mut all = vec![Vec::new()];
    let parameters = matrix.and_then(|matrix| matrix.get("parameters"));
    for parameter in parameters.map(Node::entries).unwrap_or_default() {
        let values = parameter
            .value
            .one_or_more()
            .iter()
            .filter_map(|value| value.get("name").unwrap_or(value).text());
        let values: Vec<&str> = values.collect();
        if values.is_empty() || all.len() * values.len() > MOST_COMBINATIONS {
            continue;
        }
        let mut next = Vec::with_capacity(all.len() * values.len());
        for combination in &all {
            for value in &values {
                let mut longer: Vec<(String, String)> = combination.clone();
                longer.push((parameter.key.clone(), (*value).to_owned()));
                next.push(longer);
            }
        }
        all = next;
    }
    let excluded = matrix.and_then(|matrix| matrix.get("exclude"));
    for exclusion in excluded.map(Node::items).unwrap_or_default() {
        all.retain(|combination| !is_excluded(combination, exclusion));
    }
    all
}

fn is_excluded(combination: &[(String, String)], exclusion: &Node) -> bool {
    combination.iter().all(|(name, value)| {
        exclusion.get(name).and_then(Node::text).is_some_and(|excluded| excluded == value)
    })
}

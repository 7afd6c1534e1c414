//! `spec:inputs`: what a file is included with, and `$[[ inputs.name | function ]]`.

use super::value::{File, Value};
use crate::source::Source;
use crate::variables::hole;
use crate::yaml::Node;
use std::rc::Rc;

/// The values of the inputs of a file.
#[derive(Default)]
pub(super) struct Inputs<'t> {
    /// What was given stands before the defaults: the first one counts.
    values: Vec<(String, Value<'t>)>,
}

impl<'t> Inputs<'t> {
    /// `spec` is the header of the file, if it has one.
    pub(super) fn new(
        given: Vec<(String, Value<'t>)>,
        spec: Option<&Node>,
        source: &Source<'t>,
    ) -> Self {
        let mut values = given;
        let declared = spec.and_then(|spec| spec.get("inputs")).map(Node::entries);
        // A default is made of nothing else.
        let file = Rc::new(File { source: source.clone(), inputs: Self::default() });
        for entry in declared.unwrap_or_default() {
            if let Some(default) = entry.value.get("default").filter(|default| !default.is_null()) {
                let path = format!("spec.inputs.{}.default", entry.key);
                values.push((entry.key.clone(), Value::new(default, &file, path)));
            }
        }
        Self { values }
    }

    fn value(&self, name: &str) -> Option<&Value<'t>> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The list or mapping that the text stands for, if it is one input and nothing else.
    pub(super) fn whole(&self, text: &str) -> Option<Value<'t>> {
        let inside = text.trim().strip_prefix("$[[")?.strip_suffix("]]")?;
        let value = self.value(inside.trim().strip_prefix("inputs.")?)?;
        (value.node.is_list() || value.node.is_map()).then(|| value.clone())
    }

    /// The text with the values in it, and a hole for each that has none.
    pub(super) fn put_in(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("$[[") {
            let Some((inside, after)) = behind.split_once("]]") else { break };
            out.push_str(before);
            out.push_str(&self.filled(inside.trim()));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// `inputs.name | function | function`
    fn filled(&self, inside: &str) -> String {
        let mut parts = inside.split('|').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let value = name.strip_prefix("inputs.").and_then(|name| self.value(name));
        let Some(mut text) = value.and_then(Value::text) else { return hole(name) };
        for function in parts {
            match function {
                // Variables are put in later, everywhere; no name of an image has what is escaped.
                "expand_vars" | "posix_escape" => {}
                _ => match truncated(&text, function) {
                    Some(shorter) => text = shorter,
                    None => return hole(name),
                },
            }
        }
        text
    }
}

/// `truncate(from, length)`
fn truncated(text: &str, function: &str) -> Option<String> {
    let inside = function.strip_prefix("truncate(")?.strip_suffix(')')?;
    let (from, length) = inside.split_once(',')?;
    let (from, length): (usize, usize) = (from.trim().parse().ok()?, length.trim().parse().ok()?);
    Some(text.chars().skip(from).take(length).collect())
}

//! Files of `docker buildx bake`, in HCL and in JSON. Those in the form of compose are compose's.

mod collections;
mod functions;
mod json;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

use crate::buildx;
use crate::dockerfile::{self, Build};
use crate::found::{Findings, Kind, Place};
use crate::reference::Reference;
use crate::source::Source;
use crate::variables::{HOLE, hole};
use crate::yaml::Script;
use std::rc::Rc;
use syntax::{Block, Expression, Line};
use value::{Function, Names, Value};

/// Targets that one matrix makes.
const MOST: usize = 1024;

/// Targets that take from one another go no deeper.
const DEEPEST: usize = 8;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let file = if source.text.trim_start().starts_with('{') {
        json::file(source, found)
    } else {
        let file = syntax::parse(&source.text);
        if let Err(line) = &file {
            let reason = "This is not valid HCL, or a form of it that is not read.";
            found.unread(&source.name, Some(*line), reason);
        }
        file.ok()
    };
    let Some(file) = file else { return };
    let names = names(&file);
    for target in file.blocks.iter().filter(|block| block.kind == "target") {
        let own = variables(target, names.clone());
        for names in each_of_matrix(target, &own) {
            let reader = Target { source, file: &file, target, names };
            reader.read(found);
        }
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    match variable {
        "timestamp()" => "the time of the build",
        variable if variable.ends_with("()") => "a function",
        _ => "the environment",
    }
}

/// The variables and functions of the file.
fn names(file: &Block) -> Names {
    let mut names = variables(file, Names::default());
    for block in file.blocks.iter().filter(|block| block.kind == "function") {
        let Some(Line { is: Expression::List(takes), .. }) = block.get("params") else { continue };
        let takes = takes.iter().filter_map(|one| match &one.is {
            Expression::Name(parts) => parts.first().cloned(),
            _ => None,
        });
        if let Some(gives) = block.get("result") {
            let (takes, gives) = (takes.collect(), gives.is.clone());
            names.functions.push(Function { name: block.label().to_owned(), takes, gives });
        }
    }
    names
}

/// The defaults of variables; one without comes from the environment. Attributes at the top are variables, too.
fn variables(block: &Block, mut names: Names) -> Names {
    if block.kind.is_empty() {
        for attribute in &block.attributes {
            let value = names.value(&attribute.value.is);
            names.values.push((attribute.name.clone(), Rc::new(value)));
        }
    }
    for variable in block.blocks.iter().filter(|block| block.kind == "variable") {
        let name = variable.label().to_owned();
        let value = match variable.get("default").map(|default| names.value(&default.is)) {
            None | Some(Value::Null) => Value::Unset { name: name.clone(), is_empty: false },
            Some(Value::Text(text)) if text.is_empty() => {
                Value::Unset { name: name.clone(), is_empty: true }
            }
            Some(value) => value,
        };
        names.values.push((name, Rc::new(value)));
    }
    names
}

/// The names of each target that `matrix` makes; once without one.
fn each_of_matrix(target: &Block, names: &Names) -> Vec<Names> {
    let Some(matrix) = target.get("matrix") else { return vec![names.clone()] };
    // With names that nobody knows, what uses them is unresolved.
    let Value::Map(keys) = names.value(&matrix.is) else { return vec![names.clone()] };
    let mut all = vec![names.clone()];
    for (key, values) in &keys {
        let Value::List(values) = &values.is else {
            all = all.iter().map(|one| one.with(key, Value::Unknown(key.clone()))).collect();
            continue;
        };
        if all.len() * values.len() > MOST {
            all = all.iter().map(|one| one.with(key, Value::Unknown(key.clone()))).collect();
            continue;
        }
        let mut next = Vec::new();
        for one in &all {
            next.extend(values.iter().map(|value| one.with(key, value.is.clone())));
        }
        all = next;
    }
    all
}

struct Target<'a, 't> {
    source: &'a Source<'t>,
    file: &'a Block,
    target: &'a Block,
    names: Names,
}

impl Target<'_, '_> {
    fn place(&self, line: usize, key: &str) -> Place {
        let name = self.target.label();
        self.source.at(line).path(format!("target.{name}.{key}")).job(name)
    }

    /// The texts of an attribute, each with its line.
    fn texts(&self, key: &str) -> Vec<(usize, String)> {
        let Some(value) = self.target.get(key) else { return Vec::new() };
        let texts = self.names.value(&value.is).texts(value.line);
        // What a function made has no line of its own.
        texts.into_iter().map(|(line, text)| (line.max(value.line), text)).collect()
    }

    fn read(&self, found: &mut Findings) {
        let outputs = self.outputs(self.target, 0);
        let words = ["type=registry", "push=true"];
        let pushes = outputs.iter().any(|(_, text)| words.iter().any(|word| text.contains(word)));
        let kind = if pushes { Kind::Pushes } else { Kind::Builds };
        for (line, name) in self.tags(self.target) {
            found.image(kind, &name, self.place(line, "tags"));
        }
        // Names that are taken from another target are pushed only here.
        if let (Kind::Pushes, None) = (kind, self.target.get("tags")) {
            for (line, name) in self.inherited(self.target, 0) {
                found.image(kind, &name, self.place(line, "tags"));
            }
        }
        for (line, text) in self.texts("output") {
            for (kind, name) in buildx::output(&text) {
                found.image(kind, &name, self.place(line, "output"));
            }
        }
        for (key, kind) in [("cache-from", Kind::Pulls), ("cache-to", Kind::Pushes)] {
            for (line, text) in self.texts(key) {
                for name in buildx::cache(&text) {
                    found.image(kind, &name, self.place(line, key));
                }
            }
        }
        for (line, text) in self.texts("attest") {
            for name in text.split(',').filter_map(|field| field.trim().strip_prefix("generator="))
            {
                found.image(Kind::Pulls, name, self.place(line, "attest"));
            }
        }
        self.dockerfile(found);
    }

    /// The names of a target. One that is none as long as the environment does not set a variable has a hole for it.
    fn tags(&self, target: &Block) -> Vec<(usize, String)> {
        let Some(value) = target.get("tags") else { return Vec::new() };
        let texts = |names: &Names| names.value(&value.is).texts(value.line);
        let mut opened = texts(&self.names.opened()).into_iter();
        let mut tags = Vec::new();
        for (line, text) in texts(&self.names) {
            let open = opened.next().map(|(_, text)| text);
            let is_none =
                !text.is_empty() && !text.contains(HOLE) && Reference::parse(&text).is_err();
            let text = open.filter(|open| is_none && open.contains(HOLE)).unwrap_or(text);
            // What a function made has no line of its own.
            tags.push((line.max(value.line), text));
        }
        tags
    }

    fn base(&self, name: &str) -> Option<&Block> {
        let is_it = |block: &&Block| block.kind == "target" && block.label() == name;
        self.file.blocks.iter().find(is_it)
    }

    /// The names that the target takes from others: of the last one that has some.
    fn inherited(&self, target: &Block, depth: usize) -> Vec<(usize, String)> {
        let Some(bases) = target.get("inherits").filter(|_| depth <= DEEPEST) else {
            return Vec::new();
        };
        let bases = self.names.value(&bases.is).texts(bases.line);
        let found = bases.iter().rev().filter_map(|(_, name)| self.base(name));
        let names = |base: &Block| match self.tags(base) {
            own if own.is_empty() => self.inherited(base, depth + 1),
            own => own,
        };
        found.map(names).find(|names| !names.is_empty()).unwrap_or_default()
    }

    /// The outputs of the target, or of the first of those that it takes from.
    fn outputs(&self, target: &Block, depth: usize) -> Vec<(usize, String)> {
        let texts = |key: &str| {
            let value = target.get(key);
            value.map(|value| self.names.value(&value.is).texts(value.line)).unwrap_or_default()
        };
        if target.get("output").is_some() || depth > DEEPEST {
            return texts("output");
        }
        let bases = texts("inherits");
        let found = bases.iter().rev().filter_map(|(_, name)| self.base(name));
        found
            .map(|base| self.outputs(base, depth + 1))
            .find(|one| !one.is_empty())
            .unwrap_or_default()
    }

    /// Named contexts, and a Dockerfile that stands in the file.
    fn dockerfile(&self, found: &mut Findings) {
        let map = |key: &str| match self.target.get(key).map(|value| self.names.value(&value.is)) {
            Some(Value::Map(entries)) => entries,
            _ => Vec::new(),
        };
        let mut build = Build::default();
        for (name, value) in map("contexts") {
            let text = value.is.to_text();
            if let Some(image) = buildx::context_image(&text) {
                found.image(Kind::Pulls, image, self.place(value.line, "contexts"));
            }
            build.contexts.push(name);
        }
        for (name, value) in map("args") {
            let text = match value.is {
                Value::Null => hole(&name),
                other => other.to_text(),
            };
            build.args.push((name, text));
        }
        let Some(inline) = self.target.get("dockerfile-inline") else { return };
        let text = self.names.value(&inline.is).to_text();
        // A here-document begins on the line below.
        let is_long = text.contains('\n');
        let line = inline.line + usize::from(is_long);
        let script = Script { text: &text, line, keeps_lines: is_long };
        dockerfile::read(script, &self.place(line, "dockerfile-inline"), &build, found);
    }
}

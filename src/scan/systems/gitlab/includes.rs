//! A pipeline from its file and those that it includes. What is elsewhere is listed as not read.

use super::inputs::Inputs;
use super::pipeline::Pipeline;
use super::value::{File, Value};
use crate::found::Findings;
use crate::source::Source;
use crate::variables::HOLE;
use crate::yaml::{Document, Node, Options};
use std::rc::Rc;

/// As many as GitLab opens.
const MOST_INCLUDED: usize = 150;

/// What is included and is no file of the repository.
const ELSEWHERE: [(&str, &str); 5] = [
    ("project", "This includes a file of another project, which is not read here."),
    ("remote", REMOTE),
    ("template", "This includes a template of GitLab, which is not in the repository."),
    ("component", "This includes a component of another project, which is not read here."),
    ("artifact", "This includes a file that a job makes, which is not there before it runs."),
];
const REMOTE: &str = "This includes a file by its address, which is not read here.";
const VARIABLE: &str = "This includes a file whose path has a variable.";
const NO_FILE: &str = "No file has a path like the one that this includes.";
const TOO_MANY: &str = "More than 150 files are included. The rest was not read.";

/// How the own project is written in the address of a component.
const OWN_COMPONENTS: [&str; 2] =
    ["$CI_SERVER_FQDN/$CI_PROJECT_PATH/", "$CI_SERVER_HOST/$CI_PROJECT_PATH/"];

struct Loader<'f, 't> {
    pipeline: Pipeline<'t>,
    found: &'f mut Findings,
    opened: usize,
    /// The files that are being read, by path: one that includes itself is not read again.
    stack: Vec<String>,
}

/// The pipeline that the file is.
pub(super) fn pipeline<'t>(source: Source<'t>, found: &mut Findings) -> Pipeline<'t> {
    let mut loader = Loader::new(Vec::new(), found);
    loader.file(source, Vec::new());
    loader.pipeline
}

/// The pipeline that a job starts from files: the value of `trigger:include`, and the variables that the job gives it.
pub(super) fn child<'t>(
    include: &Value<'t>,
    given: Vec<(String, String)>,
    found: &mut Findings,
) -> Pipeline<'t> {
    let mut loader = Loader::new(given, found);
    loader.included(include);
    loader.pipeline
}

/// The header of a file, if it has one, and what counts of the rest.
fn parts(documents: &[Document]) -> Option<(Option<&Node>, &Node)> {
    let first = &documents.first()?.root;
    let spec = first.get("spec");
    let second = documents.get(1).filter(|_| spec.is_some());
    Some((spec, second.map_or(first, |second| &second.root)))
}

impl<'f, 't> Loader<'f, 't> {
    fn new(given: Vec<(String, String)>, found: &'f mut Findings) -> Self {
        Self { pipeline: Pipeline::new(given), found, opened: 0, stack: Vec::new() }
    }

    /// Adds the file, then what it includes: that counts only where the file says nothing.
    fn file(&mut self, mut source: Source<'t>, given: Vec<(String, Value<'t>)>) {
        let documents = source.documents(Options::default(), self.found);
        let Some((spec, root)) = parts(&documents) else {
            self.pipeline.has_unread |= !source.text.trim().is_empty();
            return;
        };
        let path = source.path().to_owned();
        let inputs = Inputs::new(given, spec, &source);
        let file = Rc::new(File { source, inputs });
        let top = Value::new(root, &file, String::new());
        for (key, value) in top.entries() {
            if key != "include" {
                self.pipeline.add(key, value);
            }
        }
        self.stack.push(path);
        if let Some(include) = top.get("include") {
            self.included(&include);
        }
        self.stack.pop();
    }

    /// Of several, the last one counts most.
    fn included(&mut self, include: &Value<'t>) {
        for entry in include.one_or_more().iter().rev() {
            self.entry(entry);
        }
    }

    fn entry(&mut self, entry: &Value<'t>) {
        if is_never(&entry.node) {
            return;
        }
        if let Some(text) = entry.text() {
            let is_address = text.starts_with("http://") || text.starts_with("https://");
            return if is_address { self.missed(entry, REMOTE) } else { self.local(entry, &[]) };
        }
        let inputs = entry.get("inputs").map(|inputs| inputs.entries()).unwrap_or_default();
        if let Some(local) = entry.get("local") {
            return local.one_or_more().iter().rev().for_each(|path| self.local(path, &inputs));
        }
        let text = |key: &str| entry.get(key).and_then(|value| value.text()).map(plain);
        if text("project").is_some_and(|project| project == "$CI_PROJECT_PATH") {
            let files = entry.get("file").map(|file| file.one_or_more()).unwrap_or_default();
            return files.iter().rev().for_each(|path| self.local(path, &inputs));
        }
        let component = text("component");
        if let Some(name) = component.as_deref().and_then(own_component) {
            return self.component(entry, name, &inputs);
        }
        if let Some((_, sentence)) = ELSEWHERE.iter().find(|(key, _)| entry.node.get(key).is_some())
        {
            self.missed(entry, sentence);
        }
    }

    /// A file of the repository, or all that a pattern fits.
    fn local(&mut self, path: &Value<'t>, inputs: &[(String, Value<'t>)]) {
        let Some(text) = path.text().filter(|text| !text.trim().is_empty()) else { return };
        let text = text.trim();
        if text.contains('$') || text.contains(HOLE) {
            return self.missed(path, VARIABLE);
        }
        if !text.contains('*') {
            let file = path.file.source.from_root(text);
            return self.opened(path, file, inputs);
        }
        let paths = path.file.source.matching(text);
        if paths.is_empty() {
            return self.missed(path, NO_FILE);
        }
        for one in paths.iter().rev() {
            let file = path.file.source.from_root(one);
            self.opened(path, file, inputs);
        }
    }

    /// A component of the own project: `templates/name.yml` or `templates/name/template.yml`.
    fn component(&mut self, entry: &Value<'t>, name: &str, inputs: &[(String, Value<'t>)]) {
        let source = &entry.file.source;
        let file = source
            .from_root(&format!("templates/{name}.yml"))
            .or_else(|_| source.from_root(&format!("templates/{name}/template.yml")));
        self.opened(entry, file, inputs);
    }

    fn opened(
        &mut self,
        at: &Value<'t>,
        file: Result<Source<'t>, &'static str>,
        inputs: &[(String, Value<'t>)],
    ) {
        match file {
            Ok(_) if self.opened >= MOST_INCLUDED => self.missed(at, TOO_MANY),
            Ok(source) if self.stack.iter().any(|path| path == source.path()) => {}
            Ok(source) => {
                self.opened += 1;
                self.found.part(&source.name);
                self.file(source, inputs.to_vec());
            }
            Err(reason) => self.missed(at, reason),
        }
    }

    fn missed(&mut self, at: &Value<'t>, reason: &str) {
        self.pipeline.has_unread = true;
        self.found.unread(&at.file.source.name, Some(at.node.line()), reason);
    }
}

/// Whether the first rule that holds whatever happens says so: rules before it may hold, too.
fn is_never(include: &Node) -> bool {
    let rules = include.get("rules").map(Node::items).unwrap_or_default();
    let has_condition =
        |rule: &Node| ["if", "exists", "changes"].iter().any(|key| rule.get(key).is_some());
    let is_off = |rule: &Node| rule.get("when").and_then(Node::text) == Some("never");
    let certain = rules.iter().position(|rule| !has_condition(rule));
    certain.is_some_and(|certain| rules[..=certain].iter().all(is_off))
}

/// `${NAME}` as `$NAME`.
fn plain(text: String) -> String {
    text.trim().replace(['{', '}'], "")
}

/// The name of a component of the own project, of its address.
fn own_component(address: &str) -> Option<&str> {
    let rest = OWN_COMPONENTS.iter().find_map(|own| address.strip_prefix(own))?;
    rest.split('@').next().filter(|name| !name.is_empty())
}

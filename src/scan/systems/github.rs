//! GitHub Actions, and what Gitea and Forgejo take of it: workflows and actions, with the local ones that they call.

mod actions;
mod expression;
mod job;
mod matrix;
mod scope;
mod steps;
#[cfg(test)]
mod tests;
mod value;
mod written;

use crate::found::{Findings, Kind, Place};
use crate::source::Source;
use crate::yaml::{Entry, Node, Options};
use scope::Scope;
use std::collections::{HashMap, HashSet};
use value::Value;

/// GitHub lets workflows call one another ten levels deep.
const DEEPEST: usize = 10;

/// Calls of one file, with those that they make. Each is counted once for each set of inputs.
const MOST_CALLS: usize = 1000;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    let source: &Source<'_> = source;
    let mut reader = Reader { found, opened: HashMap::new(), done: HashSet::new() };
    for document in &documents {
        reader.file(source, &document.root, None, &Around::default());
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    let first = variable.split('.').next().unwrap_or(variable);
    match first {
        "inputs" => "the caller's with, or who starts the workflow",
        "secrets" => "the secrets of the repository, the environment or the organization",
        "vars" => {
            "the configuration variables of the repository, the environment or the organization"
        }
        "needs" => "the outputs of an earlier job",
        "steps" => "the outputs of an earlier step",
        "matrix" | "strategy" => "the strategy of the job, which an expression makes",
        "env" => "an earlier step, which sets it when it runs",
        "github" => "the event that starts the run",
        "runner" | "job" | "jobs" => "the runner",
        _ if variable.starts_with("GITHUB_") || variable.starts_with("RUNNER_") => "the runner",
        "()" => "a command of the script",
        _ => "the environment of the step",
    }
}

/// What calls a file.
#[derive(Clone, Debug, Default)]
struct Around {
    job: Option<String>,
    hidden: bool,
    depth: usize,
}

struct Reader<'f, 't> {
    found: &'f mut Findings,
    opened: HashMap<String, Option<Source<'t>>>,
    /// Calls that were followed, with their inputs: each once.
    done: HashSet<String>,
}

impl<'t> Reader<'_, 't> {
    /// A workflow or an action. `given` is what its caller puts into its inputs, if one is known.
    fn file(
        &mut self,
        source: &Source<'t>,
        root: &Node,
        given: Option<Vec<(String, Value)>>,
        around: &Around,
    ) {
        let mut scope = Scope { is_called: given.is_some(), ..Scope::default() };
        let triggers = ["workflow_call", "workflow_dispatch"];
        let declared = triggers.iter().filter_map(|name| root.at(&["on", *name, "inputs"]));
        for entry in declared.chain(root.get("inputs")).flat_map(Node::entries) {
            if let Some(default) = entry.value.get("default") {
                let value = scope.value(default);
                // Nothing is for its callers to fill.
                if !scope.is_called && matches!(&value, Value::Text(text) if text.is_empty()) {
                    continue;
                }
                scope.inputs.push((entry.key.clone(), value));
            }
        }
        scope.inputs.extend(given.into_iter().flatten());
        if let Some(jobs) = root.get("jobs") {
            scope.jobs = Some(jobs.clone());
            self.environment(source, root, "env", &mut scope, around);
            scope.shared = scope.env.len();
            scope.hides_env = true;
            for entry in jobs.entries() {
                self.job(source, entry, &scope, around);
            }
        } else if let Some(runs) = root.get("runs") {
            self.runs(source, runs, scope, around);
        }
    }

    /// `runs` of an action: an image, or steps.
    fn runs(&mut self, source: &Source<'t>, runs: &Node, mut scope: Scope, around: &Around) {
        let using = runs.get("using").and_then(Node::text).unwrap_or_default();
        if let Some(image) = runs.get("image").filter(|_| using.eq_ignore_ascii_case("docker")) {
            let name = scope.text(image);
            // Anything else is a Dockerfile, which is read by itself.
            if let Some(name) = name.strip_prefix("docker://") {
                let place = around.place(source.at(image.line()).path("runs.image"));
                self.found.image(Kind::Pulls, name, place);
            }
        }
        if let Some(steps) = runs.get("steps") {
            self.steps(source, steps, "runs.steps", &mut scope, around);
        }
    }

    /// Puts the entries of `env` into the scope. None of them sees another one.
    fn environment(
        &mut self,
        source: &Source<'t>,
        node: &Node,
        path: &str,
        scope: &mut Scope,
        around: &Around,
    ) {
        let entries = node.get("env").map(Node::entries).unwrap_or_default();
        let texts: Vec<String> = entries.iter().map(|entry| scope.text(&entry.value)).collect();
        for (Entry { key, value, .. }, text) in entries.iter().zip(texts) {
            let is_local = text.starts_with("ko.local") || text.starts_with("kind.local");
            if key == "KO_DOCKER_REPO" && !is_local {
                let place = source.at(value.line()).path(format!("{path}.{key}"));
                self.found.registry(Kind::Pushes, &text, around.place(place));
            }
            scope.env.push((key.clone(), Value::text(text)));
        }
    }

    /// A file of the repository, opened once.
    fn open(&mut self, source: &Source<'t>, path: &str) -> Option<Source<'t>> {
        if let Some(known) = self.opened.get(path) {
            return known.clone();
        }
        let opened = source.from_root(path).ok();
        self.opened.insert(path.to_owned(), opened.clone());
        opened
    }

    /// Reads the file that is called, unless it was with the same inputs for the same job.
    fn called(&mut self, mut source: Source<'t>, given: Vec<(String, Value)>, around: &Around) {
        let inputs: Vec<String> =
            given.iter().map(|(name, value)| format!("{name}={}", value.to_text())).collect();
        let call = format!("{}\n{:?}\n{}", source.path(), around.job, inputs.join("\n"));
        if around.depth > DEEPEST || !self.done.insert(call) {
            return;
        }
        if self.done.len() > MOST_CALLS {
            let reason =
                "More than 1000 calls of local workflows and actions. The rest was not read.";
            return self.found.unread(&source.name, None, reason);
        }
        let documents = source.documents(Options::default(), self.found);
        if let Some(document) = documents.first() {
            self.file(&source, &document.root, Some(given), around);
        }
    }
}

impl Around {
    /// The place, with the job that it belongs to.
    fn place(&self, place: Place) -> Place {
        let place = place.hidden(self.hidden);
        match &self.job {
            Some(job) => place.job(job.clone()),
            None => place,
        }
    }
}

//! CircleCI: jobs, executors, commands and their parameters. Images of machines are none of containers.

mod orbs;
mod parameters;
mod steps;

use super::common::{Environment, filled, login};
use crate::found::{Findings, Kind, Place};
use crate::source::Source;
use crate::variables::Lookup;
use crate::yaml::{Document, Entry, Node, Options};
use parameters::Given;
use std::collections::HashSet;

/// Steps and containers of a file, those of commands and executors counted as often as they are used.
const MOST_STEPS: usize = 20_000;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    for Document { root, .. } in &documents {
        let mut reader =
            Reader { source, root, found, executors: HashSet::new(), depth: 0, left: MOST_STEPS };
        reader.jobs();
        reader.executors_left();
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    match variable {
        name if name.starts_with("CIRCLE_") || name.starts_with("pipeline.") => "CircleCI",
        name if name.starts_with("parameters.") || name.starts_with("matrix.") => {
            "what the job or command is given"
        }
        _ => "a context or the project's environment variables",
    }
}

struct Reader<'a, 't> {
    source: &'a Source<'t>,
    root: &'a Node,
    found: &'a mut Findings,
    /// Names of those that a job runs in.
    executors: HashSet<String>,
    /// Commands that use commands.
    depth: usize,
    /// Steps and containers that are still read.
    left: usize,
}

/// A job as it runs: with its parameters, and the file or orb that its names are looked up in.
struct Run<'a> {
    library: &'a Node,
    job: String,
    path: String,
    given: Given,
    hidden: bool,
    environment: Environment,
}

impl<'a> Reader<'a, '_> {
    fn jobs(&mut self) {
        let root = self.root;
        let workflows = root.get("workflows").map(Node::entries).unwrap_or_default();
        let mut started = HashSet::new();
        for workflow in workflows {
            let jobs = workflow.value.get("jobs").map(Node::items).unwrap_or_default();
            for item in jobs {
                let (name, given) = match item.entries().first() {
                    Some(entry) => (entry.key.clone(), Some(&entry.value)),
                    None => (item.text().unwrap_or_default().to_owned(), None),
                };
                self.started(&name, given, item.line());
                started.insert(name);
            }
        }
        for entry in root.get("jobs").map(Node::entries).unwrap_or_default() {
            if !started.contains(&entry.key) {
                // Without workflows, `build` is the job that runs.
                let hidden = !workflows.is_empty() || entry.key != "build";
                let given = self.given(entry.value.get("parameters"), &[], &Given::default());
                self.job(root, entry, given, hidden);
            }
        }
    }

    /// A job of a workflow, once for each combination of its matrix.
    fn started(&mut self, name: &str, invocation: Option<&'a Node>, line: usize) {
        let entries = invocation.map(Node::entries).unwrap_or_default();
        let Some((library, job)) = self.lookup(self.root, "jobs", name) else {
            let place = self.source.at(line).path(format!("workflows {name}")).job(name);
            return self.orb(name, entries, &Given::default(), &Environment::default(), place);
        };
        let matrix = invocation.and_then(|node| node.get("matrix"));
        for combination in parameters::combinations(matrix) {
            let mut given = self.given(job.value.get("parameters"), entries, &Given::default());
            given.set(combination);
            let around = Run {
                library: self.root,
                job: name.to_owned(),
                path: format!("workflows {name}"),
                given: Given::default(),
                hidden: false,
                environment: Environment::default(),
            };
            for key in ["pre-steps", "post-steps"] {
                if let Some(steps) = invocation.and_then(|node| node.get(key)) {
                    self.steps(steps, &around);
                }
            }
            self.job(library, job, given, false);
        }
    }

    fn job(&mut self, library: &'a Node, entry: &'a Entry, given: Given, hidden: bool) {
        let job = &entry.value;
        let path = format!("jobs.{}", entry.key);
        let mut run = Run {
            library,
            job: entry.key.clone(),
            path,
            given,
            hidden,
            environment: Environment::default(),
        };
        if let Some(executor) = job.get("executor") {
            self.executor(executor, &mut run);
        }
        if let Some(images) = job.get("docker") {
            self.images(images, &run.path.clone(), &run.given.clone(), &mut run);
        }
        self.environment(job.get("environment"), &mut run);
        if let Some(steps) = job.get("steps") {
            self.steps(steps, &run);
        }
    }

    /// `executor: name` or `executor: {name: name, parameter: value}`
    fn executor(&mut self, node: &'a Node, run: &mut Run<'a>) {
        let name = node.get("name").unwrap_or(node).text().unwrap_or_default();
        let name = self.put_in(name, &run.given);
        match self.lookup(run.library, "executors", &name) {
            Some((_, executor)) => {
                let declared = executor.value.get("parameters");
                let given = self.given(declared, node.entries(), &run.given);
                self.environment(executor.value.get("environment"), run);
                let path = format!("executors.{}", executor.key);
                if let Some(images) = executor.value.get("docker") {
                    self.images(images, &path, &given, run);
                }
                self.executors.insert(name);
            }
            None if name.contains('/') => {
                let sentence = "This executor is defined in an orb, which is not read.";
                self.found.note(&self.source.name, node.line(), sentence);
            }
            None => {}
        }
    }

    /// The containers of a job; the first one's environment is that of its steps.
    fn images(&mut self, images: &Node, path: &str, given: &Given, run: &mut Run<'a>) {
        for (at, container) in images.items().iter().enumerate() {
            let Some(image) = container.get("image") else { continue };
            if !self.can_go_on(image.line()) {
                return;
            }
            let name = self.put_in(image.text().unwrap_or_default(), given);
            let name = filled(&name, &|_| Lookup::Unknown);
            let place = |line: usize, key: &str| {
                let place = self.source.at(line).path(format!("{path}.docker[{at}].{key}"));
                place.job(run.job.clone()).hidden(run.hidden)
            };
            let mut notes = Vec::new();
            if image.text().is_some_and(|text| text.contains("pipeline.parameters.")) {
                notes.push("A parameter of the pipeline can change this name.");
            }
            self.found.image_with(Kind::Pulls, &name, place(image.line(), "image"), &notes);
            for (key, secret) in [("auth", "password"), ("aws_auth", "aws_secret_access_key")] {
                if let Some(auth) = container.get(key) {
                    let password = auth.get(secret).map(|node| (secret, node));
                    login(&name, password, place(auth.line(), key), self.found);
                }
            }
            if at == 0 {
                let put_in = |text: &str| self.put_in(text, given);
                run.environment.add(container.get("environment"), &put_in);
            }
        }
    }

    fn environment(&self, node: Option<&Node>, run: &mut Run<'a>) {
        let given = run.given.clone();
        run.environment.add(node, &|text| self.put_in(text, &given));
    }

    /// A small file can use its commands very often.
    fn can_go_on(&mut self, line: usize) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        if self.left == 0 {
            let reason = "The file uses more than 20000 steps. The rest was not read.";
            self.found.unread(&self.source.name, Some(line), reason);
        }
        true
    }

    /// Executors that no job runs in.
    fn executors_left(&mut self) {
        let root = self.root;
        for entry in root.get("executors").map(Node::entries).unwrap_or_default() {
            let Some(images) = entry.value.get("docker") else { continue };
            if self.executors.contains(&entry.key) {
                continue;
            }
            let given = self.given(entry.value.get("parameters"), &[], &Given::default());
            let mut run = Run {
                library: root,
                job: entry.key.clone(),
                path: String::new(),
                given: Given::default(),
                hidden: true,
                environment: Environment::default(),
            };
            self.images(images, &format!("executors.{}", entry.key), &given, &mut run);
        }
    }

    /// What has the name in the file or orb, and where its own names are looked up: `name` or `orb/name`.
    fn lookup(&self, library: &'a Node, kind: &str, name: &str) -> Option<(&'a Node, &'a Entry)> {
        match name.split_once('/') {
            Some((orb, name)) => {
                let orb = library.at(&["orbs", orb]).filter(|orb| orb.is_map())?;
                Some((orb, orb.get(kind)?.entry(name)?))
            }
            None => Some((library, library.get(kind)?.entry(name)?)),
        }
    }

    /// A place in a step.
    fn place(&self, line: usize, key: &str, run: &Run<'_>) -> Place {
        let place = self.source.at(line).path(format!("{}.{key}", run.path));
        place.job(run.job.clone()).hidden(run.hidden)
    }
}

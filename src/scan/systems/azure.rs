//! Azure Pipelines: container jobs, container resources, services, tasks and templates. `vmImage` is no container's.

mod containers;
mod scope;
mod steps;
mod tasks;
mod templates;

use crate::found::{Findings, Place};
use crate::source::Source;
use crate::yaml::{Document, Node, Options};
use containers::Resource;
use scope::{Scope, get, items};

/// Stages, jobs and steps of a pipeline, those of parameters counted as often as they are used.
const MOST_STEPS: usize = 20_000;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    for Document { root, .. } in &documents {
        let mut reader = Reader {
            source: source.clone(),
            found,
            resources: Vec::new(),
            depth: 0,
            left: MOST_STEPS,
        };
        reader.file(root, &Scope::default());
        reader.resources_left();
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    let first = variable.split('.').next().unwrap_or(variable);
    match first {
        "Build" | "System" | "Agent" | "Pipeline" | "Environment" | "Release" => "Azure Pipelines",
        "parameters" => "what the pipeline or template is given",
        "containerRegistry" => "the service connection",
        _ => "the pipeline's variables or a variable group",
    }
}

struct Reader<'a, 't> {
    /// The file that is read now: templates are others.
    source: Source<'t>,
    found: &'a mut Findings,
    resources: Vec<Resource>,
    /// Templates in templates.
    depth: usize,
    /// Stages, jobs and steps that are still read.
    left: usize,
}

impl Reader<'_, '_> {
    /// A pipeline or a template: whatever it has of stages, jobs and steps.
    fn file(&mut self, root: &Node, outer: &Scope) {
        let mut scope = outer.clone();
        scope.declare(get(root, "parameters").as_ref());
        self.variables(get(root, "variables").as_ref(), &mut scope);
        if let Some(containers) = root.at(&["resources", "containers"]) {
            self.resources(containers, &scope);
        }
        if let Some(extends) = get(root, "extends") {
            self.template(&extends, &scope);
        }
        self.stages(get(root, "stages").as_ref(), &scope);
        self.jobs(get(root, "jobs").as_ref(), &scope);
        // Without jobs, the file is one.
        self.job(root, &scope);
    }

    fn stages(&mut self, stages: Option<&Node>, scope: &Scope) {
        for stage in stages.map(|stages| items(stages, scope)).unwrap_or_default() {
            if !self.can_go_on(stage.line()) {
                return;
            }
            if get(&stage, "template").is_some() {
                self.template(&stage, scope);
                continue;
            }
            let mut inner = scope.clone();
            self.variables(get(&stage, "variables").as_ref(), &mut inner);
            self.jobs(get(&stage, "jobs").as_ref(), &inner);
        }
    }

    fn jobs(&mut self, jobs: Option<&Node>, scope: &Scope) {
        for job in jobs.map(|jobs| items(jobs, scope)).unwrap_or_default() {
            if !self.can_go_on(job.line()) {
                return;
            }
            if get(&job, "template").is_some() {
                self.template(&job, scope);
                continue;
            }
            let name = ["job", "deployment"].iter().find_map(|key| get(&job, key));
            let name = name.as_ref().and_then(Node::text).map(|name| scope.put_in(name));
            let mut inner = scope.clone();
            inner.job = name.filter(|name| !name.is_empty());
            self.variables(get(&job, "variables").as_ref(), &mut inner);
            self.job(&job, &inner);
        }
    }

    /// A job, once for each leg of its matrix.
    fn job(&mut self, job: &Node, scope: &Scope) {
        let strategy = get(job, "strategy");
        let matrix = strategy.as_ref().and_then(|strategy| get(strategy, "matrix"));
        let legs = scope::legs(matrix.as_ref());
        for leg in legs {
            let mut inner = scope.clone();
            for (name, value) in leg {
                inner.set(&name, Some(value));
            }
            if let Some(container) = get(job, "container") {
                self.container(&container, &inner, "container");
            }
            for service in
                get(job, "services").map(|node| scope::entries(&node)).unwrap_or_default()
            {
                let path = format!("services.{}", service.key);
                self.container(&service.value, &inner, &path);
            }
            self.steps(get(job, "steps").as_ref(), &inner);
            if let Some(strategy) = &strategy {
                self.deployment(strategy, &inner);
            }
        }
    }

    /// `strategy: {runOnce: {deploy: {steps: […]}}}`, and the other hooks of deployments.
    fn deployment(&mut self, strategy: &Node, scope: &Scope) {
        for kind in ["runOnce", "rolling", "canary"] {
            let Some(kind) = get(strategy, kind) else { continue };
            for hook in scope::entries(&kind) {
                self.steps(get(&hook.value, "steps").as_ref(), scope);
                for result in scope::entries(&hook.value) {
                    self.steps(get(&result.value, "steps").as_ref(), scope);
                }
            }
        }
    }

    /// `{name: value}`, or a list of `{name, value}`, `{group}` and `{template}`.
    fn variables(&mut self, node: Option<&Node>, scope: &mut Scope) {
        let Some(node) = node else { return };
        for entry in scope::entries(node) {
            let value = entry.value.text().map(|value| scope.put_in(value));
            scope.set(&entry.key, value);
        }
        for item in items(node, scope) {
            if let Some(path) = get(&item, "template") {
                self.variables_of_file(&path, scope);
            }
            if let Some(name) = get(&item, "name").as_ref().and_then(Node::text) {
                let value = get(&item, "value");
                let value = value.as_ref().and_then(Node::text).map(|value| scope.put_in(value));
                scope.set(name, value);
            }
        }
    }

    /// A small file can use its parameters very often.
    fn can_go_on(&mut self, line: usize) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        if self.left == 0 {
            let reason = "The pipeline has more than 20000 steps. The rest was not read.";
            self.found.unread(&self.source.name, Some(line), reason);
        }
        true
    }

    fn place(&self, line: usize, path: &str, scope: &Scope) -> Place {
        let place = self.source.at(line).path(path);
        match &scope.job {
            Some(job) => place.job(job.clone()),
            None => place,
        }
    }
}

//! A job: its container, its services, its steps, or the workflow that it calls.

use super::matrix::combinations;
use super::scope::Scope;
use super::steps::lines;
use super::value::Value;
use super::{Around, Reader};
use crate::found::{Kind, Place};
use crate::reference::is_host;
use crate::source::Source;
use crate::variables::{HOLE, holes};
use crate::yaml::{Entry, Node};

impl<'t> Reader<'_, 't> {
    pub(super) fn job(
        &mut self,
        source: &Source<'t>,
        entry: &Entry,
        outer: &Scope,
        around: &Around,
    ) {
        let (key, job) = (&entry.key, &entry.value);
        let name = match &around.job {
            Some(caller) => format!("{caller} / {key}"),
            None => key.clone(),
        };
        let path = format!("jobs.{key}");
        for matrix in combinations(job.get("strategy"), outer) {
            let mut scope = Scope { matrix, ..outer.clone() };
            let runs = runs(job, &scope);
            if runs == Runs::NotHere {
                continue;
            }
            let hidden = around.hidden || runs == Runs::Never;
            let around = Around { job: Some(name.clone()), hidden, depth: around.depth };
            if let Some(container) = job.get("container") {
                self.container(source, container, &format!("{path}.container"), &scope, &around);
            }
            self.services(source, job, &path, &scope, &around);
            if let Some(uses) = job.get("uses") {
                self.call(source, uses, job.get("with"), &scope, &around);
                self.builder(source, job, &path, &scope, &around);
            }
            self.environment(source, job, &format!("{path}.env"), &mut scope, &around);
            scope.hides_env = false;
            if let Some(steps) = job.get("steps") {
                self.steps(source, steps, &format!("{path}.steps"), &mut scope, &around);
            }
        }
    }

    fn services(
        &mut self,
        source: &Source<'t>,
        job: &Node,
        path: &str,
        scope: &Scope,
        around: &Around,
    ) {
        let Some(services) = job.get("services") else { return };
        let place = || around.place(source.at(services.line()).path(format!("{path}.services")));
        match scope.value(services) {
            Value::Node(services) => {
                for service in services.entries() {
                    let path = format!("{path}.services.{}", service.key);
                    self.container(source, &service.value, &path, scope, around);
                }
            }
            Value::Unknown { name, .. } => {
                self.found.unknown(Kind::Pulls, &[name.as_str()], place());
            }
            Value::Null | Value::Flag(_) | Value::Text(_) => {}
        }
    }

    /// A name, or a mapping with an image and maybe credentials.
    fn container(
        &mut self,
        source: &Source<'t>,
        node: &Node,
        path: &str,
        scope: &Scope,
        around: &Around,
    ) {
        let at = |node: &Node, key: &str| -> Place {
            around.place(source.at(node.line()).path(format!("{path}{key}")))
        };
        let Value::Node(map) = scope.value(node) else {
            let name = scope.text(node);
            let place = at(node, "");
            self.found.image_with(Kind::Pulls, without_scheme(&name), place, &refused(&name));
            return;
        };
        let Some(image) = map.get("image") else { return };
        let name = scope.text(image);
        let name = without_scheme(&name);
        let place = at(image, ".image");
        self.found.image_with(Kind::Pulls, name, place, &refused(name));
        let Some(credentials) = map.entry("credentials").filter(|_| !name.is_empty()) else {
            return;
        };
        let place = at(&credentials.value, ".credentials").line(credentials.line);
        self.found.registry(Kind::LogsIn, host_of(name), place);
        if let Some(password) = credentials.value.get("password") {
            let place = at(password, ".credentials.password");
            let scope = Scope { hides_env: false, ..scope.clone() };
            self.found.password("credentials.password", &scope.text(password), place);
        }
    }

    /// The workflows that docker offers for builds: what they are told names images and registries.
    fn builder(
        &mut self,
        source: &Source<'t>,
        job: &Node,
        path: &str,
        scope: &Scope,
        around: &Around,
    ) {
        let uses = job.get("uses").and_then(Node::text).unwrap_or_default();
        if !uses.starts_with("docker/github-builder/.github/workflows/") {
            return;
        }
        let place =
            |line: usize, key: &str| around.place(source.at(line).path(format!("{path}.{key}")));
        let pushes = job.at(&["with", "push"]).map(|node| scope.value(node));
        let kind = match pushes {
            Some(value) if value.says_yes() != Some(false) => Kind::Pushes,
            _ => Kind::Builds,
        };
        for (line, name) in
            job.at(&["with", "meta-images"]).map(|node| lines(node, scope)).unwrap_or_default()
        {
            self.found.image(kind, &name, place(line, "with.meta-images"));
        }
        for way in [["with", "registry-identities"], ["secrets", "registry-auths"]] {
            for (line, text) in job.at(&way).map(|node| lines(node, scope)).unwrap_or_default() {
                let text = text.trim_start_matches(['-', ' ']);
                let key = way.join(".");
                if let Some(host) = text.strip_prefix("registry:") {
                    let host = host.trim().trim_matches(['"', '\'']);
                    self.found.registry(Kind::LogsIn, host, place(line, &key));
                } else if let Some(password) = text.strip_prefix("password:") {
                    self.found.password(&key, password, place(line, &key));
                }
            }
        }
    }

    /// A workflow that the job calls.
    fn call(
        &mut self,
        source: &Source<'t>,
        uses: &Node,
        with: Option<&Node>,
        scope: &Scope,
        around: &Around,
    ) {
        let Some(name) = uses.text() else { return };
        let Some(path) = name.strip_prefix("./") else {
            let sentence = "The workflow that is called is in another repository. It was not read.";
            self.found.note(&source.name, uses.line(), sentence);
            return;
        };
        // Gitea allows a revision behind a local path.
        let path = path.split('@').next().unwrap_or(path);
        let Some(callee) = self.open(source, path) else {
            let reason = "A workflow that this file calls cannot be opened.";
            self.found.unread(&source.name, Some(uses.line()), reason);
            return;
        };
        let given = given(with, scope);
        let around = Around { depth: around.depth + 1, ..around.clone() };
        self.called(callee, given, &around);
    }
}

/// The values that a call puts into inputs.
pub(super) fn given(with: Option<&Node>, scope: &Scope) -> Vec<(String, Value)> {
    let entries = with.map(Node::entries).unwrap_or_default();
    entries.iter().map(|entry| (entry.key.clone(), scope.value(&entry.value))).collect()
}

/// Whether a job or step can run, as far as its condition tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    Maybe,
    /// Its condition is false whatever happens.
    Never,
    /// Not with these inputs, or not in this job of the matrix.
    NotHere,
}

pub(super) fn runs(node: &Node, scope: &Scope) -> Runs {
    let Some(condition) = node.get("if") else { return Runs::Maybe };
    let text = condition.text().unwrap_or_default();
    // The inputs of a run by hand can be any.
    let has_inputs = text.contains("inputs");
    if has_inputs && !scope.is_called {
        return Runs::Maybe;
    }
    let value = if text.contains("${{") { scope.value(condition) } else { scope.evaluate(text) };
    match value.is_true() {
        Some(false) if has_inputs || text.contains("matrix") => Runs::NotHere,
        Some(false) if !text.trim().is_empty() => Runs::Never,
        _ => Runs::Maybe,
    }
}

/// What is to be said of the image of a job that GitHub does not start.
fn refused(name: &str) -> Vec<&'static str> {
    let is_other = |name: &String| name.starts_with("env.") || name.starts_with("secrets.");
    let is_refused = holes(name).iter().any(is_other);
    if is_refused { vec!["GitHub allows neither env nor secrets here."] } else { Vec::new() }
}

/// The name of an image, without the scheme that GitHub allows before it.
fn without_scheme(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix("docker://").unwrap_or(name)
}

/// The registry that an image is in, as it is written; nothing for Docker Hub.
fn host_of(name: &str) -> &str {
    match name.split_once('/') {
        Some((first, _)) if first.contains(HOLE) || is_host(first) => first,
        // The whole name may come from elsewhere.
        None if name.starts_with(HOLE) => name,
        _ => "",
    }
}

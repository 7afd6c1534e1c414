//! Steps: an image, an action, or a script.

use super::job::{Runs, given, runs};
use super::scope::Scope;
use super::value::Value;
use super::{Around, Reader, actions, written};
use crate::found::{Findings, Kind, Place};
use crate::scripts;
use crate::source::Source;
use crate::systems::common::{of_powershell, with_percent_values};
use crate::yaml::{Node, Script};

/// One step, with what is around it.
pub(super) struct Step<'a, 't> {
    pub source: &'a Source<'t>,
    pub node: &'a Node,
    /// The other steps of the job.
    pub all: &'a Node,
    pub path: String,
    pub around: Around,
}

impl Step<'_, '_> {
    pub(super) fn place(&self, line: usize, key: &str) -> Place {
        self.around.place(self.source.at(line).path(format!("{}.{key}", self.path)))
    }

    /// The place of an input.
    pub(super) fn at(&self, node: &Node, input: &str) -> Place {
        self.place(node.line(), &format!("with.{input}"))
    }

    /// An input. Their names have no case.
    pub(super) fn input(&self, name: &str) -> Option<&Node> {
        let entries = self.node.get("with").map(Node::entries).unwrap_or_default();
        let found = entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(name));
        found.map(|entry| &entry.value).filter(|value| !value.is_null())
    }

    /// The text of an input; empty if there is none.
    pub(super) fn text(&self, name: &str, scope: &Scope) -> String {
        self.input(name).map(|node| scope.text(node).trim().to_owned()).unwrap_or_default()
    }

    pub(super) fn id(&self) -> &str {
        self.node.get("id").and_then(Node::text).unwrap_or_default()
    }

    /// The line on which the action is named.
    pub(super) fn uses_line(&self) -> usize {
        self.node.get("uses").unwrap_or(self.node).line()
    }
}

/// The lines of a text that is not empty, each with its line in the file and its expressions replaced.
pub(super) fn lines(node: &Node, scope: &Scope) -> Vec<(usize, String)> {
    let Some(script) = node.script() else { return Vec::new() };
    let is_whole = |line: &str| line.matches("${{").count() <= line.matches("}}").count();
    // What an expression of several lines gives is said to be on the first.
    let is_by_line = script.text.lines().all(is_whole);
    let pieces: Vec<(usize, &str)> = if is_by_line {
        script.text.lines().enumerate().map(|(at, line)| (script.line_of(at), line)).collect()
    } else {
        vec![(script.line, script.text)]
    };
    let mut lines = Vec::new();
    for (at, piece) in pieces {
        let text = scope.put_in(piece);
        let wanted = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.extend(wanted.map(|line| (at, line.to_owned())));
    }
    lines
}

impl<'t> Reader<'_, 't> {
    pub(super) fn steps(
        &mut self,
        source: &Source<'t>,
        steps: &Node,
        path: &str,
        scope: &mut Scope,
        around: &Around,
    ) {
        for (at, node) in steps.items().iter().enumerate() {
            let path = format!("{path}[{at}]");
            if let Some(group) = node.get("parallel") {
                self.steps(source, group, &format!("{path}.parallel"), scope, around);
                continue;
            }
            let own = scope.env.len();
            self.environment(source, node, &format!("{path}.env"), scope, around);
            let runs = runs(node, scope);
            if runs != Runs::NotHere {
                let hidden = around.hidden || runs == Runs::Never;
                let around = Around { hidden, ..around.clone() };
                self.step(&Step { source, node, all: steps, path, around }, scope);
            }
            scope.env.truncate(own);
            if runs == Runs::Maybe {
                written::keep(node, scope);
            }
        }
    }

    fn step(&mut self, step: &Step<'_, 't>, scope: &mut Scope) {
        if let Some(uses) = step.node.get("uses").and_then(Node::text) {
            self.uses(step, uses.trim(), scope);
        }
        if let Some(run) = step.node.get("run")
            && is_shell(step.node)
        {
            script(step, run, "run", scope, self.found);
        }
    }

    fn uses(&mut self, step: &Step<'_, 't>, uses: &str, scope: &mut Scope) {
        if let Some(image) = uses.strip_prefix("docker://") {
            let place = step.place(step.uses_line(), "uses");
            return self.found.image(Kind::Pulls, image, place);
        }
        let Some(path) = uses.strip_prefix("./") else {
            return actions::read(action_name(uses), step, scope, self.found);
        };
        let folder = path.split('@').next().unwrap_or(path).trim_end_matches('/');
        let in_folder = |name: &str| {
            if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
        };
        // One that another repository was checked out for is not here.
        let opened = ["action.yml", "action.yaml"]
            .iter()
            .find_map(|name| self.open(step.source, &in_folder(name)));
        if let Some(action) = opened {
            let given = given(step.node.get("with"), scope);
            let around = Around { depth: step.around.depth + 1, ..step.around.clone() };
            self.called(action, given, &around);
        }
    }
}

/// `owner/name/path`, without a revision and the address that Gitea and Forgejo allow before it.
fn action_name(uses: &str) -> &str {
    let name = uses.split('@').next().unwrap_or(uses);
    let is_address = name.starts_with("https://") || name.starts_with("http://");
    if !is_address {
        return name;
    }
    let path = name.split_once("://").map_or(name, |(_, rest)| rest);
    path.split_once('/').map_or(path, |(_, rest)| rest)
}

/// Whether the step's script is one that a shell reads.
fn is_shell(step: &Node) -> bool {
    !["python", "python3", "perl", "node", "ruby"].contains(&shell(step))
}

/// The program that reads the step's script, if the step names it.
fn shell(step: &Node) -> &str {
    let shell = step.get("shell").and_then(Node::text).unwrap_or_default();
    shell.split_whitespace().next().unwrap_or_default()
}

/// Adds the container commands of a script.
pub(super) fn script(
    step: &Step<'_, '_>,
    node: &Node,
    key: &str,
    scope: &Scope,
    found: &mut Findings,
) {
    let Some(script) = node.script() else { return };
    // A value of several lines would move those below.
    let mut text = scope.put_in(script.text);
    if text.lines().count() != script.text.lines().count() {
        let lines = script.text.lines().map(|line| scope.put_in(line).replace('\n', " "));
        text = lines.collect::<Vec<_>>().join("\n");
    }
    match shell(step.node) {
        "cmd" => text = with_percent_values(&text, &|name| format!("${{{name}}}")),
        "pwsh" | "powershell" => text = of_powershell(&text),
        _ => {}
    }
    let place = step.place(script.line, key);
    let lookup = |name: &str| scope.variable(name);
    scripts::commands(Script { text: &text, ..script }, &lookup, &place, found);
}

/// The value of a flag among the inputs; `otherwise` if there is none. What is not known may be yes.
pub(super) fn may(step: &Step<'_, '_>, name: &str, otherwise: bool, scope: &Scope) -> bool {
    match step.input(name).map(|node| scope.value(node)) {
        None | Some(Value::Null) => otherwise,
        Some(value) => value.says_yes().unwrap_or(true),
    }
}

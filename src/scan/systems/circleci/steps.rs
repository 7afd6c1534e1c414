//! Steps: commands of the shell, of the file and of orbs.

use super::parameters::Given;
use super::{Reader, Run};
use crate::scripts;
use crate::yaml::{Node, Script};

/// Commands that use one another go no deeper.
const DEEPEST: usize = 10;

impl<'a> Reader<'a, '_> {
    pub(super) fn steps(&mut self, steps: &Node, run: &Run<'a>) {
        if self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        // All of them may be one parameter.
        let given = steps.text().and_then(|text| run.given.steps(text)).cloned();
        for step in given.as_ref().unwrap_or(steps).items() {
            self.one_step(step, run);
        }
        self.depth -= 1;
    }

    fn one_step(&mut self, step: &Node, run: &Run<'a>) {
        if !self.can_go_on(step.line()) {
            return;
        }
        if let Some(text) = step.text() {
            match run.given.steps(text).cloned() {
                Some(steps) => self.steps(&steps, run),
                None => self.command(text, None, step.line(), run),
            }
            return;
        }
        for entry in step.entries() {
            match entry.key.as_str() {
                "run" | "deploy" => self.shell(&entry.value, run),
                "when" | "unless" => {
                    if let Some(steps) = entry.value.get("steps") {
                        self.steps(steps, run);
                    }
                }
                "steps" => self.steps(&entry.value, run),
                name => self.command(name, Some(&entry.value), entry.line, run),
            }
        }
    }

    /// `run: command` or `run: {command: command, environment: {…}}`
    fn shell(&mut self, node: &Node, run: &Run<'a>) {
        let command = node.get("command").unwrap_or(node);
        let Some(script) = command.script() else { return };
        let text = self.put_in(script.text, &run.given);
        let keeps_lines = script.keeps_lines && text.lines().count() == script.text.lines().count();
        let mut environment = run.environment.clone();
        environment.add(node.get("environment"), &|text| self.put_in(text, &run.given));
        let place = self.place(script.line, "run", run);
        let script = Script { text: &text, keeps_lines, ..script };
        scripts::commands(script, &|name| environment.lookup(name), &place, self.found);
    }

    /// A command of the file, or one of an orb that is known.
    fn command(&mut self, name: &str, given: Option<&Node>, line: usize, run: &Run<'a>) {
        let entries = given.map(Node::entries).unwrap_or_default();
        match self.lookup(run.library, "commands", name) {
            Some((library, command)) => {
                let declared = command.value.get("parameters");
                let inner = Run {
                    library,
                    job: run.job.clone(),
                    path: format!("commands.{}", command.key),
                    given: self.given(declared, entries, &run.given),
                    hidden: run.hidden,
                    environment: run.environment.clone(),
                };
                if let Some(steps) = command.value.get("steps") {
                    self.steps(steps, &inner);
                }
            }
            None => {
                let place = self.place(line, name, run);
                let given: &Given = &run.given;
                self.orb(name, entries, given, &run.environment, place);
            }
        }
    }
}

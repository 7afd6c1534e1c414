//! Steps: scripts and tasks.

use super::Reader;
use super::scope::{Scope, get, items};
use crate::scripts;
use crate::systems::common::{Environment, of_powershell, with_percent_values};
use crate::variables::Lookup;
use crate::yaml::{Node, Script};

impl Reader<'_, '_> {
    pub(super) fn steps(&mut self, steps: Option<&Node>, scope: &Scope) {
        for step in steps.map(|steps| items(steps, scope)).unwrap_or_default() {
            if !self.can_go_on(step.line()) {
                return;
            }
            if get(&step, "template").is_some() {
                self.template(&step, scope);
                continue;
            }
            for key in ["script", "bash", "pwsh", "powershell"] {
                if let Some(script) = get(&step, key) {
                    self.script(&script, &step, scope, key);
                }
            }
            if let Some(target) = get(&step, "target") {
                self.target(&target, scope);
            }
            let task = get(&step, "task");
            if let Some(task) = task.as_ref().and_then(Node::text) {
                self.task(task, &step, scope);
            }
        }
    }

    /// A script with the environment of its step.
    pub(super) fn script(&mut self, node: &Node, step: &Node, scope: &Scope, key: &str) {
        let Some(script) = node.script() else { return };
        let text = scope.put_in_script(script.text);
        let text = match key {
            "pwsh" | "powershell" => of_powershell(&text),
            // On Windows it is one of cmd. Elsewhere `%Y%m` is a form of dates, and names have more than one letter.
            "script" => with_percent_values(&text, &|name| match name.len() {
                1 => format!("%{name}%"),
                _ => format!("${{{name}}}"),
            }),
            _ => text,
        };
        let keeps_lines = script.keeps_lines && text.lines().count() == script.text.lines().count();
        let mut environment = Environment::default();
        environment.add(get(step, "env").as_ref(), &|text| scope.put_in(text));
        let lookup = |name: &str| match environment.lookup(name) {
            Lookup::Unknown => scope.lookup(name),
            known => known,
        };
        let place = self.place(script.line, &format!("steps.{key}"), scope);
        let script = Script { text: &text, keeps_lines, ..script };
        scripts::commands(script, &lookup, &place, self.found);
    }
}

//! What a service runs, as far as it is a command that has to do with images.

use super::environment::Environment;
use super::layers::{Field, Layers};
use crate::found::Findings;
use crate::scripts;
use crate::systems::common::{self, command_line, is_shell, is_shell_flag, program, quoted};
use crate::yaml::{Node, Script};

/// Reads `entrypoint`, `command` and the hooks of a service, whose image has that name.
pub(super) fn read(service: &Layers, image: &str, environment: &Environment, found: &mut Findings) {
    let mut variables = common::Environment::default();
    // The nearest counts, which is the last one that is added.
    for layer in service.below("environment").each().iter().rev() {
        variables.add(Some(&layer.node), &|text| environment.put_in(text));
    }
    let container = Container { environment, variables };
    let (entrypoint, command) = (service.below("entrypoint"), service.below("command"));
    let fields: Vec<Field> =
        entrypoint.nearest().into_iter().chain(command.nearest()).cloned().collect();
    container.run(&fields, None, found);
    if entrypoint.is_empty() && !image.is_empty() {
        // Or it is what the image's own program is given.
        container.run(&fields, Some(program(image)), found);
    }
    for hook in ["post_start", "pre_stop"].iter().flat_map(|key| service.below(key).items()) {
        if let Some(node) = hook.node.get("command") {
            let place = hook.below("command", node);
            container.run(&[Field { node: node.clone(), place }], None, found);
        }
    }
}

struct Container<'a> {
    environment: &'a Environment,
    variables: common::Environment,
}

impl Container<'_> {
    /// The words of the fields are one command: a list has them apart, and a text as a shell would.
    fn run(&self, fields: &[Field], program: Option<String>, found: &mut Findings) {
        let Some(Field { place, .. }) = fields.first() else { return };
        let words: Vec<(&Node, bool)> = fields
            .iter()
            .flat_map(|field| {
                field.node.one_or_more().iter().map(|word| (word, field.node.is_list()))
            })
            .filter(|(word, _)| word.text().is_some())
            .collect();
        let text = |at: usize| words[at].0.text().unwrap_or_default();
        let flag = (1..words.len())
            .find(|at| is_shell_flag(text(*at)) && (0..*at).any(|at| is_shell(text(at))));
        let lookup = |name: &str| self.variables.lookup(name);
        if let Some(script) = flag.and_then(|flag| words.get(flag + 1)?.0.script()) {
            let text = self.environment.put_in(script.text);
            let script = Script { text: &text, ..script };
            return scripts::commands(script, &lookup, place, found);
        }
        let line_of = |word: &Node| word.script().map_or(word.line(), |script| script.line);
        let mut texts: Vec<(String, usize)> = words
            .iter()
            .map(|(word, is_apart)| {
                let text = self.environment.put_in(word.text().unwrap_or_default());
                (if *is_apart { quoted(&text) } else { text }, line_of(word))
            })
            .collect();
        let Some((_, line)) = texts.first() else { return };
        let line = *line;
        texts.splice(0..0, program.map(|program| (program, line)));
        let text = command_line(&texts);
        let script = Script { text: &text, line, keeps_lines: true };
        scripts::commands(script, &lookup, place, found);
    }
}

//! What a container runs, as far as it is a command that has to do with images.

use super::manifest::{Manifest, child, replaced};
use crate::found::Findings;
use crate::scripts;
use crate::systems::common::{command_line, is_shell, is_shell_flag, program, quoted};
use crate::variables::{Lookup, hole};
use crate::yaml::{Node, Script};

/// Variables of containers: their value if it stands there.
type Environment = Vec<(String, Option<String>)>;

/// Reads `command` and `args` of a container. `levels` are the container and what it takes defaults from; `fill` puts
/// in what is replaced before the container starts.
pub(in crate::systems) fn of_words(
    manifest: &Manifest<'_>,
    levels: &[&Node],
    image: &str,
    fill: &dyn Fn(&str) -> String,
    path: &str,
    found: &mut Findings,
) {
    let field = |key: &str| levels.iter().find_map(|level| level.get(key));
    let command = field("command").map(Node::one_or_more).unwrap_or_default();
    let args = field("args").map(Node::one_or_more).unwrap_or_default();
    let words: Vec<&Node> =
        command.iter().chain(args).filter(|word| word.text().is_some()).collect();
    let Some(first) = words.first() else { return };
    let environment = environment(levels, fill);
    let text = |at: usize| words[at].text().unwrap_or_default();
    let flag = (1..words.len())
        .find(|at| is_shell_flag(text(*at)) && (0..*at).any(|at| is_shell(text(at))));
    let path = child(path, if command.is_empty() { "args" } else { "command" });
    if let Some(script) = flag.and_then(|flag| words.get(flag + 1)) {
        return run(manifest, script, &environment, fill, &path, found);
    }
    let line_of = |word: &Node| {
        let line = word.script().map_or(word.line(), |script| script.line);
        (manifest.at)(line).line
    };
    let mut texts: Vec<(String, usize)> = words
        .iter()
        .filter_map(|word| Some((word.text()?, line_of(word))))
        .map(|(text, line)| (quoted(&with_values(&fill(text), &environment)), line))
        .collect();
    // Without a command the program is the image's, which is mostly named after it.
    if command.is_empty() {
        texts.insert(0, (program(image), line_of(first)));
    }
    let text = command_line(&texts);
    let script = Script { text: &text, line: texts[0].1, keeps_lines: true };
    let place = manifest.place(first, &path);
    scripts::commands(script, &|_| Lookup::Unknown, &place, found);
}

/// Reads a field that is a script.
pub(in crate::systems) fn of_script(
    manifest: &Manifest<'_>,
    node: &Node,
    levels: &[&Node],
    fill: &dyn Fn(&str) -> String,
    path: &str,
    found: &mut Findings,
) {
    run(manifest, node, &environment(levels, fill), fill, path, found);
}

fn run(
    manifest: &Manifest<'_>,
    node: &Node,
    environment: &Environment,
    fill: &dyn Fn(&str) -> String,
    path: &str,
    found: &mut Findings,
) {
    let Some(script) = node.script() else { return };
    let text = with_values(&fill(script.text), environment);
    let lookup = |name: &str| match environment.iter().rev().find(|(known, _)| known == name) {
        Some((_, Some(value))) => Lookup::Is(value.clone()),
        _ => Lookup::Unknown,
    };
    // The resource may stand in a text whose lines are others than those of the file.
    let line = (manifest.at)(script.line).line;
    let keeps_lines = script.keeps_lines && (manifest.at)(script.line + 1).line == line + 1;
    let place = manifest.place(node, path);
    scripts::commands(Script { text: &text, line, keeps_lines }, &lookup, &place, found);
}

/// `$(NAME)` of a variable of the container. Others are left: in a script they are commands.
fn with_values(text: &str, environment: &Environment) -> String {
    replaced(text, &|name| {
        let (_, value) = environment.iter().rev().find(|(known, _)| known == name)?;
        Some(value.clone().unwrap_or_else(|| hole(name)))
    })
}

/// `env` of each level, the nearest last.
fn environment(levels: &[&Node], fill: &dyn Fn(&str) -> String) -> Environment {
    let mut found = Vec::new();
    for variable in levels.iter().rev().filter_map(|level| level.get("env")).flat_map(Node::items) {
        if let Some(name) = variable.get("name").and_then(Node::text) {
            let value = variable.get("value").and_then(Node::text).map(fill);
            found.push((name.to_owned(), value));
        }
    }
    found
}

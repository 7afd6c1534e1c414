//! Steps: an image each, and arguments that may be a container command.

use super::Reader;
use crate::found::{Kind, Place};
use crate::scripts;
use crate::systems::common::{Environment, command_line};
use crate::variables::Lookup;
use crate::yaml::{Node, Script};

impl Reader<'_, '_> {
    pub(super) fn steps(&mut self) {
        let options = self.build.get("options");
        let steps = self.build.get("steps").map(Node::items).unwrap_or_default();
        for (at, step) in steps.iter().enumerate() {
            let Some(image) = step.get("name") else { continue };
            let place = self.source.at(image.line()).path(format!("steps[{at}].name"));
            let place = match step.get("id").and_then(Node::text) {
                Some(id) => place.job(id),
                None => place,
            };
            self.image(Kind::Pulls, image, place.clone());
            let mut environment = Environment::default();
            let substitutions = self.substitutions;
            for env in [options.and_then(|options| options.get("env")), step.get("env")] {
                environment.add(env, &|text| substitutions.put_in(text));
            }
            let maps = |node: Option<&Node>| {
                node.and_then(|node| node.get("automapSubstitutions")).and_then(Node::flag)
            };
            let is_mapped = maps(Some(step)).or(maps(options)) == Some(true);
            let lookup = |name: &str| match environment.lookup(name) {
                Lookup::Unknown if is_mapped => substitutions.lookup(name),
                known => known,
            };
            if let Some(script) = step.get("script").and_then(Node::script) {
                let place = place.line(script.line).path(format!("steps[{at}].script"));
                scripts::commands(script, &lookup, &place, self.found);
            } else {
                let place = place.path(format!("steps[{at}].args"));
                self.arguments(step, &lookup, &place);
            }
        }
    }

    fn arguments(&mut self, step: &Node, lookup: &dyn Fn(&str) -> Lookup, place: &Place) {
        let Some(list) = step.get("args") else { return };
        let substitutions = self.substitutions;
        let text = |node: &Node| substitutions.put_in(node.text().unwrap_or_default());
        let words: Vec<String> = list.one_or_more().iter().map(text).collect();
        let entrypoint = step.get("entrypoint").map(text);
        let image = step.get("name").and_then(Node::text).unwrap_or_default();
        let program = entrypoint.unwrap_or_else(|| program_of(image).to_owned());
        let first = list.one_or_more().first().map_or(list.line(), Node::line);
        let place = place.line(first);
        let name = program.rsplit('/').next().unwrap_or(&program);
        // `bash -c` and a script: its lines are those of the file.
        let is_shell = matches!(name, "sh" | "bash" | "ash");
        let option = words.iter().position(|word| word.starts_with('-') && word.ends_with('c'));
        if let Some(inner) = option.filter(|_| is_shell).and_then(|at| words.get(at + 1)) {
            let script = list.items().get(option.map_or(0, |at| at + 1)).and_then(Node::script);
            let Some(script) = script else { return };
            let place = place.line(script.line);
            let keeps_lines =
                script.keeps_lines && inner.lines().count() == script.text.lines().count();
            let script = Script { text: inner, keeps_lines, ..script };
            return scripts::commands(script, lookup, &place, self.found);
        }
        let lines = list.one_or_more().iter().map(Node::line);
        let mut command = vec![(quoted(name), first)];
        command.extend(words.iter().map(|word| quoted(word)).zip(lines));
        let command = command_line(&command);
        let script = Script { text: &command, line: first, keeps_lines: true };
        scripts::commands(script, lookup, &place, self.found);
    }
}

/// What the images that many steps use run by themselves.
fn program_of(image: &str) -> &str {
    let bare = image.split('@').next().unwrap_or(image);
    let last = bare.rsplit('/').next().unwrap_or(bare);
    let name = last.split(':').next().unwrap_or(last);
    let is_kaniko = bare.contains("kaniko-project/");
    match name {
        "executor" | "warmer" if is_kaniko => name,
        "docker" | "buildah" | "skopeo" | "crane" | "gcloud" | "helm" | "pack" | "oras" => name,
        _ => "",
    }
}

/// A word as a shell takes it: variables stay variables.
fn quoted(word: &str) -> String {
    let mut out = String::from("\"");
    for c in word.chars() {
        if matches!(c, '"' | '\\' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

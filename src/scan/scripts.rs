//! The container commands in scripts: docker and its like, buildah, skopeo, crane, kaniko, helm, oras and others.
//!
//! A guess, and marked as one ([`crate::SeenIn::Script`]): what a script does is known when it runs.

mod artifacts;
mod buildah;
mod cluster;
mod copies;
mod docker;
mod lists;
mod options;
mod others;
mod printed;
mod registries;
mod shell;
#[cfg(test)]
mod tests;
mod words;

use crate::auths;
use crate::buildx;
use crate::dockerfile::{self, Build};
use crate::found::{Findings, Kind, Place};
use crate::variables::{Lookup, with_template_holes};
use crate::yaml::Script;
use options::Given;
use shell::Shell;
use words::Command;

/// Adds what the commands of a script pull, push, build and log in to. `lookup` knows the values of variables that were
/// set outside the script; those that it sets itself are followed. Expressions of the system are to be put in before
/// ([`crate::variables::Syntax::EXPRESSIONS`]). The place is the script's: each finding has its own line.
pub fn commands(
    script: Script<'_>,
    lookup: &dyn Fn(&str) -> Lookup,
    place: &Place,
    found: &mut Findings,
) {
    commands_of(&[script], lookup, place, found);
}

/// The same for scripts that one shell runs one after the other, as the lines of a job: what the first sets, the next
/// knows.
pub fn commands_of(
    scripts: &[Script<'_>],
    lookup: &dyn Fn(&str) -> Lookup,
    place: &Place,
    found: &mut Findings,
) {
    let mut shell = Shell::new(lookup);
    for script in scripts {
        read(*script, &mut shell, place, found, 0);
    }
}

fn read(
    script: Script<'_>,
    shell: &mut Shell<'_>,
    place: &Place,
    found: &mut Findings,
    depth: usize,
) {
    let text = with_template_holes(script.text);
    let commands = words::commands(&text, 0, depth);
    for (at, command) in commands.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| &commands[at]).filter(|_| command.is_piped);
        let (mut words, from) = shell.words(&command.words);
        let line_of = |at: usize| {
            let line = from.get(at).and_then(|at| command.lines.get(*at));
            line.map_or(script.line, |line| script.line_of(*line))
        };
        let place = place.line(line_of(0)).in_script();
        let raw: Vec<&str> = from.iter().map(|at| command.words[*at].as_str()).collect();
        shell.set(&mut words, &raw, &place, found);
        // Each finding is where its word is; words before the command are gone.
        let gone = from.len() - words.len();
        // A script that writes the file of logins is one that logs in.
        for word in words.iter().filter(|word| word.contains("\"auths\"")) {
            auths::read(word, "auths", &place, found);
        }
        let Some(program) = words.first() else { continue };
        let program = program.rsplit('/').next().unwrap_or(program);
        let program = program.strip_suffix(".exe").unwrap_or(program).to_owned();
        // `sh -c "…"`
        if let ("sh" | "bash" | "ash", [_, option, inner, ..]) = (program.as_str(), &words[..])
            && option.starts_with('-')
            && option.ends_with('c')
        {
            let inner = Script { text: inner, line: line_of(gone + 2), keeps_lines: false };
            let lookup = |name: &str| shell.value(name);
            let mut own = Shell::new(&lookup);
            read(inner, &mut own, &place, found, depth + 1);
            continue;
        }
        if program == "ssh" {
            let (text, at) = remote(&words);
            let line = line_of(gone + at);
            let inner = Script { text: &text, line, keeps_lines: script.keeps_lines };
            let mut own = Shell::new(&|_| Lookup::Unknown);
            read(inner, &mut own, &place, found, depth + 1);
            continue;
        }
        let here = command.here.as_ref().map(|here| {
            let text = words::filled(&here.text, &|text| shell.put_in(text));
            (text, script.line_of(here.line))
        });
        let here = here.as_ref().map(|(text, line)| Script { text, line: *line, ..script });
        if let Some(here) = here.filter(|_| writes_dockerfile(command)) {
            dockerfile::read(here, &place, &Build::default(), found);
        }
        let piped = before.and_then(|before| printed::word(&before.words));
        let piped = piped.map(|word| words::filled(word, &|text| shell.put_in(text)));
        let place = place.line(line_of(gone));
        let lines: Vec<usize> = (gone + 1..from.len()).map(line_of).collect();
        let mut call = Call {
            words: &words[1..],
            lines: &lines,
            place: &place,
            piped: piped.as_deref(),
            here,
            found: &mut *found,
        };
        match program.as_str() {
            "docker" | "podman" | "nerdctl" | "finch" => docker::client(&mut call),
            "buildah" => buildah::run(&mut call),
            "regctl" | "ctr" | "crictl" | "az" => registries::run(&program, &mut call),
            program => others::run(program, &mut call),
        }
    }
}

/// Whether what the command prints, or `tee` writes, is a Dockerfile.
fn writes_dockerfile(command: &Command) -> bool {
    let is_one = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        ["Dockerfile", "Containerfile"].iter().any(|kind| {
            let beside = name.strip_prefix(kind);
            beside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || name.strip_suffix(kind).is_some_and(|rest| rest.ends_with('.'))
        })
    };
    match command.words.first().map(String::as_str) {
        Some("tee") => command.words[1..].iter().any(is_one),
        Some("cat") => command.output.as_ref().is_some_and(is_one),
        _ => false,
    }
}

/// What `ssh [options] machine command` runs there, and at which word it begins.
fn remote(words: &[String]) -> (String, usize) {
    const TAKE: &str = "BbcDEeFIiJLlmOopPQRSWw";
    let takes = |name: &str| name.len() == 1 && TAKE.contains(name);
    let given = Given::read(&words[1..], &takes, true);
    let command = given.rest.get(1..).unwrap_or_default();
    (command.join(" "), words.len() - command.len())
}

/// Words of a command whose lines are told apart.
const MOST_WORDS: usize = 300;

/// One command, without its name.
struct Call<'a> {
    words: &'a [String],
    /// Of each word.
    lines: &'a [usize],
    /// Of the command.
    place: &'a Place,
    /// What is known to be on its input.
    piped: Option<&'a str>,
    /// The here-document on its input.
    here: Option<Script<'a>>,
    found: &'a mut Findings,
}

impl Call<'_> {
    fn image(&mut self, kind: Kind, name: &str) {
        let place = self.place_of(name);
        self.found.image(kind, name, place);
    }

    /// An image that is pulled unless the client has it.
    fn takes_image(&mut self, name: &str) {
        let place = self.place_of(name);
        self.found.takes_image(name, place);
    }

    fn registry(&mut self, kind: Kind, host: &str) {
        let place = self.place_of(host);
        self.found.registry(kind, host, place);
    }

    fn password(&mut self, option: &str, value: &str) {
        let place = self.place_of(value);
        self.found.password(option, value, place);
    }

    /// Where the text stands: in the word that is it, or in one that ends with it, or in one that has it.
    fn place_of(&self, text: &str) -> Place {
        let at =
            |is_it: &dyn Fn(&String) -> bool| self.words.iter().take(MOST_WORDS).position(is_it);
        let word = at(&|word| word == text)
            .or_else(|| at(&|word| word.ends_with(text)))
            .or_else(|| at(&|word| word.contains(text)))
            .filter(|_| !text.is_empty());
        match word.and_then(|word| self.lines.get(word)) {
            Some(line) => self.place.line(*line),
            None => self.place.clone(),
        }
    }

    /// Where one of the options has the value: another option may have the same.
    fn place_of_option(&self, names: &[&str], value: &str) -> Place {
        let words = &self.words[..self.words.len().min(MOST_WORDS)];
        let word = words.iter().enumerate().position(|(at, word)| {
            let before = at.checked_sub(1).map_or("", |before| words[before].as_str());
            let is_behind = word == value && before.starts_with('-');
            let (before, own) = (before.trim_start_matches('-'), word.trim_start_matches('-'));
            let own = own.split_once('=').filter(|(_, own)| *own == value && word.starts_with('-'));
            names.iter().any(|name| {
                is_behind && before == *name || own.is_some_and(|(own, _)| own == *name)
            })
        });
        match word.and_then(|word| self.lines.get(word)) {
            Some(line) => self.place.line(*line),
            None => self.place_of(value),
        }
    }

    /// Each image that the options name in their values.
    fn images_of(
        &mut self,
        given: &Given,
        names: &[&str],
        images: &dyn Fn(&str) -> Vec<(Kind, String)>,
    ) {
        for value in given.values(names) {
            let place = self.place_of_option(names, value);
            for (kind, name) in images(value) {
                self.found.image(kind, &name, place.clone());
            }
        }
    }

    /// The caches that the options name.
    fn caches(&mut self, given: &Given, kind: Kind, names: &[&str]) {
        self.images_of(given, names, &|value| {
            buildx::cache(value).into_iter().map(|name| (kind, name)).collect()
        });
    }

    /// `login [-u name] [-p password] [registry]`
    fn login(&mut self, words: &[String]) {
        const TAKE: [&str; 9] = [
            "u",
            "username",
            "p",
            "password",
            "authfile",
            "cert-dir",
            "c",
            "registry-config",
            "compat-auth-file",
        ];
        let given = Given::read(words, &|name| TAKE.contains(&name), false);
        if given.has(&["help"]) {
            return;
        }
        let host = given.rest.first().map_or("", String::as_str);
        self.registry(Kind::LogsIn, host);
        for value in given.values(&["p", "password"]) {
            self.password("--password", value);
        }
        if let (Some(piped), true) = (self.piped, given.has(&["password-stdin"])) {
            self.found.password("--password-stdin", piped, self.place.clone());
        }
    }
}

//! The container commands in scripts: docker and its like, buildah, skopeo, crane, kaniko, helm, oras and others.
//!
//! A guess, and marked as one ([`crate::SeenIn::Script`]): what a script does is known when it runs.

mod docker;
mod options;
mod others;
#[cfg(test)]
mod tests;
mod words;

use crate::auths;
use crate::found::{Findings, Kind, Place};
use crate::variables::{HOLE, Lookup, Syntax, has_variable, hole, substitute, with_template_holes};
use crate::yaml::Script;
use options::Given;
use words::Command;

/// Words before a command that leave it what it is.
const BEFORE: [&str; 19] = [
    "!", "{", "builtin", "command", "do", "elif", "else", "env", "eval", "exec", "if", "nice",
    "nohup", "sudo", "then", "time", "timeout", "until", "while",
];

/// Adds what the commands of a script pull, push, build and log in to. `lookup` knows the values of variables that were
/// set outside the script; those that it sets itself are followed. Expressions of the system are to be put in before
/// ([`Syntax::EXPRESSIONS`]). The place is the script's: each finding has its own line.
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
    let mut shell = Shell { lookup, values: Vec::new() };
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
        let mut words: Vec<String> = command
            .words
            .iter()
            .map(|word| words::filled(word, &|text| shell.put_in(text)))
            .collect();
        let line_of =
            |at: usize| command.lines.get(at).map_or(script.line, |at| script.line_of(*at));
        let place = place.line(line_of(0)).in_script();
        shell.set(&mut words, &place, found);
        // Each finding is where its word is; words before the command are gone.
        let gone = command.words.len() - words.len();
        // A script that writes the file of logins is one that logs in.
        for word in words.iter().filter(|word| word.contains("\"auths\"")) {
            auths::read(word, "auths", &place, found);
        }
        let Some(program) = words.first() else { continue };
        let program = program.rsplit('/').next().unwrap_or(program).to_owned();
        // `sh -c "…"`
        if let ("sh" | "bash" | "ash", [_, option, inner, ..]) = (program.as_str(), &words[..])
            && option.starts_with('-')
            && option.ends_with('c')
        {
            let inner = Script { text: inner, line: line_of(gone + 2), keeps_lines: false };
            let lookup = |name: &str| shell.value(name);
            let mut own = Shell { lookup: &lookup, values: Vec::new() };
            read(inner, &mut own, &place, found, depth + 1);
            continue;
        }
        if program == "ssh" {
            let (text, at) = remote(&words);
            let line = line_of(gone + at);
            let inner = Script { text: &text, line, keeps_lines: script.keeps_lines };
            let mut own = Shell { lookup: &|_| Lookup::Unknown, values: Vec::new() };
            read(inner, &mut own, &place, found, depth + 1);
            continue;
        }
        let piped = before.and_then(|before| printed(before, shell));
        let place = place.line(line_of(gone));
        let lines: Vec<usize> = (gone + 1..command.words.len()).map(line_of).collect();
        let mut call = Call {
            words: &words[1..],
            lines: &lines,
            place: &place,
            piped: piped.as_deref(),
            found: &mut *found,
        };
        match program.as_str() {
            "docker" | "podman" | "nerdctl" | "finch" => docker::client(&mut call),
            "buildah" => docker::buildah(&mut call),
            program => others::run(program, &mut call),
        }
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

/// What `echo` and `printf` print, as long as it is one word.
fn printed(command: &Command, shell: &Shell<'_>) -> Option<String> {
    let words: Vec<&String> = command.words.iter().filter(|word| !word.starts_with('-')).collect();
    let value = match words[..] {
        [program, value] if program == "echo" || program == "printf" => value,
        [program, form, value] if program == "printf" && form.starts_with('%') => value,
        _ => return None,
    };
    Some(words::filled(value, &|text| shell.put_in(text)))
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
    found: &'a mut Findings,
}

impl Call<'_> {
    fn image(&mut self, kind: Kind, name: &str) {
        let place = self.place_of(name);
        self.found.image(kind, name, place);
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

/// The variables of a script, as far as they are plain.
struct Shell<'a> {
    lookup: &'a dyn Fn(&str) -> Lookup,
    values: Vec<(String, String)>,
}

impl Shell<'_> {
    fn value(&self, name: &str) -> Lookup {
        match self.values.iter().find(|(known, _)| known == name) {
            Some((_, value)) => Lookup::Is(value.clone()),
            None => (self.lookup)(name),
        }
    }

    fn put_in(&self, text: &str) -> String {
        if !has_variable(text) {
            return text.to_owned();
        }
        substitute(text, Syntax::SHELL, &|name| self.value(name))
    }

    /// Takes assignments and words such as `sudo` from the front of a command.
    fn set(&mut self, words: &mut Vec<String>, place: &Place, found: &mut Findings) {
        let mut at = 0;
        let mut sets_for_good = false;
        let mut own: Vec<(String, String)> = Vec::new();
        while let Some(word) = words.get(at) {
            let wraps = BEFORE.contains(&word.as_str());
            let declares = ["export", "readonly", "local", "declare"].contains(&word.as_str());
            if let Some((name, value)) = assignment(word) {
                if name == "KO_DOCKER_REPO" {
                    found.registry(Kind::Pushes, value, place.clone());
                }
                own.push((name.to_owned(), value.to_owned()));
            } else if declares {
                sets_for_good = true;
            } else if !(wraps || at > 0 && is_for_wrapper(words, at)) {
                break;
            }
            at += 1;
        }
        words.drain(..at);
        // Before a command they are that command's alone.
        if words.is_empty() || sets_for_good {
            own.into_iter().for_each(|(name, value)| self.keep(name, value));
        }
    }

    /// Branches may set it to something else: then nobody knows which.
    fn keep(&mut self, name: String, value: String) {
        // What a command prints is known by the name that it gets here.
        let value = value.replace(&hole(words::PRINTED), &hole(&name));
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if *known != value => *known = hole(&name),
            Some(_) => {}
            None => self.values.push((name, value)),
        }
    }
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_name.then_some((name, value))
}

/// Options and numbers behind `sudo`, `env` and `timeout`.
fn is_for_wrapper(words: &[String], at: usize) -> bool {
    let word = &words[at];
    let before = &words[at - 1];
    let is_value = before == "-u" || before == "-g" || before == "timeout" || before == "-n";
    let is_first_word_wrapper =
        BEFORE.contains(&words[0].as_str()) || assignment(&words[0]).is_some();
    is_first_word_wrapper && !word.contains(HOLE) && (word.starts_with('-') || is_value)
}

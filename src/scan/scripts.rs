//! The container commands in scripts: docker and its like, buildah, skopeo, crane, kaniko, helm, oras and others.
//!
//! A guess, and marked as one ([`crate::SeenIn::Script`]): what a script does is known when it runs.

mod docker;
mod lists;
mod options;
mod others;
mod printed;
mod registries;
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
        let mut words: Vec<String> = Vec::new();
        let mut own: Vec<&str> = Vec::new();
        for raw in &command.words {
            let word = words::filled(raw, &|text| shell.put_in(text));
            let before = words.last().map(String::as_str);
            if before.is_some() && (lists::is_list(raw) || lists::seems_options(&word, before)) {
                continue;
            }
            for word in lists::split(raw, word) {
                words.push(word);
                own.push(raw.as_str());
            }
        }
        let place = place.line(script.line_of(command.line)).in_script();
        shell.set(&mut words, &own, &place, found);
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
            let inner = Script { text: inner, line: place.line, keeps_lines: false };
            let lookup = |name: &str| shell.value(name);
            let mut own = Shell { lookup: &lookup, values: Vec::new() };
            read(inner, &mut own, &place, found, depth + 1);
            continue;
        }
        let piped = before.and_then(|before| printed(before, shell));
        let mut call =
            Call { words: &words[1..], place: &place, piped: piped.as_deref(), found: &mut *found };
        match program.as_str() {
            "docker" | "podman" | "nerdctl" | "finch" => docker::client(&mut call),
            "buildah" => docker::buildah(&mut call),
            "regctl" | "ctr" | "crictl" | "az" => registries::run(&program, &mut call),
            program => others::run(program, &mut call),
        }
    }
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

/// One command, without its name.
struct Call<'a> {
    words: &'a [String],
    place: &'a Place,
    /// What is known to be on its input.
    piped: Option<&'a str>,
    found: &'a mut Findings,
}

impl Call<'_> {
    fn image(&mut self, kind: Kind, name: &str) {
        self.found.image(kind, name, self.place.clone());
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
        self.found.registry(Kind::LogsIn, host, self.place.clone());
        for value in given.values(&["p", "password"]) {
            self.found.password("--password", value, self.place.clone());
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
    /// `raw` has the words as they are written.
    fn set(&mut self, words: &mut Vec<String>, raw: &[&str], place: &Place, found: &mut Findings) {
        let mut at = 0;
        let mut sets_for_good = false;
        let mut own: Vec<(String, String, bool)> = Vec::new();
        while let Some(word) = words.get(at) {
            let wraps = BEFORE.contains(&word.as_str());
            let declares = ["export", "readonly", "local", "declare"].contains(&word.as_str());
            if let Some((name, value)) = assignment(word) {
                if name == "KO_DOCKER_REPO" {
                    found.registry(Kind::Pushes, value, place.clone());
                }
                let is_of_itself = raw.get(at).is_some_and(|raw| is_of_itself(raw, name));
                own.push((name.to_owned(), value.to_owned(), is_of_itself));
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
            for (name, value, is_of_itself) in own {
                self.keep(name, value, is_of_itself);
            }
        }
    }

    /// Branches may set it to something else: then nobody knows which. What is made of the value before replaces it.
    fn keep(&mut self, name: String, value: String, is_of_itself: bool) {
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if is_of_itself => *known = value,
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

/// `NAME=${NAME,,}`: the value before, in lower case.
fn is_of_itself(raw: &str, name: &str) -> bool {
    raw.split_once('=').is_some_and(|(_, value)| value == format!("${{{name},,}}"))
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

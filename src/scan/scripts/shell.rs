//! What a shell does with the words of a command before it runs it: values of variables, assignments, wrappers.

use super::lists;
use super::printed::PRINTED;
use super::words::filled;
use crate::found::{Findings, Kind, Place};
use crate::variables::{HOLE, Lookup, Syntax, has_variable, hole, substitute};

/// Words before a command that leave it what it is.
const BEFORE: [&str; 23] = [
    "!",
    "{",
    "builtin",
    "command",
    "do",
    "doas",
    "elif",
    "else",
    "env",
    "eval",
    "exec",
    "if",
    "nice",
    "nohup",
    "retry",
    "sudo",
    "then",
    "time",
    "timeout",
    "travis_retry",
    "until",
    "while",
    "winpty",
];

/// Values that were added to grow no longer: one that is added to itself would double each time.
const LONGEST: usize = 4000;

/// The variables of a script, as far as they are plain.
pub(super) struct Shell<'a> {
    lookup: &'a dyn Fn(&str) -> Lookup,
    values: Vec<(String, String)>,
}

impl<'a> Shell<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Lookup) -> Self {
        Self { lookup, values: Vec::new() }
    }

    pub(super) fn value(&self, name: &str) -> Lookup {
        match self.values.iter().find(|(known, _)| known == name) {
            Some((_, value)) => Lookup::Is(value.clone()),
            None => (self.lookup)(name),
        }
    }

    pub(super) fn put_in(&self, text: &str) -> String {
        if !has_variable(text) {
            return text.to_owned();
        }
        substitute(text, Syntax::SHELL, &|name| self.value(name))
    }

    /// The words of a command with their values, and which of the written words each is from. A value may be several
    /// words; those that nobody can know are left out.
    pub(super) fn words(&self, written: &[String]) -> (Vec<String>, Vec<usize>) {
        let (mut words, mut from): (Vec<String>, Vec<usize>) = (Vec::new(), Vec::new());
        for (at, raw) in written.iter().enumerate() {
            let word = filled(raw, &|text| self.put_in(text));
            let before = words.last().map(String::as_str);
            if before.is_some() && (lists::is_list(raw) || lists::seems_options(&word, before)) {
                continue;
            }
            for word in lists::split(raw, word) {
                words.push(word);
                from.push(at);
            }
        }
        (words, from)
    }

    /// Takes assignments and words such as `sudo` from the front of a command.
    /// `raw` has the words as they are written.
    pub(super) fn set(
        &mut self,
        words: &mut Vec<String>,
        raw: &[&str],
        place: &Place,
        found: &mut Findings,
    ) {
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
                let adds = word[name.len()..].starts_with('+');
                let value = if adds { self.longer(name, value) } else { value.to_owned() };
                let replaces = adds || raw.get(at).is_some_and(|raw| is_of_itself(raw, name));
                own.push((name.to_owned(), value, replaces));
            } else if declares {
                sets_for_good = true;
            } else if word == "function" && words.get(at + 2).is_some_and(|word| word == "{") {
                // Its name is no command.
                at += 1;
            } else if !(wraps || at > 0 && is_for_wrapper(words, at)) {
                break;
            }
            at += 1;
        }
        if let [first, name, second, list @ ..] = &words[at..]
            && first == "for"
            && second == "in"
        {
            self.each(name, list);
        }
        words.drain(..at);
        // Before a command they are that command's alone.
        if words.is_empty() || sets_for_good {
            for (name, value, is_of_itself) in own {
                self.keep(name, value, is_of_itself);
            }
        }
    }

    /// The value of `NAME+=more`.
    fn longer(&self, name: &str, more: &str) -> String {
        let open = hole(name);
        match self.value(name) {
            Lookup::Is(known) if !known.contains(&open) && known.len() + more.len() <= LONGEST => {
                known + more
            }
            _ => open,
        }
    }

    /// `for NAME in LIST`: the value if there is but one, whatever the variable was before.
    fn each(&mut self, name: &str, list: &[String]) {
        for word in list {
            let is_one = !word.contains(HOLE)
                && !word.contains(|c: char| c.is_whitespace() || "*?[{".contains(c));
            let value = if is_one { word.clone() } else { hole(name) };
            self.keep(name.to_owned(), value, false);
        }
    }

    /// Branches may set it to something else: then nobody knows which. What is made of the value before replaces it.
    fn keep(&mut self, name: String, value: String, is_of_itself: bool) {
        // What a command prints is known by the name that it gets here.
        let value = value.replace(&hole(PRINTED), &hole(&name));
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
    let name = name.strip_suffix('+').unwrap_or(name);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_name.then_some((name, value))
}

/// `NAME=${NAME,,}`: the value before, in lower case.
fn is_of_itself(raw: &str, name: &str) -> bool {
    raw.split_once('=').is_some_and(|(_, value)| value == format!("${{{name},,}}"))
}

/// Options and numbers behind `sudo`, `env`, `timeout` and `retry`.
fn is_for_wrapper(words: &[String], at: usize) -> bool {
    let word = &words[at];
    let before = &words[at - 1];
    let is_time = word.starts_with(|c: char| c.is_ascii_digit())
        && word.trim_end_matches(['s', 'm', 'h']).bytes().all(|byte| byte.is_ascii_digit());
    let is_value = is_time || ["-u", "-g", "-n", "timeout"].contains(&before.as_str());
    let is_first_word_wrapper =
        BEFORE.contains(&words[0].as_str()) || assignment(&words[0]).is_some();
    is_first_word_wrapper && !word.contains(HOLE) && (word.starts_with('-') || is_value)
}

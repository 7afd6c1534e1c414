//! What stands behind `<`: here-documents, and names that are to be put in.

use super::{Command, DOLLAR, Lexer, commands};
use std::collections::HashMap;

/// A here-document, whose variables are put in as those of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scripts) struct Here {
    pub text: String,
    /// Its first line, from 0.
    pub line: usize,
}

/// A here-document whose lines are to come.
pub(super) struct Announced {
    name: String,
    drops_tabs: bool,
    /// A name in quotes: nothing is put into it.
    is_quoted: bool,
    /// Which command reads it, once that has ended.
    pub reader: usize,
    /// Whether that has not ended.
    pub is_open: bool,
}

impl Lexer {
    pub(super) fn here_document(&mut self) {
        let drops_tabs = self.peek(0) == Some('-');
        if drops_tabs {
            self.at += 1;
        }
        while self.peek(0).is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
        let (mut name, mut is_quoted) = (String::new(), false);
        while let Some(c) = self.peek(0).filter(|c| !c.is_whitespace() && !";|&)<>".contains(*c)) {
            self.at += 1;
            if matches!(c, '"' | '\'' | '\\') {
                is_quoted = true;
            } else {
                name.push(c);
            }
        }
        if !name.is_empty() {
            self.here.push(Announced { name, drops_tabs, is_quoted, reader: 0, is_open: true });
        }
    }

    /// They are no commands, unless it is a shell that reads them.
    pub(super) fn skip_here_documents(&mut self) {
        for Announced { name, drops_tabs, is_quoted, reader, is_open } in
            std::mem::take(&mut self.here)
        {
            let (begin, line) = (self.at, self.line);
            let mut end = begin;
            let is_indented = !self.has_end(&name, drops_tabs);
            while self.at < self.chars.len() {
                let rest = &self.chars[self.at..];
                let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
                let line: String = rest[..length].iter().collect();
                self.at = (self.at + length + 1).min(self.chars.len());
                self.line += 1;
                if is_end(&line, &name, drops_tabs, is_indented) {
                    break;
                }
                end = self.at;
            }
            let inside: String = self.chars[begin..end].iter().collect();
            if self.found.last().is_some_and(reads_commands) {
                self.found.extend(commands(&inside, line, self.depth + 1));
            } else if let Some(command) = self.found.get_mut(reader).filter(|_| !is_open) {
                let dollar = if is_quoted { "$" } else { "\\$" };
                let text = inside.replace(dollar, &DOLLAR.to_string());
                command.here = Some(Here { text, line });
            }
        }
    }

    /// Whether the name stands where a shell ends the document. If not, an indented one does: whoever wrote it took it
    /// for the end.
    fn has_end(&mut self, name: &str, drops_tabs: bool) -> bool {
        let at = self.at;
        let ends = self.ends.get_or_insert_with(|| ends(&self.chars));
        let is_below = |line: &str| ends.get(line).is_some_and(|last| *last >= at);
        is_below(name) || drops_tabs && is_below(&format!("\t{name}"))
    }

    /// `<name>/api`, which people write for what is to be put there, stays in its word.
    pub(super) fn placeholder(&mut self) -> bool {
        let rest = &self.chars[self.at..];
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || "_- ".contains(**c));
        let length = length.count();
        let goes_on =
            self.word.is_some() || matches!(rest.get(length + 1), Some('/' | ':' | '.' | '@'));
        let is_one = length > 0 && rest.get(length) == Some(&'>') && rest[0] != ' ' && goes_on;
        if is_one {
            self.push('<');
            for _ in 0..=length {
                if let Some(c) = self.next() {
                    self.push(c);
                }
            }
        }
        is_one
    }
}

/// Where each line of one word stands last; all tabs before it are one. The whole is looked through once, however many
/// documents it has.
fn ends(chars: &[char]) -> HashMap<String, usize> {
    let mut ends = HashMap::new();
    let mut at = 0;
    for line in chars.split(|c| *c == '\n') {
        let text: String = line.iter().collect();
        let text = text.trim_end();
        let bare = text.trim_start_matches('\t');
        if !bare.is_empty() && !bare.contains(char::is_whitespace) {
            let has_tabs = bare.len() < text.len();
            ends.insert(if has_tabs { format!("\t{bare}") } else { bare.to_owned() }, at);
        }
        at += line.len() + 1;
    }
    ends
}

fn is_end(line: &str, name: &str, drops_tabs: bool, is_indented: bool) -> bool {
    let line = match (is_indented, drops_tabs) {
        (true, _) => line.trim_start(),
        (false, true) => line.trim_start_matches('\t'),
        (false, false) => line,
    };
    line.trim_end() == name
}

/// Whether the command runs what is on its input: a shell without a script, here or on another machine.
fn reads_commands(command: &Command) -> bool {
    let mut words = command.words.iter().map(String::as_str).skip_while(|word| *word == "sudo");
    match words.next() {
        Some("ssh") => true,
        Some("sh" | "bash" | "ash") => words.all(|word| word.starts_with('-')),
        _ => false,
    }
}

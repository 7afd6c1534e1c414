//! What stands behind `<`: here-documents, and names that are to be put in.

use super::{Command, Lexer, commands};

impl Lexer {
    pub(super) fn here_document(&mut self) {
        let drops_tabs = self.peek(0) == Some('-');
        if drops_tabs {
            self.at += 1;
        }
        while self.peek(0).is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
        let mut name = String::new();
        while let Some(c) = self.peek(0).filter(|c| !c.is_whitespace() && !";|&)<>".contains(*c)) {
            self.at += 1;
            if !matches!(c, '"' | '\'' | '\\') {
                name.push(c);
            }
        }
        if !name.is_empty() {
            self.here.push((name, drops_tabs));
        }
    }

    /// They are no commands, unless it is a shell that reads them.
    pub(super) fn skip_here_documents(&mut self) {
        for (name, drops_tabs) in std::mem::take(&mut self.here) {
            let (begin, line) = (self.at, self.line);
            let mut end = begin;
            while self.at < self.chars.len() {
                let rest = &self.chars[self.at..];
                let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
                let line: String = rest[..length].iter().collect();
                self.at = (self.at + length + 1).min(self.chars.len());
                self.line += 1;
                let line = if drops_tabs { line.trim_start_matches('\t') } else { line.as_str() };
                if line.trim_end() == name {
                    break;
                }
                end = self.at;
            }
            if self.found.last().is_some_and(reads_commands) {
                let inside: String = self.chars[begin..end].iter().collect();
                self.found.extend(commands(&inside, line, self.depth + 1));
            }
        }
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

/// Whether the command runs what is on its input: a shell without a script, here or on another machine.
fn reads_commands(command: &Command) -> bool {
    let mut words = command.words.iter().map(String::as_str).skip_while(|word| *word == "sudo");
    match words.next() {
        Some("ssh") => true,
        Some("sh" | "bash" | "ash") => words.all(|word| word.starts_with('-')),
        _ => false,
    }
}

//! A script as commands and words, as far as shells agree. Values of variables come later: a `$` that is one stays.

mod here;

use super::printed;
use here::Here;
use std::collections::HashMap;

/// A `$` that is no variable's: it was quoted.
const DOLLAR: char = '\u{e002}';

/// Commands in commands go no deeper.
const DEEPEST: usize = 4;

/// A simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// Quotes and redirections are off.
    pub words: Vec<String>,
    /// The line that each word begins on, from 0.
    pub lines: Vec<usize>,
    /// Whether it reads what the one before it prints.
    pub is_piped: bool,
    /// The file that its output goes to.
    pub output: Option<String>,
    /// The here-document that it, or what is piped into it, reads.
    pub here: Option<Here>,
}

/// The word with the variables' values in it by `put_in`.
pub(super) fn filled(word: &str, put_in: &dyn Fn(&str) -> String) -> String {
    put_in(word).replace(DOLLAR, "$")
}

/// The commands of a script, those in `$(…)` before the one that they are in.
pub(super) fn commands(script: &str, first_line: usize, depth: usize) -> Vec<Command> {
    if depth > DEEPEST {
        return Vec::new();
    }
    let mut lexer = Lexer {
        chars: script.chars().collect(),
        at: 0,
        line: first_line,
        depth,
        word: None,
        word_line: first_line,
        skips_next: false,
        is_output: false,
        command: Command::default(),
        here: Vec::new(),
        ends: None,
        found: Vec::new(),
    };
    lexer.run();
    lexer.found
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    depth: usize,
    word: Option<String>,
    word_line: usize,
    /// The next word is the target of a redirection.
    skips_next: bool,
    is_output: bool,
    command: Command,
    /// Here-documents that begin on the next line.
    here: Vec<here::Announced>,
    /// The lines that could end one, once it is needed.
    ends: Option<HashMap<String, usize>>,
    found: Vec<Command>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn push(&mut self, c: char) {
        self.begin_word();
        self.word.get_or_insert_default().push(c);
    }

    fn begin_word(&mut self) {
        if self.word.is_none() {
            self.word_line = self.line;
        }
    }

    fn push_str(&mut self, text: &str) {
        // Also nothing is a word when it was quoted.
        self.begin_word();
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            if std::mem::take(&mut self.skips_next) {
                if self.is_output {
                    self.command.output.get_or_insert(word);
                }
            } else {
                self.command.words.push(word);
                self.command.lines.push(self.word_line);
            }
        }
    }

    fn end_command(&mut self, pipes: bool) {
        self.end_word();
        self.skips_next = false;
        let command = std::mem::take(&mut self.command);
        if !command.words.is_empty() {
            // The last command of a pipe reads what goes into the first.
            for here in self.here.iter_mut().filter(|here| here.is_open) {
                here.reader = self.found.len();
                here.is_open = pipes;
            }
            self.found.push(command);
        }
        self.command.is_piped = pipes;
    }

    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match c {
                '\n' => {
                    self.end_command(false);
                    self.line += 1;
                    self.skip_here_documents();
                }
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some('$') => self.push(DOLLAR),
                    Some(c) => self.push(c),
                },
                '\'' => self.single_quoted(),
                '"' => self.double_quoted(),
                '$' => self.dollar(),
                // PowerShell and cmd join lines by these.
                '`' | '^' if self.word.is_none() && self.ends_line() => {}
                '`' => self.backquoted(),
                '#' if self.word.is_none() => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                '|' | '&' | ';' => self.operator(c),
                // A subshell; `case x in a)` as well.
                '(' | ')' => self.end_command(false),
                // The end of a block, which PowerShell lets stand behind a command.
                '}' if self.word.is_none() && self.is_alone() => self.end_command(false),
                '<' | '>' => self.redirection(c),
                c if c.is_whitespace() => self.end_word(),
                c => self.push(c),
            }
        }
        self.end_command(false);
    }

    /// Takes the end of the line, if that is what comes now.
    fn ends_line(&mut self) -> bool {
        let length = if self.peek(0) == Some('\r') { 2 } else { 1 };
        let is_end = self.peek(length - 1) == Some('\n');
        if is_end {
            self.at += length;
            self.line += 1;
        }
        is_end
    }

    /// Whether the word ends here.
    fn is_alone(&self) -> bool {
        self.peek(0).is_none_or(|c| c.is_whitespace() || ";&|)".contains(c))
    }

    fn operator(&mut self, c: char) {
        // `&>file` and `>&2` are redirections.
        if c == '&' && self.peek(0) == Some('>') {
            return self.end_word();
        }
        let is_double = self.peek(0) == Some(c);
        if is_double {
            self.at += 1;
        }
        self.end_command(c == '|' && !is_double);
    }

    fn redirection(&mut self, c: char) {
        // `2>` is no word.
        if self.word.as_deref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
            self.word = None;
        }
        if c == '<' && self.placeholder() {
            return;
        }
        self.end_word();
        if c == '<' && self.peek(0) == Some('<') && self.peek(1) != Some('<') {
            self.at += 1;
            return self.here_document();
        }
        while self.peek(0).is_some_and(|c| matches!(c, '<' | '>' | '&' | '|')) {
            self.at += 1;
        }
        (self.skips_next, self.is_output) = (true, c == '>');
    }

    fn single_quoted(&mut self) {
        self.push_str("");
        while let Some(c) = self.next().filter(|c| *c != '\'') {
            self.push(if c == '$' { DOLLAR } else { c });
        }
    }

    fn double_quoted(&mut self) {
        self.push_str("");
        while let Some(c) = self.next().filter(|c| *c != '"') {
            match c {
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some('$') => self.push(DOLLAR),
                    Some(c @ ('"' | '\\' | '`')) => self.push(c),
                    Some(c) => {
                        self.push('\\');
                        self.push(c);
                    }
                },
                '$' => self.dollar(),
                '`' => self.backquoted(),
                c => self.push(c),
            }
        }
    }

    /// `$(command)` is a value that nobody knows, and a command; `${…}` is kept whole.
    fn dollar(&mut self) {
        let (open, close) = match self.peek(0) {
            Some('(') => ('(', ')'),
            Some('{') => ('{', '}'),
            _ => return self.push('$'),
        };
        self.at += 1;
        let line = self.line;
        let inside = self.until(open, close);
        if open == '{' {
            let bare: String = inside.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
            self.push_str(&format!("${{{bare}}}"));
        } else {
            self.substitution(&inside, line);
        }
    }

    fn backquoted(&mut self) {
        let line = self.line;
        let mut inside = String::new();
        while let Some(c) = self.next().filter(|c| *c != '`') {
            inside.push(c);
        }
        self.substitution(&inside, line);
    }

    /// What the commands print, which began on the line; and the commands.
    fn substitution(&mut self, inside: &str, line: usize) {
        let inner = commands(inside, line, self.depth + 1);
        if self.word.is_none() {
            self.word_line = line;
        }
        self.word.get_or_insert_default().push_str(&printed::of(&inner));
        self.found.extend(inner);
    }

    /// What stands before the bracket that closes; it is left behind.
    fn until(&mut self, open: char, close: char) -> String {
        let (mut inside, mut depth) = (String::new(), 0_usize);
        while let Some(c) = self.next() {
            if c == open {
                depth += 1;
            } else if c == close {
                if depth == 0 {
                    break;
                }
                depth -= 1;
            }
            inside.push(c);
        }
        inside
    }
}

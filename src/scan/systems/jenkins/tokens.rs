//! Groovy as tokens: comments are gone, strings are whole, and each bracket knows where it closes.

use crate::variables::hole;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// A string. What is put into it is a hole. `keeps_lines`: its lines are those of the file.
    Text {
        value: String,
        keeps_lines: bool,
    },
    Sign(char),
    /// The end of a line.
    Line,
}

pub(super) struct Tokens {
    all: Vec<(Token, usize)>,
    closings: Vec<usize>,
}

impl Tokens {
    pub(super) fn of(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let mut lexer = Lexer { chars: text.chars().collect(), at: 0, line: 1, all: Vec::new() };
        lexer.run();
        let closings = closings(&lexer.all);
        Self { all: lexer.all, closings }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.all.get(at).map(|(token, _)| token)
    }

    pub(super) fn word(&self, at: usize) -> Option<&str> {
        match self.get(at) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_sign(&self, at: usize, sign: char) -> bool {
        self.get(at) == Some(&Token::Sign(sign))
    }

    /// The line of the file, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.all.get(at).map_or(1, |(_, line)| *line)
    }

    /// Where the bracket closes; the end of the file if it never does.
    pub(super) fn closing(&self, at: usize) -> usize {
        self.closings.get(at).copied().unwrap_or(self.all.len())
    }

    /// The first token from here on that is no end of a line.
    pub(super) fn past_lines(&self, mut at: usize) -> usize {
        while self.get(at) == Some(&Token::Line) {
            at += 1;
        }
        at
    }
}

fn closings(all: &[(Token, usize)]) -> Vec<usize> {
    let mut closings = vec![all.len(); all.len()];
    let mut open = Vec::new();
    for (at, (token, _)) in all.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{') => open.push(at),
            Token::Sign(')' | ']' | '}') => {
                if let Some(opening) = open.pop() {
                    closings[opening] = at;
                }
            }
            _ => {}
        }
    }
    closings
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    all: Vec<(Token, usize)>,
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
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

    fn run(&mut self) {
        if (self.peek(0), self.peek(1)) == (Some('#'), Some('!')) {
            self.skip_line();
        }
        while let Some(c) = self.peek(0) {
            let (line, next) = (self.line, self.peek(1));
            match (c, next) {
                ('/', Some('/')) => self.skip_line(),
                ('/', Some('*')) => self.skip_comment(),
                ('\'' | '"', _) => self.quoted(c),
                ('/', _) if self.begins_slashy() => self.delimited(1, &['/']),
                ('$', Some('/')) => self.delimited(2, &['/', '$']),
                // A line that goes on.
                ('\\', Some('\n')) => {
                    self.next();
                    self.next();
                }
                ('\n', _) => {
                    self.next();
                    self.all.push((Token::Line, line));
                }
                _ if c.is_whitespace() => self.at += 1,
                _ if is_of_word(c) => {
                    let mut word = String::new();
                    while let Some(c) = self.peek(0).filter(|c| is_of_word(*c)) {
                        self.at += 1;
                        word.push(c);
                    }
                    self.all.push((Token::Word(word), line));
                }
                _ => {
                    self.at += 1;
                    self.all.push((Token::Sign(c), line));
                }
            }
        }
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        self.at += 2;
        while let Some(c) = self.next() {
            if c == '*' && self.peek(0) == Some('/') {
                self.at += 1;
                break;
            }
        }
    }

    /// Elsewhere a slash divides. A string of slashes closes on its line here.
    fn begins_slashy(&self) -> bool {
        let before = self.all.last().map(|(token, _)| token);
        let can_begin = matches!(before, Some(Token::Sign('(' | ',' | '=' | '[' | '~' | ':')));
        let rest = &self.chars[self.at + 1..];
        can_begin && rest.iter().take_while(|c| **c != '\n').any(|c| *c == '/')
    }

    /// A string without escapes that a file would have: between slashes, or `$/` and `/$`.
    fn delimited(&mut self, length: usize, end: &[char]) {
        let line = self.line;
        self.at += length;
        let mut value = String::new();
        while let Some(c) = self.peek(0) {
            if self.chars[self.at..].starts_with(end) {
                self.at += end.len();
                break;
            }
            if c == '$' {
                self.dollar(&mut value);
            } else {
                self.next();
                value.push(c);
            }
        }
        self.all.push((Token::Text { value, keeps_lines: true }, line));
    }

    fn quoted(&mut self, quote: char) {
        let is_quote = |c: Option<char>| c == Some(quote);
        let is_triple = is_quote(self.peek(1)) && is_quote(self.peek(2));
        let mut line = self.line;
        self.at += if is_triple { 3 } else { 1 };
        let (mut value, mut keeps_lines) = (String::new(), true);
        while let Some(c) = self.peek(0) {
            let closes = c == quote;
            if closes && !is_triple {
                self.at += 1;
                break;
            }
            if closes && is_quote(self.peek(1)) && is_quote(self.peek(2)) {
                self.at += 3;
                break;
            }
            match c {
                // It was never closed.
                '\n' if !is_triple => break,
                '\\' => {
                    self.at += 1;
                    match self.next() {
                        // The next line joins this one.
                        Some('\n') if value.is_empty() => line += 1,
                        Some('\n') => value.push_str("\\\n"),
                        Some('n') => {
                            value.push('\n');
                            keeps_lines = false;
                        }
                        Some('t') => value.push('\t'),
                        Some(c) => value.push(c),
                        None => {}
                    }
                }
                '$' if quote == '"' => self.dollar(&mut value),
                c => {
                    self.next();
                    value.push(c);
                }
            }
        }
        self.all.push((Token::Text { value, keeps_lines }, line));
    }

    /// `${expression}` or `$name.of.it` becomes a hole.
    fn dollar(&mut self, value: &mut String) {
        self.at += 1;
        let mut name = String::new();
        if self.peek(0) == Some('{') {
            self.at += 1;
            let mut depth = 0_usize;
            while let Some(c) = self.next() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                name.push(c);
            }
        } else {
            while let Some(c) = self.peek(0) {
                let is_dot = c == '.'
                    && !name.is_empty()
                    && self.peek(1).is_some_and(|c| c.is_alphabetic() || c == '_');
                if !(is_of_word(c) || is_dot) || (name.is_empty() && c.is_ascii_digit()) {
                    break;
                }
                self.at += 1;
                name.push(c);
            }
            if name.is_empty() {
                return value.push('$');
            }
        }
        // `${name ?: 'default'}`
        let name = name.split_once("?:").map_or(name.as_str(), |(name, _)| name);
        value.push_str(&hole(name.trim()));
    }
}

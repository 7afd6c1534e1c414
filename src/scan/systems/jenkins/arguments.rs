//! What a step is given: `sh 'x'`, `sh(script: 'x')`, `docker { image 'x' }`.

use super::tokens::{Token, Tokens};
use crate::variables::hole;

/// Brackets in brackets are not followed deeper.
const DEEPEST: usize = 8;

/// Tokens of arguments without brackets.
const MOST_TOKENS: usize = 1000;

/// One argument: its tokens, from the first to before the last.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub name: Option<String>,
    pub from: usize,
    pub to: usize,
}

/// The arguments, and where they end.
pub(super) struct Call {
    pub arguments: Vec<Argument>,
    pub end: usize,
}

impl Call {
    /// The argument with the name.
    pub(super) fn named(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))
    }

    /// The one at the position among those without a name.
    pub(super) fn unnamed(&self, at: usize) -> Option<&Argument> {
        self.arguments.iter().filter(|argument| argument.name.is_none()).nth(at)
    }
}

/// What the step or method at the place is given, in brackets or behind it on its line.
pub(super) fn call(tokens: &Tokens, at: usize) -> Option<Call> {
    let open = at + 1;
    if tokens.is_sign(open, '(') {
        let close = tokens.closing(open);
        let arguments = split(tokens, open + 1, close, 0);
        return Some(Call { arguments, end: close + 1 });
    }
    if !matches!(tokens.get(open), Some(Token::Text { .. } | Token::Word(_) | Token::Sign('['))) {
        return None;
    }
    let mut end = open;
    while let Some(token) = tokens.get(end).filter(|_| end < open + MOST_TOKENS) {
        let goes_on = matches!(tokens.get(end - 1), Some(Token::Sign(',' | '+' | ':')));
        match token {
            Token::Line if !goes_on => break,
            Token::Sign('{' | '}' | ')' | ']' | ';') => break,
            Token::Sign('(' | '[') => end = tokens.closing(end) + 1,
            _ => end += 1,
        }
    }
    let end = end.min(tokens.len());
    Some(Call { arguments: split(tokens, open, end, 0), end })
}

/// The steps and settings of a block, each where its name stands; what is in further blocks is left out.
pub(super) fn names_in_block(tokens: &Tokens, open: usize) -> Vec<usize> {
    let close = tokens.closing(open);
    let mut names = Vec::new();
    let mut at = open + 1;
    let mut begins = true;
    while at < close {
        match tokens.get(at) {
            Some(Token::Sign('(' | '[' | '{')) => {
                at = tokens.closing(at);
                begins = true;
            }
            Some(Token::Line | Token::Sign(';')) => begins = true,
            Some(Token::Word(_)) if begins => {
                names.push(at);
                begins = false;
            }
            _ => begins = false,
        }
        at += 1;
    }
    names
}

fn split(tokens: &Tokens, from: usize, to: usize, depth: usize) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let (mut begin, mut at) = (from, from);
    while at < to {
        match tokens.get(at) {
            Some(Token::Sign('(' | '[' | '{')) => at = tokens.closing(at),
            Some(Token::Sign(',')) => {
                add(tokens, begin, at, depth, &mut arguments);
                begin = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    add(tokens, begin, to, depth, &mut arguments);
    arguments
}

fn add(tokens: &Tokens, from: usize, to: usize, depth: usize, arguments: &mut Vec<Argument>) {
    let (from, to) = trimmed(tokens, from, to);
    if from >= to {
        return;
    }
    // `[url: 'x']` is what `url: 'x'` is.
    if depth < DEEPEST && tokens.is_sign(from, '[') && tokens.closing(from) == to - 1 {
        let inner = split(tokens, from + 1, to - 1, depth + 1);
        if inner.iter().any(|argument| argument.name.is_some()) {
            return arguments.extend(inner);
        }
    }
    let name = match tokens.get(from) {
        Some(Token::Word(name) | Token::Text { value: name, .. }) => name,
        _ => return arguments.push(Argument { name: None, from, to }),
    };
    if tokens.is_sign(from + 1, ':') {
        let (from, to) = trimmed(tokens, from + 2, to);
        return arguments.push(Argument { name: Some(name.clone()), from, to });
    }
    arguments.push(Argument { name: None, from, to });
}

fn trimmed(tokens: &Tokens, from: usize, mut to: usize) -> (usize, usize) {
    let from = tokens.past_lines(from);
    while to > from && tokens.get(to - 1) == Some(&Token::Line) {
        to -= 1;
    }
    (from, to)
}

/// The text of an argument: strings and what is added to them; a hole for what is no string.
pub(super) fn value(tokens: &Tokens, argument: &Argument) -> String {
    parts(tokens, argument.from, argument.to, 0)
}

fn parts(tokens: &Tokens, from: usize, to: usize, depth: usize) -> String {
    let mut ends = Vec::new();
    let mut at = from;
    while at < to {
        match tokens.get(at) {
            Some(Token::Sign('(' | '[' | '{')) => at = tokens.closing(at),
            Some(Token::Sign('+')) => ends.push(at),
            // One of two values, by what is known when it runs.
            Some(Token::Sign('?')) => return hole(&written(tokens, from, at)),
            _ => {}
        }
        at += 1;
    }
    ends.push(to);
    let mut out = String::new();
    let mut begin = from;
    for end in ends {
        let (first, last) = trimmed(tokens, begin, end);
        begin = end + 1;
        if first >= last {
            continue;
        }
        let is_in_brackets = tokens.is_sign(first, '(') && tokens.closing(first) == last - 1;
        match tokens.get(first) {
            Some(Token::Text { value, .. }) if first + 1 == last => out.push_str(value),
            Some(Token::Text { value, .. }) if is_tidied(tokens, first + 1, last) => {
                out.push_str(&without_margin(value));
            }
            _ if is_in_brackets && depth < DEEPEST => {
                out.push_str(&parts(tokens, first + 1, last - 1, depth + 1));
            }
            _ => out.push_str(&hole(&written(tokens, first, last))),
        }
    }
    out
}

/// `.stripIndent()` and its like: the text stays what it is.
fn is_tidied(tokens: &Tokens, from: usize, to: usize) -> bool {
    const METHODS: [&str; 5] = ["stripIndent", "stripMargin", "strip", "toString", "trim"];
    let is_known = tokens.word(from + 1).is_some_and(|word| METHODS.contains(&word));
    is_known && tokens.is_sign(from, '.') && to <= from + 4
}

/// The text with what `stripMargin` takes off each line, if every one has it.
fn without_margin(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let mut behind_first = lines().skip(1).peekable();
    let has_margin = behind_first.peek().is_some()
        && behind_first.all(|line| line.trim_start().starts_with('|'));
    if !has_margin {
        return text.to_owned();
    }
    let bare = text.lines().map(|line| line.trim_start().strip_prefix('|').unwrap_or(line));
    bare.collect::<Vec<_>>().join("\n")
}

/// An expression as it is written, without its strings.
fn written(tokens: &Tokens, from: usize, to: usize) -> String {
    let mut out = String::new();
    for at in from..to.min(from + 20) {
        match tokens.get(at) {
            Some(Token::Word(word)) => out.push_str(word),
            Some(Token::Sign(sign)) => out.push(*sign),
            _ => {}
        }
    }
    out
}

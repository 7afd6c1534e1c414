//! What scripts and strings find: `environment { NAME = 'x' }`, `withEnv(['NAME=x'])`, `env.NAME = 'x'`, `def name = 'x'`.

use super::arguments::{Argument, call, names_in_block, value};
use super::tokens::{Token, Tokens};
use crate::variables::{HOLE, Lookup, hole, holes, without_holes};
use std::collections::{BTreeMap, BTreeSet};

/// Variables that are followed.
const MOST_VALUES: usize = 1000;

/// Longer is no part of a name.
const LONGEST: usize = 300;

/// Values that are made of values go no deeper.
const DEEPEST: usize = 4;

/// Values by their names, with holes for what only a run knows. Nothing if there are several, or none is known.
type Values = BTreeMap<String, Option<String>>;

#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    values: Values,
    /// Variables of the script. Two blocks may have one of the same name: then its value counts if it is the same.
    locals: Values,
}

impl Environment {
    pub(super) fn of(tokens: &Tokens) -> Self {
        let mut environment = Self::default();
        for at in 0..tokens.len() {
            match tokens.word(at) {
                Some("environment") if tokens.is_sign(at + 1, '{') => {
                    for name in names_in_block(tokens, at + 1) {
                        if tokens.is_sign(name + 1, '=') {
                            set(&mut environment.values, tokens.word(name), text(tokens, name + 2));
                        }
                    }
                }
                Some("withEnv") => environment.with_env(tokens, at),
                Some("if") if tokens.is_sign(at + 1, '(') => environment.default_of(tokens, at + 1),
                Some("for") if tokens.is_sign(at + 1, '(') => environment.unknown(tokens, at + 1),
                Some(_) => environment.local(tokens, at),
                None if is_arrow(tokens, at) => environment.parameters(tokens, at),
                None => {}
            }
        }
        environment.settle();
        environment
    }

    /// The same where these have the values.
    pub(super) fn with(around: &Self, own: &[(String, String)]) -> Self {
        let mut environment = around.clone();
        for (name, value) in own {
            environment.values.insert(name.clone(), Some(value.clone()));
        }
        environment.settle();
        environment
    }

    fn with_env(&mut self, tokens: &Tokens, at: usize) {
        let Some(call) = call(tokens, at) else { return };
        for at in at..call.end {
            if let Some(Token::Text { value, .. }) = tokens.get(at)
                && let Some((name, value)) = value.split_once('=')
            {
                set(&mut self.values, Some(name), Some(value.to_owned()));
            }
        }
    }

    /// `name = 'x'`, `env.NAME = 'x'`, `name += 'x'`, `type name(parameters) {`.
    fn local(&mut self, tokens: &Tokens, at: usize) {
        let name = tokens.word(at);
        let is_member = at > 0 && tokens.is_sign(at - 1, '.');
        let of = if is_member { at.checked_sub(2).and_then(|at| tokens.word(at)) } else { None };
        if tokens.is_sign(at + 1, '=') && !tokens.is_sign(at + 2, '=') {
            let value = text(tokens, at + 2);
            match of {
                Some("env") => set(&mut self.values, name, value),
                _ if is_member => {}
                _ => set(&mut self.locals, name, value),
            }
        } else if tokens.is_sign(at + 1, '+') && tokens.is_sign(at + 2, '=') {
            set(&mut self.locals, name, None);
        } else if tokens.word(at + 1).is_some() && tokens.is_sign(at + 2, '(') {
            let behind = tokens.past_lines(tokens.closing(at + 2) + 1);
            if tokens.is_sign(behind, '{') {
                self.unknown(tokens, at + 2);
            }
        }
    }

    /// `{ a, b -> …`
    fn parameters(&mut self, tokens: &Tokens, arrow: usize) {
        for at in (arrow.saturating_sub(MOST_PARAMETERS)..arrow).rev() {
            match tokens.get(at) {
                Some(Token::Word(name)) => set(&mut self.locals, Some(name), None),
                Some(Token::Sign(',' | '=' | ')')) => {}
                _ => break,
            }
        }
    }

    /// `if (env.NAME == null) { env.NAME = 'x' }`: it may have another value.
    fn default_of(&mut self, tokens: &Tokens, open: usize) {
        let close = tokens.closing(open);
        let block = tokens.past_lines(close + 1);
        if !tokens.is_sign(block, '{') {
            return;
        }
        let inside = open..close.min(open + MOST_TOKENS);
        let tested: BTreeSet<&str> = inside.filter_map(|at| tokens.word(at)).collect();
        for at in block..tokens.closing(block).min(block + MOST_TOKENS) {
            let name = tokens.word(at).filter(|name| tested.contains(name));
            if name.is_some() && tokens.is_sign(at + 1, '=') && !tokens.is_sign(at + 2, '=') {
                set(&mut self.values, name, None);
                set(&mut self.locals, name, None);
            }
        }
    }

    /// What is in the brackets has a value only when it runs.
    fn unknown(&mut self, tokens: &Tokens, open: usize) {
        for at in open..tokens.closing(open).min(open + MOST_TOKENS) {
            set(&mut self.locals, tokens.word(at), None);
        }
    }

    /// Puts values into values.
    fn settle(&mut self) {
        for _ in 0..DEEPEST {
            let before = self.clone();
            for (name, value) in self.values.iter_mut().chain(&mut self.locals) {
                let Some(text) = value.as_ref().filter(|text| text.contains(HOLE)) else {
                    continue;
                };
                // One that is made of itself has another one before it.
                let is_own = holes(text).iter().any(|hole| hole.trim_start_matches("env.") == name);
                let filled = before.filled(text);
                *value = Some(filled).filter(|filled| !is_own && filled.len() <= LONGEST);
            }
        }
    }

    /// The text with the values that are known.
    pub(super) fn filled(&self, text: &str) -> String {
        without_holes(text, |name| match self.value(name) {
            Some(value) => value.clone(),
            None => hole(name),
        })
    }

    fn value(&self, name: &str) -> Option<&String> {
        let of_environment = |name: &str| self.values.get(name).and_then(Option::as_ref);
        match name.strip_prefix("env.") {
            Some(name) => of_environment(name),
            // A variable of the script hides the environment's.
            None => match self.locals.get(name) {
                Some(value) => value.as_ref(),
                None => of_environment(name),
            },
        }
    }

    /// What a shell finds.
    pub(super) fn lookup(&self, name: &str) -> Lookup {
        match self.values.get(name).and_then(Option::as_ref) {
            Some(value) if !value.contains('$') => Lookup::Is(value.clone()),
            _ => Lookup::Unknown,
        }
    }
}

/// Tokens in brackets that are looked through for names.
const MOST_TOKENS: usize = 200;

/// Tokens of a value that is made of several.
const LONGEST_SUM: usize = 30;

/// Tokens before an arrow that are looked through.
const MOST_PARAMETERS: usize = 20;

fn is_arrow(tokens: &Tokens, at: usize) -> bool {
    tokens.is_sign(at, '-') && tokens.is_sign(at + 1, '>')
}

/// The text that stands alone behind `=`, up to the end of the line.
fn text(tokens: &Tokens, from: usize) -> Option<String> {
    if !matches!(tokens.get(from), Some(Token::Text { .. })) {
        return None;
    }
    let mut to = from;
    while let Some(token) = tokens.get(to) {
        if to >= from + LONGEST_SUM {
            return None;
        }
        let goes_on = to > from && tokens.is_sign(to - 1, '+');
        match token {
            Token::Line if !goes_on => break,
            Token::Sign(';' | '}') => break,
            Token::Sign('(' | '[') => to = tokens.closing(to) + 1,
            // A parameter with a value for when it is not given, or a choice of values.
            Token::Sign(',' | ')' | '?' | ':') => return None,
            _ => to += 1,
        }
    }
    Some(value(tokens, &Argument { name: None, from, to }))
}

fn set(values: &mut Values, name: Option<&str>, value: Option<String>) {
    let Some(name) = name else { return };
    // An empty one is filled in by the script.
    let is_name =
        |value: &String| !value.is_empty() && value.len() <= LONGEST && !value.contains('\n');
    let value = value.filter(is_name);
    let has_room = values.len() < MOST_VALUES;
    match values.get_mut(name) {
        Some(known) if *known != value => *known = None,
        Some(_) => {}
        None if has_room => {
            values.insert(name.to_owned(), value);
        }
        None => {}
    }
}

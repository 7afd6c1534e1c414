//! What scripts find in their environment: `environment { NAME = 'x' }` and `withEnv(['NAME=x'])`.

use super::arguments::{call, names_in_block};
use super::tokens::{Token, Tokens};
use crate::variables::{HOLE, Lookup};

/// Variables that are followed.
const MOST_VALUES: usize = 1000;

#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    /// No value if it has several, or one that is known only when it runs.
    values: Vec<(String, Option<String>)>,
}

impl Environment {
    pub(super) fn of(tokens: &Tokens) -> Self {
        let mut environment = Self::default();
        for at in 0..tokens.len() {
            match tokens.word(at) {
                Some("environment") if tokens.is_sign(at + 1, '{') => {
                    for name in names_in_block(tokens, at + 1) {
                        environment.take_assignment(tokens, name);
                    }
                }
                Some("withEnv") => {
                    let Some(call) = call(tokens, at) else { continue };
                    let texts = (at..call.end).filter_map(|at| match tokens.get(at) {
                        Some(Token::Text { value, .. }) => value.split_once('='),
                        _ => None,
                    });
                    for (name, value) in texts {
                        environment.set(name, Some(value));
                    }
                }
                _ => {}
            }
        }
        environment
    }

    fn take_assignment(&mut self, tokens: &Tokens, at: usize) {
        let (Some(name), true) = (tokens.word(at), tokens.is_sign(at + 1, '=')) else { return };
        let is_whole = !tokens.is_sign(at + 3, '+') && !tokens.is_sign(at + 3, '.');
        match tokens.get(at + 2) {
            Some(Token::Text { value, .. }) if is_whole => self.set(name, Some(value)),
            _ => self.set(name, None),
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>) {
        // An empty one is filled in by the script.
        let value = value.filter(|value| !value.is_empty() && !value.contains(HOLE));
        let has_room = self.values.len() < MOST_VALUES;
        match self.values.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => {
                if known.as_deref() != value {
                    *known = None;
                }
            }
            None if has_room => {
                self.values.push((name.to_owned(), value.map(str::to_owned)));
            }
            None => {}
        }
    }

    pub(super) fn lookup(&self, name: &str) -> Lookup {
        let value = self.values.iter().find(|(known, _)| known == name);
        match value.and_then(|(_, value)| value.as_ref()) {
            Some(value) if !value.contains('$') => Lookup::Is(value.clone()),
            _ => Lookup::Unknown,
        }
    }
}

//! `matrix { axes { axis { name 'X'; values 'a', 'b' } } … }`: its stages run once for each combination.

use super::Reader;
use super::arguments::{call, names_in_block, value};
use super::environment::Environment;
use super::tokens::Tokens;
use std::rc::Rc;

/// Combinations of one matrix that are followed.
const MOST: usize = 256;

/// Names and values of one combination.
type Cell = Vec<(String, String)>;

/// An axis as an `exclude` names it.
struct Excluded {
    name: String,
    values: Vec<String>,
    /// `notValues`: all others.
    is_inverted: bool,
}

impl Reader<'_, '_> {
    /// Reads what is in the block of a matrix, once for each combination, and says where the block closes.
    /// Nothing if it is no matrix, or one with values that only a run knows, or too many: then it is read as any block.
    pub(super) fn matrix(&mut self, at: usize) -> Option<usize> {
        let tokens = self.tokens;
        let open = tokens.past_lines(at + 1);
        if !tokens.is_sign(open, '{') {
            return None;
        }
        let cells = cells(tokens, open)?;
        let (close, around) = (tokens.closing(open), Rc::clone(&self.environment));
        for cell in cells {
            self.environment = Rc::new(Environment::with(&around, &cell));
            let scopes = self.scopes.len();
            self.steps(open + 1, close);
            self.scopes.truncate(scopes);
        }
        self.environment = around;
        Some(close)
    }
}

/// The combinations, without those that are excluded.
fn cells(tokens: &Tokens, open: usize) -> Option<Vec<Cell>> {
    let axes = blocks(tokens, open, "axes").next()?;
    let mut all = vec![Cell::new()];
    for axis in blocks(tokens, axes, "axis") {
        let (name, values) = (texts(tokens, axis, "name")?.pop()?, texts(tokens, axis, "values")?);
        if all.len() * values.len() > MOST {
            return None;
        }
        let with = |cell: &Cell, value: &String| {
            let own = (name.clone(), value.clone());
            cell.iter().cloned().chain([own]).collect()
        };
        all =
            all.iter().flat_map(|cell| values.iter().map(move |value| with(cell, value))).collect();
    }
    let mut excludes: Vec<Vec<Excluded>> = Vec::new();
    for excluded in blocks(tokens, open, "excludes") {
        for one in blocks(tokens, excluded, "exclude") {
            excludes
                .push(blocks(tokens, one, "axis").filter_map(|axis| read(tokens, axis)).collect());
        }
    }
    all.retain(|cell| !excludes.iter().any(|one| one.iter().all(|axis| axis.has(cell))));
    Some(all)
}

fn read(tokens: &Tokens, axis: usize) -> Option<Excluded> {
    let name = texts(tokens, axis, "name")?.pop()?;
    let values = texts(tokens, axis, "values");
    let is_inverted = values.is_none();
    let values = values.or_else(|| texts(tokens, axis, "notValues"))?;
    Some(Excluded { name, values, is_inverted })
}

impl Excluded {
    fn has(&self, cell: &Cell) -> bool {
        let value = cell.iter().find(|(name, _)| *name == self.name).map(|(_, value)| value);
        value.is_some_and(|value| self.values.contains(value) != self.is_inverted)
    }
}

/// Where the blocks of that name open in the block.
fn blocks<'a>(tokens: &'a Tokens, open: usize, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let named = move |at: &usize| tokens.word(*at) == Some(name);
    let opening =
        move |at: usize| Some(tokens.past_lines(at + 1)).filter(|at| tokens.is_sign(*at, '{'));
    names_in_block(tokens, open).into_iter().filter(named).filter_map(opening)
}

/// What a setting of the block is given; nothing if it is not there.
fn texts(tokens: &Tokens, open: usize, name: &str) -> Option<Vec<String>> {
    let at = names_in_block(tokens, open).into_iter().find(|at| tokens.word(*at) == Some(name))?;
    let call = call(tokens, at)?;
    Some(call.arguments.iter().map(|argument| value(tokens, argument)).collect())
}

//! Variables in text: one engine for the shells, compose, BuildKit and the CIs that borrow their forms.
//!
//! What has no value in the file becomes a *hole*: the variable's name between two private characters. Holes go
//! through every later step as plain text, and [`crate::Findings`] turns them into "unresolved".

mod ends;
mod holes;
mod operators;
mod patterns;
#[cfg(test)]
mod tests;

use ends::Ends;
use operators::{Operation, split};
use std::cell::Cell;

pub use holes::{HOLE, first_holes, hole, holes, with_template_holes, without_holes};

/// Deeper nesting is nobody's.
const DEEPEST: usize = 16;

/// A longer value is nobody's, but of one that is made to grow.
const LONGEST: usize = 8 * 1024;

/// Bytes of values that are put into one text.
const MOST: usize = 1024 * 1024;

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It has this value. The value may have holes.
    Is(String),
    /// It has none, and nobody can give it one: it is empty, and defaults apply.
    Unset,
    /// Its value is not in the file: a default applies, else there is a hole.
    Unknown,
}

/// Which forms are read. Also `${{ expression }}` always is: `lookup` gets the expression, without outer space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// `$NAME`.
    pub bare: bool,
    /// `${NAME}` and what can be done to it.
    pub braces: bool,
    /// `$$` is a dollar sign.
    pub doubled: bool,
    /// Behind this character, any other is itself.
    pub escape: Option<char>,
    /// Quotes are taken off; between single ones nothing is replaced.
    pub quotes: bool,
    /// `$1`, `$@` and so on are values that nobody knows.
    pub positional: bool,
}

impl Syntax {
    pub const COMPOSE: Self = Self {
        bare: true,
        braces: true,
        doubled: true,
        escape: None,
        quotes: false,
        positional: false,
    };

    /// As Woodpecker and Drone replace in the whole text before they parse it.
    pub const ENVSUBST: Self = Self {
        bare: false,
        braces: true,
        doubled: true,
        escape: None,
        quotes: false,
        positional: false,
    };

    /// `${{ expression }}` alone, as in the files of GitHub Actions.
    pub const EXPRESSIONS: Self = Self {
        bare: false,
        braces: false,
        doubled: false,
        escape: None,
        quotes: false,
        positional: false,
    };

    /// Within one word whose quotes are off already.
    pub const SHELL: Self = Self {
        bare: true,
        braces: true,
        doubled: false,
        escape: None,
        quotes: false,
        positional: true,
    };

    /// One word of a Dockerfile; `escape` is of its directive.
    pub const fn dockerfile(escape: char) -> Self {
        Self {
            bare: true,
            braces: true,
            doubled: false,
            escape: Some(escape),
            quotes: true,
            positional: false,
        }
    }
}

/// The text with the variables' values in it, and a hole for each that has none.
pub fn substitute(text: &str, syntax: Syntax, lookup: &dyn Fn(&str) -> Lookup) -> String {
    Engine { syntax, lookup, left: Cell::new(MOST) }.expand(text, 0)
}

struct Engine<'a> {
    syntax: Syntax,
    lookup: &'a dyn Fn(&str) -> Lookup,
    /// Bytes of values that still can be put in.
    left: Cell<usize>,
}

impl Engine<'_> {
    fn expand(&self, text: &str, depth: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut ends = Ends::new(text);
        let mut is_in_double = false;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            if Some(c) == self.syntax.escape {
                let next = after.chars().next();
                out.extend(next);
                rest = &after[next.map_or(0, char::len_utf8)..];
            } else if self.syntax.quotes && c == '"' {
                is_in_double = !is_in_double;
                rest = after;
            } else if self.syntax.quotes && c == '\'' && !is_in_double {
                let (inside, behind) = after.split_once('\'').unwrap_or((after, ""));
                out.push_str(inside);
                rest = behind;
            } else if c == '$' {
                rest = self.dollar(after, &mut ends, &mut out, depth);
            } else {
                out.push(c);
                rest = after;
            }
        }
        out
    }

    /// What stands behind a dollar sign. Gives what is behind that.
    fn dollar<'t>(
        &self,
        after: &'t str,
        ends: &mut Ends<'_>,
        out: &mut String,
        depth: usize,
    ) -> &'t str {
        if self.syntax.doubled && after.starts_with('$') {
            out.push('$');
            return &after[1..];
        }
        if let Some(inside) = after.strip_prefix("{{")
            && let Some(end) = ends.expression(inside)
        {
            out.push_str(&self.value(inside[..end].trim(), depth));
            return &inside[end + 2..];
        }
        if self.syntax.braces
            && let Some(inside) = after.strip_prefix('{')
            && let Some(end) = ends.brace(inside)
        {
            out.push_str(&self.braces(&inside[..end], depth));
            return &inside[end + 1..];
        }
        let name = name_at(after);
        if self.syntax.bare && !name.is_empty() {
            out.push_str(&self.value(name, depth));
            return &after[name.len()..];
        }
        let special = after.chars().next().filter(|c| c.is_ascii_digit() || "@*#?!-".contains(*c));
        if let (true, Some(c)) = (self.syntax.positional, special) {
            out.push_str(&hole(&c.to_string()));
            return &after[1..];
        }
        out.push('$');
        after
    }

    /// What is known of the variable. A value that is too long is not.
    fn known(&self, name: &str) -> Lookup {
        match (self.lookup)(name) {
            Lookup::Is(value) if value.len() > LONGEST => Lookup::Unknown,
            Lookup::Is(value) => match self.left.get().checked_sub(value.len()) {
                Some(left) => {
                    self.left.set(left);
                    Lookup::Is(value)
                }
                None => Lookup::Unknown,
            },
            other => other,
        }
    }

    /// The value alone; a hole if it is not known.
    fn value(&self, name: &str, depth: usize) -> String {
        match self.known(name) {
            Lookup::Is(value) if depth < DEEPEST => value,
            Lookup::Unset => String::new(),
            _ => hole(name),
        }
    }

    /// `${…}`: a name, and maybe what is to be done with its value.
    fn braces(&self, inside: &str, depth: usize) -> String {
        if depth >= DEEPEST {
            return hole("");
        }
        let (name, operation) = split(inside);
        let known = self.known(name);
        let Some(operation) = operation else {
            return self.value(name, depth);
        };
        let value = match &known {
            Lookup::Is(value) => Some(value.as_str()),
            Lookup::Unset | Lookup::Unknown => None,
        };
        let is_empty = value.is_some_and(str::is_empty);
        let word = |text: &str| self.expand(text, depth + 1);
        match operation {
            Operation::Default { word: default, also_empty } => match value {
                Some(value) if !(also_empty && is_empty) => value.to_owned(),
                _ => word(default),
            },
            Operation::Instead { word: other, also_empty } => match known {
                Lookup::Is(_) if also_empty && is_empty => String::new(),
                Lookup::Is(_) => word(other),
                Lookup::Unset => String::new(),
                Lookup::Unknown => hole(name),
            },
            Operation::Required { also_empty } => match value {
                Some(value) if !(also_empty && is_empty) => value.to_owned(),
                _ => hole(name),
            },
            Operation::Unreadable => hole(name),
            other => match known {
                // What is done to an unknown part cannot be known.
                Lookup::Is(value) if value.contains(HOLE) => value,
                Lookup::Is(value) => other.done_to(&value, &word),
                Lookup::Unset => String::new(),
                Lookup::Unknown => hole(name),
            },
        }
    }
}

/// The name at the beginning of the text, as shells read it.
fn name_at(text: &str) -> &str {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

/// Whether anything in the text could be a variable.
pub(crate) fn has_variable(text: &str) -> bool {
    text.contains('$')
}

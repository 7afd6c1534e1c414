//! What expressions of bake files are.

use super::syntax::{Expression, For, Line, Part};
use crate::variables::{HOLE, hole, holes};
use std::cell::Cell;
use std::rc::Rc;

/// Functions that call one another go no deeper.
const DEEPEST: usize = 20;

/// Values in one list or mapping, at any depth.
const MOST: usize = 5_000;

/// Values of one file, each counted as often as it is evaluated.
const MOST_EVALUATED: usize = 200_000;

/// Longer is no name of anything.
const LONGEST: usize = 10_000;

#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Flag(bool),
    /// With a hole for each part that is not known.
    Text(String),
    List(Vec<Line<Value>>),
    Map(Vec<(String, Line<Value>)>),
    Unknown(String),
    /// A variable that is empty unless the environment sets it. With no default at all, its text is not known.
    Unset {
        name: String,
        is_empty: bool,
    },
}

/// A function of the file.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub name: String,
    pub takes: Vec<String>,
    pub gives: Expression,
}

/// The names that expressions can use.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Later ones count.
    pub values: Vec<(String, Rc<Value>)>,
    pub functions: Vec<Function>,
    pub depth: usize,
    /// What was evaluated for the file.
    spent: Rc<Cell<usize>>,
}

impl Value {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.clone(),
            Self::List(_) | Self::Map(_) => hole(""),
            Self::Unset { is_empty: true, .. } => String::new(),
            Self::Unknown(name) | Self::Unset { name, .. } => hole(name),
        }
    }

    /// The text, if all of it is known.
    pub(super) fn known(&self) -> Option<String> {
        match self {
            Self::Text(text) if !text.contains(HOLE) => Some(text.clone()),
            Self::Null | Self::Flag(_) => Some(self.to_text()),
            Self::Unset { .. } => Some(String::new()),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(|item| item.is.size()).sum::<usize>() + 1,
            Self::Map(entries) => {
                entries.iter().map(|(_, value)| value.is.size()).sum::<usize>() + 1
            }
            _ => 1,
        }
    }

    fn is_true(&self) -> Option<bool> {
        self.known().map(|text| text == "true")
    }

    /// What depends on it in a way that is not followed.
    pub(super) fn open(&self) -> Self {
        match self {
            Self::Unknown(name) | Self::Unset { name, .. } => Self::Unknown(name.clone()),
            other => Self::Unknown(holes(&other.to_text()).into_iter().next().unwrap_or_default()),
        }
    }

    fn key(&self, key: &str) -> Self {
        match self {
            Self::Map(entries) => {
                let found = entries.iter().find(|(known, _)| known == key);
                found.map_or(Self::Null, |(_, value)| value.is.clone())
            }
            Self::List(items) => {
                let item = key.parse::<usize>().ok().and_then(|at| items.get(at));
                item.map_or(Self::Null, |item| item.is.clone())
            }
            Self::Unknown(_) | Self::Unset { .. } => self.clone(),
            _ => Self::Null,
        }
    }

    /// Every text in it, each with its line.
    pub(super) fn texts(&self, line: usize) -> Vec<(usize, String)> {
        match self {
            Self::Null => Vec::new(),
            Self::List(items) => items.iter().flat_map(|item| item.is.texts(item.line)).collect(),
            // `{type = "registry", ref = "x"}` says the same as one text.
            Self::Map(entries) => {
                let fields =
                    entries.iter().map(|(key, value)| format!("{key}={}", value.is.to_text()));
                vec![(line, fields.collect::<Vec<_>>().join(","))]
            }
            other => vec![(line, other.to_text())],
        }
    }
}

impl Names {
    pub(super) fn with(&self, name: &str, value: Value) -> Self {
        let mut names = self.clone();
        names.values.push((name.to_owned(), Rc::new(value)));
        names
    }

    /// The same, with nothing known of variables that are empty unless the environment sets them.
    pub(super) fn opened(&self) -> Self {
        let mut names = self.clone();
        for (_, value) in &mut names.values {
            if let Value::Unset { name, is_empty: true } = &**value {
                *value = Rc::new(Value::Unset { name: name.clone(), is_empty: false });
            }
        }
        names
    }

    /// The value of an expression, as far as it is known and not too large.
    pub(super) fn value(&self, expression: &Expression) -> Value {
        self.spent.set(self.spent.get() + 1);
        if self.spent.get() > MOST_EVALUATED {
            return Value::Unknown(String::new());
        }
        let value = self.evaluated(expression);
        let size = value.size();
        self.spent.set(self.spent.get() + size);
        let is_long = matches!(&value, Value::Text(text) if text.len() > LONGEST);
        if is_long || size > MOST { Value::Unknown(String::new()) } else { value }
    }

    fn evaluated(&self, expression: &Expression) -> Value {
        match expression {
            Expression::Null => Value::Null,
            Expression::Flag(flag) => Value::Flag(*flag),
            Expression::Other => Value::Unknown(String::new()),
            Expression::Text(parts) => self.text(parts),
            Expression::List(items) => {
                Value::List(items.iter().map(|item| self.item(item)).collect())
            }
            Expression::Map(entries) => {
                let entry = |(key, value): &(Expression, Line<Expression>)| {
                    (self.value(key).to_text(), self.item(value))
                };
                Value::Map(entries.iter().map(entry).collect())
            }
            Expression::Name(parts) => self.named(parts),
            Expression::Index(of, key) => self.value(of).key(&self.value(key).to_text()),
            Expression::Call(name, given) => {
                let given = given.iter().map(|one| self.value(one)).collect();
                self.call(name, given)
            }
            Expression::If(parts) => {
                let [condition, one, other] = &**parts;
                let condition = self.value(condition);
                match condition.is_true() {
                    Some(true) => self.value(one),
                    Some(false) => self.value(other),
                    None => condition.open(),
                }
            }
            Expression::Not(inner) => {
                let value = self.value(inner);
                value.is_true().map_or_else(|| value.open(), |flag| Value::Flag(!flag))
            }
            Expression::Operation(symbol, sides) => {
                let [left, right] = &**sides;
                operation(symbol, &self.value(left), &self.value(right))
            }
            Expression::For(each) => self.each(each),
        }
    }

    fn item(&self, item: &Line<Expression>) -> Line<Value> {
        Line { line: item.line, is: self.value(&item.is) }
    }

    fn text(&self, parts: &[Part]) -> Value {
        // A single value keeps its kind.
        let filled = |part: &&Part| !matches!(part, Part::Text(text) if text.is_empty());
        let filled: Vec<&Part> = parts.iter().filter(filled).collect();
        if let [Part::Value(value)] = filled[..] {
            return self.value(value);
        }
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(value) => self.value(value).to_text(),
        };
        Value::Text(parts.iter().map(text).collect())
    }

    fn named(&self, parts: &[String]) -> Value {
        let Some((first, rest)) = parts.split_first() else { return Value::Null };
        let found = self.values.iter().rev().find(|(known, _)| known == first);
        match found {
            Some((_, value)) => rest.iter().fold(Value::clone(value), |value, key| value.key(key)),
            None => Value::Unknown(parts.join(".")),
        }
    }

    fn each(&self, each: &For) -> Value {
        let list = self.value(&each.list);
        let items: Vec<(String, Line<Value>)> = match list {
            Value::List(items) => {
                items.into_iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect()
            }
            Value::Map(entries) => entries,
            other => return other.open(),
        };
        let mut out = Vec::new();
        for (key, item) in items.into_iter().take(MOST) {
            let names = match &each.names[..] {
                [index, name] => self.with(index, Value::Text(key)).with(name, item.is),
                [name] => self.with(name, item.is),
                _ => continue,
            };
            let is_left_out =
                each.only.as_ref().is_some_and(|only| names.value(only).is_true() == Some(false));
            if !is_left_out {
                out.push(names.item(&each.each));
            }
        }
        Value::List(out)
    }

    fn call(&self, name: &str, given: Vec<Value>) -> Value {
        let Some(function) = self.functions.iter().find(|function| function.name == name) else {
            return super::functions::call(name, &given);
        };
        if self.depth >= DEEPEST {
            return Value::Unknown(String::new());
        }
        let mut names = Self { depth: self.depth + 1, ..self.clone() };
        names.values.extend(function.takes.iter().cloned().zip(given.into_iter().map(Rc::new)));
        names.value(&function.gives)
    }
}

fn operation(symbol: &str, left: &Value, right: &Value) -> Value {
    let (a, b) = (left.known(), right.known());
    let (Some(a), Some(b)) = (&a, &b) else {
        return match (symbol, a.as_deref(), b.as_deref()) {
            ("&&", Some("false"), _) | ("&&", _, Some("false")) => Value::Flag(false),
            ("||", Some("true"), _) | ("||", _, Some("true")) => Value::Flag(true),
            (_, None, _) => left.open(),
            _ => right.open(),
        };
    };
    let numbers = || Some((a.parse::<f64>().ok()?, b.parse::<f64>().ok()?));
    match (symbol, numbers()) {
        ("==", _) => Value::Flag(a == b),
        ("!=", _) => Value::Flag(a != b),
        ("&&", _) => Value::Flag(a == "true" && b == "true"),
        ("||", _) => Value::Flag(a == "true" || b == "true"),
        ("<", Some((a, b))) => Value::Flag(a < b),
        (">", Some((a, b))) => Value::Flag(a > b),
        ("<=", Some((a, b))) => Value::Flag(a <= b),
        (">=", Some((a, b))) => Value::Flag(a >= b),
        _ => right.open(),
    }
}

//! The language between `${{` and `}}`: evaluated as far as its values are known.

mod tokens;

use super::value::Value;
use crate::variables::{HOLE, hole};
use tokens::{Token, tokens};

/// Parentheses and calls in one another go no deeper.
const DEEPEST: usize = 20;

/// The value of an expression. `lookup` gets the parts of a name such as `matrix.os`; `parse` reads JSON.
pub(super) fn evaluate(
    text: &str,
    lookup: &dyn Fn(&[String]) -> Value,
    parse: &dyn Fn(&str) -> Option<Value>,
) -> Value {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, depth: 0, given: None, lookup, parse };
    let value = reader.or();
    // What is left over was not understood.
    if reader.at < tokens.len() {
        return Value::Unknown { name: text.trim().to_owned(), is_plain: false };
    }
    value
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// What the `&&` that was read last gives if its condition, which is not known, is true.
    given: Option<Value>,
    lookup: &'a dyn Fn(&[String]) -> Value,
    parse: &'a dyn Fn(&str) -> Option<Value>,
}

impl Reader<'_> {
    fn takes(&mut self, symbol: &str) -> bool {
        let is_next =
            matches!(self.tokens.get(self.at), Some(Token::Symbol(next)) if *next == symbol);
        self.at += usize::from(is_next);
        is_next
    }

    fn or(&mut self) -> Value {
        let mut left = self.and();
        let mut given = self.given.take();
        while self.takes("||") {
            let right = self.and();
            let next = self.given.take();
            left = match (left.is_true(), given.take()) {
                (Some(true), _) => left,
                (Some(false), _) => {
                    given = next;
                    right
                }
                // `condition && name || ''` is the name or nothing.
                (None, Some(name)) if right.known().is_some_and(|text| text.is_empty()) => name,
                (None, _) => default(left, right),
            };
        }
        left
    }

    fn and(&mut self) -> Value {
        let mut left = self.comparison();
        let mut given = None;
        while self.takes("&&") {
            let right = self.comparison();
            left = match left.is_true() {
                Some(true) => right,
                Some(false) => left,
                None => {
                    given = Some(right);
                    Value::depends_on(&left)
                }
            };
        }
        self.given = given;
        left
    }

    fn comparison(&mut self) -> Value {
        let mut left = self.unary();
        loop {
            let Some(symbol) =
                ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|one| self.takes(one))
            else {
                return left;
            };
            let right = self.unary();
            left = match (symbol, left.known(), right.known()) {
                ("==", Some(a), Some(b)) => Value::Flag(a.eq_ignore_ascii_case(&b)),
                ("!=", Some(a), Some(b)) => Value::Flag(!a.eq_ignore_ascii_case(&b)),
                (_, Some(_), _) => Value::depends_on(&right),
                _ => Value::depends_on(&left),
            };
        }
    }

    fn unary(&mut self) -> Value {
        let mut flips = 0_usize;
        while self.takes("!") {
            flips += 1;
        }
        let value = self.primary();
        match value.is_true() {
            _ if flips == 0 => value,
            Some(flag) => Value::Flag(flag != (flips % 2 == 1)),
            None => Value::depends_on(&value),
        }
    }

    fn primary(&mut self) -> Value {
        if self.depth >= DEEPEST {
            self.at = self.tokens.len();
            return Value::unknown("");
        }
        self.depth += 1;
        let value = self.term();
        self.depth -= 1;
        value
    }

    fn term(&mut self) -> Value {
        if self.takes("(") {
            let value = self.or();
            self.takes(")");
            return self.behind(value);
        }
        let token = self.tokens.get(self.at).cloned();
        match token {
            Some(Token::Text(text)) => {
                self.at += 1;
                Value::Text(text)
            }
            Some(Token::Name(name)) => {
                self.at += 1;
                if self.takes("(") {
                    let value = self.call(&name);
                    return self.behind(value);
                }
                match name.to_ascii_lowercase().as_str() {
                    "true" => Value::Flag(true),
                    "false" => Value::Flag(false),
                    "null" => Value::Null,
                    _ => self.name(name),
                }
            }
            // Nothing of it can be told.
            _ => Value::unknown(""),
        }
    }

    /// `a.b['c'].d`
    fn name(&mut self, first: String) -> Value {
        let mut parts = vec![first];
        loop {
            if self.takes(".") {
                match self.tokens.get(self.at) {
                    Some(Token::Name(name) | Token::Text(name)) => parts.push(name.clone()),
                    _ => parts.push("*".to_owned()),
                }
                self.at += 1;
            } else if self.takes("[") {
                let index = self.or();
                self.takes("]");
                match index.known() {
                    Some(index) => parts.push(index),
                    None => return Value::depends_on(&index),
                }
            } else {
                return (self.lookup)(&parts);
            }
        }
    }

    /// What is taken out of the result of a call.
    fn behind(&mut self, mut value: Value) -> Value {
        loop {
            let key = if self.takes(".") {
                let Some(Token::Name(key) | Token::Text(key)) = self.tokens.get(self.at) else {
                    return Value::unknown("");
                };
                self.at += 1;
                key.clone()
            } else if self.takes("[") {
                let index = self.or();
                self.takes("]");
                index.to_text()
            } else {
                return value;
            };
            value = inside(value, &key);
        }
    }

    fn call(&mut self, name: &str) -> Value {
        let mut given = Vec::new();
        while !self.takes(")") && self.at < self.tokens.len() {
            let before = self.at;
            given.push(self.or());
            self.takes(",");
            // What no value begins with is not understood: the rest is left over.
            if self.at == before {
                break;
            }
        }
        let unknown = || {
            let first = given.iter().find_map(Value::unknown_name);
            let name = first.unwrap_or_else(|| format!("{name}()"));
            Value::Unknown { name, is_plain: false }
        };
        let text = |at: usize| given.get(at).and_then(Value::known);
        match (name.to_ascii_lowercase().as_str(), text(0), text(1)) {
            ("format", ..) => formatted(&given),
            ("fromjson", Some(json), _) => (self.parse)(&json).unwrap_or_else(unknown),
            ("contains", Some(a), Some(b)) => Value::Flag(lower(&a).contains(&lower(&b))),
            ("startswith", Some(a), Some(b)) => Value::Flag(lower(&a).starts_with(&lower(&b))),
            ("endswith", Some(a), Some(b)) => Value::Flag(lower(&a).ends_with(&lower(&b))),
            ("always", ..) => Value::Flag(true),
            _ => unknown(),
        }
    }
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// What `||` makes of a value that is not known: a plain one has the other for its default, as in `inputs.tag || 'x'`.
/// One that decides between others stays unknown.
fn default(left: Value, right: Value) -> Value {
    let is_plain = !matches!(left, Value::Unknown { is_plain: false, .. });
    let is_given =
        right.known().is_some_and(|text| !text.is_empty()) || matches!(right, Value::Node(_));
    if is_plain && is_given { right } else { left }
}

/// A key or index of a value.
fn inside(value: Value, key: &str) -> Value {
    match value {
        Value::Node(node) => {
            let item = key.parse::<usize>().ok().and_then(|at| node.items().get(at));
            item.or_else(|| node.get(key)).map_or(Value::Null, super::value::scalar)
        }
        Value::Unknown { .. } => value,
        Value::Text(text) if text.contains(HOLE) => Value::Text(text),
        _ => Value::Null,
    }
}

/// `format('{0}/{1}', a, b)`
fn formatted(given: &[Value]) -> Value {
    let mut given = given.iter();
    let Some(form) = given.next() else { return Value::Null };
    let Some(form) = form.known() else { return Value::depends_on(form) };
    let values: Vec<String> = given.map(Value::to_text).collect();
    let (mut out, mut rest) = (String::new(), form.as_str());
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(more) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = more;
        } else if let Some((index, more)) = rest.split_once('}') {
            let value = index.trim().parse::<usize>().ok().and_then(|index| values.get(index));
            out.push_str(&value.cloned().unwrap_or_else(|| hole("format()")));
            rest = more;
        }
    }
    Value::Text(out + rest)
}

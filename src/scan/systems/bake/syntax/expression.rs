//! Expressions of HCL.

use super::{DEEPEST, Expression, For, Line, Parser};

/// Operators or indexes in a row.
const LONGEST: usize = 200;

/// Operators, the weakest first.
static LEVELS: [&[&str]; 4] =
    [&["||"], &["&&"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-", "*", "/", "%"]];

impl Parser {
    pub(super) fn expression(&mut self) -> Option<Expression> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let condition = self.level(0)?;
        let value = if self.takes("?") {
            let one = self.expression()?;
            if !self.takes(":") {
                return None;
            }
            let other = self.expression()?;
            Expression::If(Box::new([condition, one, other]))
        } else {
            condition
        };
        self.depth -= 1;
        Some(value)
    }

    fn level(&mut self, level: usize) -> Option<Expression> {
        let Some(symbols) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        let mut left_over = LONGEST;
        while let Some(symbol) = symbols.iter().copied().find(|symbol| self.takes(symbol)) {
            let right = self.level(level + 1)?;
            left_over = left_over.checked_sub(1)?;
            left = Expression::Operation(symbol, Box::new([left, right]));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expression> {
        let (mut flips, mut is_negative) = (0_usize, false);
        loop {
            if self.takes("!") {
                flips += 1;
            } else if self.takes("-") {
                is_negative = true;
            } else {
                break;
            }
        }
        let value = self.indexed()?;
        Some(match flips % 2 {
            _ if is_negative => Expression::Other,
            0 if flips == 0 => value,
            0 => Expression::Not(Box::new(Expression::Not(Box::new(value)))),
            _ => Expression::Not(Box::new(value)),
        })
    }

    fn indexed(&mut self) -> Option<Expression> {
        let mut value = self.primary()?;
        // An index stands directly behind.
        for _ in 0..LONGEST {
            if self.peek(0) == Some('[') {
                self.at += 1;
                if self.takes("*") {
                    self.takes("]");
                    value = Expression::Other;
                    continue;
                }
                let index = self.expression()?;
                if !self.takes("]") {
                    return None;
                }
                value = Expression::Index(Box::new(value), Box::new(index));
            } else if self.peek(0) == Some('.') && self.peek(1) != Some('.') {
                self.at += 1;
                let key = if self.takes("*") { "*".to_owned() } else { self.name()? };
                value = match value {
                    Expression::Name(mut names) => {
                        names.push(key);
                        Expression::Name(names)
                    }
                    value => {
                        let key = super::template(&key, self.line);
                        Expression::Index(Box::new(value), Box::new(key))
                    }
                };
            } else {
                return Some(value);
            }
        }
        None
    }

    fn primary(&mut self) -> Option<Expression> {
        self.skip();
        match self.peek(0)? {
            '"' => {
                self.at += 1;
                Some(Expression::Text(self.parts(Some('"'))))
            }
            '<' if self.is_next("<<") => {
                self.at += 2;
                self.here_document()
            }
            '(' => {
                self.at += 1;
                let value = self.expression()?;
                self.takes(")").then_some(value)
            }
            '[' => {
                self.at += 1;
                self.list()
            }
            '{' => {
                self.at += 1;
                self.map()
            }
            c if c.is_ascii_digit() => {
                let mut number = String::new();
                while let Some(c) = self.peek(0).filter(|c| c.is_ascii_digit() || *c == '.') {
                    number.push(c);
                    self.at += 1;
                }
                Some(super::template(&number, self.line))
            }
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Option<Expression> {
        let name = self.name()?;
        if self.peek(0) == Some('(') {
            self.at += 1;
            return self.call(name);
        }
        Some(match name.as_str() {
            "true" => Expression::Flag(true),
            "false" => Expression::Flag(false),
            "null" => Expression::Null,
            _ => Expression::Name(vec![name]),
        })
    }

    fn call(&mut self, name: String) -> Option<Expression> {
        let mut given = Vec::new();
        while !self.takes(")") {
            given.push(self.expression()?);
            self.takes(",");
            self.takes("...");
        }
        Some(Expression::Call(name, given))
    }

    fn list(&mut self) -> Option<Expression> {
        if self.begins_for() {
            let found = self.for_each()?;
            return self.takes("]").then_some(found);
        }
        let mut items = Vec::new();
        while !self.takes("]") {
            let line = self.line;
            let is = self.expression()?;
            items.push(Line { line, is });
            self.takes(",");
        }
        Some(Expression::List(items))
    }

    fn map(&mut self) -> Option<Expression> {
        if self.begins_for() {
            // Nobody needs what such a mapping holds.
            let mut open = 1_usize;
            while open > 0 {
                match self.next()? {
                    '{' => open += 1,
                    '}' => open -= 1,
                    _ => {}
                }
            }
            return Some(Expression::Other);
        }
        let mut entries = Vec::new();
        while !self.takes("}") {
            let key = self.key()?;
            if !(self.takes("=") || self.takes(":")) {
                return None;
            }
            self.takes(">");
            self.skip();
            let line = self.line;
            let is = self.expression()?;
            entries.push((key, Line { line, is }));
            self.takes(",");
        }
        Some(Expression::Map(entries))
    }

    /// A text, a bare name that is one here, or a value in parentheses.
    fn key(&mut self) -> Option<Expression> {
        self.skip();
        match self.peek(0)? {
            '"' | '(' => self.expression(),
            _ => {
                let name = self.name()?;
                Some(super::template(&name, self.line))
            }
        }
    }

    fn begins_for(&mut self) -> bool {
        self.skip();
        self.is_next("for") && self.peek(3).is_some_and(char::is_whitespace)
    }

    fn for_each(&mut self) -> Option<Expression> {
        self.at += 3;
        let mut names = vec![self.name()?];
        if self.takes(",") {
            names.push(self.name()?);
        }
        if self.name()? != "in" {
            return None;
        }
        let list = self.expression()?;
        if !self.takes(":") {
            return None;
        }
        self.skip();
        let line = self.line;
        let is = self.expression()?;
        self.skip();
        let has_only = self.is_next("if") && self.peek(2).is_some_and(char::is_whitespace);
        let only = if has_only {
            self.at += 2;
            Some(self.expression()?)
        } else {
            None
        };
        Some(Expression::For(Box::new(For { names, list, each: Line { line, is }, only })))
    }
}

//! Texts in quotes and here-documents.

use super::{Expression, Parser, Part};

impl Parser {
    /// The parts of a text up to the character that ends it, or to the end of the file.
    pub(super) fn parts(&mut self, end: Option<char>) -> Vec<Part> {
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some(c) = self.next() {
            if Some(c) == end {
                break;
            }
            let is_doubled = self.peek(0) == Some(c) && self.peek(1) == Some('{');
            match c {
                '\\' if end.is_some() => text.extend(self.escaped()),
                '$' | '%' if is_doubled => {
                    text.push(c);
                    text.push('{');
                    self.at += 2;
                }
                '$' | '%' if self.peek(0) == Some('{') => {
                    self.at += 1;
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Value(self.value_in_text(c == '$')));
                }
                c => text.push(c),
            }
        }
        parts.push(Part::Text(text));
        parts
    }

    fn escaped(&mut self) -> Option<char> {
        match self.next()? {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            c => Some(c),
        }
    }

    /// `${value}`; what `%{…}` steers is not followed.
    fn value_in_text(&mut self, is_value: bool) -> Expression {
        let depth = self.depth;
        self.takes("~");
        let value = if is_value { self.expression() } else { None };
        self.depth = depth;
        self.takes("~");
        if !self.takes("}") || value.is_none() {
            while self.next().is_some_and(|c| c != '}') {}
            return Expression::Other;
        }
        value.unwrap_or(Expression::Other)
    }

    /// `<<NAME` or `<<-NAME` and the lines up to it.
    pub(super) fn here_document(&mut self) -> Option<Expression> {
        self.takes("-");
        let name = self.name()?;
        while self.next().is_some_and(|c| c != '\n') {}
        let (first, mut text) = (self.line, String::new());
        while self.peek(0).is_some() {
            let mut line = String::new();
            while let Some(c) = self.next() {
                line.push(c);
                if c == '\n' {
                    break;
                }
            }
            if line.trim() == name {
                // The line's end belongs to what is behind.
                return Some(super::template(&text, first));
            }
            text.push_str(&line);
        }
        None
    }
}

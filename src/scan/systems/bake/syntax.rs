//! The part of HCL that bake files are written in.

mod expression;
mod text;

/// Brackets in one another go no deeper.
const DEEPEST: usize = 50;

/// `kind "label" { … }`, or the whole file.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub name: String,
    pub value: Line<Expression>,
}

/// Something and the line that it begins on.
#[derive(Clone, Debug)]
pub(super) struct Line<T> {
    pub line: usize,
    pub is: T,
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Null,
    Flag(bool),
    Text(Vec<Part>),
    List(Vec<Line<Expression>>),
    Map(Vec<(Expression, Line<Expression>)>),
    /// `a.b`
    Name(Vec<String>),
    Index(Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
    If(Box<[Expression; 3]>),
    Not(Box<Expression>),
    Operation(&'static str, Box<[Expression; 2]>),
    For(Box<For>),
    /// Something that is not followed.
    Other,
}

/// `[for name in list : each if only]`
#[derive(Clone, Debug)]
pub(super) struct For {
    pub names: Vec<String>,
    pub list: Expression,
    pub each: Line<Expression>,
    pub only: Option<Expression>,
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(String),
    Value(Expression),
}

impl Block {
    pub(super) fn get(&self, name: &str) -> Option<&Line<Expression>> {
        self.attributes.iter().rev().find(|one| one.name == name).map(|one| &one.value)
    }

    pub(super) fn label(&self) -> &str {
        self.labels.first().map_or("", String::as_str)
    }
}

/// Reads a file.
///
/// # Errors
/// The line that cannot be read.
pub(super) fn parse(text: &str) -> Result<Block, usize> {
    let mut parser = Parser::new(text, 1);
    let block = parser.body(false);
    block.ok_or(parser.line)
}

/// The parts of a text with `${…}` in it.
pub(super) fn template(text: &str, line: usize) -> Expression {
    let mut parser = Parser::new(text, line);
    Expression::Text(parser.parts(None))
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    line: usize,
    depth: usize,
}

impl Parser {
    fn new(text: &str, line: usize) -> Self {
        Self { chars: text.chars().collect(), at: 0, line, depth: 0 }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn is_next(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(at, c)| self.peek(at) == Some(c))
    }

    /// Takes the text if it is next, behind space and comments.
    fn takes(&mut self, text: &str) -> bool {
        self.skip();
        let is_next = self.is_next(text);
        if is_next {
            self.at += text.len();
        }
        is_next
    }

    /// Space, lines and comments.
    fn skip(&mut self) {
        while let Some(c) = self.peek(0) {
            if c.is_whitespace() {
                self.next();
            } else if c == '#' || self.is_next("//") {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else if self.is_next("/*") {
                self.at += 2;
                while self.peek(0).is_some() && !self.is_next("*/") {
                    self.next();
                }
                self.at += 2;
            } else {
                return;
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        self.skip();
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let mut name = String::new();
        while let Some(c) = self.peek(0).filter(|c| is_name(*c)) {
            name.push(c);
            self.at += 1;
        }
        (!name.is_empty()).then_some(name)
    }

    /// A name, or a text in quotes without values in it.
    fn label(&mut self) -> Option<String> {
        self.skip();
        if self.peek(0) != Some('"') {
            return self.name();
        }
        self.at += 1;
        let mut label = String::new();
        while let Some(c) = self.next().filter(|c| *c != '"') {
            label.push(c);
        }
        Some(label)
    }

    fn body(&mut self, is_inner: bool) -> Option<Block> {
        if self.depth >= DEEPEST {
            return None;
        }
        let mut block = Block::default();
        loop {
            if is_inner && self.takes("}") {
                return Some(block);
            }
            self.skip();
            if self.peek(0).is_none() {
                return (!is_inner).then_some(block);
            }
            let name = self.label()?;
            if self.takes("=") {
                self.skip();
                let line = self.line;
                let is = self.expression()?;
                block.attributes.push(Attribute { name, value: Line { line, is } });
                continue;
            }
            let mut labels = Vec::new();
            while !self.takes("{") {
                labels.push(self.label()?);
            }
            self.depth += 1;
            let inner = self.body(true)?;
            self.depth -= 1;
            block.blocks.push(Block { kind: name, labels, ..inner });
        }
    }
}

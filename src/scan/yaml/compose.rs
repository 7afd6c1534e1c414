//! From the parser's events to the tree.

use super::entries::{Pending, finished, spliced};
use super::flow::indented;
use super::limits::{
    ANCHOR, CONTROL, DEEPEST, INSIDE_ITSELF, MOST_NODES, NO_YAML, TAB, TEMPLATE, TOO_DEEP,
    TOO_LARGE, TOO_MANY, check,
};
use super::node::{Document, Node, Scalar, Value};
use super::template::seems_a_template;
use super::{LARGEST, Options, Problem};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Reads every document of a file.
///
/// # Errors
/// What is wrong and on which line.
pub fn read(text: &str, options: Options) -> Result<Vec<Document>, Problem> {
    if text.len() > LARGEST {
        return Err(Problem { line: 1, sentence: TOO_LARGE });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    composed(text, options).or_else(|problem| {
        let is_wrong = [NO_YAML, TEMPLATE, TAB].contains(&problem.sentence);
        let other = is_wrong.then(|| indented(text)).flatten().ok_or(problem.clone())?;
        composed(&other, options).map_err(|_| problem)
    })
}

fn composed(text: &str, options: Options) -> Result<Vec<Document>, Problem> {
    let mut composer = Composer { options, ..Composer::default() };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| problem(&error, text))?;
        composer.take(event, span)?;
    }
    Ok(composer.documents)
}

fn problem(error: &ScanError, text: &str) -> Problem {
    let line = error.marker().line().max(1);
    // A value that goes on is reported where it began.
    if let Some(line) = (line..line + 3).find(|line| begins_with_tab(text, *line)) {
        return Problem { line, sentence: TAB };
    }
    let info = error.info();
    let sentence = if info.contains("unknown anchor") {
        ANCHOR
    } else if info.contains("unprintable") {
        CONTROL
    } else if info.contains("tab") {
        TAB
    } else if seems_a_template(text) {
        TEMPLATE
    } else {
        NO_YAML
    };
    Problem { line, sentence }
}

/// Whether the indentation of the line has a tab.
fn begins_with_tab(text: &str, line: usize) -> bool {
    let line = text.lines().nth(line - 1).unwrap_or_default();
    let end = line.find(|c: char| c != ' ' && c != '\t').unwrap_or(line.len());
    line[..end].contains('\t')
}

#[derive(Default)]
struct Composer {
    options: Options,
    documents: Vec<Document>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    /// Anchors of what is not complete yet.
    begun: HashSet<usize>,
    duplicates: Vec<usize>,
    root: Option<Node>,
    /// Nodes that were made, aliases counted as one.
    made: usize,
}

/// A list or mapping that is not complete yet.
struct Open {
    line: usize,
    anchor: usize,
    tag: Option<Rc<str>>,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Map { key: Option<Node>, pending: Vec<Pending> },
}

impl Composer {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let line = span.start.line().max(1);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = scalar(text.into_owned(), style, written(tag), line);
                self.place(node, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(line, anchor, written(tag), Items::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let items = Items::Map { key: None, pending: Vec::new() };
                self.begin(line, anchor, written(tag), items)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    let is_inside = self.begun.contains(&anchor);
                    let sentence = if is_inside { INSIDE_ITSELF } else { ANCHOR };
                    return Err(Problem { line, sentence });
                };
                let node = Node { line, is_alias: true, ..node.clone() };
                self.place(node, 0)
            }
            Event::DocumentEnd => {
                if let Some(root) = self.root.take() {
                    let duplicates = std::mem::take(&mut self.duplicates);
                    self.documents.push(Document { root, duplicates });
                }
                self.anchors.clear();
                self.begun.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {
                Ok(())
            }
        }
    }

    fn begin(
        &mut self,
        line: usize,
        anchor: usize,
        tag: Option<Rc<str>>,
        items: Items,
    ) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(Problem { line, sentence: TOO_DEEP });
        }
        if anchor != 0 {
            self.begun.insert(anchor);
        }
        self.open.push(Open { line, anchor, tag, items });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let Some(Open { line, anchor, tag, items }) = self.open.pop() else { return Ok(()) };
        let (value, size, height) = match items {
            Items::List(items) => {
                let items = if self.options.merges_lists { spliced(items) } else { items };
                let (size, height) = measure(items.iter());
                (Value::List(Rc::new(items)), size, height)
            }
            Items::Map { pending, .. } => {
                let (entries, duplicates) = finished(pending, self.options)?;
                self.duplicates.extend(duplicates);
                let (size, height) = measure(entries.iter().map(|entry| &entry.value));
                (Value::Map(Rc::new(entries)), size, height)
            }
        };
        check(line, size, height)?;
        self.place(Node { line, tag, is_alias: false, size, height, value }, anchor)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        self.made += 1;
        if self.made > MOST_NODES {
            return Err(Problem { line: node.line, sentence: TOO_MANY });
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.root = Some(node),
            Some(Items::List(items)) => items.push(node),
            Some(Items::Map { key, pending }) => match key.take() {
                None => *key = Some(node),
                Some(key) => pending.push(Pending { key, value: node }),
            },
        }
        Ok(())
    }
}

fn scalar(text: String, style: ScalarStyle, tag: Option<Rc<str>>, line: usize) -> Node {
    let is_literal = style == ScalarStyle::Literal;
    let is_block = is_literal || style == ScalarStyle::Folded;
    // The parser says where the first line with something in it is; a block begins with its `|` or `>`.
    let before = text.bytes().take_while(|byte| *byte == b'\n').count() + 1;
    let is_below = is_block && before <= text.len();
    let line = if is_below { line.saturating_sub(before).max(1) } else { line };
    let scalar = Scalar { text, is_plain: style == ScalarStyle::Plain, is_block, is_literal };
    let value = Value::Scalar(Rc::new(scalar));
    Node { line, tag, is_alias: false, size: 1, height: 1, value }
}

/// How many nodes they are together with the one that holds them, and how deep that is.
fn measure<'a>(nodes: impl Iterator<Item = &'a Node>) -> (usize, usize) {
    let (mut size, mut height) = (1_usize, 1);
    for node in nodes {
        size = size.saturating_add(node.size);
        height = height.max(node.height + 1);
    }
    (size, height)
}

/// The tag as people write it.
fn written(tag: Option<Cow<'_, Tag>>) -> Option<Rc<str>> {
    let tag = tag?;
    let text = if tag.is_yaml_core_schema() {
        format!("!!{}", tag.suffix)
    } else {
        format!("{}{}", tag.handle, tag.suffix)
    };
    Some(Rc::from(text))
}

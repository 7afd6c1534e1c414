//! The form in JSON: the same blocks, as mappings.

use super::syntax::{Attribute, Block, Expression, Line, template};
use crate::found::Findings;
use crate::source::Source;
use crate::yaml::{Entry, Node, Options};

/// The file as blocks; nothing if it cannot be read.
pub(super) fn file(source: &Source<'_>, found: &mut Findings) -> Option<Block> {
    let mut source = source.clone();
    source.text = source.text.replace('\t', " ");
    let documents = source.documents(Options::default(), found);
    let root = &documents.first()?.root;
    let mut file = Block::default();
    for kind in root.entries() {
        for block in kind.value.entries() {
            file.blocks.push(Block {
                kind: kind.key.clone(),
                labels: vec![block.key.clone()],
                attributes: block.value.entries().iter().map(attribute).collect(),
                blocks: Vec::new(),
            });
        }
    }
    Some(file)
}

fn attribute(entry: &Entry) -> Attribute {
    Attribute { name: entry.key.clone(), value: expression(&entry.value) }
}

fn expression(node: &Node) -> Line<Expression> {
    let is = if node.is_map() {
        let entry = |entry: &Entry| (template(&entry.key, entry.line), expression(&entry.value));
        Expression::Map(node.entries().iter().map(entry).collect())
    } else if node.is_list() {
        Expression::List(node.items().iter().map(expression).collect())
    } else {
        match node.text() {
            None => Expression::Null,
            Some("true") if node.is_plain() => Expression::Flag(true),
            Some("false") if node.is_plain() => Expression::Flag(false),
            Some(text) => template(text, node.line()),
        }
    };
    Line { line: node.line(), is }
}

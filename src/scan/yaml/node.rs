//! What a document consists of.

use std::rc::Rc;

/// One document of a file.
#[derive(Clone, Debug)]
pub struct Document {
    pub root: Node,
    /// Keys that appear twice in one mapping, by line: the last one counts.
    pub duplicates: Vec<usize>,
}

/// A value and where it stands. Cheap to clone: an alias shares what it stands for.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) line: usize,
    pub(super) tag: Option<Rc<str>>,
    pub(super) is_alias: bool,
    /// How many nodes it would be if each alias were written out.
    pub(super) size: usize,
    /// How many levels are in it.
    pub(super) height: usize,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Scalar(Rc<Scalar>),
    List(Rc<Vec<Node>>),
    Map(Rc<Vec<Entry>>),
}

#[derive(Debug)]
pub(super) struct Scalar {
    pub text: String,
    /// Without quotes, so that `null` is nothing and `<<` merges.
    pub is_plain: bool,
    /// A block of `|` or `>`: its text begins on the next line.
    pub is_block: bool,
    /// A block of `|`: each line of the text is one of the file.
    pub is_literal: bool,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    /// Where the key stands.
    pub line: usize,
    pub value: Node,
    /// The same key appears before in the mapping, and does not count.
    pub is_duplicate: bool,
}

/// The text of a scalar that is a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script<'a> {
    pub text: &'a str,
    /// The line of its first line.
    pub line: usize,
    /// Whether its next lines are the next lines of the file. If not, all of it is said to be on its first.
    pub keeps_lines: bool,
}

impl Node {
    /// The line that it begins on, from 1; of an alias, the line of the alias.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The tag as it is written, for example `!reference`; those of YAML itself are `!!str` and so on.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The text of a scalar; nothing for `null`, for lists and mappings.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if !self.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// The same place with another text: what a system puts into a value before it is used.
    #[must_use]
    pub(crate) fn with_text(&self, text: String) -> Self {
        let scalar = Scalar { text, is_plain: false, is_block: false, is_literal: false };
        Self { value: Value::Scalar(Rc::new(scalar)), ..self.clone() }
    }

    /// Nothing, `~` or `null`, without quotes.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => {
                scalar.is_plain
                    && self.tag.is_none()
                    && matches!(scalar.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// Whether it is a scalar without quotes: then `1.20` is a number for systems that count.
    pub fn is_plain(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.is_plain && self.tag.is_none())
    }

    /// Whether it is `true` or `false`, in the spellings that all CIs take.
    pub fn flag(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The value of a key of a mapping. Nothing if there is no such key or this is no mapping; `null` is a value.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The key and its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// A value some levels down: `at(&["build", "args"])`.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a mapping, in order, those that were merged in last; nothing for others.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; nothing for others.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The items of a list, or the value itself: for fields that take one or several.
    pub fn one_or_more(&self) -> &[Node] {
        if self.is_null() {
            return &[];
        }
        if self.is_list() { self.items() } else { std::slice::from_ref(self) }
    }

    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// Whether an alias stood here.
    pub fn is_alias(&self) -> bool {
        self.is_alias
    }

    /// The text of a scalar as a script, with its lines.
    pub fn script(&self) -> Option<Script<'_>> {
        let Value::Scalar(scalar) = &self.value else { return None };
        let text = self.text()?;
        // The text of an alias stands where the anchor is.
        let is_here = !self.is_alias;
        let line = self.line + usize::from(scalar.is_block && is_here);
        Some(Script { text, line, keeps_lines: scalar.is_literal && is_here })
    }
}

impl<'a> Script<'a> {
    /// The text of a whole file.
    pub fn file(text: &'a str) -> Self {
        Self { text, line: 1, keeps_lines: true }
    }

    /// The line of the file that the line of the text is, the first one being 0.
    pub fn line_of(&self, at: usize) -> usize {
        if self.keeps_lines { self.line + at } else { self.line }
    }
}

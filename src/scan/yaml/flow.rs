//! Flow style and quoted text as most readers of YAML take them: their lines need no indentation, though the
//! specification asks for one.

/// The text with such lines indented, if there are any. Each line stays where it is.
pub(super) fn indented(text: &str) -> Option<String> {
    let mut reader = Reader::default();
    let mut out = String::with_capacity(text.len());
    let mut is_changed = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        let is_blank = bare.trim().is_empty();
        if reader.is_inside() && !is_blank && indent < reader.margin {
            // A document never ends in the middle of a value.
            if line.starts_with("---") || line.starts_with("...") {
                return None;
            }
            out.extend(std::iter::repeat_n(' ', reader.margin));
            is_changed = true;
        }
        // A hyphen alone is an item elsewhere, too.
        let is_text = reader.block.is_some_and(|column| indent > column);
        if !is_text && line.contains("[-]") {
            out.push_str(&line.replace("[-]", "['-']"));
            is_changed = true;
        } else {
            out.push_str(line);
        }
        if !is_blank {
            reader.take(line, indent);
        }
    }
    is_changed.then_some(out)
}

/// Where in a value a line begins.
#[derive(Default)]
struct Reader {
    /// Brackets that are open.
    depth: usize,
    quote: Option<char>,
    /// What the lines of the open value need at least.
    margin: usize,
    /// The column of what holds the block of text that the lines belong to.
    block: Option<usize>,
}

/// Longer lines do not make others longer.
const WIDEST: usize = 200;

impl Reader {
    fn is_inside(&self) -> bool {
        self.depth > 0 || self.quote.is_some()
    }

    fn take(&mut self, line: &str, indent: usize) {
        if let Some(column) = self.block {
            if indent > column {
                return;
            }
            self.block = None;
        }
        let chars: Vec<char> = line.trim_end().chars().collect();
        // Whether a value can begin here, where its holder stands, and the last sign that was no space.
        let (mut begins, mut holder, mut last) = (true, indent, ',');
        let mut at = if self.is_inside() { 0 } else { indent };
        while let Some(&c) = chars.get(at) {
            let next = chars.get(at + 1).copied();
            let ends_word = next.is_none_or(char::is_whitespace);
            if let Some(quote) = self.quote {
                match (c, next) {
                    ('\\', _) if quote == '"' => at += 1,
                    ('\'', Some('\'')) if quote == '\'' => at += 1,
                    _ if c == quote => self.quote = None,
                    _ => {}
                }
                (begins, last) = (false, c);
            } else if c == '#' && (at == 0 || chars[at - 1].is_whitespace()) {
                break;
            } else if self.depth > 0 {
                match c {
                    '[' | '{' => self.depth += 1,
                    ']' | '}' => self.depth -= 1,
                    '"' | '\'' if "[{,:".contains(last) => self.quote = Some(c),
                    _ => {}
                }
                begins = false;
                last = if c.is_whitespace() { last } else { c };
            } else if begins {
                match c {
                    '[' | '{' => (self.depth, begins, last) = (1, false, c),
                    '"' | '\'' => self.quote = Some(c),
                    '|' | '>' => {
                        self.block = Some(holder);
                        break;
                    }
                    '-' | '?' if ends_word => holder = at,
                    '!' | '&' => {
                        while chars.get(at + 1).is_some_and(|c| !c.is_whitespace()) {
                            at += 1;
                        }
                    }
                    c if c.is_whitespace() => {}
                    _ => (begins, holder) = (false, at),
                }
                if self.is_inside() {
                    self.margin = (at + 1).max(indent + 2).min(WIDEST);
                }
            } else if c == ':' && ends_word {
                begins = true;
            }
            at += 1;
        }
    }
}

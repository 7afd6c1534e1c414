//! The format of systemd's units: sections, keys that can stand several times, lines that go on.

/// A value and where its key stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub line: usize,
    pub text: String,
}

#[derive(Debug, Default)]
pub(super) struct Unit {
    /// With the section and the key of each.
    values: Vec<(String, String, Value)>,
}

impl Unit {
    pub(super) fn of(text: &str) -> Self {
        let mut unit = Self::default();
        let mut section = String::new();
        let mut lines = text.lines().enumerate();
        while let Some((at, line)) = lines.next() {
            let line = line.trim();
            if is_comment(line) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut section);
                continue;
            }
            let mut whole = line.to_owned();
            while whole.ends_with('\\') {
                whole.pop();
                // Comments may stand between.
                let Some((_, next)) = lines.by_ref().find(|(_, next)| !is_comment(next.trim()))
                else {
                    break;
                };
                whole.push(' ');
                whole.push_str(next.trim());
            }
            if let Some((key, value)) = whole.split_once('=') {
                let value = Value { line: at + 1, text: unquoted(value.trim()).to_owned() };
                unit.values.push((section.clone(), key.trim().to_owned(), value));
            }
        }
        unit
    }

    /// The value that counts of a key that has one.
    pub(super) fn last(&self, section: &str, key: &str) -> Option<&Value> {
        self.all(section, key).pop()
    }

    /// The values of a key that has several. An empty one takes back those before.
    pub(super) fn all(&self, section: &str, key: &str) -> Vec<&Value> {
        let mut found = Vec::new();
        for (of, name, value) in &self.values {
            if of == section && name == key {
                if value.text.is_empty() {
                    found.clear();
                } else {
                    found.push(value);
                }
            }
        }
        found
    }

    /// `Environment=A=1 "B=2"` of the service: what its command line can use.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for value in self.all("Service", "Environment") {
            for word in value.text.split_whitespace() {
                if let Some((name, value)) = unquoted(word).split_once('=') {
                    found.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        found
    }
}

fn is_comment(line: &str) -> bool {
    line.is_empty() || line.starts_with(['#', ';'])
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

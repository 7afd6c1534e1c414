//! Options of commands: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-abc`.

/// What a command was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// Names without hyphens, in order; no value for switches.
    pub options: Vec<(String, Option<String>)>,
    pub rest: Vec<String>,
}

impl Given {
    /// Reads the words. `takes` says whether an option is followed by its value. With `stops`, whatever is behind the
    /// first other word belongs to that one.
    pub(super) fn read(words: &[String], takes: &dyn Fn(&str) -> bool, stops: bool) -> Self {
        let mut given = Self::default();
        let mut words = words.iter().cloned();
        while let Some(word) = words.next() {
            if word == "--" {
                given.rest.extend(words.by_ref());
            } else if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None if takes(long) => (long.to_owned(), words.next()),
                    None => (long.to_owned(), None),
                };
                given.options.push((name, value));
            } else if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                given.letters(letters, takes, &mut words);
            } else {
                given.rest.push(word);
                if stops {
                    given.rest.extend(words.by_ref());
                }
            }
        }
        given
    }

    fn letters(
        &mut self,
        letters: &str,
        takes: &dyn Fn(&str) -> bool,
        words: &mut dyn Iterator<Item = String>,
    ) {
        for (at, letter) in letters.char_indices() {
            let name = letter.to_string();
            if !takes(&name) {
                self.options.push((name, None));
                continue;
            }
            let rest = &letters[at + letter.len_utf8()..];
            let rest = rest.strip_prefix('=').unwrap_or(rest);
            let value = if rest.is_empty() { words.next() } else { Some(rest.to_owned()) };
            self.options.push((name, value));
            return;
        }
    }

    /// Every value of the options with one of the names.
    pub(super) fn values<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let with = move |(name, _): &&(String, Option<String>)| names.contains(&name.as_str());
        self.options.iter().filter(with).filter_map(|(_, value)| value.as_deref())
    }

    /// Whether a switch is on.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, value)| {
            names.contains(&name.as_str()) && value.as_deref() != Some("false")
        })
    }
}

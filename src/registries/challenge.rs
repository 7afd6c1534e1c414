//! Reads `WWW-Authenticate` (RFC 9110, 11.6.1) to the letter: what is not of that grammar is not read at all.

/// More than any registry sends; a reader with no bounds could be kept busy.
const MAX_LENGTH: usize = 16 * 1024;
const MAX_CHALLENGES: usize = 16;
const MAX_PARAMS: usize = 32;

/// One way in which a server lets itself be convinced.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    scheme: String,
    /// The names are in lower case and each is there once.
    params: Vec<(String, String)>,
    /// It has one word instead of parameters, which no scheme read here has.
    is_closed: bool,
}

impl Challenge {
    /// In lower case: `basic`, `bearer`.
    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The value of the parameter of that name, given in lower case.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// `None` if it may not have this one, too.
    fn take(&mut self, name: &str, value: String) -> Option<()> {
        let name = name.to_ascii_lowercase();
        let is_one_too_many = self.is_closed || self.params.len() == MAX_PARAMS;
        if is_one_too_many || self.param(&name).is_some() {
            return None;
        }
        self.params.push((name, value));
        Some(())
    }
}

/// The challenges of one header, in their order; `None` if it is anything but a list of them.
pub(super) fn parse(header: &str) -> Option<Vec<Challenge>> {
    if header.len() > MAX_LENGTH {
        return None;
    }
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        // Empty elements of a list count for nothing.
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(challenges);
        }
        if let Some((name, value, behind)) = param(rest) {
            challenges.last_mut()?.take(name, value)?;
            rest = end_of_element(behind)?;
            continue;
        }
        if challenges.len() == MAX_CHALLENGES {
            return None;
        }
        let (scheme, behind) = token(rest)?;
        let scheme = scheme.to_ascii_lowercase();
        let inside = behind.trim_start_matches(' ');
        let has_params = inside.len() < behind.len() && param(inside).is_some();
        let has_word = !has_params && inside.len() < behind.len() && !ends_element(inside);
        rest = match (has_params, has_word) {
            (true, _) => inside,
            (false, true) => end_of_element(token68(inside)?)?,
            (false, false) => end_of_element(behind)?,
        };
        challenges.push(Challenge { scheme, params: Vec::new(), is_closed: has_word });
    }
}

/// `name = value`, the value a word or in quotes, and what is behind it.
fn param(text: &str) -> Option<(&str, String, &str)> {
    let (name, behind) = token(text)?;
    let value = without_space(without_space(behind).strip_prefix('=')?);
    let (value, behind) = match value.strip_prefix('"') {
        Some(inside) => quoted(inside)?,
        None => token(value).map(|(word, behind)| (word.to_owned(), behind))?,
    };
    Some((name, value, behind))
}

/// What stands before the closing quote, and what is behind it.
fn quoted(inside: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = inside.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(chars.next().filter(|c| !c.is_control() || *c == '\t')?),
            c if c.is_control() && c != '\t' => return None,
            c => value.push(c),
        }
    }
}

fn token(text: &str) -> Option<(&str, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What is behind a word such as `Negotiate` has instead of parameters.
fn token68(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0).then(|| text[end..].trim_start_matches('='))
}

/// What is left of the list; `None` if the element goes on.
fn end_of_element(text: &str) -> Option<&str> {
    let text = without_space(text);
    ends_element(text).then_some(text)
}

fn ends_element(text: &str) -> bool {
    text.is_empty() || text.starts_with(',')
}

fn without_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All that was read, as one line to compare: `scheme{name=value;…}`.
    fn read(header: &str) -> Option<String> {
        let shown = |challenge: &Challenge| {
            let params = challenge.params.iter().map(|(name, value)| format!("{name}={value};"));
            format!("{}{{{}}}", challenge.scheme, params.collect::<String>())
        };
        Some(parse(header)?.iter().map(shown).collect())
    }

    #[test]
    fn what_registries_send_is_read() {
        for (header, expected) in [
            ("", ""),
            (" , ,", ""),
            ("Basic", "basic{}"),
            ("BASIC realm=\"Acme: a, b\"", "basic{realm=Acme: a, b;}"),
            (
                "Bearer realm=\"https://auth.example.com/token\",service=\"example.com\"",
                "bearer{realm=https://auth.example.com/token;service=example.com;}",
            ),
            ("bEaReR  Realm = \"a\" ,\tSERVICE=b , ", "bearer{realm=a;service=b;}"),
            ("Bearer realm=\"a\\\"b\\\\c\"", "bearer{realm=a\"b\\c;}"),
            ("Bearer realm=\"\"", "bearer{realm=;}"),
            ("Basic realm=\"a\", Bearer realm=\"b\"", "basic{realm=a;}bearer{realm=b;}"),
            ("Basic,Bearer realm=b", "basic{}bearer{realm=b;}"),
            ("Basic , Bearer realm=b", "basic{}bearer{realm=b;}"),
            ("Negotiate, Basic realm=a", "negotiate{}basic{realm=a;}"),
            ("Negotiate YWI=, Basic realm=a", "negotiate{}basic{realm=a;}"),
            ("Negotiate YWI==", "negotiate{}"),
            ("Negotiate realm=", "negotiate{}"),
            (
                "Bearer scope=\"repository:acme/api:pull,push\"",
                "bearer{scope=repository:acme/api:pull,push;}",
            ),
        ] {
            assert_eq!(read(header).as_deref(), Some(expected), "{header}");
        }
    }

    #[test]
    fn garbage_is_not_read() {
        let many_params: String = (0..40).map(|n| format!("a{n}=b,")).collect();
        for header in [
            "realm=\"a\"",
            "Bearer realm=\"a",
            "Bearer realm=\"a\\",
            "Bearer realm=\"a\"service=\"b\"",
            "Bearer realm=\"a\" service=\"b\"",
            "Bearer realm=\"a\",realm=\"b\"",
            "Bearer realm=\"a\",REALM=\"b\"",
            "Bearer realm=\"a\u{0}b\"",
            "Bearer realm=\"a\r\nX: y\"",
            "Bearer\trealm=\"a\"",
            "Bearer=realm",
            "Bearer\"realm\"",
            "Bearer realm=\"a\"; service=b",
            "Bearer \u{e4}=b",
            "Negotiate YWI=, realm=a",
            "Negotiate YWI= YWI=",
            "\"Bearer\"",
            "=",
            format!("Bearer {many_params}").as_str(),
            "Basic,".repeat(17).as_str(),
            " ".repeat(MAX_LENGTH + 1).as_str(),
        ] {
            assert_eq!(parse(header), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_reader_panic(header in ".{0,200}") {
            let _ = parse(&header);
        }

        #[test]
        fn nothing_made_of_its_own_signs_makes_the_reader_panic(
            header in "([Bb]earer|Basic|realm|service|[=\", \\\\\t\u{e4}ab]){0,40}"
        ) {
            let _ = parse(&header);
        }

        #[test]
        fn what_is_quoted_is_read_back(value in "[ -~\t]{0,60}", name in "[a-z]{1,8}") {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let header = format!("Bearer {name}=\"{escaped}\", other9=x");
            let challenges = parse(&header).unwrap();
            prop_assert_eq!(challenges.len(), 1);
            prop_assert_eq!(challenges[0].param(&name), Some(value.as_str()));
        }
    }
}

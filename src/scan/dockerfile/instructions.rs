//! The parts of an instruction.

/// Words between spaces; quotes keep spaces inside, and stay on.
pub(super) fn words(text: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (String::new(), None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            None => {}
        }
        word.push(c);
        // Between single quotes it is a character as any other.
        if c == escape && quote != Some('\'') {
            word.extend(chars.next());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The words at the beginning that begin with two hyphens.
pub(super) fn flags(text: &str) -> Vec<&str> {
    text.split_whitespace().take_while(|word| word.starts_with("--")).collect()
}

/// The `from` of a mount that can have one, of `type=cache,target=/x,from=image`.
pub(super) fn mount_from(mount: &str) -> Option<String> {
    let (mut kind, mut from) = ("bind".to_owned(), None);
    for field in fields(mount) {
        let Some((key, value)) = field.split_once('=') else { continue };
        match key.trim().to_ascii_lowercase().as_str() {
            "type" => kind = value.to_ascii_lowercase(),
            "from" => from = Some(value.to_owned()),
            _ => {}
        }
    }
    from.filter(|from| !from.is_empty() && matches!(kind.as_str(), "bind" | "cache"))
}

/// The fields of a line of CSV.
pub(crate) fn fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            c => {
                if let Some(last) = fields.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    fields
}

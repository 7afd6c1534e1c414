//! Rules for what is typed into text fields, the same for every noun.

/// The longest name, in characters.
pub const NAME_MAX: usize = 100;
/// The longest of the other one-line fields, in characters.
pub const LINE_MAX: usize = 255;

/// What is wrong with a name of a `noun`, trimmed; 1 to [`NAME_MAX`] characters, on one line.
pub fn name_problem(name: &str, noun: &str) -> Option<String> {
    if name.is_empty() {
        return Some(format!("Give the {noun} a name."));
    }
    text_problem(name, NAME_MAX, false)
}

/// What is wrong with a user name, trimmed (docker splits `user:secret` at the first colon).
pub(super) fn username_problem(username: &str) -> Option<String> {
    if username.is_empty() {
        return Some(
            "Enter the user name. For a token, the registry says which one goes with it."
                .to_owned(),
        );
    }
    if username.contains(':') {
        return Some("A user name cannot contain a colon: docker would cut it there.".to_owned());
    }
    text_problem(username, LINE_MAX, false)
}

/// What is wrong with a text of at most `max` characters; line breaks are for long texts only.
pub(crate) fn text_problem(text: &str, max: usize, may_break_lines: bool) -> Option<String> {
    let length = text.chars().count();
    if length > max {
        return Some(format!("Use at most {max} characters; this has {length}."));
    }
    let is_bad = |c: char| {
        (c.is_control() && !(may_break_lines && matches!(c, '\n' | '\r' | '\t')))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().any(is_bad).then(|| {
        "This has a character that cannot be seen, such as a tab or a line break. Type it again.".to_owned()
    })
}

/// Labels separated by commas, each once.
pub(super) fn labels(text: &str) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in text.split(',').map(str::trim).filter(|l| !l.is_empty()) {
        if !labels.iter().any(|l| l == label) {
            labels.push(label.to_owned());
        }
    }
    labels
}

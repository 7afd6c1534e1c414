//! Rules for what is typed into text fields, the same for every noun.

/// The longest name, in characters.
pub const NAME_MAX: usize = 100;
/// The longest of the other one-line fields, in characters.
pub const LINE_MAX: usize = 255;

/// What an emoji may have behind it, to be drawn in colours.
const EMOJI_STYLE: char = '\u{FE0F}';

const UNSEEN: &str = "This contains an invisible character, such as a tab, a line break or what joins two emojis. Type it again without it.";

/// What is wrong with a name of a `noun`, trimmed; 1 to [`NAME_MAX`] characters on one line, which
/// others can see and type.
pub fn name_problem(name: &str, noun: &str) -> Option<String> {
    if name.is_empty() {
        return Some(format!("Give the {noun} a name."));
    }
    if let Some(problem) = word_problem(name, NAME_MAX) {
        return Some(problem);
    }
    let pairs = || name.chars().zip(name.chars().skip(1));
    // Behind anything else nobody sees it.
    let is_emoji = |c: char| !(c.is_ascii() || c.is_alphanumeric() || c == EMOJI_STYLE);
    let is_no_style = pairs().any(|(one, next)| next == EMOJI_STYLE && !is_emoji(one));
    if is_no_style || name.starts_with(EMOJI_STYLE) {
        return Some(UNSEEN.to_owned());
    }
    let has_run = pairs().any(|(one, next)| one.is_whitespace() && next.is_whitespace());
    has_run.then(|| "Use single spaces.".to_owned())
}

/// Whether nobody sees the character: control and format characters, and letters without a shape.
/// Two names that differ by one look the same, and a host with one is another host.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0E}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Spaces, line breaks and what has no shape.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Whether nobody sees any of it.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

/// Whether nobody sees the first or the last character of it.
pub fn has_blank_edge(text: &str) -> bool {
    text.starts_with(is_unseen) || text.ends_with(is_unseen)
}

/// What is wrong with a user name, trimmed (docker splits `user:secret` at the first colon).
pub(super) fn username_problem(username: &str) -> Option<String> {
    if username.is_empty() {
        return Some(
            "Enter the username. For a token, the registry says which one goes with it.".to_owned(),
        );
    }
    if username.contains(':') {
        return Some("A username cannot contain a colon: docker would cut it there.".to_owned());
    }
    word_problem(username, LINE_MAX)
}

/// What is wrong with a text of one line that is compared, or looked for: nobody can tell one with an
/// invisible character from one without it.
pub(super) fn word_problem(text: &str, max: usize) -> Option<String> {
    let is_unseen = || text.contains(is_invisible).then(|| UNSEEN.to_owned());
    text_problem(text, max, false).or_else(is_unseen)
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
    text.chars().any(is_bad).then(|| UNSEEN.to_owned())
}

/// What stands behind the colon of a host, if there is one; behind the bracket of an IPv6 address.
pub(super) fn port_of(authority: &str) -> Option<&str> {
    let tail = authority.rsplit(']').next().unwrap_or_default();
    tail.split_once(':').map(|(_, port)| port)
}

/// Whether it is the number of a port that can be called.
pub(super) fn is_port(text: &str) -> bool {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit());
    is_plain && text.parse::<u16>().is_ok_and(|port| port > 0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_blank() {
        for text in ["", " ", "\n", "\t\r\n ", "\u{A0}\u{3000}", "\u{200B}\u{FEFF}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["x", " . ", "\u{FFFD}", " 🤖 "] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_word_has_no_character_that_nobody_sees_and_a_sentence_may_join_emojis() {
        for unseen in ["\u{200B}", "\u{200D}", "\u{202E}", "\t", "\u{FE00}"] {
            let text = format!("prod{unseen}");
            assert!(word_problem(&text, LINE_MAX).is_some(), "{}", text.escape_unicode());
            assert!(username_problem(&text).is_some(), "{}", text.escape_unicode());
        }
        for may_break_lines in [true, false] {
            let sentence = "👩\u{200D}💻 builds them";
            assert_eq!(text_problem(sentence, LINE_MAX, may_break_lines), None);
            assert!(text_problem("a\u{202E}b", LINE_MAX, may_break_lines).is_some());
        }
    }

    #[test]
    fn an_edge_is_blank_where_nobody_sees_it() {
        for text in [" x", "x\n", "\u{FEFF}x", "x\u{A0}", "x\u{200B}", "\0x", " "] {
            assert!(has_blank_edge(text), "{text:?}");
        }
        for text in ["", "x", "x\u{A0}y", "🤖"] {
            assert!(!has_blank_edge(text), "{text:?}");
        }
    }

    #[test]
    fn a_user_name_is_what_others_can_see() {
        for name in ["acme-bot", "robot$acme+ci", "_json_key", "<token>", "b\u{fc}cher 用", "a\\b"]
        {
            assert_eq!(username_problem(name), None, "{name}");
        }
        for name in
            ["\u{200B}", "acme\u{200B}bot", "\u{FEFF}acme", "acme\u{AD}", "a\tb", "a\u{202E}b"]
        {
            let problem = username_problem(name).unwrap_or_default();
            assert!(problem.contains("invisible character"), "{}", name.escape_unicode());
        }
    }

    #[test]
    fn a_name_is_what_others_can_see_and_type() {
        for name in ["ghcr", "ghcr deploy", "Straße ﬁ", "配送 用", "ghcr 🚢", "ghcr ❤\u{FE0F}"]
        {
            assert_eq!(name_problem(name, "credential"), None, "{name}");
        }
        let unseen = "\0\t\u{AD}\u{34F}\u{115F}\u{1160}\u{180E}\u{200B}\u{200C}\u{200D}\u{200F}\
            \u{202E}\u{2060}\u{2064}\u{2066}\u{3164}\u{FEFF}\u{FFA0}\u{E0041}\u{61C}\u{17B4}\u{180B}\u{2800}\
            \u{FE00}\u{FE0F}\u{FFF9}\u{1BCA0}\u{1D173}\u{E0101}";
        for unseen in unseen.chars() {
            let problem = name_problem(&format!("gh{unseen}cr"), "credential");
            assert!(
                problem.unwrap().contains("invisible character"),
                "{}",
                unseen.escape_unicode()
            );
        }
        for spaced in ["ghcr  deploy", "ghcr \u{A0}deploy", "ghcr\u{3000} deploy"] {
            let problem = name_problem(spaced, "credential");
            assert!(problem.unwrap().contains("single spaces"), "{spaced:?}");
        }
    }
}

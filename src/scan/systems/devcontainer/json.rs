//! JSON without what only its readers in editors allow.

/// The text without comments and commas before a bracket that closes, and with a space for each tab. Every line stays
/// where it is.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                let mut is_escaped = false;
                for c in chars.by_ref() {
                    out.push(c);
                    if c == '"' && !is_escaped {
                        break;
                    }
                    is_escaped = c == '\\' && !is_escaped;
                }
            }
            '/' if chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|c| *c != '\n') {
                    chars.next();
                }
            }
            '/' if chars.peek() == Some(&'*') => {
                let mut before = ' ';
                chars.next();
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push(c);
                    }
                    if c == '/' && before == '*' {
                        break;
                    }
                    before = c;
                }
                out.push(' ');
            }
            '}' | ']' => {
                let end = out.trim_end().len();
                if out[..end].ends_with(',') {
                    out.replace_range(end - 1..end, " ");
                }
                out.push(c);
            }
            '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_are_taken_out_and_lines_stay() {
        let text = "// a\n{\n\t\"a\": \"http://x\", /* b\n */\n\t\"c\": [1, 2, ], // d\n\t\"e\\\"//\": 1,\n}\n";
        let plain = plain(text);
        assert_eq!(plain.lines().count(), text.lines().count());
        assert!(plain.contains("http://x") && plain.contains("e\\\"//"), "{plain}");
        assert!(
            !plain.contains("// d") && !plain.contains('\t') && !plain.contains("/*"),
            "{plain}"
        );
        let whole: String = plain.split_whitespace().collect();
        assert_eq!(whole, "{\"a\":\"http://x\",\"c\":[1,2],\"e\\\"//\":1}");
    }
}

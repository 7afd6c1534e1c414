//! The words and symbols of an expression.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 16] =
    ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*"];

/// The tokens of an expression.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            let (text, behind) = quoted(&rest[1..]);
            tokens.push(Token::Text(text));
            rest = behind;
        } else if is_name(c) {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            // A number has a dot, a name is one part.
            let end = if c.is_ascii_digit() {
                rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len())
            } else {
                end
            };
            let word = rest[..end].to_owned();
            tokens.push(if c.is_ascii_digit() { Token::Text(word) } else { Token::Name(word) });
            rest = &rest[end..];
        } else if let Some(symbol) = SYMBOLS.iter().copied().find(|symbol| rest.starts_with(symbol))
        {
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        } else {
            // No expression has it: the rest cannot be understood.
            tokens.push(Token::Symbol("?"));
            rest = &rest[c.len_utf8()..];
        }
        rest = rest.trim_start();
    }
    tokens
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The text up to the quote that ends it, two of them being one, and what is behind.
fn quoted(text: &str) -> (String, &str) {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('\'') {
        out.push_str(before);
        rest = behind;
        match rest.strip_prefix('\'') {
            Some(more) => {
                out.push('\'');
                rest = more;
            }
            None => return (out, rest),
        }
    }
    (out + rest, "")
}

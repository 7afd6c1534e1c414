//! JSON on one line, with the escapes that Go's encoder writes.

use crate::failure::Failure;
use serde::Serialize;
use zeroize::Zeroizing;

/// The value and a line feed, byte for byte as a helper written in Go prints it.
pub fn line(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let plain = serde_json::to_string(value).map(Zeroizing::new);
    let plain = plain.map_err(|_| Failure::here("The answer cannot be written as JSON."))?;
    let mut line = Zeroizing::new(String::with_capacity(plain.len() + 64));
    for c in plain.chars() {
        match c {
            // Outside strings JSON has none of these.
            '<' => line.push_str("\\u003c"),
            '>' => line.push_str("\\u003e"),
            '&' => line.push_str("\\u0026"),
            '\u{2028}' => line.push_str("\\u2028"),
            '\u{2029}' => line.push_str("\\u2029"),
            c => line.push(c),
        }
    }
    line.push('\n');
    Ok(Zeroizing::new(line.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_escapes_of_go() {
        let line = line(&["<token>", "a&b", "\u{2028}", "\"\\\n", "ü"]).unwrap();
        let expected =
            "[\"\\u003ctoken\\u003e\",\"a\\u0026b\",\"\\u2028\",\"\\\"\\\\\\n\",\"ü\"]\n";
        assert_eq!(std::str::from_utf8(&line).unwrap(), expected);
    }
}

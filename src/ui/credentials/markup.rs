//! HTML that is written as text.

use std::fmt;

/// Text as it stands in HTML: between tags, and in an attribute with double quotes.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"']) {
            let (before, from) = rest.split_at(at);
            let (mark, after) = from.split_at(1);
            out.write_str(before)?;
            out.write_str(match mark {
                "&" => "&amp;",
                "<" => "&lt;",
                ">" => "&gt;",
                _ => "&quot;",
            })?;
            rest = after;
        }
        out.write_str(rest)
    }
}

/// The value of an attribute, in quotes where it needs them.
pub fn attribute(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", Text(value))
    }
}

/// An element with the text; when that has more characters than are seen of it, it is the tooltip,
/// too.
pub fn titled(tag: &str, text: &str, seen: usize) -> String {
    let text_in = Text(text);
    if text.chars().count() > seen {
        format!("<{tag} title=\"{text_in}\">{text_in}</{tag}>")
    } else {
        format!("<{tag}>{text_in}</{tag}>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_one_word_or_a_path_needs_no_quotes() {
        for plain in ["a", "/p/acme/credentials/01a2-7_x/edit", "v1.2"] {
            assert_eq!(attribute(plain), plain);
        }
        assert_eq!(attribute(""), "\"\"");
        for other in ["a b", "/p?q=1", "a>b", "'", "`", "é", "a=b", "a\tb"] {
            assert_eq!(attribute(other), format!("\"{}\"", Text(other)));
        }
    }

    #[test]
    fn text_ends_neither_an_element_nor_an_attribute() {
        let text = "</td><script>\"'&lt;é";
        assert_eq!(Text(text).to_string(), "&lt;/td&gt;&lt;script&gt;&quot;'&amp;lt;é");
        assert_eq!(titled("td", "a<b", 3), "<td>a&lt;b</td>");
        assert_eq!(titled("td", "a\"b", 2), "<td title=\"a&quot;b\">a&quot;b</td>");
    }
}

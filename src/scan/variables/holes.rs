//! Names of unknown variables, kept inside the text that they would be in.

use crate::found::without_user_info;

/// The first character of a hole; it is for private use, so that no name has it.
pub const HOLE: char = '\u{e000}';

const END: char = '\u{e001}';

/// Longer is no name of a variable.
const LONGEST: usize = 100;

/// A hole for the variable. What no name or expression has is left out of its name, and so is the password of an address
/// in an expression.
pub fn hole(name: &str) -> String {
    let is_kept = |c: &char| c.is_ascii_alphanumeric() || "_.-()[]*@#?!".contains(*c);
    let name = if name.contains("://") { without_user_info(name) } else { name.to_owned() };
    let name: String = name.chars().filter(is_kept).take(LONGEST).collect();
    format!("{HOLE}{name}{END}")
}

/// The names of the holes, each once, in order.
pub fn holes(text: &str) -> Vec<String> {
    first_holes(text, usize::MAX)
}

/// The first of these names.
pub fn first_holes(text: &str, most: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for piece in text.split(HOLE).skip(1) {
        let name = piece.split(END).next().unwrap_or_default();
        // A file may have such characters itself.
        let name: String = name.chars().filter(|c| c.is_ascii_graphic()).take(LONGEST).collect();
        let name = if name.is_empty() { "a value".to_owned() } else { name };
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() >= most {
            break;
        }
    }
    names
}

/// The text with something else for each hole.
pub fn without_holes(text: &str, instead: impl Fn(&str) -> String) -> String {
    let mut pieces = text.split(HOLE);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(END).unwrap_or((piece, ""));
        out.push_str(&instead(name));
        out.push_str(rest);
    }
    out
}

/// Each `{{ … }}` and `$[[ … ]]` becomes a hole: what is in them is filled in by somebody else.
pub fn with_template_holes(text: &str) -> String {
    let text = replaced(text, "${{", "}}");
    let text = replaced(&text, "{{", "}}");
    replaced(&text, "$[[", "]]")
}

fn replaced(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(open) {
        let Some((inside, after)) = behind.split_once(close) else { break };
        out.push_str(before);
        out.push_str(&hole(inside));
        rest = after;
    }
    out.push_str(rest);
    out
}

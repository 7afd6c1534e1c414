//! Files that another program fills in before they are YAML: Helm, Jinja, ERB.

use super::node::Document;
use super::{Options, Problem, read};
use crate::variables::hole;

/// Each opening, its closing, and whether what is between is a value. The others only steer.
const ACTIONS: [(&str, &str, bool); 6] = [
    ("{{", "}}", true),
    ("{%", "%}", false),
    ("{#", "#}", false),
    ("%{ ", "}", false),
    ("<%=", "%>", true),
    ("<%", "%>", false),
];

/// Whether the text has what only templates have.
pub fn seems_a_template(text: &str) -> bool {
    ["{{", "{%", "<%", "%{ "].iter().any(|open| text.contains(open))
}

/// Reads a template as if its values were unknown and each branch were taken. What is found in it is to be marked
/// [`crate::SeenIn::Template`].
///
/// # Errors
/// What is wrong with the rest.
pub fn read_template(text: &str, options: Options) -> Result<Vec<Document>, Problem> {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (kept, has_value, had_action) = filled(line);
        // A line of actions alone is no line of YAML; its number stays.
        if had_action && !has_value && kept.trim().trim_start_matches('-').trim().is_empty() {
            out.push('\n');
        } else {
            out.push_str(&kept);
        }
    }
    read(&out, options)
}

/// The line with a hole for each value, whether it has one, and whether anything was taken out.
fn filled(line: &str) -> (String, bool, bool) {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    let (mut has_value, mut had_action) = (false, false);
    loop {
        // One pass over the line, however many actions it has.
        let mut places = rest.match_indices(['{', '%', '<']);
        let next = places.find_map(|(at, _)| action_at(&rest[at..]).map(|action| (at, action)));
        let Some((at, (open, close, is_value))) = next else { break };
        let inside = &rest[at + open.len()..];
        let Some(end) = inside.find(close) else { break };
        out.push_str(&rest[..at]);
        let action = inside[..end].trim_matches(|c: char| c == '-' || c.is_whitespace());
        had_action = true;
        if *is_value && !steers(action) {
            has_value = true;
            // The name comes first; what is done to it does not matter.
            out.push_str(&hole(action.split('|').next().unwrap_or(action).trim()));
        }
        rest = &inside[end + close.len()..];
    }
    out.push_str(rest);
    (out, has_value, had_action)
}

/// The action that the text begins with: of two openings the longer.
fn action_at(text: &str) -> Option<&'static (&'static str, &'static str, bool)> {
    ACTIONS.iter().filter(|action| text.starts_with(action.0)).max_by_key(|action| action.0.len())
}

/// Whether the action of a Go template is no value, or one that is more than a scalar.
fn steers(action: &str) -> bool {
    let first = action.split_whitespace().next().unwrap_or_default();
    let words = ["if", "else", "end", "range", "with", "define", "block", "template", "include"];
    words.contains(&first)
        || first.starts_with("/*")
        || action.contains(":=")
        || action.contains("toYaml")
}

//! Patterns of the conditions of a grant, in which `*` stands for any characters.

use super::{PATTERN_MAX, PATTERNS_MAX};
use crate::domain::trust_rule::is_kind;
use crate::domain::typed_text::is_invisible;

/// A pattern that names no `refs/` is for branches, so that a tag of the same name is none.
pub(super) fn is_of_branch(pattern: &str, reference: &str) -> bool {
    if pattern.starts_with("refs/") {
        fits(pattern, reference)
    } else {
        reference.strip_prefix("refs/heads/").is_some_and(|branch| fits(pattern, branch))
    }
}

/// The references that a pattern for branches or for whole references is of.
pub fn references(pattern: &str) -> String {
    if pattern.starts_with("refs/") { pattern.to_owned() } else { format!("refs/heads/{pattern}") }
}

/// Whether the text is of the pattern, in which `*` stands for any characters, also none.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The patterns typed into a field, separated by commas or line breaks, without repetitions.
///
/// # Errors
/// The sentence for the field.
pub fn patterns(text: &str) -> Result<Vec<String>, String> {
    let mut patterns: Vec<String> = Vec::new();
    for typed in text.split([',', '\n', '\r']) {
        let pattern = typed.trim();
        if pattern.is_empty() || patterns.iter().any(|known| known == pattern) {
            continue;
        }
        if pattern.chars().count() > PATTERN_MAX {
            return Err(format!("A pattern is longer than {PATTERN_MAX} characters. Shorten it."));
        }
        if pattern.contains(char::is_whitespace) {
            return Err("A pattern contains a space. Separate several with commas.".to_owned());
        }
        if pattern.contains(is_invisible) {
            return Err("A pattern contains an invisible character. Type it again.".to_owned());
        }
        if patterns.len() == PATTERNS_MAX {
            return Err(format!("Use at most {PATTERNS_MAX} patterns. A * covers several."));
        }
        patterns.push(pattern.to_owned());
    }
    Ok(patterns)
}

/// Whether some text is of both patterns.
pub fn share(one: &str, other: &str) -> bool {
    let ends = |pattern: &str| -> Option<(String, String)> {
        let (first, _) = pattern.split_once('*')?;
        let (_, last) = pattern.rsplit_once('*')?;
        Some((first.to_owned(), last.to_owned()))
    };
    match (ends(one), ends(other)) {
        // What one of them has between its stars fits between those of the other.
        (Some((first, last)), Some((other_first, other_last))) => {
            (first.starts_with(&other_first) || other_first.starts_with(&first))
                && (last.ends_with(&other_last) || other_last.ends_with(&last))
        }
        (None, _) => fits(other, one),
        (_, None) => fits(one, other),
    }
}

/// Whether Git lets nothing be called so, whatever stands for the `*` (git-check-ref-format). A colon is
/// let through: some CI write it between the owner of a fork and its branch.
pub fn is_no_name(pattern: &str) -> bool {
    let is_bad =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '~' | '^' | '?' | '[' | '\\');
    pattern.contains(is_bad)
        || pattern.starts_with('/')
        || pattern.ends_with(['/', '.'])
        || ["..", "//", "@{"].iter().any(|pair| pattern.contains(pair))
}

/// Whether a pattern for branches begins like a whole reference and is of none that there is.
pub fn is_no_reference(pattern: &str) -> bool {
    let Some(rest) = pattern.strip_prefix("refs/") else { return false };
    match rest.split_once('/') {
        Some((kind, name)) => name.is_empty() || !(kind.contains('*') || is_kind(kind)),
        None => !rest.contains('*'),
    }
}

/// Whether a pattern for branches has a `*` at a word, so that it is of other names, too. Tags are
/// numbered, and a pattern for them is meant so.
pub fn is_open_ended(pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let (Some((_, behind)), Some((_, before))) = (parts.split_first(), parts.split_last()) else {
        return false;
    };
    let is_word =
        |two: [Option<char>; 2]| two.iter().all(|sign| sign.is_some_and(char::is_alphanumeric));
    let ends = |part: &&str| {
        let mut signs = part.chars().rev();
        is_word([signs.next(), signs.next()])
    };
    let begins = |part: &&str| {
        let mut signs = part.chars();
        is_word([signs.next(), signs.next()])
    };
    !pattern.starts_with("refs/tags/") && (before.iter().any(ends) || behind.iter().any(begins))
}

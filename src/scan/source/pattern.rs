//! Paths with `*` and `**`.

use std::fs;
use std::path::Path;

/// Files and folders that are looked at for one pattern.
const MOST_LOOKED_AT: usize = 20_000;

const DEEPEST: usize = 32;

#[derive(Clone, Copy)]
enum Token {
    Is(char),
    /// Any part of a name.
    Star,
    /// Any part of a path.
    Stars,
}

/// The YAML files under the root whose path from it fits, in order.
pub(super) fn matching(root: &Path, pattern: &str) -> Vec<String> {
    let pattern = tokens(pattern.trim_start_matches('/'));
    let mut found = Vec::new();
    let mut left = MOST_LOOKED_AT;
    let mut folders = vec![(root.to_path_buf(), String::new(), 0)];
    while let Some((folder, before, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            if left == 0 {
                break;
            }
            left -= 1;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{before}{name}");
            // No link is followed.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && name != ".git" && depth < DEEPEST => {
                    folders.push((entry.path(), format!("{path}/"), depth + 1));
                }
                Ok(kind) if kind.is_file() && is_yaml(&name) && fits(&pattern, &path) => {
                    found.push(path);
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Those of the paths that are of YAML files and fit, in their order.
pub(super) fn among<'p>(paths: impl Iterator<Item = &'p String>, pattern: &str) -> Vec<String> {
    let pattern = tokens(pattern.trim_start_matches('/'));
    paths.filter(|path| is_yaml(path) && fits(&pattern, path)).cloned().collect()
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let is_double = c == '*' && chars.next_if_eq(&'*').is_some();
        tokens.push(match c {
            '*' if is_double => Token::Stars,
            '*' => Token::Star,
            c => Token::Is(c),
        });
    }
    tokens
}

/// Whether the whole path fits: linear in both, whatever stars there are.
fn fits(pattern: &[Token], path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for token in pattern {
        let mut next: Vec<bool> = Vec::with_capacity(reached.len());
        for (at, is_reached) in reached.iter().enumerate() {
            let before = at.checked_sub(1);
            let c = before.map(|before| path[before]);
            let is_next = match token {
                Token::Is(one) => c == Some(*one) && before.is_some_and(|before| reached[before]),
                Token::Star => {
                    *is_reached || (c != Some('/') && before.is_some_and(|before| next[before]))
                }
                Token::Stars => *is_reached || before.is_some_and(|before| next[before]),
            };
            next.push(is_next);
        }
        reached = next;
    }
    reached[path.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_in_a_name_and_two_do_not() {
        for (pattern, path, is_fit) in [
            ("ci/*.yml", "ci/a.yml", true),
            ("ci/*.yml", "ci/x/a.yml", false),
            ("ci/**.yml", "ci/a.yml", true),
            ("ci/**.yml", "ci/x/y/a.yml", true),
            ("ci/**/*.yml", "ci/x/a.yml", true),
            ("ci/**/*.yml", "ci/a.yml", false),
            ("*.yml", "ci/a.yml", false),
            ("ci/*.yml", "ci/a.yaml", false),
        ] {
            assert_eq!(fits(&tokens(pattern), path), is_fit, "{pattern} {path}");
        }
    }
}

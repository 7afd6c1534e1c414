//! The patterns of shells: `*` is anything, `?` one character.

/// A longer value is left as it is: no image's name is as long.
const LONGEST: usize = 256;

/// Which end of a value is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Front,
    Back,
}

/// Whether the whole text fits the pattern. Linear but for the last star, which alone is gone back to.
fn fits(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((pattern_at, text_at)) => {
                    star = Some((pattern_at, text_at + 1));
                    at = pattern_at + 1;
                    from = text_at + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// The value without what fits the pattern at one end.
pub(super) fn cut(value: &str, pattern: &str, side: Side, longest: bool) -> String {
    let chars: Vec<char> = value.chars().collect();
    if chars.len() > LONGEST {
        return value.to_owned();
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let mut lengths: Vec<usize> = (0..=chars.len()).collect();
    if longest {
        lengths.reverse();
    }
    for length in lengths {
        let (piece, kept) = match side {
            Side::Front => chars.split_at(length),
            Side::Back => {
                let (kept, piece) = chars.split_at(chars.len() - length);
                (piece, kept)
            }
        };
        if fits(&pattern, piece) {
            return kept.iter().collect();
        }
    }
    value.to_owned()
}

/// The value with something else for the first or for each piece that fits.
pub(super) fn replaced(value: &str, pattern: &str, with: &str, all: bool) -> String {
    let chars: Vec<char> = value.chars().collect();
    if pattern.is_empty() || chars.len() > LONGEST {
        return value.to_owned();
    }
    if !pattern.contains(['*', '?']) {
        return if all { value.replace(pattern, with) } else { value.replacen(pattern, with, 1) };
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    let mut is_done = false;
    while at < chars.len() {
        // The longest that fits, as shells do.
        let end = (at + 1..=chars.len()).rev().find(|end| fits(&pattern, &chars[at..*end]));
        match end {
            Some(end) if !is_done => {
                out.push_str(with);
                at = end;
                is_done = !all;
            }
            _ => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

//! Templates of Go and of Jinja, made into YAML with holes.

use super::chart::Chart;
use crate::variables::hole;

/// More branches of one `if` are not read.
const MOST: usize = 4;

/// Words that an action of a Go template begins with.
const GO: [&str; 14] = [
    "block", "coalesce", "default", "define", "else", "end", "if", "include", "printf", "quote",
    "range", "template", "tpl", "with",
];

/// Functions that change a value as little as the name of an image can notice.
const HARMLESS: [&str; 6] = ["quote", "squote", "toString", "trim", "lower", "nospace"];

/// Whether the text is a template of Helm or the like: one of Argo, for example, is YAML as it is.
pub(super) fn is_one(text: &str) -> bool {
    if text.contains("{%") {
        return true;
    }
    text.split("{{").skip(1).any(|piece| {
        let action = piece.trim_start_matches(['-', ' ', '\t', '\n']);
        action.starts_with(['.', '$', '('])
            || action.starts_with("/*")
            || GO.contains(&first_word(action))
    }) || text.lines().any(|line| {
        // `key: {{ name }}` would be a mapping in YAML.
        let value = line.split_once(": ").map_or("", |(_, value)| value.trim_start());
        value.starts_with("{{")
    })
}

fn first_word(action: &str) -> &str {
    let is_other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    action.split(is_other).next().unwrap_or_default()
}

enum Piece<'a> {
    Text(&'a str),
    Action(&'a str),
    /// The first action of branches, and how many there are.
    Open(usize),
    Else,
    End,
}

/// The text with values and holes for each action; once for each branch, lines as they are.
pub(super) fn filled(text: &str, chart: &Chart) -> Vec<String> {
    let pieces = pieces(text);
    let most = pieces
        .iter()
        .map(|(piece, _)| if let Piece::Open(count) = piece { *count } else { 1 })
        .max();
    let mut texts: Vec<String> =
        (0..most.unwrap_or(1).min(MOST)).map(|branch| one(&pieces, branch, chart)).collect();
    texts.dedup();
    texts
}

/// The text with the branch of that number of each `if`, or with its last one.
fn one(pieces: &[(Piece<'_>, usize)], branch: usize, chart: &Chart) -> String {
    let mut out = String::new();
    // Which branch is taken, and which one this is.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, (piece, lines)) in pieces.iter().enumerate() {
        let is_taken = open.iter().all(|(taken, this)| taken == this);
        match piece {
            Piece::Text(text) if is_taken => out.push_str(text),
            Piece::Text(text) => out.extend(text.chars().filter(|c| *c == '\n')),
            Piece::Action(action) => {
                if is_taken && !is_block(pieces, at, &out) {
                    out.push_str(&value(action, chart));
                }
            }
            Piece::Open(count) => open.push((branch.min(count - 1), 0)),
            Piece::Else => {
                if let Some((_, this)) = open.last_mut() {
                    *this += 1;
                }
            }
            Piece::End => {
                open.pop();
            }
        }
        out.extend(std::iter::repeat_n('\n', *lines));
    }
    out
}

/// Whether the action stands alone on its line: then it is more than one value.
fn is_block(pieces: &[(Piece<'_>, usize)], at: usize, out: &str) -> bool {
    let before = out.rsplit('\n').next().unwrap_or_default();
    let mut after = pieces[at + 1..].iter().filter_map(|(piece, _)| match piece {
        Piece::Text(text) => Some(text.split('\n').next().unwrap_or_default()),
        _ => None,
    });
    before.trim().is_empty() && after.next().unwrap_or_default().trim().is_empty()
}

/// What the text consists of, with the line breaks that are inside of each action.
fn pieces(text: &str) -> Vec<(Piece<'_>, usize)> {
    let mut pieces = Vec::new();
    // Where the branches began that are open.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some((at, close)) = next_action(rest) {
        let inside = &rest[at + 2..];
        let is_comment = inside.trim_start_matches(['-', ' ']).starts_with("/*");
        let from = if is_comment { inside.find("*/").unwrap_or(0) } else { 0 };
        let Some(end) = inside[from..].find(close).map(|end| end + from) else { break };
        pieces.push((Piece::Text(&rest[..at]), 0));
        let is_value = close == "}}";
        let action = inside[..end].trim_matches(['-', '+', ' ', '\t', '\r', '\n']);
        let lines = inside[..end].matches('\n').count();
        let word = first_word(action);
        let piece = match word {
            "if" | "with" | "range" | "for" | "define" | "block" | "macro" | "unless" => {
                open.push(pieces.len());
                Some(Piece::Open(1))
            }
            "else" | "elif" | "elsif" => {
                count(&mut pieces, open.last());
                Some(Piece::Else)
            }
            word if word == "end" || !is_value && word.starts_with("end") => {
                open.pop().map(|_| Piece::End)
            }
            _ if is_value && !is_comment && !makes_no_value(action) => Some(Piece::Action(action)),
            _ => None,
        };
        pieces.push((piece.unwrap_or(Piece::Text("")), lines));
        rest = &inside[end + close.len()..];
    }
    pieces.push((Piece::Text(rest), 0));
    pieces
}

/// One branch more of the action that is open.
fn count(pieces: &mut [(Piece<'_>, usize)], open: Option<&usize>) {
    if let Some((Piece::Open(count), _)) = open.and_then(|at| pieces.get_mut(*at)) {
        *count += 1;
    }
}

/// Where the next action begins, and what closes it.
fn next_action(text: &str) -> Option<(usize, &'static str)> {
    [("{{", "}}"), ("{%", "%}")]
        .iter()
        .filter_map(|(begin, end)| Some((text.find(begin)?, *end)))
        .min()
}

/// Assignments, and what writes lines of YAML.
fn makes_no_value(action: &str) -> bool {
    action.contains(":=")
        || action.starts_with('$') && action.contains(" = ")
        || ["toYaml", "nindent", "indent", "toJson"].iter().any(|word| action.contains(word))
}

/// The value of an action as far as the chart says it, with holes.
fn value(action: &str, chart: &Chart) -> String {
    let mut steps = action.split('|').map(str::trim);
    let head = steps.next().unwrap_or_default();
    let mut value = term(head, chart);
    for step in steps {
        let (function, argument) = step.split_once(' ').unwrap_or((step, ""));
        value = match (function, value) {
            ("default", None) => term(argument, chart).filter(|value| !value.is_empty()),
            ("default", Some(value)) if value.is_empty() => term(argument, chart),
            (function, value) if function == "default" || HARMLESS.contains(&function) => value,
            _ => None,
        };
    }
    // What is left empty is for others to fill in.
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| hole(&name(head)))
}

/// One value: a path, a text, a number, or a call that is understood.
fn term(text: &str, chart: &Chart) -> Option<String> {
    let text = text.trim();
    if let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Some(value(inside, chart));
    }
    let words = words(text);
    match &words[..] {
        [one] if one.starts_with(['"', '`']) => Some(one.trim_matches(['"', '`']).to_owned()),
        [one] => chart.value(one.strip_prefix('$').unwrap_or(one)),
        ["default", default, one] => {
            let value = term(one, chart).filter(|value| !value.is_empty());
            value.or_else(|| term(default, chart))
        }
        ["required", _, one] | ["tpl" | "quote" | "toString", one, ..] => term(one, chart),
        ["printf", form, values @ ..] => {
            let mut values = values.iter();
            let mut out = String::new();
            let mut pieces = form.trim_matches(['"', '`']).split('%');
            out.push_str(pieces.next().unwrap_or_default());
            for piece in pieces {
                let one = values.next()?;
                out.push_str(&term(one, chart).unwrap_or_else(|| hole(&name(one))));
                out.push_str(piece.strip_prefix(['s', 'v', 'd'])?);
            }
            Some(out)
        }
        _ => None,
    }
}

/// What a value that is not known is called.
fn name(text: &str) -> String {
    let words = words(text);
    match &words[..] {
        ["include" | "template", one, ..] => format!("include({})", one.trim_matches('"')),
        // The last path is the value; those before are defaults.
        words => {
            let path =
                words.iter().rev().find(|word| word.starts_with(['.', '$']) && word.len() > 1);
            let word = path.or(words.first()).copied().unwrap_or_default();
            word.trim_start_matches(['$', '(']).trim_end_matches(')').to_owned()
        }
    }
}

/// Words between spaces; quotes and parentheses keep them together.
fn words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut depth, mut quote) = (Vec::new(), None, 0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) if c.is_whitespace() && depth == 0 => {
                if let Some(start) = start.take() {
                    words.push(&text[start..at]);
                }
                continue;
            }
            (None, _) => {}
        }
        if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        words.push(&text[start..]);
    }
    words
}

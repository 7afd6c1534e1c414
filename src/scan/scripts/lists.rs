//! Words that stand for several, or for options.

use super::printed::PRINTED;
use crate::variables::{HOLE, hole, holes};

/// Ends of names of variables that hold options.
const OPTIONS: [&str; 8] = ["OPTS", "OPTIONS", "ARGS", "FLAGS", "PARAMS", "OPT", "ARG", "FLAG"];

/// `"${NAME[@]}"` and `"$@"`: any number of words, which nobody knows.
pub(super) fn is_list(word: &str) -> bool {
    let is_array = word.starts_with("${")
        && (word.ends_with("[@]}") || word.ends_with("[*]}"))
        && word.matches('$').count() == 1;
    is_array || matches!(word, "$@" | "$*")
}

/// Options behind which a word is their value, whatever its name.
const TAKE: [&str; 5] = ["--build-arg", "-e", "--env", "--name", "--label"];

/// Whether the word is one value that nobody knows, by its name options of a command.
pub(super) fn seems_options(word: &str, before: Option<&str>) -> bool {
    if before.is_some_and(|before| TAKE.contains(&before)) {
        return false;
    }
    let names = holes(word);
    let [name] = &names[..] else { return false };
    let upper = name.to_ascii_uppercase();
    *word == hole(name) && OPTIONS.iter().any(|end| upper.ends_with(end))
}

/// Whether the word is nothing but what a command in it prints: one word, several, or options.
pub(super) fn is_printed(word: &str) -> bool {
    word.starts_with(HOLE) && word == hole(PRINTED)
}

/// The words of a variable that stands alone and holds options.
pub(super) fn split(raw: &str, word: String) -> Vec<String> {
    let is_options = raw.starts_with('$')
        && word.starts_with('-')
        && word.contains(char::is_whitespace)
        && raw.matches('$').count() == 1;
    if is_options { word.split_whitespace().map(str::to_owned).collect() } else { vec![word] }
}

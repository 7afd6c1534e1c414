//! The style sheets and the pages have the same classes: what styled a page that is gone goes with it.

use crate::rooms::files;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What stands before the word from which the rest of a class is made.
const MADE: [&str; 4] = ["alert-", "badge-", "dot-", "mark-"];

/// The classes of a style sheet: not what is in comments or addresses.
fn classes(style: &str) -> BTreeSet<String> {
    let parts = [("/*", "*/"), ("url(\"", "\")"), ("@import", ";")];
    let style = parts.iter().fold(style.to_owned(), |style, (from, to)| without(&style, from, to));
    let begun = style.match_indices('.').map(|(at, _)| &style[at + 1..]);
    let begun = begun.filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    begun.map(|rest| rest.chars().take_while(|c| is_of_class(*c)).collect()).collect()
}

/// The text without what is between these, and without them.
fn without(text: &str, from: &str, to: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(from) {
        kept.push_str(before);
        rest = after.split_once(to).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn is_of_class(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

#[test]
fn no_class_is_styled_that_no_element_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = BTreeSet::new();
    for room in ["ui", "islands", "help"] {
        for path in files(&root.join("src").join(room)) {
            let source = fs::read_to_string(path).unwrap();
            named.extend(source.split(|c| !is_of_class(c)).map(str::to_owned));
        }
    }
    let is_made = |class: &str| MADE.iter().any(|made| class.starts_with(made));
    let (mut styled, mut unused) = (0, Vec::new());
    for entry in fs::read_dir(root.join("style")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "css") {
            let of_it = classes(&fs::read_to_string(&path).unwrap());
            styled += of_it.len();
            let is_unused = |class: &String| !named.contains(class) && !is_made(class);
            unused.extend(of_it.into_iter().filter(is_unused));
        }
    }
    assert!(styled > 100, "only {styled} classes were found");
    assert!(unused.is_empty(), "no page has an element of these: {unused:?}");
}

#[test]
fn a_class_is_found_where_it_is_styled_and_nowhere_else() {
    let style = "@import \"./a.css\"; /* .gone */ .row > .cell:hover { padding: .5rem; }
        .row-end { background: url(\"data:,a.svg\"); }";
    let found: Vec<String> = classes(style).into_iter().collect();
    assert_eq!(found, ["cell", "row", "row-end"]);
}

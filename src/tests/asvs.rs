//! The table of OWASP ASVS 5.0, levels 1 and 2: it is whole, and each line has a test that exists, or a
//! reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many requirements of levels 1 and 2 each chapter has.
const CHAPTERS: [(u8, usize); 17] = [
    (1, 27),
    (2, 11),
    (3, 19),
    (4, 10),
    (5, 9),
    (6, 35),
    (7, 18),
    (8, 7),
    (9, 7),
    (10, 29),
    (11, 14),
    (12, 9),
    (13, 13),
    (14, 9),
    (15, 13),
    (16, 16),
    (17, 7),
];

/// A line of the table.
struct Line {
    number: String,
    level: String,
    what: String,
    state: String,
    shown_by: String,
}

fn lines() -> Vec<Line> {
    let table = include_str!("asvs.md").lines().filter(|line| line.starts_with("| "));
    let cells =
        table.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()));
    let cells = cells.map(Iterator::collect::<Vec<String>>);
    // The head of a table has no number.
    let cells = cells.filter(|cells| cells[0].starts_with(|c: char| c.is_ascii_digit()));
    cells
        .map(|cells| {
            let [number, level, what, state, shown_by]: [String; 5] = cells.try_into().unwrap();
            Line { number, level, what, state, shown_by }
        })
        .collect()
}

/// Whether there is such a test: `` `file` name ``, where the name is a function's, or the title of a
/// test in the browser.
pub fn is_a_test(shown_by: &str) -> bool {
    let test = shown_by.strip_prefix('`').and_then(|rest| rest.split_once("` "));
    let Some((file, name)) = test else { return false };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap_or_default();
    let place = if file.ends_with(".rs") {
        text.find(&format!("fn {name}("))
    } else {
        text.find(&format!("test('{name}'"))
    };
    // A function in a file of Rust is a test if that is said right before it.
    place.is_some_and(|at| {
        !file.ends_with(".rs")
            || text[..at]
                .lines()
                .rev()
                .take(4)
                .any(|line| line.contains("test]") || line.contains("[tokio::test("))
    })
}

#[test]
fn every_requirement_of_levels_1_and_2_has_a_line() {
    let lines = lines();
    let numbers: BTreeSet<&str> = lines.iter().map(|line| line.number.as_str()).collect();
    assert_eq!(numbers.len(), lines.len(), "a requirement is there twice");
    for (chapter, count) in CHAPTERS {
        let of_chapter = format!("{chapter}.");
        let found = numbers.iter().filter(|number| number.starts_with(&of_chapter)).count();
        assert_eq!(found, count, "chapter {chapter}");
    }
    assert!(lines.iter().all(|line| line.level == "1" || line.level == "2"));
}

#[test]
fn each_line_names_a_test_that_there_is_or_a_reason() {
    for Line { number, what, state, shown_by, .. } in lines() {
        assert!(!what.is_empty() && shown_by.len() > 4, "{number} says nothing");
        match state.as_str() {
            "tested" => assert!(is_a_test(&shown_by), "{number}: there is no test {shown_by}"),
            "met" | "not applicable" | "open" => {}
            _ => panic!("{number} is {state}"),
        }
    }
}

#[test]
fn the_counts_at_the_top_are_those_of_the_table() {
    let lines = lines();
    let count = |state: &str| lines.iter().filter(|line| line.state == state).count();
    let applicable = lines.len() - count("not applicable");
    let said = format!(
        "Of {} requirements {applicable} apply: {} are tested, {} are met and {} are open.",
        lines.len(),
        count("tested"),
        count("met"),
        count("open"),
    );
    assert!(include_str!("asvs.md").contains(&said), "asvs.md does not say: {said}");
}

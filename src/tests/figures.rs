//! The table of figures: it has all 25, and what each line names is there.

use crate::asvs::is_a_test;
use std::path::Path;

const FIGURES: usize = 25;

/// A line of the table.
struct Line {
    number: String,
    state: String,
    shown_by: String,
    how: String,
}

fn lines() -> Vec<Line> {
    let table = include_str!("figures.md").lines().filter(|line| line.starts_with("| F"));
    let cells =
        table.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()));
    cells
        .map(|cells| {
            let cells: Vec<String> = cells.collect();
            let [number, _, state, shown_by, how]: [String; 5] = cells.try_into().unwrap();
            Line { number, state, shown_by, how }
        })
        .collect()
}

/// Whether it is a file of the repository, named as `` `file` ``.
fn is_a_file(shown_by: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = shown_by.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    file.is_some_and(|file| root.join(file).is_file())
}

#[test]
fn every_figure_has_a_line_that_says_how_it_is_had() {
    let lines = lines();
    let numbers: Vec<&str> = lines.iter().map(|line| line.number.as_str()).collect();
    let expected: Vec<String> = (1..=FIGURES).map(|number| format!("F{number}")).collect();
    assert_eq!(numbers, expected);
    for Line { number, how, .. } in &lines {
        assert!(how.len() > 4, "{number} does not say how it is had");
    }
}

#[test]
fn each_figure_names_tests_or_a_measurement_that_there_is() {
    for Line { number, state, shown_by, .. } in lines() {
        match state.as_str() {
            "tested" | "partly" => {
                for test in shown_by.split("; ") {
                    assert!(is_a_test(test), "{number}: there is no test {test}");
                }
            }
            "measured" => assert!(is_a_file(&shown_by), "{number}: there is no {shown_by}"),
            _ => panic!("{number} is {state}"),
        }
    }
}

#[test]
fn each_part_of_the_benchmark_that_is_named_is_there() {
    let parts = include_str!("bench/main.rs");
    let mut named = 0;
    for Line { number, how, .. } in lines() {
        for words in how.split("`make bench PART=").skip(1) {
            let part = words.split('`').next().unwrap();
            assert!(parts.contains(&format!("is_wanted(\"{part}\")")), "{number}: {part}");
            named += 1;
        }
    }
    assert!(named > 0, "no part is named");
}

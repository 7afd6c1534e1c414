//! The table of what was asked for: each line says where it is on the pages or in the guides, or which
//! later work brings it, and each place that it names exists.

use leptos_axum::generate_route_list;
use regcred::help::guide;
use std::collections::BTreeSet;

/// The texts that the sentences are from, and how many lines each has at least.
const TEXTS: [(&str, usize); 4] = [("000", 5), ("001", 90), ("002", 20), ("003", 25)];
/// What brings what is not there yet.
const LATER: [&str; 2] = ["issue 15", "issue 16"];

struct Line {
    text: String,
    sentence: String,
    state: String,
    place: String,
}

fn lines() -> Vec<Line> {
    let table = include_str!("requirements.md").lines().filter(|line| line.starts_with("| "));
    let cells = table.map(|line| {
        let line = line.trim_start_matches("| ").trim_end_matches(" |");
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    });
    // The head of a table has no number.
    let cells = cells.filter(|cells| cells[0].starts_with(|c: char| c.is_ascii_digit()));
    cells
        .map(|cells| {
            let [text, sentence, state, place]: [String; 4] = cells.try_into().unwrap();
            Line { text, sentence, state, place }
        })
        .collect()
}

/// The addresses in a cell: what stands in backticks and begins with a slash.
fn addresses(place: &str) -> Vec<&str> {
    let quoted = place.split('`').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with('/')).collect()
}

fn exists(address: &str, routes: &BTreeSet<String>) -> bool {
    let (path, id) = address.split_once('#').unwrap_or((address, ""));
    match guide(path) {
        Some(guide) => id.is_empty() || guide.headings.iter().any(|heading| heading.id == id),
        None => routes.contains(path) && id.is_empty(),
    }
}

#[test]
fn each_text_has_its_lines() {
    let lines = lines();
    for (text, least) in TEXTS {
        let count = lines.iter().filter(|line| line.text == text).count();
        assert!(count >= least, "{text} has {count} lines");
    }
    let known: BTreeSet<&str> = TEXTS.iter().map(|(text, _)| *text).collect();
    assert!(lines.iter().all(|line| known.contains(line.text.as_str())));
}

#[tokio::test]
async fn each_line_names_a_place_that_exists_or_what_brings_it() {
    let routes = generate_route_list(regcred::app::App);
    let routes: BTreeSet<String> =
        routes.iter().map(|route| route.path().trim_end_matches('/').to_owned()).collect();
    for Line { text, sentence, state, place } in lines() {
        let said = format!("{text}: {sentence}");
        assert!(!sentence.is_empty() && place.len() > 2, "{said} says nothing");
        let places = addresses(&place);
        match state.as_str() {
            "page" | "guide" => assert!(!places.is_empty(), "{said} is nowhere"),
            "outside" => {}
            later => assert!(LATER.contains(&later), "{said} is {later}"),
        }
        for address in places {
            assert!(exists(address, &routes), "{said}: there is no {address}");
        }
    }
}

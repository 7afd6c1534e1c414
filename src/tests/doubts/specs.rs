//! Each sentence that is said in amber is shown in a browser by one of the specs, or, where no form
//! leads to it, by the tests of what is old.

use std::fs;
use std::path::Path;

/// Where the sentences are written.
const SOURCES: [(&str, &str); 9] = [
    ("doubt.rs", include_str!("../../domain/doubt.rs")),
    ("credential_form/doubt.rs", include_str!("../../domain/credential_form/doubt.rs")),
    ("paste.rs", include_str!("../../domain/registry_kind/paste.rs")),
    ("paste/products.rs", include_str!("../../domain/registry_kind/paste/products.rs")),
    ("paste/clouds.rs", include_str!("../../domain/registry_kind/paste/clouds.rs")),
    ("credentials/doubts.rs", include_str!("../../vault/credentials/doubts.rs")),
    ("narrowing.rs", include_str!("../../domain/narrowing.rs")),
    ("expiry.rs", include_str!("../../domain/expiry.rs")),
    ("functions/credentials.rs", include_str!("../../functions/credentials.rs")),
];
/// What the same files say without a doubt.
const NO_DOUBTS: [&str; 1] = ["In the last {LATELY} days, {who} received it."];
/// As much as a test has to quote of a sentence, in bytes.
const QUOTED_MIN: usize = 16;

/// What stands between quotation marks in the code, without its tests and comments.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let (mut found, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match (open.take(), c) {
            (None, '"') => open = Some(String::new()),
            (None, _) => {}
            (Some(text), '"') => found.push(text),
            (Some(mut text), c) => {
                text.extend(if c == '\\' { chars.next() } else { Some(c) });
                open = Some(text);
            }
        }
    }
    assert_eq!(open, None, "an odd number of quotation marks");
    found
}

/// Whole sentences, and not the names of claims, fields and links.
fn is_said(literal: &str) -> bool {
    literal.matches(' ').count() >= 3 && (literal.contains(". ") || literal.ends_with('.'))
}

fn sentences() -> Vec<String> {
    let mut all = Vec::new();
    for (name, source) in SOURCES {
        let count = all.len();
        all.extend(literals(source).into_iter().filter(|literal| is_said(literal)));
        assert!(all.len() > count, "{name} says nothing");
    }
    all.retain(|sentence| !NO_DOUBTS.contains(&sentence.as_str()));
    all.sort();
    all.dedup();
    all
}

/// The text of all specs, and of the tests of what is old.
fn tests_of_them() -> String {
    let mut text = include_str!("old.rs").to_owned();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("end2end/tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".spec.ts") {
                text.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    text
}

/// The parts of a sentence around what is put into it.
fn parts(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('{').enumerate().map(|(index, part)| match (index, part.split_once('}')) {
        (1.., Some((_, rest))) => rest,
        _ => part,
    })
}

/// Whether the tests quote a run of words of the sentence that no other sentence has.
fn is_quoted(sentence: &str, others: &[String], tests: &str) -> bool {
    let runs = parts(sentence).flat_map(|part| {
        let starts = part.match_indices(' ').map(|(at, _)| at + 1);
        std::iter::once(0).chain(starts).map(move |from| &part[from..])
    });
    runs.filter_map(|rest| {
        let ends = rest.match_indices(' ').map(|(at, _)| at).chain([rest.len()]);
        let ends = ends.filter(|end| *end >= QUOTED_MIN);
        ends.take_while(|end| tests.contains(&rest[..*end])).last().map(|end| &rest[..end])
    })
    .any(|quoted| !others.iter().any(|other| other != sentence && other.contains(quoted)))
}

#[test]
fn every_amber_sentence_has_a_spec() {
    let (all, tests) = (sentences(), tests_of_them());
    assert!(all.len() >= 70, "{} sentences: they are not understood", all.len());
    let missing: Vec<&String> =
        all.iter().filter(|sentence| !is_quoted(sentence, &all, &tests)).collect();
    assert!(missing.is_empty(), "no spec shows these: {missing:#?}");
}

#[test]
fn a_sentence_without_a_spec_is_noticed() {
    let all = ["The first is for {host} only.", "The second is for {host} only."];
    let all = all.map(str::to_owned);
    assert!(is_quoted(&all[0], &all, "'The first is for'"));
    assert!(!is_quoted(&all[0], &all, "'The second is for'"));
    assert!(!is_quoted(&all[0], &all, "'is for ghcr.io only.'"), "either may be meant");
    let code =
        "// \"A comment. No.\"\nlet a = \"One \\\"or\\\" two.\";\n#[cfg(test)]\nmod tests { \" }";
    assert_eq!(literals(code), ["One \"or\" two."]);
}

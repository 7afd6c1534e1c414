//! Exports against their checkpoint: what holds, and the first line that does not.

use super::CHAIN;
use crate::checkpoints::checkpoint::{Checkpoint, origin};
use crate::checkpoints::export::{self, ExportProblem, Line, Verified};
use crate::checkpoints::tree::{Frontier, leaf};

/// Five links, of which one was removed, as the lines of an export, and their checkpoint.
fn exported() -> (Vec<String>, Checkpoint) {
    let mut frontier = Frontier::default();
    let mut lines = Vec::new();
    for number in 1..=5 {
        let fields: [&[u8]; 3] = ["Olga \"O\"".as_bytes(), b"\x01\xff", &[0; 8]];
        let line = match number {
            3 => Line::removed(CHAIN, number, &leaf(b"gone")),
            _ => Line::new(CHAIN, number, "event", &fields),
        };
        frontier.push(line.leaf().unwrap());
        lines.push(serde_json::to_string(&line).unwrap());
    }
    let origin = origin("regcred.example.com", CHAIN, 1);
    (lines, Checkpoint { origin, size: 5, root: frontier.root() })
}

fn verify(lines: &[String], checkpoint: &Checkpoint) -> Result<Verified, ExportProblem> {
    export::verify(lines.join("\n").as_bytes(), checkpoint)
}

#[test]
fn an_export_holds_with_its_checkpoint_and_with_no_other() {
    let (lines, checkpoint) = exported();
    assert!(lines[0].contains(r#"["Olga \"O\"",{"hex":"01ff"},{"hex":"0000000000000000"}]"#));
    let whole = verify(&lines, &checkpoint).unwrap();
    assert_eq!(whole, Verified { links: 5, removed: 1, beyond: 0 });
    let mut frontier = Frontier::default();
    for line in &lines[..4] {
        frontier.push(serde_json::from_str::<Line>(line).unwrap().leaf().unwrap());
    }
    let earlier = Checkpoint { size: 4, root: frontier.root(), ..checkpoint.clone() };
    let beyond = verify(&lines, &earlier).unwrap();
    assert_eq!(beyond, Verified { links: 4, removed: 1, beyond: 1 });
    let other = Checkpoint { root: [7; 32], ..checkpoint };
    assert!(matches!(verify(&lines, &other), Err(ExportProblem::OtherRoot(5))));
}

#[test]
fn the_first_wrong_line_of_an_export_is_named() {
    let (lines, checkpoint) = exported();
    let wrong_at = |at: usize, line: String| {
        let mut lines = lines.clone();
        lines[at] = line;
        match verify(&lines, &checkpoint) {
            Err(ExportProblem::Wrong(link) | ExportProblem::OtherChain(link)) => link,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wrong_at(1, lines[1].replace("Olga", "Mallory")), 2);
    assert_eq!(wrong_at(1, lines[1].replace("01ff", "01fe")), 2);
    assert_eq!(wrong_at(1, lines[1].replace("event", "fetch")), 2);
    assert_eq!(wrong_at(3, lines[4].clone()), 4);
    assert_eq!(wrong_at(1, "[]".to_owned()), 2);
    assert_eq!(wrong_at(0, lines[0].replace("\"kind\":\"event\",", "")), 1);
    let other = CHAIN.to_string().replace('1', "2");
    assert_eq!(wrong_at(2, lines[2].replace(&CHAIN.to_string(), &other)), 3);
    assert!(matches!(verify(&lines[..4], &checkpoint), Err(ExportProblem::Short(5))));
    assert!(matches!(verify(&[], &checkpoint), Err(ExportProblem::Short(1))));
    // Whoever makes the leaf anew as well is found by the root.
    let mut forged = lines.clone();
    forged[1] = serde_json::to_string(&Line::new(CHAIN, 2, "event", &[b"forged"])).unwrap();
    assert!(matches!(verify(&forged, &checkpoint), Err(ExportProblem::OtherRoot(5))));
}

#[test]
fn a_line_with_something_that_its_leaf_does_not_prove_is_wrong() {
    let (lines, checkpoint) = exported();
    for (was, now) in [
        ("\"link\":2", "\"comment\":\"approved\",\"link\":2"),
        ("{\"hex\":\"01ff\"}", "{\"hex\":\"01ff\",\"text\":\"approved\"}"),
    ] {
        let mut lines = lines.clone();
        assert!(lines[1].contains(was), "{}", lines[1]);
        lines[1] = lines[1].replace(was, now);
        assert!(matches!(verify(&lines, &checkpoint), Err(ExportProblem::Wrong(2))), "{now}");
    }
}

#[test]
fn what_stands_behind_the_links_of_the_checkpoint_is_links_too() {
    let (lines, checkpoint) = exported();
    let behind = |more: &str| verify(&[lines.clone(), vec![more.to_owned()]].concat(), &checkpoint);
    let next = serde_json::to_string(&Line::new(CHAIN, 6, "event", &[b"new"])).unwrap();
    assert_eq!(behind(&next).unwrap(), Verified { links: 5, removed: 1, beyond: 1 });
    assert_eq!(behind("\n\r\n").unwrap().beyond, 0, "an empty line is no link");
    let other = next.replace(&CHAIN.to_string(), &CHAIN.to_string().replace('1', "2"));
    assert!(matches!(behind(&other), Err(ExportProblem::OtherChain(6))));
    for wrong in [lines[4].as_str(), &lines[0], &next.replace("new", "old"), "zebra"] {
        assert!(matches!(behind(wrong), Err(ExportProblem::Wrong(6))), "{wrong}");
    }
}

#[test]
fn what_another_program_made_of_an_export_is_not_taken_for_a_change_of_its_links() {
    let (lines, checkpoint) = exported();
    let text = lines.join("\r\n") + "\r\n";
    let of = |bytes: &[u8]| export::verify(bytes, &checkpoint);
    let whole = Verified { links: 5, removed: 1, beyond: 0 };
    assert_eq!(of(text.as_bytes()).unwrap(), whole, "line ends are no part of a link");
    assert_eq!(of(format!("\u{feff}{text}").as_bytes()).unwrap(), whole, "nor is a mark");
    let wide: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let packed: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let csv: &[u8] = b"link,at,kind\r\n1,2026-11-30T00:00:00Z,change\r\n";
    for other in [&wide[..], &packed, csv, b"{\"link\":1,\"kind\":\"change\"}\n", b"[]\n"] {
        let found = of(other);
        assert!(matches!(found, Err(ExportProblem::NotLinks)), "{found:?}");
    }
    let marked = [&lines[0], &format!("\u{feff}{}", lines[1])].map(String::as_str).join("\n");
    assert!(matches!(of(marked.as_bytes()), Err(ExportProblem::Wrong(2))), "only at the beginning");
}

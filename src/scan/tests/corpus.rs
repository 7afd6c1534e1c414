//! Files of each system, and what is to be found in them: `corpus/SYSTEM/NAME/` is a repository, and
//! `corpus/SYSTEM/NAME.expected` has the lines that were written for it by hand, in order of files and lines.

use crate::scan_repository;
use crate::systems::READERS;
use std::fs;
use std::path::{Path, PathBuf};

/// Fewer would leave out what was gathered.
const CASES: usize = 120;

fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn exactly_what_was_written_down_by_hand_is_found() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let (mut cases, mut wrong, mut systems) = (0, Vec::new(), Vec::new());
    for case in inside(&corpus).iter().flat_map(|system| inside(system)) {
        if !case.is_dir() {
            continue;
        }
        cases += 1;
        let expected = fs::read_to_string(case.with_extension("expected")).unwrap_or_default();
        let folder = format!("{}/", case.display());
        let report = scan_repository(&case);
        systems.extend(report.files.iter().map(|read| read.system));
        let lines = report.to_lines();
        let mut found: Vec<String> = lines.iter().map(|line| line.replace(&folder, "")).collect();
        let mut expected: Vec<String> = expected.lines().map(str::to_owned).collect();
        // Two findings of one line have no order.
        found.sort();
        expected.sort();
        let missing: Vec<&String> = expected.iter().filter(|line| !found.contains(line)).collect();
        let too_much: Vec<&String> = found.iter().filter(|line| !expected.contains(line)).collect();
        if found != expected {
            wrong.push(format!(
                "{}\n  missing: {missing:#?}\n  too much: {too_much:#?}",
                case.display()
            ));
        }
    }
    assert!(cases >= CASES, "only {cases} cases were found");
    for reader in READERS {
        assert!(systems.contains(&reader.system), "{} has no case", reader.system.label());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

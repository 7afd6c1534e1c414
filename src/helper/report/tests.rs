//! What is noted, told and kept.

use super::*;
use crate::stub::{Folder, Stub, answer, problem};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const ONE: &str = "0198c0de-0000-7000-8000-000000000001";
const TWO: &str = "0198c0de-0000-7000-8000-000000000002";

/// Tells of what is noted at the path, and gives what is noted there afterwards.
fn told(stub: &Stub, path: &Path) -> (Result<(), Failure>, String) {
    let url = stub.url();
    let variables = Variables::of(&[
        ("REGCRED_URL", url.as_str()),
        ("REGCRED_TOKEN", "rgc_1"),
        ("REGCRED_STATE", path.to_str().unwrap()),
    ]);
    let outcome = tell("worked", &Settings::read(&variables).unwrap(), &variables);
    (outcome, fs::read_to_string(path).unwrap_or_default())
}

#[test]
fn ids_are_noted_one_a_line_for_the_owner_alone() {
    let folder = Folder::new();
    let path = folder.path().join("state");
    let variables = Variables::of(&[("REGCRED_STATE", path.to_str().unwrap())]);
    let settings = Settings::read(&variables).unwrap();
    note(&settings, &[ONE]);
    note(&settings, &[TWO, "../../evil", ""]);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{ONE}\n{TWO}\n"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_note_that_cannot_be_made_stops_nothing() {
    let folder = Folder::new();
    let path = folder.path().join("missing/state");
    let variables = Variables::of(&[("REGCRED_STATE", path.to_str().unwrap())]);
    note(&Settings::read(&variables).unwrap(), &[ONE]);
    note(&Settings::read(&Variables::of(&[])).unwrap(), &[ONE]);
    assert!(!path.exists());
}

#[test]
fn each_delivery_is_told_of_once_and_forgotten() {
    let folder = Folder::new();
    let path = folder.file("state", &format!("{ONE}\n{TWO}\nnonsense\n{ONE}\n"), 0o600);
    let stub = Stub::answering(&[answer(204, "", ""), answer(204, "", "")]);
    let (outcome, left) = told(&stub, &path);
    outcome.unwrap();
    assert_eq!(left, "");
    let seen = stub.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen[0].contains(ONE) && seen[1].contains(TWO));
}

#[test]
fn what_is_refused_is_forgotten_and_the_rest_is_told() {
    let folder = Folder::new();
    let path = folder.file("state", &format!("{ONE}\n{TWO}\n"), 0o600);
    let stub =
        Stub::answering(&[problem(404, "not_found", "No such delivery."), answer(204, "", "")]);
    let (outcome, left) = told(&stub, &path);
    assert_eq!(outcome.unwrap_err().to_string(), "regcred: No such delivery.");
    assert_eq!(left, "");
    assert_eq!(stub.seen().len(), 2);
}

#[test]
fn what_could_not_be_told_is_kept() {
    let folder = Folder::new();
    let path = folder.file("state", &format!("{ONE}\n{TWO}\n"), 0o600);
    let busy = answer(503, "Retry-After: 60\r\n", "");
    let stub = Stub::answering(&[answer(204, "", ""), busy]);
    let (outcome, left) = told(&stub, &path);
    assert!(matches!(outcome, Err(Failure::Passing(_))));
    assert_eq!(left, format!("{TWO}\n"));
    assert_eq!(stub.seen().len(), 2);
}

#[test]
fn without_notes_nobody_is_asked() {
    let folder = Folder::new();
    let stub = Stub::answering(&[answer(204, "", "")]);
    told(&stub, &folder.path().join("missing")).0.unwrap();
    told(&stub, &folder.file("state", "", 0o600)).0.unwrap();
    assert!(stub.seen().is_empty());
}

#[test]
fn without_a_place_for_notes_that_is_said() {
    let variables = Variables::of(&[("REGCRED_TOKEN", "rgc_1")]);
    let settings = Settings::read(&variables).unwrap();
    let said = tell("worked", &settings, &variables).unwrap_err().to_string();
    assert!(said.starts_with("regcred: REGCRED_STATE is not set"), "{said}");
}

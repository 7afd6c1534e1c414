//! Whether the stored secrets can be decrypted, and how far the move of older ones has come.

use super::super::output::count;
use super::report::{Report, State};
use crate::vault::{Opening, Unreadable};
use serde_json::json;

pub(super) fn look(report: &mut Report, opening: &Opening) {
    let by_key: Vec<String> = opening
        .by_key
        .iter()
        .map(|(version, secrets)| format!("{secrets} under data key {version}"))
        .collect();
    let (state, text) = if opening.failed > 0 {
        let (failed, opened) = (count(opening.failed, "stored secret"), opening.opened);
        let mut named: Vec<String> = opening.unreadable.iter().map(named).collect();
        let more = opening.failed - opening.unreadable.len() as u64;
        named.extend((more > 0).then(|| format!("  and {more} more")));
        let named = named.join("\n");
        let text = format!(
            "{failed} cannot be decrypted, {opened} can. Where a row was changed outside Regcred, put back what it said first. Save a new secret for each of the others and destroy the unreadable version, or restore a backup:\n{named}"
        );
        (State::Problem, text)
    } else if by_key.is_empty() {
        (State::Ok, "No secret is stored yet.".to_owned())
    } else {
        (State::Ok, format!("All stored secrets can be decrypted: {}.", by_key.join(", ")))
    };
    report.add("secrets", state, text);
    report.detail("secrets", json!(opening));
    let (state, text) = said_of_binding(opening);
    report.add("binding", state, text);
}

/// How far the move of older secrets has come, whatever else does not open.
fn said_of_binding(opening: &Opening) -> (State, String) {
    const BOUND: &str = "Each secret is bound to its credential and user name.";
    let unbound = count(opening.unbound, "stored secret");
    let left = opening.left_behind.iter().map(named).collect::<Vec<_>>().join("\n");
    match (opening.unbound, opening.is_bound, left.is_empty()) {
        (0, true, _) => (State::Ok, BOUND.to_owned()),
        (0, false, _) => (State::Ok, format!("{BOUND} A running server notes that soon.")),
        (_, true, _) => (
            State::Problem,
            format!(
                "Not bound to the credential and user name, and refused: {unbound}. Save a new secret for each and destroy the old version. Where a row was changed outside Regcred, put back what it said or accept it first:\n{left}"
            ),
        ),
        (_, false, true) => (
            State::Ok,
            format!(
                "Not bound to the credential and user name yet: {unbound}. A running server encrypts them again, except those that cannot be decrypted."
            ),
        ),
        (_, false, false) => (
            State::Problem,
            format!(
                "Not bound to the credential and user name yet: {unbound}. A running server encrypts them again, but not these, because a row was changed outside Regcred. Put back what the row said, or accept it with `regcred doctor accept TABLE ID` if you know the change:\n{left}"
            ),
        ),
    }
}

fn named(one: &Unreadable) -> String {
    let which = if one.is_current { "the current version" } else { "version" };
    let Unreadable { credential, credential_id, version, why, .. } = one;
    format!("  {credential} ({credential_id}), {which} {version}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// What cannot be done with a credential whose row was changed is not offered.
    #[test]
    fn for_a_changed_row_only_that_is_offered_which_works() {
        let (_, text) = said_of_binding(&opening(1, false, 1));
        assert!(text.contains("Put back what the row said, or accept it"), "{text}");
        assert!(!text.contains("new secret") && !text.contains("destroy"), "{text}");
    }

    fn opening(unbound: u64, is_bound: bool, left: usize) -> Opening {
        let one = Unreadable {
            project_id: Uuid::nil(),
            credential_id: Uuid::nil(),
            credential: "ghcr".to_owned(),
            version: 1,
            is_current: true,
            why: "it is in the older format".to_owned(),
        };
        Opening { unbound, is_bound, left_behind: vec![one; left], ..Opening::default() }
    }

    #[test]
    fn the_state_of_the_move_is_said_whatever_does_not_open() {
        for (opening, state, said) in [
            (opening(0, true, 0), State::Ok, "Each secret is bound"),
            (opening(0, false, 0), State::Ok, "A running server notes that soon."),
            (opening(2, false, 0), State::Ok, "yet: 2 stored secrets. A running server"),
            (opening(2, false, 1), State::Problem, "but not these, because a row"),
            (opening(1, true, 1), State::Problem, "and refused: 1 stored secret."),
        ] {
            let failed = Opening { failed: 1, ..opening };
            let mut report = Report::default();
            look(&mut report, &failed);
            let document = report.document();
            let checks = document["checks"].as_array().unwrap();
            let states = (&checks[0]["state"], &checks[1]["state"]);
            assert_eq!(states, (&json!("problem"), &json!(state)), "{document}");
            let text = checks[1]["text"].as_str().unwrap();
            assert!(text.contains(said), "{text}");
            assert_eq!(text.contains("ghcr"), !failed.left_behind.is_empty(), "{text}");
        }
    }
}

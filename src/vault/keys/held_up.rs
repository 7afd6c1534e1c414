//! Why a data key cannot be retired yet: how many secrets it is kept by, of which kind, and what to do.

use crate::domain::counted::counted;
use crate::store::HeldUp;

pub(super) const STILL_USE: [&str; 2] = ["still uses", "still use"];

/// The refusal: so many stored secrets use the key of that name.
pub(super) fn refusal(name: &str, secrets: u64, held_up: HeldUp) -> String {
    let HeldUp { unreadable, unnamed, empty } = held_up;
    let waiting = secrets.saturating_sub(unreadable + unnamed + empty);
    let still_use = counted(secrets, "stored secret", STILL_USE);
    let mut said = vec![format!("{still_use} data key {name}.")];
    if waiting > 0 {
        let use_it = ["uses the new key", "use the new key"];
        said.push(format!("Wait until {}.", counted(waiting, "secret", use_it)));
    }
    if unreadable > 0 {
        said.push(format!("{} be decrypted.", counted(unreadable, "secret", ["cannot"; 2])));
    }
    if unnamed > 0 {
        let say_nothing = [
            "does not say which data key its secret is encrypted with",
            "do not say which data key their secrets are encrypted with",
        ];
        let rows = counted(unnamed, "row", say_nothing);
        said.push(format!("{rows}, because of a change outside Regcred."));
    }
    if empty > 0 {
        let rows = counted(empty, "row", ["has no ciphertext", "have no ciphertext"]);
        said.push(format!("{rows}, because of a change outside Regcred."));
    }
    if unreadable + unnamed + empty > 0 {
        said.push(
            "`regcred doctor` names the credential and the version of each. Save a new secret and destroy the old version on the credential's page."
                .to_owned(),
        );
    }
    said.join(" ")
}

/// The same for an audit key, which rows that decide are under.
pub(super) fn rows_move(rows: u64) -> String {
    let still_use = counted(rows, "row", STILL_USE);
    format!(
        "{still_use} an older data key for the audit log. Servers move them to the new key. Try again in a minute. If this does not change, run `regcred doctor`."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_and_only_what_is_there() {
        let waiting = refusal("1", 2, HeldUp::default());
        assert_eq!(
            waiting,
            "2 stored secrets still use data key 1. Wait until 2 secrets use the new key."
        );
        let all = refusal("1", 7, HeldUp { unreadable: 1, unnamed: 2, empty: 3 });
        for said in [
            "7 stored secrets still use data key 1.",
            "Wait until 1 secret uses the new key.",
            "1 secret cannot be decrypted.",
            "2 rows do not say which data key",
            "3 rows have no ciphertext",
            "`regcred doctor` names",
        ] {
            assert!(all.contains(said), "{said}: {all}");
        }
        let unnamed = refusal("1", 1, HeldUp { unnamed: 1, ..HeldUp::default() });
        assert!(unnamed.contains("1 row does not say") && !unnamed.contains("Wait"), "{unnamed}");
    }
}

//! What the page after an edit says of the secret.

use crate::vault::versions::StoredAs;

/// Of a secret that is stored already. `waits` when it was to wait.
pub(super) fn of_stored(stored: StoredAs, waits: bool) -> &'static str {
    match (stored, waits) {
        (StoredAs::Current, false) => {
            "The secret is unchanged: it is the one that is stored already."
        }
        (StoredAs::Current, true) => {
            "The secret is unchanged: it is the current one already, so it does not wait."
        }
        (StoredAs::Waiting, _) => "The secret is unchanged: it is the one that waits already.",
    }
}

/// Of a new version, beside or in place of the `current` one.
pub(super) fn of_new(version: i64, current: i64, waits: bool, is_disabled: bool) -> String {
    match (waits, is_disabled) {
        (true, false) => format!(
            "Version {version} of the secret waits. Pipelines receive version {current} until you make {version} the current one."
        ),
        (true, true) => format!(
            "Version {version} of the secret waits until you make it the current one. The credential is disabled, so pipelines receive neither."
        ),
        (false, false) => {
            format!("Pipelines receive version {version} of the secret from now on.")
        }
        (false, true) => format!(
            "Version {version} of the secret is the current one. The credential is disabled, so pipelines receive it only once you enable it."
        ),
    }
}

//! What the page after an edit says of the secret.

use crate::vault::credentials::seals::StoredAs;

/// Of a new version without a last day, beside one that has it.
pub(super) fn of_undated(version: i64) -> String {
    format!("Version {version} has no expiry date: once it is current, the credential has none.")
}

/// Of a secret that is stored already. `waits` when it was to wait.
pub(super) fn of_stored(stored: StoredAs, waits: bool) -> &'static str {
    match (stored, waits) {
        (StoredAs::Current, false) => "The secret is unchanged. It was stored already.",
        (StoredAs::Current, true) => {
            "The secret is unchanged. It is the current one, so it was not staged."
        }
        (StoredAs::Waiting, _) => "The secret is unchanged. It was staged already.",
    }
}

/// Of a new version, beside or in place of the `current` one.
pub(super) fn of_new(version: i64, current: i64, waits: bool, is_disabled: bool) -> String {
    match (waits, is_disabled) {
        (true, false) => format!(
            "Version {version} of the secret is staged. Version {current} stays current until you make version {version} current."
        ),
        (true, true) => format!(
            "Version {version} of the secret is staged. Make it current when you are ready. The credential is disabled, so pipelines receive no secret."
        ),
        (false, false) => {
            format!(
                "Version {version} of the secret is now current. Pipelines with a grant receive it from their next fetch on."
            )
        }
        (false, true) => format!(
            "Version {version} of the secret is current. The credential is disabled, so pipelines receive it after you enable it."
        ),
    }
}

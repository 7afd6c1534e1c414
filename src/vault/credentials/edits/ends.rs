//! The last day of a new secret, which the secret may tell itself.

use crate::domain::credential::{Credential, CredentialSettings};
use crate::domain::found_expiry::FoundEnd;
use crate::domain::moment::{Day, Moment};
use crate::vault::credentials::secret_input::ReadSecret;

/// What the secret tells of its end. Where no day was typed for it, this one is filled in: among the
/// settings or, for a secret that waits, as the day at which that one `ends`.
pub(super) fn fill_in(
    read: Option<&ReadSecret>,
    stored: &Credential,
    waits: bool,
    settings: &mut CredentialSettings,
    ends: &mut Option<String>,
) -> Option<FoundEnd> {
    // Beside a secret that waits, the day that stood in the form is that of the current one.
    let is_of_new = |day: &Day| !waits || stored.summary.expires_on != Some(*day);
    let typed = match ends.as_deref() {
        Some(text) => Day::parse(text),
        None => settings.expires_on.filter(is_of_new),
    };
    let found = read?.end(typed)?;
    match (typed, waits) {
        (Some(_), _) => {}
        (None, true) => *ends = Some(found.day().to_text()),
        (None, false) => settings.expires_on = Some(found.day()),
    }
    Some(found)
}

/// What the page after the save says of it; nothing where the secret was to wait and did not become a
/// version.
pub(super) fn said(
    found: Option<FoundEnd>,
    version: Option<i64>,
    waits: bool,
    at: Moment,
) -> Option<String> {
    let found = found.filter(|_| version.is_some() || !waits)?;
    found.sentence(version.filter(|_| waits), at)
}

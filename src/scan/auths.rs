//! The clients' own file of logins, as JSON in a variable or a script: `{"auths": {"host": {"auth": "…"}}}`.

use crate::found::{Findings, Kind, Place};
use serde_json::Value;

/// What a login has that is secret.
const SECRETS: [&str; 4] = ["auth", "password", "identitytoken", "registrytoken"];

/// Adds the registries of `auths` and `credHelpers`; a secret that stands there is a password of the field. Says
/// whether the text is JSON at all. Unknown values are holes.
pub fn read(text: &str, field: &str, place: &Place, found: &mut Findings) -> bool {
    let Ok(config) = serde_json::from_str::<Value>(text) else { return false };
    for key in ["auths", "credHelpers"] {
        for (host, login) in config.get(key).and_then(Value::as_object).into_iter().flatten() {
            found.registry(Kind::LogsIn, host, place.clone());
            for secret in SECRETS.iter().filter_map(|one| login.get(one).and_then(Value::as_str)) {
                // `printf` puts something else there.
                if !secret.starts_with('%') {
                    found.password(field, secret, place.clone());
                }
            }
        }
    }
    true
}

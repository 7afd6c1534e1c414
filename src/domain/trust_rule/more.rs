//! Claims that have no field of their own in a form: `name=value` lines.

use super::Provider;
use super::check::IN_LIST;
use super::form::value_problem;
use std::collections::BTreeMap;

/// The claims of the lines.
pub(super) fn more(text: &str, provider: Provider) -> Result<BTreeMap<String, String>, String> {
    let mut claims = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) =
            line.split_once('=').ok_or("Write one claim on each line: name=value.")?;
        let (name, value) = (name.trim(), value.trim());
        if let Some(message) = problem(provider, name, value) {
            return Err(message);
        }
        if claims.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err("One of these claims is repeated. Remove one of the two.".to_owned());
        }
    }
    Ok(claims)
}

fn problem(provider: Provider, name: &str, value: &str) -> Option<String> {
    let plain = name.strip_suffix(IN_LIST).unwrap_or(name);
    let said = |message: &str| Some(message.to_owned());
    if plain.is_empty() || value.is_empty() || name.len() > 100 {
        return said("Write one claim on each line: name=value.");
    }
    if matches!(plain, "iss" | "aud" | "exp" | "nbf" | "iat" | "jti") {
        return said(
            "The issuer, the audience and the times are always checked. Remove them here.",
        );
    }
    if provider.fields().iter().any(|field| field.name == plain) {
        return said("One of these claims has its own field above. Enter it there.");
    }
    // Whoever writes it means any characters, and here it is no more than itself.
    if value.contains('*') {
        return said("These claims must match exactly. Remove the *.");
    }
    if provider.is_flag(plain) && !matches!(value, "true" | "false") {
        return said("One of these claims is only ever true or false. Enter one of the two.");
    }
    value_problem(value)
}

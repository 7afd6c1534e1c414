//! Whether claims are what a rule asks for, and which of them are not.

use super::{Kind, Provider, TrustForm, TrustRule};
use crate::domain::grant::fits;
use crate::domain::proof::fact;
use crate::error::FieldError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Claims that one rule may ask for.
const CLAIMS_MAX: usize = 20;
/// The longest value, in characters.
const VALUE_MAX: usize = 500;
/// Issuers that may be asked in plain http: those on the machine itself.
const LOCAL: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// One claim of a rule beside that of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimCheck {
    /// The claim's name.
    pub name: String,
    /// What the rule asks for.
    pub wanted: String,
    /// What the token says; `None` when it does not.
    pub found: Option<String>,
    /// Whether that is enough.
    pub holds: bool,
}

/// A claim by its name: one of the token, or, with slashes below `kubernetes.io` and dots below
/// `repo`, one inside another.
pub fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let separator = match () {
        () if name.starts_with("kubernetes.io/") => '/',
        () if name.starts_with("repo.") => '.',
        () => return None,
    };
    let mut parts = name.split(separator);
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Each claim that the rule asks for, beside what was said.
pub fn check(rule: &TrustRule, claims: &Map<String, Value>) -> Vec<ClaimCheck> {
    rule.claims
        .iter()
        .map(|(name, wanted)| {
            let found = fact(claim(claims, name));
            let field = rule.provider.fields().iter().find(|field| field.name == name);
            let is_pattern = field.is_some_and(|field| field.kind == Kind::Narrowing);
            let holds = found.as_deref().is_some_and(|found| {
                if is_pattern { fits(wanted, found) } else { found == wanted }
            });
            ClaimCheck { name: name.clone(), wanted: wanted.clone(), found, holds }
        })
        .collect()
}

/// Whether all of the rule's claims are said. A rule that asks for nothing never holds.
pub fn holds(rule: &TrustRule, claims: &Map<String, Value>) -> bool {
    let checks = check(rule, claims);
    !checks.is_empty() && checks.iter().all(|check| check.holds)
}

impl TrustForm {
    /// The claims to ask for, or what is wrong with the form. The key of who signs requests is not
    /// looked at here.
    ///
    /// # Errors
    /// One sentence for each field that needs another look.
    pub fn read(&self, provider: Provider) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
        let mut errors = Vec::new();
        if let Some(own) = Provider::of_issuer(&self.issuer)
            && own != provider
            && provider.is_oidc()
        {
            let name = own.label();
            let message = format!(
                "This is the issuer of {name}. Choose {name} above: it asks for the ids that cannot be taken over."
            );
            errors.push(at("issuer", message));
        } else if provider.is_oidc() {
            issuer_problem(&self.issuer).into_iter().for_each(|m| errors.push(at("issuer", m)));
            audience_problem(&self.audience)
                .into_iter()
                .for_each(|m| errors.push(at("audience", m)));
        }
        let mut claims = BTreeMap::new();
        for field in provider.fields() {
            let typed = self.claims.get(field.name).map(|text| text.trim()).unwrap_or_default();
            let control = format!("claims.{}", field.name);
            if typed.is_empty() {
                if field.kind == Kind::Identity {
                    errors.push(at(&control, format!("Enter the {}.", field.label.to_lowercase())));
                }
                continue;
            }
            let is_digits = typed.bytes().all(|byte| byte.is_ascii_digit());
            if field.is_number && !is_digits {
                let message = "Enter the number, not the name: names change and can be taken over.";
                errors.push(at(&control, message));
            } else if let Some(message) = value_problem(typed) {
                errors.push(at(&control, message));
            } else if field.kind != Kind::Narrowing && typed.contains('*') {
                errors.push(at(&control, "This claim has to match exactly. Leave out the *."));
            } else if field.kind == Kind::Narrowing && typed.bytes().all(|byte| byte == b'*') {
                errors.push(at(
                    &control,
                    "Say at least what it starts with, for example refs/heads/*.",
                ));
            } else {
                claims.insert(field.name.to_owned(), typed.to_owned());
            }
        }
        match more(&self.more_claims, provider) {
            Ok(more) => claims.extend(more),
            Err(message) => errors.push(at("more_claims", message)),
        }
        let fields = provider.fields();
        let is_narrow = |name: &str| {
            fields.iter().any(|field| field.name == name && field.kind == Kind::Narrowing)
        };
        let first = fields.iter().find(|field| field.kind == Kind::Narrowing);
        if let Some(first) = first
            && errors.is_empty()
            && !claims.keys().any(|name| is_narrow(name))
        {
            errors.push(at(
                &format!("claims.{}", first.name),
                "Narrow it: enter one of these, so that not everything in the repository can act as this pipeline.",
            ));
        }
        if claims.len() > CLAIMS_MAX {
            errors.push(at("more_claims", format!("At most {CLAIMS_MAX} claims.")));
        }
        if errors.is_empty() { Ok(claims) } else { Err(errors) }
    }
}

fn at(field: &str, message: impl Into<String>) -> FieldError {
    FieldError::new(field, message)
}

/// `https://host[/path]`, exactly as the issuer writes it; plain http only on the machine itself.
fn issuer_problem(issuer: &str) -> Option<String> {
    let issuer = issuer.trim();
    let rest = issuer.strip_prefix("https://").or_else(|| {
        let rest = issuer.strip_prefix("http://")?;
        let is_local = LOCAL.iter().any(|host| {
            rest.strip_prefix(host).is_some_and(|end| end.is_empty() || end.starts_with([':', '/']))
        });
        is_local.then_some(rest)
    });
    match rest {
        _ if issuer.is_empty() => Some("Enter the issuer.".to_owned()),
        None => Some("The issuer is an https:// address.".to_owned()),
        Some(rest)
            if rest.is_empty()
                || rest.starts_with('/')
                || rest.contains(['?', '#', '@', '\\'])
                || rest.contains(|c: char| c.is_whitespace() || c.is_control())
                || issuer.len() > VALUE_MAX =>
        {
            Some("The issuer is an address with a host and at most a path.".to_owned())
        }
        Some(_) => None,
    }
}

fn audience_problem(audience: &str) -> Option<String> {
    let audience = audience.trim();
    if audience.is_empty() {
        return Some("Enter the audience that the job asks its token for.".to_owned());
    }
    value_problem(audience)
}

fn value_problem(value: &str) -> Option<String> {
    if value.chars().count() > VALUE_MAX {
        return Some(format!("At most {VALUE_MAX} characters."));
    }
    value
        .contains(|c: char| c.is_control())
        .then(|| "This holds a character that cannot be seen. Type it again.".to_owned())
}

/// The `name=value` lines.
fn more(text: &str, provider: Provider) -> Result<BTreeMap<String, String>, String> {
    let mut claims = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('=').ok_or("Write one claim a line: name=value.")?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() || name.len() > 100 {
            return Err("Write one claim a line: name=value.".to_owned());
        }
        if matches!(name, "iss" | "aud" | "exp" | "nbf" | "iat" | "jti") {
            return Err(
                "The issuer, the audience and the times are always checked: leave them out."
                    .to_owned(),
            );
        }
        if provider.fields().iter().any(|field| field.name == name) {
            return Err(
                "One of these claims has a field of its own above. Enter it there.".to_owned()
            );
        }
        if let Some(message) = value_problem(value) {
            return Err(message);
        }
        claims.insert(name.to_owned(), value.to_owned());
    }
    Ok(claims)
}

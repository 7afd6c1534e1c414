//! Whether claims are what a rule asks for, and which of them are not.

use super::bitbucket;
use super::runs::names_its_kind;
use super::{ClaimField, Kind, Provider, TrustRule, ValueKind};
use crate::domain::grant::fits;
use crate::domain::proof::fact;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Behind the name of a claim in a rule: the claim is a list that has to hold the text.
pub(super) const IN_LIST: &str = "[]";
/// The pattern for every reference, of whatever kind.
pub(super) const ANY_REFERENCE: &str = "refs/*";

/// One claim of a rule beside that of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimCheck {
    pub name: String,
    pub wanted: String,
    /// What the token says; `None` when it says nothing that can be compared.
    pub found: Option<String>,
    #[serde(default)]
    pub kind: ValueKind,
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
    let check = |(name, wanted): (&String, &String)| {
        let (value, holds) = match name.strip_suffix(IN_LIST) {
            Some(list) => {
                let value = claim(claims, list);
                let mut items = value.and_then(Value::as_array).into_iter().flatten();
                (value, items.any(|item| fact(Some(item)).as_ref() == Some(wanted)))
            }
            None => {
                let value = claim(claims, name);
                let is_same = fact(value).is_some_and(|found| matches(rule, name, wanted, &found));
                (value, is_same && !is_of_tag(rule, name, claims))
            }
        };
        let (found, kind) = (fact(value), ValueKind::of(value));
        ClaimCheck { name: name.clone(), wanted: wanted.clone(), found, kind, holds }
    };
    rule.claims.iter().map(check).collect()
}

/// Whether that text is what the rule asks for under this name, as far as the text alone says.
pub(super) fn matches(rule: &TrustRule, name: &str, wanted: &str, found: &str) -> bool {
    let field = rule.provider.fields().iter().find(|field| field.name == name);
    match field.map(|field| field.kind) {
        Some(Kind::Narrowing) => fits(wanted, found),
        _ if name == "sub" && bitbucket::is_of(&rule.issuer) => {
            bitbucket::is_of_subject(wanted, found)
        }
        _ => found == wanted,
    }
}

/// Whether the claim has the name of a tag where the rule asks for a branch: some providers write
/// both into the same claim.
pub(super) fn is_of_tag(rule: &TrustRule, name: &str, claims: &Map<String, Value>) -> bool {
    match rule.signer(claims) {
        Provider::Buildkite => name == "build_branch" && has_tag(claims),
        Provider::GitLab => {
            let kind = fact(claims.get("ref_type"));
            let path = rule.claims.get("ref_path");
            match name {
                "ref" => {
                    let is_asked = path
                        .is_some_and(|path| path != ANY_REFERENCE && names_its_kind(path))
                        || rule.claims.contains_key("ref_type");
                    !is_asked && kind.as_deref() != Some("branch")
                }
                "ref_path" => {
                    kind.as_deref() == Some("tag")
                        && path.is_some_and(|path| path.starts_with("refs/heads/"))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether Buildkite built a tag: whatever is there but nothing is one.
pub(in crate::domain) fn has_tag(claims: &Map<String, Value>) -> bool {
    !matches!(
        ValueKind::of(claims.get("build_tag")),
        ValueKind::Absent | ValueKind::Null | ValueKind::Empty
    )
}

/// The fields without which the provider's form takes no rule, and which this one has not: it is
/// from before they were asked for.
pub(super) fn lacking(rule: &TrustRule) -> impl Iterator<Item = &'static ClaimField> {
    let fields = rule.provider.fields().iter();
    fields
        .filter(move |field| field.kind == Kind::Identity && !rule.claims.contains_key(field.name))
}

/// Whether all of the rule's claims are said. A rule that asks for nothing, or not for all that
/// says who it is, or one that has stopped, never holds.
pub fn holds(rule: &TrustRule, claims: &Map<String, Value>) -> bool {
    let checks = check(rule, claims);
    rule.ended_at.is_none()
        && lacking(rule).next().is_none()
        && !checks.is_empty()
        && checks.iter().all(|check| check.holds)
}

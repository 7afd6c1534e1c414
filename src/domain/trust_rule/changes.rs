//! What was changed of a trust rule, for the audit. Nothing of it is secret.

use super::TrustRule;
use crate::domain::audit::TermChange;
use std::collections::BTreeSet;

impl TrustRule {
    /// What it accepts, in a line: the claims, who signs them and for whom; of who signs requests, the most
    /// that they may ask for.
    pub fn in_words(&self) -> String {
        let claims = self.claims.iter().map(|(name, value)| format!("{name}={value}"));
        let issuer = (!self.issuer.is_empty()).then(|| format!("issuer {}", self.issuer));
        let key = (!key(self).is_empty()).then(|| format!("public key {}", key(self)));
        let audience = (!self.audience.is_empty()).then(|| format!("audience {}", self.audience));
        let access = self.issuer.is_empty().then(|| self.intent.label().to_owned());
        let provider = self.provider.label().to_owned();
        let first = [Some(provider), access, issuer, audience, key];
        first.into_iter().flatten().chain(claims).collect::<Vec<_>>().join("; ")
    }

    /// What this rule says otherwise than the one before it.
    pub fn changes_from(&self, before: &Self) -> Vec<TermChange> {
        let mut changes = vec![
            TermChange::between("Title", &before.title, &self.title),
            TermChange::between("Issuer", &before.issuer, &self.issuer),
            TermChange::between("Audience", &before.audience, &self.audience),
            TermChange::between("Public key", &key(before), &key(self)),
            TermChange::between("Access", before.intent.label(), self.intent.label()),
        ];
        let names: BTreeSet<&String> = before.claims.keys().chain(self.claims.keys()).collect();
        for name in names {
            let from = before.claims.get(name).map_or("", String::as_str);
            let to = self.claims.get(name).map_or("", String::as_str);
            changes.push(TermChange::between(name, from, to));
        }
        changes.into_iter().flatten().collect()
    }
}

/// The public key in one line.
fn key(rule: &TrustRule) -> String {
    let key = rule.public_key.as_deref().unwrap_or_default();
    key.split_whitespace().collect::<Vec<_>>().join(" ")
}

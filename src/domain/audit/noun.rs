//! What audit events are about, by the first word of their action.

use super::Action;

/// Letters of an action by which an index tells its noun: no two nouns have the same.
pub const NOUN_LETTERS: usize = 5;

crate::domain::words! {
    pub enum Noun {
        /// What pipelines were handed or refused. It has no action: each is one fetch.
        Delivery = "delivery", "Deliveries";
        Report = "report", "Reports of outcomes";
        Credential = "credential", "Registry credentials";
        Pipeline = "pipeline", "Pipelines";
        Definitions = "definitions", "Definitions";
        Grant = "grant", "Grants";
        Finding = "finding", "Findings";
        Token = "token", "Pipeline tokens";
        TrustRule = "trust_rule", "Trust rules";
        SharedSecret = "shared_secret", "Shared Drone secrets";
        Member = "member", "Members";
        Project = "project", "Projects";
        Audit = "audit", "Audit exports";
        Checkpoints = "checkpoints", "Checkpoints";
        Review = "review", "Access reviews";
        Destination = "destination", "Audit destinations";
        Permission = "permission", "Requests without permission";
        Proof = "proof", "Identity tokens";
        Refusals = "refusals", "Other refusals";
        Receipts = "receipts", "Old receipts";
        Instance = "instance", "Instance and backups";
        User = "user", "Users";
        Session = "session", "Sign-ins";
        Password = "password", "Passwords";
        DataKey = "data_key", "Encryption keys";
        Issuer = "issuer", "Trusted issuers";
        Job = "job", "Jobs";
        Rows = "rows", "Rows of the database";
        Secrets = "secrets", "Secrets of the instance";
    }
}

impl Noun {
    /// Those that the chain of a project has.
    pub const OF_PROJECT: &'static [Self] = &[
        Self::Delivery,
        Self::Report,
        Self::Credential,
        Self::Pipeline,
        Self::Definitions,
        Self::Grant,
        Self::Finding,
        Self::Token,
        Self::TrustRule,
        Self::SharedSecret,
        Self::Member,
        Self::Project,
        Self::Audit,
        Self::Checkpoints,
        Self::Review,
        Self::Destination,
        Self::Proof,
        Self::Refusals,
        Self::Receipts,
    ];

    /// Those that the chain of the instance has.
    pub const OF_INSTANCE: &'static [Self] = &[
        Self::Instance,
        Self::User,
        Self::Session,
        Self::Password,
        Self::DataKey,
        Self::Issuer,
        Self::Job,
        Self::Audit,
        Self::Checkpoints,
        Self::Destination,
        Self::Permission,
        Self::Refusals,
        Self::Rows,
        Self::Secrets,
    ];

    /// Whether the action is about it.
    pub fn has(self, action: &str) -> bool {
        action.split_once('.').is_some_and(|(noun, _)| noun == self.word())
    }

    /// The letters that every stored action about it begins with; `None` where there is no action.
    pub fn letters(self) -> Option<&'static str> {
        let action = self.actions().next()?;
        action.word().get(..NOUN_LETTERS)
    }

    /// Every action about it.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        Action::ALL.iter().copied().filter(move |action| self.has(action.word()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_action_has_one_noun_and_an_index_tells_them_apart() {
        let mut nouns: BTreeMap<&str, Noun> = BTreeMap::new();
        for action in Action::ALL {
            let of: Vec<Noun> =
                Noun::ALL.iter().copied().filter(|noun| noun.has(action.word())).collect();
            let [noun] = of[..] else { panic!("{}: {of:?}", action.word()) };
            let letters = action.word().get(..NOUN_LETTERS).unwrap();
            assert_eq!(noun.letters(), Some(letters), "{}", action.word());
            assert_eq!(*nouns.entry(letters).or_insert(noun), noun, "{letters}");
        }
        assert_eq!(Noun::Delivery.letters(), None);
    }

    #[test]
    fn every_noun_can_be_chosen_somewhere() {
        let listed: Vec<&Noun> = Noun::OF_PROJECT.iter().chain(Noun::OF_INSTANCE).collect();
        assert!(Noun::ALL.iter().all(|noun| listed.contains(&noun)));
    }
}

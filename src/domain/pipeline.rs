//! Pipelines: machines that use credentials, with their tokens and grants.

mod forms;
pub mod listing;
mod parts;
#[cfg(test)]
mod sample;

pub use forms::{PipelineEdit, PipelineForm};
pub use parts::{PipelineActivity, PipelineDeliveries, PipelineHead};

use super::approval::Rejection;
use super::choosing::Sought;
use super::credential::Access;
use super::doubt::Doubt;
use super::grant::Terms;
use super::moment::{Day, Moment};
use super::proof::Proof;
use super::trust_rule::{OwnHosts, Provider, TrustRule};
use super::user::{Maker, Person};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineSummary {
    pub id: Uuid,
    pub name: String,
    pub description: String,
    pub grants: i64,
    pub live_tokens: i64,
    pub last_delivery: Option<Moment>,
    pub created_at: Moment,
    pub created_by: String,
    /// How often its name and its description were saved: an edit says which it was made from.
    pub revision: i64,
}

/// Pipeline P may use credential C.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: Uuid,
    pub credential_id: Uuid,
    pub credential: String,
    pub host: String,
    /// What for, where, from where and until when.
    pub terms: Terms,
    pub created_at: Moment,
    pub created_by: Maker,
    /// Who approved it last; their name is in the terms.
    pub approved_by: Option<Uuid>,
    /// Whether who looks at it gave it, and so cannot approve it.
    pub is_own: bool,
    /// Why they cannot approve it though another one gave it.
    pub widening: Option<Widening>,
    /// That another member did not approve it as it is.
    pub rejection: Option<Rejection>,
    /// An approval is of the grant as it was at this count.
    pub revision: i64,
    pub deliveries: i64,
    /// How often of these it is known that it was wanted, and not only asked for with all others.
    pub used: i64,
    pub last_delivery: Option<Moment>,
    /// Why it may never deliver anything.
    pub doubts: Vec<Doubt>,
    /// Whether who names its registry alone receives nothing for it: see
    /// [`super::doubt::tied_by_host`].
    pub is_tied_by_host: bool,
}

/// A pipeline token without its secret half.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The public half: what logs and receipts name.
    pub id: String,
    /// What people call it; may be empty.
    pub name: String,
    pub created_at: Moment,
    pub created_by: Maker,
    pub expires_on: Day,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
    /// Until when a short-lived one works; `None` for one that was made by a person.
    pub short_until: Option<Moment>,
    /// What proved the run that a short-lived one was given to.
    pub proof: Option<Proof>,
    /// When it was last used after it was revoked or had expired, and from which network.
    pub refused: Option<(Moment, String)>,
    /// An approval that does not reach it is not for this token.
    pub identity_epoch: i64,
}

impl Token {
    /// What people call it, or its public half when it has no name.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// Whether it still works on that day, as one that a person made.
    pub fn is_live(&self, today: Day) -> bool {
        self.short_until.is_none() && self.revoked_at.is_none() && self.expires_on >= today
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineDetail {
    pub summary: PipelineSummary,
    pub grants: Vec<Grant>,
    /// What proves it: the tokens that people made, and the last ones that were given for proof.
    pub tokens: Vec<Token>,
    pub rules: Vec<TrustRule>,
    /// Issuers of these rules that are not on the list of the instance: their rules accept nothing.
    pub unlisted: Vec<String>,
    /// Which of those who made or approved something of it may do so no more.
    pub gone: Vec<Uuid>,
    /// Whether its row was changed outside the product: then nothing works for it.
    pub is_changed: bool,
    /// How often somebody more could act as it.
    pub epoch: i64,
    pub today: Day,
}

/// How a person let somebody more act as a pipeline, themselves included, since a grant of it was given
/// or approved. They cannot approve that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Widening {
    /// They made a token or trust rule.
    Made,
    /// They were shown the secret that signs for a trust rule of somebody else.
    Shown,
}

impl Widening {
    /// What they are told, with the way round when nobody else is there.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Made => {
                "You created a token or trust rule of this pipeline after the grant was created or last approved, so another member must approve the grant. If no other member can, revoke the grant and create it again. Then the member who created the old grant can approve the new one."
            }
            Self::Shown => {
                "You have seen the shared secret of a trust rule for Drone that was created after the grant was created or last approved, so another member must approve the grant. If no other member can, ask the member who created the rule to renew the shared Drone secret. Then you can approve the grant."
            }
        }
    }
}

/// Who can act as a pipeline: what stands on the page of a person who approves.
#[derive(Clone, Copy, Debug)]
pub struct Identities<'a> {
    pub tokens: &'a [Token],
    pub rules: &'a [TrustRule],
    pub today: Day,
}

impl Identities<'_> {
    /// Whether that person made one since the grant was approved last, or since it was given at that
    /// moment, or can use one that others made since: `has_seen` says whether they were shown the
    /// secret that signs for rules for Drone. Nobody approves what lets in themselves.
    pub fn widening_by(
        &self,
        (person, has_seen): (&Person, bool),
        terms: &Terms,
        granted_at: Moment,
    ) -> Option<Widening> {
        let is_new = |epoch: i64, made_at: Moment| match &terms.approval {
            Some(approval) => !approval.is_for(epoch),
            None => made_at > granted_at,
        };
        let tokens = self.tokens.iter().filter(|token| token.is_live(self.today));
        let tokens =
            tokens.map(|token| (token.identity_epoch, token.created_at, &token.created_by));
        let live = || self.rules.iter().filter(|rule| rule.ended_at.is_none());
        let rules = live().map(|rule| (rule.identity_epoch, rule.created_at, &rule.created_by));
        if tokens.chain(rules).any(|(epoch, made_at, by)| is_new(epoch, made_at) && by.is(person)) {
            return Some(Widening::Made);
        }
        let mut of_drone = live().filter(|rule| rule.provider == Provider::Drone);
        let is_open = of_drone.any(|rule| is_new(rule.identity_epoch, rule.created_at));
        (has_seen && is_open).then_some(Widening::Shown)
    }
}

impl PipelineDetail {
    fn identities(&self) -> Identities<'_> {
        Identities { tokens: &self.tokens, rules: &self.rules, today: self.today }
    }

    /// The tokens that people made and that still work.
    pub fn live_tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| token.is_live(self.today))
    }

    /// Whether somebody acts as it for whom the approval of the grant is not.
    pub fn has_newer(&self, terms: &Terms) -> bool {
        self.identities().has_newer(terms)
    }

    /// Whether the grant hands nothing out, at least to some who act as it, until somebody approves
    /// it.
    pub fn is_waiting(&self, terms: &Terms) -> bool {
        self.identities().cause(terms).is_some()
    }

    /// What its approvals are for, to be asked of each token and rule.
    pub fn approvals(&self) -> Approvals {
        let approved = |grant: &Grant| {
            let approval = grant.terms.approval.as_ref().filter(|_| grant.terms.needs_approval)?;
            Some((grant.credential.clone(), approval.epoch))
        };
        Approvals(self.grants.iter().filter_map(approved).collect())
    }
}

/// The approved grants of a pipeline: the credential's name, and up to which epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals(Vec<(String, i64)>);

impl Approvals {
    /// What a token or rule of this epoch does not receive until somebody approves again.
    pub fn not_for(&self, identity_epoch: i64) -> Vec<&str> {
        let newer = self.0.iter().filter(|(_, epoch)| identity_epoch > *epoch);
        newer.map(|(name, _)| name.as_str()).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grantable {
    pub id: Uuid,
    pub name: String,
    pub host: String,
    pub access: Access,
    /// Whether a grant of it needs the approval of a second person.
    pub is_protected: bool,
}

impl Grantable {
    /// Whether it can take over a grant for `intent` as it is, without an approval.
    pub fn serves(&self, intent: Access) -> bool {
        self.access.satisfies(intent) && !self.is_protected
    }
}

/// What the form of a grant sends for as much access as each credential allows.
pub const OWN_ACCESS: &str = "own";

/// What was typed into the form of a grant. No secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantForm {
    pub credentials: Vec<String>,
    pub intent: String,
    /// Repository prefixes, separated by commas or line breaks; blank means every repository.
    pub repositories: String,
    /// Patterns, separated by commas or line breaks; blank means from any branch.
    pub branches: String,
    /// Patterns, separated by commas or line breaks; blank means from any event.
    pub events: String,
    /// The word of a [`super::grant::ForkRule`]; blank means nothing.
    pub forks: String,
    pub expires_on: String,
    /// Whether only short-lived tokens of the registry are handed out.
    pub is_narrow: bool,
    /// Among the credentials, or the pipelines, that can be chosen.
    pub search: Sought,
}

impl GrantForm {
    /// The form as it was filled in for these terms of a credential.
    pub fn of(credential: Uuid, terms: &Terms) -> Self {
        Self {
            credentials: vec![credential.to_string()],
            intent: terms.intent.word().to_owned(),
            repositories: terms.repositories.join(", "),
            branches: terms.branches.join(", "),
            events: terms.events.join(", "),
            forks: terms.forks.word().to_owned(),
            expires_on: terms.expires_on.map(Day::to_text).unwrap_or_default(),
            is_narrow: terms.is_narrow,
            search: Sought::default(),
        }
    }
}

/// The longest life of a token, in days (security 3.4).
pub const TOKEN_DAYS_MAX: i64 = 365;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelinePage {
    pub pipeline: PipelineDetail,
    /// The public address of this instance, for the snippets.
    pub address: String,
    /// Its hosts, for what is doubted of the rules.
    pub own_hosts: OwnHosts,
}

#[cfg(test)]
mod tests;

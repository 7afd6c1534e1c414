//! Trust rules: what a provider's signed word must say to act as a pipeline. Nothing secret is
//! stored in the CI. Identities are matched on ids that survive a rename, never on parts of `sub`
//! (security 0.8, T16).

mod ask;
mod audience;
mod bitbucket;
mod changes;
mod check;
mod draft;
mod field;
mod form;
mod issuer;
mod more;
mod proves;
mod refusal;
mod runs;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod title;
mod value;

pub(in crate::domain) use ask::AZURE_PIPELINE_CLAIMS;
pub use audience::OwnHosts;
pub(in crate::domain) use check::has_tag;
pub use check::{ClaimCheck, check, claim, holds};
pub use field::{ClaimField, Kind};
pub(in crate::domain) use form::is_service_account;
pub use issuer::issuer_problem;
pub use refusal::{judge, other_audience};
pub(in crate::domain) use runs::{is_kind, names_its_kind};
pub use value::ValueKind;

use super::credential::Access;
use super::moment::Moment;
use super::proof::Proof;
use super::user::Maker;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

super::words! {
    pub enum Provider {
        GitHub = "github", "GitHub Actions";
        GitLab = "gitlab", "GitLab CI";
        Kubernetes = "kubernetes", "Kubernetes";
        CircleCi = "circleci", "CircleCI";
        Buildkite = "buildkite", "Buildkite";
        AzureDevOps = "azure_devops", "Azure DevOps";
        Other = "oidc", "Another OpenID Connect issuer";
        /// Woodpecker's registry extension: signs with the server's Ed25519 key.
        Woodpecker = "woodpecker", "Woodpecker";
        /// Drone's registry plugin: signs with a secret that both know.
        Drone = "drone", "Drone";
    }
}

impl Provider {
    /// Whether it signs OpenID Connect tokens. The others sign their requests.
    pub fn is_oidc(self) -> bool {
        !matches!(self, Self::Woodpecker | Self::Drone)
    }

    /// Seconds after which a token is too old, whatever it says of itself; and whether it is taken
    /// once only. Tokens that serve a whole job are reusable until they expire (security T17).
    pub fn reuse(self) -> (Option<i64>, bool) {
        match self {
            Self::GitHub => (Some(15 * 60), true),
            _ => (None, false),
        }
    }
}

/// A rule, as pages show it. No secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustRule {
    pub id: Uuid,
    pub provider: Provider,
    /// Exactly the `iss` claim; empty for who signs requests.
    pub issuer: String,
    /// Exactly one of the `aud` claim; empty for who signs requests.
    pub audience: String,
    /// What else has to be said, by the name of the claim.
    pub claims: BTreeMap<String, String>,
    /// The public key of who signs requests, as base64 of the 32 bytes or a PEM.
    pub public_key: Option<String>,
    pub created_at: Moment,
    pub created_by: Maker,
    pub last_used_at: Option<Moment>,
    /// Since when it accepts nothing, because the right of who made it ended; another person can
    /// confirm it.
    pub ended_at: Option<Moment>,
    /// An approval that does not reach it is not for this rule.
    pub identity_epoch: i64,
    /// The most that who signs requests may ask for, whatever address it calls.
    pub intent: Access,
    /// What people call it; blank for one that is called by what it says.
    #[serde(default)]
    pub title: String,
}

impl TrustRule {
    /// Who signs under the rule's issuer: a rule for any issuer may name one that is known, since
    /// not all of them were always known.
    fn known_signer(&self) -> Provider {
        let known = Provider::of_issuer(&self.issuer).filter(|_| self.provider == Provider::Other);
        known.unwrap_or(self.provider)
    }

    /// Whose words these claims are: those of the rule's provider; of a rule that asks for no more
    /// than a subject, which every provider's tokens have, those of the provider that the issuer or
    /// else the shape of the claims is known to be of.
    pub fn signer(&self, claims: &Map<String, Value>) -> Provider {
        match self.known_signer() {
            known @ (Provider::Other | Provider::AzureDevOps | Provider::Kubernetes) => {
                Provider::of_claims(claims).unwrap_or(known)
            }
            known => known,
        }
    }

    /// What people look for its pipeline by: its title, and the repository, project or subject that it
    /// names. Branches, environments and flags are the same in many rules, and find nothing.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let fields = self.provider.fields();
        let is_named = move |name: &str| {
            let field = fields.iter().find(|field| field.name == name);
            field.is_none_or(|field| !field.says_from_where())
        };
        let claims = self.claims.iter().filter(move |(name, _)| is_named(name));
        let values = claims.map(|(_, value)| value.as_str());
        values.chain([self.title.as_str()]).filter(|text| !text.is_empty())
    }

    /// What the provider's form asks for and this rule does not, by its label: the rule is from
    /// before that was asked for, and takes nobody.
    pub fn lacks(&self) -> Vec<&'static str> {
        check::lacking(self).map(|field| field.label).collect()
    }

    /// What these claims prove to who takes the rule's word. Where only their shape says whose they
    /// are, the issuer may let others choose them: then they can take rights away and give none.
    pub fn proof(&self, claims: &Map<String, Value>) -> Proof {
        let signer = self.signer(claims);
        let said = Proof::from_claims(signer, claims);
        let said = if signer == self.known_signer() { said } else { said.as_a_guess() };
        Proof { rule: Some(self.id), ..said }
    }

    /// What [`Provider::reuse`] says of these tokens that the rule takes.
    pub fn reuse(&self, claims: &Map<String, Value>) -> (Option<i64>, bool) {
        self.signer(claims).reuse()
    }
}

/// What was typed into the form of a rule. No secret: Drone's is made here and shown once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrustForm {
    pub provider: String,
    pub issuer: String,
    pub audience: String,
    /// By the name of the claim; blank ones are not asked for.
    pub claims: BTreeMap<String, String>,
    /// `name=value` lines, for issuers whose claims have no fields of their own.
    pub more_claims: String,
    pub public_key: String,
    /// The most that who signs requests may ask for; blank for what pulls.
    pub intent: String,
    /// What to call it; blank for what the rule says.
    pub title: String,
    /// The title that the rule had on the page: another one was given meanwhile by somebody else.
    pub seen_title: String,
}

/// How one rule looks at a pasted token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrial {
    pub rule: TrustRule,
    pub checks: Vec<ClaimCheck>,
    pub holds: bool,
}

/// What became of a pasted token. The token itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenTrial {
    /// Why the token would be refused before any rule is asked; empty when it is good.
    pub problem: String,
    /// Its claims as it says them, by name.
    pub claims: BTreeMap<String, String>,
    pub rules: Vec<RuleTrial>,
    /// The form of a rule that takes tokens like it.
    #[serde(default)]
    pub draft: Option<TrustForm>,
}

//! What a person leaves behind in a project: what was made, approved or seen with a right and would
//! outlive it.

mod lost;
#[cfg(test)]
mod tests;

pub use lost::Lost;

use super::audit::Subject;
use super::moment::Moment;
use super::paths;
use super::shipping::Transport;
use super::trust_rule::Provider;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Nil for what is the instance's.
    pub project: Uuid,
    /// The project's part of the URL; empty for the instance.
    pub slug: String,
    /// The pipeline that it is about; `None` for what all of the project's may use, and for what is
    /// about none.
    pub pipeline: Option<Subject>,
    /// Who made, approved or saw it, by the name they had.
    pub maker: String,
    pub thing: Thing,
    pub last_used_at: Option<Moment>,
    /// Whether no more than the name says whose it is: it was made before ids were kept, and others
    /// may have had the same name.
    pub is_by_name: bool,
}

impl Leftover {
    /// Whether it ends with the right of the person; what does not is for others to decide on.
    pub fn ends(&self) -> bool {
        self.thing.ends() && !self.is_by_name
    }

    /// What becomes of it; `keep`: whatever could end is kept.
    pub fn end(&self, keep: bool) -> &'static str {
        match (self.ends() && !keep, self.is_by_name) {
            (true, _) => self.thing.end(),
            (false, true) => "stays: created by somebody with this name; decide whether to keep it",
            (false, false) => self.thing.stays(),
        }
    }

    /// The page to decide on it, where that is about no pipeline.
    pub fn page(&self) -> Option<String> {
        match &self.thing {
            Thing::Destination { id, .. } => Some(paths::destination(&self.slug, *id)),
            Thing::Issuer { id, .. } => Some(paths::remove_issuer(*id)),
            Thing::TypedSecret { credential } | Thing::TokenService { credential, .. } => {
                Some(paths::credential(&self.slug, credential.id))
            }
            _ => None,
        }
    }
}

const STAYS: &str = "stays; decide whether to keep it";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A pipeline token that works, by its public half.
    Token(String),
    /// A trust rule that accepts tokens; of one that only a newer program can read, no provider.
    Rule { id: Uuid, provider: Option<Provider> },
    /// The secret that the project shares with Drone, which they were shown.
    SharedSecret,
    /// An approval that they gave.
    Approval { grant: Uuid, credential: Subject },
    /// A grant that they made. It gives nothing to them, so others decide on it.
    Grant { grant: Uuid, credential: Subject },
    /// A destination of audit events that they added, or whose secret or token they were shown last.
    Destination { id: Uuid, name: String, transport: Transport, is_shown: bool },
    /// An issuer that they put on the list of those whose tokens are accepted.
    Issuer { id: Uuid, url: String },
    /// The current secret of a credential, which they typed and so know.
    TypedSecret { credential: Subject },
    /// A token service that they accepted, so that the secret of the credential goes to it.
    TokenService { credential: Subject, origin: String },
}

impl Thing {
    fn ends(&self) -> bool {
        match self {
            // Nobody else has its token. Who receives calls would take none that are signed with another
            // secret.
            Self::Destination { transport, is_shown, .. } => {
                *is_shown && *transport == Transport::Pull
            }
            Self::Grant { .. }
            | Self::Issuer { .. }
            | Self::TypedSecret { .. }
            | Self::TokenService { .. } => false,
            _ => true,
        }
    }

    /// What it is, for example "token 4kX1".
    pub fn label(&self) -> String {
        match self {
            Self::Token(id) => format!("token {id}"),
            Self::Rule { provider: Some(provider), .. } => {
                format!("trust rule for {}", provider.label())
            }
            Self::Rule { provider: None, .. } => "trust rule".to_owned(),
            Self::SharedSecret => "shared Drone secret".to_owned(),
            Self::Approval { credential, .. } => format!("approval for {}", credential.name),
            Self::Grant { credential, .. } => format!("grant for {}", credential.name),
            Self::Destination { name, .. } => format!("destination {name}"),
            Self::Issuer { url, .. } => format!("issuer {url}"),
            Self::TypedSecret { credential } => format!("typed secret of {}", credential.name),
            Self::TokenService { credential, origin } => {
                format!("token service {origin} of {}", credential.name)
            }
        }
    }

    fn end(&self) -> &'static str {
        match self {
            Self::Token(_) => "is revoked",
            Self::Rule { .. } => "stops until another maintainer confirms it",
            Self::SharedSecret => "stops until it is renewed",
            Self::Approval { .. } => "is withdrawn, so the grant waits for approval again",
            Self::Destination { .. } if self.ends() => "stops until its token is renewed",
            Self::Grant { .. }
            | Self::Destination { .. }
            | Self::Issuer { .. }
            | Self::TypedSecret { .. }
            | Self::TokenService { .. } => self.stays(),
        }
    }

    /// What is to be done about one that stays.
    fn stays(&self) -> &'static str {
        match self {
            Self::Destination { is_shown: true, transport: Transport::Pull, .. } => {
                "stays; renew its token"
            }
            Self::Destination { is_shown: true, .. } => "stays; renew its signing secret",
            Self::TypedSecret { .. } => "stays; they know the secret, so rotate it",
            _ => STAYS,
        }
    }

    /// Whether it is about pipelines of the project: about all of them, when it names none.
    pub fn is_of_pipelines(&self) -> bool {
        !matches!(
            self,
            Self::Destination { .. }
                | Self::Issuer { .. }
                | Self::TypedSecret { .. }
                | Self::TokenService { .. }
        )
    }

    /// What the last use of it says; an approval, a grant and a secret are not used themselves.
    pub fn is_used(&self) -> bool {
        matches!(self, Self::Token(_) | Self::Rule { .. })
    }
}

//! What a person leaves behind in a project: what was made, approved or seen with a right and would
//! outlive it.

use super::audit::Subject;
use super::moment::Moment;
use super::trust_rule::Provider;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub project: Uuid,
    /// The project's part of the URL.
    pub slug: String,
    /// The pipeline that it is about; `None` for what all of the project's may use.
    pub pipeline: Option<Subject>,
    /// Who made, approved or saw it, by the name they had.
    pub maker: String,
    pub thing: Thing,
    pub last_used_at: Option<Moment>,
}

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
}

impl Thing {
    /// Whether it ends with the right of who made it; what does not is for others to decide on.
    pub fn ends(&self) -> bool {
        !matches!(self, Self::Grant { .. })
    }

    /// What it is, for example "token 4kX1".
    pub fn label(&self) -> String {
        match self {
            Self::Token(id) => format!("token {id}"),
            Self::Rule { provider: Some(provider), .. } => {
                format!("trust rule for {}", provider.label())
            }
            Self::Rule { provider: None, .. } => "trust rule".to_owned(),
            Self::SharedSecret => "shared secret for Drone".to_owned(),
            Self::Approval { credential, .. } => format!("approval for {}", credential.name),
            Self::Grant { credential, .. } => format!("grant for {}", credential.name),
        }
    }

    /// What becomes of it, unless it is kept.
    pub fn end(&self) -> &'static str {
        match self {
            Self::Token(_) => "is revoked",
            Self::Rule { .. } => "stops until another maintainer confirms it",
            Self::SharedSecret => "stops until it is renewed",
            Self::Approval { .. } => "is withdrawn: the grant waits again",
            Self::Grant { .. } => "stays: decide on it",
        }
    }

    /// What the last use of it says; an approval, a grant and a secret are not used themselves.
    pub fn is_used(&self) -> bool {
        matches!(self, Self::Token(_) | Self::Rule { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_grant_outlives_the_right_of_who_made_it() {
        let (id, credential) = (Uuid::nil(), Subject { id: Uuid::nil(), name: "ghcr".to_owned() });
        let rule = |provider| Thing::Rule { id, provider };
        for (thing, ends, label) in [
            (Thing::Token("abc".to_owned()), true, "token abc"),
            (rule(Some(Provider::GitHub)), true, "trust rule for GitHub Actions"),
            (rule(None), true, "trust rule"),
            (Thing::SharedSecret, true, "shared secret for Drone"),
            (
                Thing::Approval { grant: id, credential: credential.clone() },
                true,
                "approval for ghcr",
            ),
            (Thing::Grant { grant: id, credential }, false, "grant for ghcr"),
        ] {
            assert_eq!((thing.ends(), thing.label().as_str()), (ends, label));
            assert_eq!(thing.end().starts_with("stays"), !ends, "{label}");
        }
    }
}

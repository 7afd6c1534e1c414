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
            (false, false) => STAYS,
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
}

impl Thing {
    fn ends(&self) -> bool {
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
            Self::SharedSecret => "shared Drone secret".to_owned(),
            Self::Approval { credential, .. } => format!("approval for {}", credential.name),
            Self::Grant { credential, .. } => format!("grant for {}", credential.name),
        }
    }

    fn end(&self) -> &'static str {
        match self {
            Self::Token(_) => "is revoked",
            Self::Rule { .. } => "stops until another maintainer confirms it",
            Self::SharedSecret => "stops until it is renewed",
            Self::Approval { .. } => "is withdrawn, so the grant waits for approval again",
            Self::Grant { .. } => STAYS,
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
            (Thing::SharedSecret, true, "shared Drone secret"),
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

    #[test]
    fn what_only_a_name_says_and_what_is_kept_does_not_end() {
        let left = |is_by_name: bool| Leftover {
            project: Uuid::nil(),
            slug: "acme".to_owned(),
            pipeline: None,
            maker: "Dana".to_owned(),
            thing: Thing::Token("abc".to_owned()),
            last_used_at: None,
            is_by_name,
        };
        assert!(left(false).ends() && !left(true).ends());
        assert_eq!(left(false).end(false), "is revoked");
        assert_eq!(left(false).end(true), STAYS);
        assert_eq!(
            left(true).end(false),
            "stays: created by somebody with this name; decide whether to keep it"
        );
    }
}

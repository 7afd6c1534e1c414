//! What is refused or only looked at, summed up: how often, since when and from where.

use super::Action;
use crate::domain::moment::Moment;
use serde::{Deserialize, Serialize};

/// Networks that one event names.
pub const NETWORKS_MAX: usize = 8;

crate::domain::words! {
    pub enum Refusal {
        SignIn = "sign_in", "sign-ins with a wrong password";
        /// An account has had so many wrong passwords that it has to wait.
        Locked = "locked", "accounts slowed down after wrong passwords";
        /// Of somebody who is signed in.
        Password = "password", "wrong passwords to confirm something";
        /// A role does not allow it.
        Permission = "permission", "requests without permission";
        RevokedToken = "revoked_token", "uses of revoked tokens";
        ExpiredToken = "expired_token", "uses of expired tokens";
        /// Identity tokens, beyond those that have receipts.
        Proof = "proof", "identity tokens that were not accepted";
        /// Not refused: a pipeline asked what it could have, and was handed out nothing.
        Look = "look", "pipelines that listed their credentials";
    }
}

impl Refusal {
    pub fn action(self) -> Action {
        match self {
            Self::SignIn => Action::SignInRefused,
            Self::Locked => Action::AccountLocked,
            Self::Password => Action::PasswordRefused,
            Self::Permission => Action::PermissionRefused,
            Self::RevokedToken => Action::RevokedTokenRefused,
            Self::ExpiredToken => Action::ExpiredTokenRefused,
            Self::Proof => Action::ProofRefused,
            Self::Look => Action::Looked,
        }
    }

    /// Whether only somebody with a secret of ours can cause it. Such are the last to be summed up.
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::RevokedToken | Self::ExpiredToken)
    }
}

/// How often something happened, in a minute or a little more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub times: u64,
    pub since: Moment,
    /// Where it came from, as far as it is known; not all when there are many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_more_networks: bool,
    /// The public half of a pipeline's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Tally {
    pub fn to_text(&self) -> String {
        let times = times(self.times);
        let mut text = format!("{times} since {}", self.since.to_text());
        if !self.networks.is_empty() {
            text += &format!(" from {}", self.networks.join(", "));
        }
        if self.has_more_networks {
            text += " and other networks";
        }
        if let Some(token) = &self.token {
            text += &format!("; token {token}");
        }
        text
    }
}

/// What had no event of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub of: Refusal,
    pub times: u64,
}

impl Sum {
    pub fn to_text(&self) -> String {
        format!("{} ({})", self.of.label(), times(self.times))
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::Detail;

    #[test]
    fn a_tally_is_read_as_it_was_stored_and_says_how_often_and_from_where() {
        let tally = |times, networks: &[&str], token: Option<&str>| {
            Detail::Refused(Tally {
                times,
                since: Moment(0),
                networks: networks.iter().map(|text| (*text).to_owned()).collect(),
                has_more_networks: networks.len() > 1,
                token: token.map(str::to_owned),
            })
        };
        let sum = |of, times| Sum { of, times };
        for (detail, text) in [
            (tally(1, &[], None), "once since 1970-01-01 00:00 UTC"),
            (
                tally(2, &["192.0.2.7", "2001:db8::"], Some("abc")),
                "2 times since 1970-01-01 00:00 UTC from 192.0.2.7, 2001:db8:: and other networks; token abc",
            ),
            (
                Detail::Sums(vec![sum(Refusal::SignIn, 7), sum(Refusal::RevokedToken, 1)]),
                "sign-ins with a wrong password (7 times), uses of revoked tokens (once)",
            ),
        ] {
            assert_eq!(Detail::from_stored(&detail.to_stored()), detail);
            assert_eq!(detail.to_text(), text);
        }
    }
}

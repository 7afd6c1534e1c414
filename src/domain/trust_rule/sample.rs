//! A rule as tests make it.

use super::{Access, Maker, Moment, Provider, TrustRule};
use uuid::Uuid;

impl TrustRule {
    /// A rule that asks for these claims; all else is usual. A test says what it is about beside it.
    pub fn sample(provider: Provider, claims: &[(&str, &str)]) -> Self {
        Self {
            id: Uuid::nil(),
            provider,
            issuer: provider.usual_issuer().to_owned(),
            audience: "https://regcred.example.com".to_owned(),
            claims: claims.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            public_key: None,
            created_at: Moment(0),
            created_by: Maker::nobody("Dana"),
            last_used_at: None,
            ended_at: None,
            identity_epoch: 0,
            intent: Access::Pull,
            title: String::new(),
        }
    }
}

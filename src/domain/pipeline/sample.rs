//! A grant as tests make it.

use super::{Access, Grant, Maker, Moment, Terms};
use uuid::Uuid;

impl Grant {
    /// A grant to pull what this credential is for; all else is usual. A test says what it is about beside it.
    pub fn sample(credential: &str, host: &str) -> Self {
        Self {
            id: Uuid::nil(),
            credential_id: Uuid::nil(),
            credential: credential.to_owned(),
            host: host.to_owned(),
            terms: Terms::plain(Access::Pull),
            created_at: Moment(0),
            created_by: Maker::nobody("Dana"),
            approved_by: None,
            is_own: true,
            widening: None,
            rejection: None,
            revision: 0,
            deliveries: 0,
            used: 0,
            last_delivery: None,
            doubts: Vec::new(),
            is_tied_by_host: false,
        }
    }
}

//! A destination as tests make it.

use super::{Cursor, Destination, Format, Moment, Transport};
use uuid::Uuid;

impl Destination {
    /// One that is on, and has everything up to that place; all else is usual. A test says what it is
    /// about beside it.
    pub fn sample(transport: Transport, cursor: Cursor) -> Self {
        Self {
            id: Uuid::nil(),
            chain: Uuid::nil(),
            name: "siem".to_owned(),
            transport,
            format: Format::Json,
            address: "siem.example.com".to_owned(),
            cursor,
            until: None,
            again_from: None,
            made_at: Moment(0),
            made_by: "Olga".to_owned(),
            stopped_at: None,
            failing: None,
            last_at: None,
            earlier_until: None,
        }
    }
}

//! Shipping: audit events and receipts, sent to another system or fetched by it, in the order of their
//! chain and at least once.

mod cef;
mod cut;
mod event;
mod form;
mod ocsf;
mod ocsf_change;
#[cfg(test)]
mod sample;
mod syslog;
#[cfg(test)]
mod tests;

pub use event::{Source, Writing, call_body, page_body, test_body};
pub use form::{Begin, DestinationForm, NewDestination};
pub use syslog::{MESSAGE_MAX, hostname, test_message};

use super::moment::{Day, Moment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Destinations that one chain can have.
pub const DESTINATIONS_MAX: usize = 10;
/// Events in one call or page, at most.
pub const EVENTS_MAX: usize = 500;
/// Bytes of the events in one call or page, at most, unless one alone is larger.
pub const BYTES_MAX: usize = 1024 * 1024;
/// Links that are sent again by syslog after a connection broke, although the receiver took them.
pub const AGAIN: i64 = 1_000;

super::words! {
    pub enum Transport {
        /// Regcred calls the other system, which acknowledges with a status of 2xx.
        Webhook = "webhook", "Webhook";
        /// Regcred sends messages over TLS, of which nothing says that they arrived.
        Syslog = "syslog", "Syslog over TLS";
        /// The other system asks, and says what it has.
        Pull = "pull", "Pull by API";
    }
}

super::words! {
    pub enum Format {
        /// As the export has it.
        Json = "json", "JSON";
        Ocsf = "ocsf", "OCSF 1.8.0";
        Cef = "cef", "CEF";
    }
}

super::words! {
    /// Why nothing could be sent.
    pub enum ShipProblem {
        Address = "address", "The address cannot be called. Delete the destination, and add it with the right address.";
        Forbidden = "forbidden", "The host has an address that is not public, and the operator has not allowed it.";
        Unresolved = "unresolved", "The host name was not found.";
        Unreachable = "unreachable", "The host cannot be reached, or closed the connection.";
        TimedOut = "timed_out", "The host did not answer in time.";
        Tls = "tls", "No secure connection could be made: the host does not speak TLS, or its certificate is not valid or not trusted.";
        Redirected = "redirected", "The host answered with a redirect, which is not followed.";
        Answer = "answer", "The host's answer could not be read.";
        Status = "status", "The host did not accept the events.";
        Gone = "gone", "The host answered that it wants no more events, so sending was stopped.";
        Secret = "secret", "This server does not have the key that the signing secret is derived from. Renew the signing secret.";
        /// Another server can read it.
        Newer = "newer", "The next event was written by a newer version of Regcred. Update every server.";
        /// Who says that the log is longer or shorter than it is would have events left out.
        Changed = "changed", "The end of this log was changed outside Regcred, so nothing is sent. The command regcred doctor says what to do.";
    }
}

super::words! {
    /// Why the signing secret or the token of a destination is to be renewed.
    pub enum Renewal {
        Ended = "ended", "The token no longer works, because the user who was shown it may no longer manage this log. Renew the token.";
        /// Or nobody knows who that was.
        Known = "known", "The user who was last shown the secret or token of this destination may no longer manage this log, or is not known. Renew it.";
    }
}

/// How far a destination has come: it has everything up to this link. Of a link with many receipts it
/// may have some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub link: i64,
    /// The number of the last receipt of that link that it has; 0 when it has the whole link.
    pub receipt: i32,
}

impl Cursor {
    /// The whole link, and all before it.
    pub fn whole(link: i64) -> Self {
        Self { link, receipt: 0 }
    }

    /// `17`, or `17.500` within a link.
    pub fn to_text(self) -> String {
        match self.receipt {
            0 => self.link.to_string(),
            receipt => format!("{}.{receipt}", self.link),
        }
    }

    /// The last link of which nothing is missing.
    pub fn last_whole(self) -> i64 {
        if self.receipt > 0 { self.link - 1 } else { self.link }
    }

    /// Whether it comes after the other one.
    pub fn is_beyond(self, other: Self) -> bool {
        // The whole of a link is more than any part of it.
        let part = |one: Self| if one.receipt == 0 { i32::MAX } else { one.receipt };
        (self.link, part(self)) > (other.link, part(other))
    }

    /// Reads what [`Cursor::to_text`] writes; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let (link, receipt) = match text.split_once('.') {
            Some((link, receipt)) => (link, Some(receipt)),
            None => (text, None),
        };
        if !is_number(link) || !receipt.is_none_or(is_number) {
            return None;
        }
        let receipt =
            receipt.map_or(Some(0), |part| part.parse::<i32>().ok().filter(|one| *one > 0))?;
        Some(Self { link: link.parse().ok()?, receipt })
    }
}

/// Where the events of a chain go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    pub id: Uuid,
    /// The project, or nil for the instance.
    pub chain: Uuid,
    pub name: String,
    pub transport: Transport,
    pub format: Format,
    /// What is called, for syslog `host` or `host:port`; empty where the other system asks. It may hold a
    /// secret of the other system.
    pub address: String,
    pub cursor: Cursor,
    /// Where the call ends that was begun last: it is the same when it is sent again.
    pub until: Option<Cursor>,
    /// Of syslog: what is behind this is sent again when a connection breaks.
    pub again_from: Option<Cursor>,
    pub made_at: Moment,
    pub made_by: String,
    pub stopped_at: Option<Moment>,
    pub failing: Option<Failing>,
    /// When it acknowledged events, or asked for them.
    pub last_at: Option<Moment>,
    /// Until when calls are signed with the secret before the current one as well.
    pub earlier_until: Option<Moment>,
}

/// Since when nothing could be sent, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    pub since: Moment,
    pub problem: ShipProblem,
    /// Of the answer, if there was one.
    pub status: Option<u16>,
}

impl Failing {
    pub fn to_text(self) -> String {
        match self.status {
            Some(status) => format!("{} It answered with status {status}.", self.problem.label()),
            None => self.problem.label().to_owned(),
        }
    }
}

impl Destination {
    /// Whether events are to be sent to it.
    pub fn is_sent_to(&self) -> bool {
        self.transport != Transport::Pull && self.stopped_at.is_none()
    }

    /// The last link that was sent to it, also when some before are to be sent again.
    pub fn sent_up_to(&self) -> i64 {
        let again = self.again_from.map_or(0, Cursor::last_whole);
        self.cursor.last_whole().max(again)
    }

    /// Where it goes on when a connection broke, and where it goes back to when the next one breaks: no
    /// further than it is now, so that it gets on although every second connection breaks.
    pub fn after_a_break(&self) -> Option<(Cursor, Cursor)> {
        let again = self.again_from.filter(|again| self.cursor.is_beyond(*again))?;
        Some((again, self.cursor))
    }

    /// Where it goes back to when a connection breaks after it took everything up to `to`.
    pub fn again_from_after(&self, to: Cursor) -> Option<Cursor> {
        let (again, earliest) = (self.again_from?, Cursor::whole(to.link - AGAIN));
        Some(if earliest.is_beyond(again) { earliest } else { again })
    }

    /// The scheme and the host of its address: there may be a secret in the rest.
    pub fn origin(&self) -> &str {
        origin(&self.address)
    }
}

/// The scheme and the host of an address.
pub fn origin(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..].find(['/', '?']).map_or(address.len(), |at| host + at);
    &address[..end]
}

/// How much a destination has not got yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// Links of the chain.
    pub links: i64,
    /// When the first of them was written.
    pub since: Option<Moment>,
}

/// A destination with how much it has not got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub destination: Destination,
    pub behind: Behind,
    /// Since which day old receipts are kept only for it.
    pub waited_since: Option<Day>,
    pub unsent: Option<Unsent>,
    pub renewal: Option<Renewal>,
}

/// Links that retention removed before a destination had them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    pub first: i64,
    pub last: i64,
    /// How many of those: events among them stay, and are sent.
    pub links: i64,
}

impl Unsent {
    pub fn to_text(self) -> String {
        let Self { first, last, links } = self;
        if first == last {
            return format!("Link {first} was removed by retention before it was sent.");
        }
        format!(
            "Links {first} to {last} were removed by retention before they were sent, {links} in all."
        )
    }
}

//! Syslog over TLS (RFC 5425): each message with its length before it, so that none ends at a line break.
//!
//! The receiver says nothing. A connection holds the messages of one call, and counts as acknowledged when
//! the receiver has read to its end: what it does with them then is not known.

use super::{Receivers, Unacknowledged, problem};
use crate::outbound::OutboundProblem;

/// Where syslog over TLS is received if nobody says otherwise.
const PORT: u16 = 6514;

const NOT_A_HOST: &str = "Enter the host and the port, for example siem.example.com:6514.";

impl Receivers {
    /// What is wrong with `host` or `host:port`, as far as can be said before the name is looked up.
    pub fn host_problem(&self, host: &str) -> Option<String> {
        self.outbound.may_send(host).err().map(|problem| match problem {
            OutboundProblem::BadUrl => NOT_A_HOST.to_owned(),
            other => other.to_string(),
        })
    }

    /// Sends the messages over a connection of their own.
    ///
    /// # Errors
    /// When it broke, or was not made: then the receiver may have some of them.
    pub async fn send(&self, host: &str, messages: &[String]) -> Result<(), Unacknowledged> {
        let sent = self.outbound.send(host, PORT, &framed(messages)).await;
        sent.map_err(|why| Unacknowledged::unanswered(problem::of(why)))
    }
}

/// `LENGTH MESSAGE` for each, without anything between them.
pub(super) fn framed(messages: &[String]) -> Vec<u8> {
    let mut frames = Vec::with_capacity(messages.iter().map(|message| message.len() + 6).sum());
    for message in messages {
        frames.extend_from_slice(message.len().to_string().as_bytes());
        frames.push(b' ');
        frames.extend_from_slice(message.as_bytes());
    }
    frames
}

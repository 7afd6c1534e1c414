//! Witnesses: others that cosign checkpoints of the audit log, and what they have said of one.

use super::moment::Moment;
use serde::{Deserialize, Serialize};

super::words! {
    /// Why a witness has not cosigned a checkpoint.
    pub enum WitnessProblem {
        Address = "address", "Its URL cannot be called. It needs https://, or an IP address in a private network that is allowed.";
        Forbidden = "forbidden", "Its host has an address that is not public, and the operator has not allowed it.";
        Unresolved = "unresolved", "Its host name was not found.";
        Unreachable = "unreachable", "It cannot be reached, or closed the connection.";
        TimedOut = "timed_out", "It did not answer in time.";
        Tls = "tls", "No secure connection could be made: it does not speak TLS, or its certificate is not valid or not trusted.";
        Redirected = "redirected", "It answered with a redirect, which is not followed.";
        Answer = "answer", "Its answer could not be read.";
        Status = "status", "It did not accept the checkpoint.";
        Unknown = "unknown", "It does not know this log. Give its operator the public key that `regcred audit key` prints.";
        Key = "key", "It does not know the key that signs the checkpoints. Give its operator the public key that `regcred audit key` prints.";
        Proof = "proof", "It did not accept the proof that the log continues from the last checkpoint that it has seen. Run `regcred audit verify` with a checkpoint that was kept elsewhere.";
        /// What was restored or cut off is shorter than what it has seen.
        Ahead = "ahead", "It has seen a longer log. If the database was restored from a backup, run `regcred audit checkpoint --new-origin`. If not, events were removed.";
        Other = "other", "It has seen another log of this length. Run `regcred audit verify` with a checkpoint that was kept elsewhere.";
        Signature = "signature", "Its answer has no cosignature that its public key verifies.";
        Changed = "changed", "The audit log was changed outside Regcred, so nothing is sent. Run `regcred audit verify`.";
    }
}

/// Why a witness has not cosigned a checkpoint, and the status of its answer, if there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncosigned {
    pub problem: WitnessProblem,
    pub status: Option<u16>,
}

impl Uncosigned {
    pub fn to_text(self) -> String {
        match self.status {
            Some(status) => format!("{} It answered with status {status}.", self.problem.label()),
            None => self.problem.label().to_owned(),
        }
    }
}

/// What a witness has said of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnessed {
    /// The name of the witness.
    pub name: String,
    /// When it cosigned the checkpoint, by its own clock.
    pub at: Option<Moment>,
    /// The links of a later checkpoint that it has cosigned, and not this one.
    pub later: Option<u64>,
    /// Since when it is asked in vain, and what is wrong.
    pub waiting: Option<(Moment, Option<Uncosigned>)>,
}

impl Witnessed {
    pub fn to_text(&self) -> String {
        let name = &self.name;
        match (self.at, self.later, self.waiting) {
            (Some(at), ..) => format!("Witnessed by {name} at {}.", at.to_text()),
            (None, Some(links), _) => {
                format!(
                    "Not witnessed by {name}. It has witnessed a later checkpoint of {links} links."
                )
            }
            (None, None, Some((since, why))) => {
                let why = why.map(|why| format!(" {}", why.to_text())).unwrap_or_default();
                format!("Not yet witnessed by {name}, since {}.{why}", since.to_text())
            }
            (None, None, None) => format!("Not yet witnessed by {name}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_when_a_checkpoint_was_witnessed_or_since_when_it_is_not() {
        let why = Uncosigned { problem: WitnessProblem::Status, status: Some(503) };
        let not_yet = Witnessed {
            name: "witness.example.com/w1".to_owned(),
            at: None,
            later: None,
            waiting: Some((Moment(0), Some(why))),
        };
        assert_eq!(
            not_yet.to_text(),
            "Not yet witnessed by witness.example.com/w1, since 1970-01-01 00:00 UTC. It did not accept the checkpoint. It answered with status 503."
        );
        let later = Witnessed { later: Some(7), ..not_yet.clone() };
        assert!(later.to_text().ends_with("a later checkpoint of 7 links."));
        let done = Witnessed { at: Some(Moment(60_000)), ..later };
        assert_eq!(done.to_text(), "Witnessed by witness.example.com/w1 at 1970-01-01 00:01 UTC.");
        let asked = Witnessed { waiting: None, ..not_yet };
        assert_eq!(asked.to_text(), "Not yet witnessed by witness.example.com/w1.");
    }
}

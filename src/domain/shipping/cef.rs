//! Common Event Format: `CEF:0|vendor|product|version|id|name|severity|key=value …`, on one line.

use super::Source;
use super::cut::cut;
use super::event::{PRODUCT, VERSION};
use crate::domain::audit::{AuditChange, ExportLine, ExportedReceipt};
use crate::domain::delivery::Outcome;
use crate::domain::moment::Moment;
use std::net::IpAddr;

/// Of 10.
const USUAL: u8 = 3;
const REFUSED: u8 = 5;

/// The pairs behind the header, in their order.
struct Pairs {
    text: String,
    /// Bytes of a value before it is cut.
    longest: usize,
}

impl Pairs {
    fn add(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(key);
        self.text.push('=');
        for c in cut(value, self.longest).chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '=' => self.text.push_str("\\="),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                other => self.text.push(other),
            }
        }
    }

    /// A field of our own, by one of the numbers that CEF has for such.
    fn own(&mut self, number: u8, label: &str, value: &str) {
        if !value.is_empty() {
            self.add(&format!("cs{number}Label"), label);
            self.add(&format!("cs{number}"), value);
        }
    }
}

/// The event on one line, with values of at most so many bytes and a mark.
pub(super) fn line(source: &Source, line: &ExportLine, longest: usize) -> String {
    let mut pairs = Pairs { text: String::new(), longest };
    match line {
        ExportLine::Change { seq, at, change } => {
            common(&mut pairs, source, line, (*seq, *at));
            let (id, severity) = (change.action.word(), severity(change.action.is_refusal()));
            change_pairs(&mut pairs, change);
            whole(id, &sentence(change.action.label()), severity, &pairs)
        }
        ExportLine::Receipt { seq, receipt } => {
            let one = &receipt.receipt;
            common(&mut pairs, source, line, (*seq, one.at));
            receipt_pairs(&mut pairs, receipt);
            let (id, name) = match one.outcome {
                Outcome::Delivered => ("delivery.delivered", "Credential delivered"),
                Outcome::Refused => ("delivery.refused", "Delivery refused"),
            };
            whole(id, name, severity(one.outcome == Outcome::Refused), &pairs)
        }
        ExportLine::End { cursor, .. } => {
            pairs.add("cn1Label", "link");
            pairs.add("cn1", &cursor.to_string());
            whole("end", "End", USUAL, &pairs)
        }
    }
}

fn severity(is_refused: bool) -> u8 {
    if is_refused { REFUSED } else { USUAL }
}

fn whole(id: &str, name: &str, severity: u8, pairs: &Pairs) -> String {
    let (product, id, name) = (header(PRODUCT), header(id), header(name));
    format!("CEF:0|{product}|{product}|{}|{id}|{name}|{severity}|{}", header(VERSION), pairs.text)
}

/// A part of the header, which ends at a bar or with the line.
fn header(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.replace('\\', "\\\\").replace('|', "\\|")
}

fn sentence(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn common(pairs: &mut Pairs, source: &Source, line: &ExportLine, (seq, at): (i64, Moment)) {
    pairs.add("rt", &at.0.to_string());
    pairs.add("externalId", &source.id(line));
    pairs.add("cn1Label", "link");
    pairs.add("cn1", &seq.to_string());
    pairs.own(1, "chain", &source.name);
}

fn change_pairs(pairs: &mut Pairs, change: &AuditChange) {
    let outcome = if change.action.is_refusal() { "failure" } else { "success" };
    pairs.add("act", change.action.word());
    pairs.add("outcome", outcome);
    pairs.add("suser", &change.actor);
    pairs.add("suid", &change.actor_id.map(|id| id.to_string()).unwrap_or_default());
    pairs.own(2, "subject", &change.subject);
    pairs.own(3, "subjectId", &change.subject_id.to_string());
    pairs.add("msg", &change.detail.to_text());
}

fn receipt_pairs(pairs: &mut Pairs, ExportedReceipt { receipt, credential_id }: &ExportedReceipt) {
    let outcome = match receipt.outcome {
        Outcome::Delivered => "success",
        Outcome::Refused => "failure",
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    pairs.add("act", receipt.intent.word());
    pairs.add("outcome", outcome);
    pairs.add("reason", &text(&receipt.reason));
    pairs.add("suser", &receipt.pipeline);
    pairs.add("suid", &receipt.pipeline_id.to_string());
    match receipt.address.as_deref().and_then(|text| text.parse::<IpAddr>().ok()) {
        Some(IpAddr::V4(address)) => pairs.add("src", &address.to_string()),
        Some(IpAddr::V6(address)) => {
            pairs.add("c6a2Label", "Source IPv6 Address");
            pairs.add("c6a2", &address.to_string());
        }
        None => {}
    }
    pairs.add("request", &text(&receipt.image));
    pairs.own(2, "credential", &text(&receipt.credential));
    pairs.own(3, "credentialId", &credential_id.map(|id| id.to_string()).unwrap_or_default());
    let version = receipt.version.map(|version| version.to_string());
    pairs.own(4, "version", &version.unwrap_or_default());
    pairs.own(5, "door", receipt.door.word());
    pairs.own(6, "tokenId", &receipt.token_id);
}

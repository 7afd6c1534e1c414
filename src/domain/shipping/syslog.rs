//! A message of syslog: `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424).

#[cfg(test)]
mod tests;

use super::event::VERSION;
use super::{Format, Source, cef, cut, test_body};
use crate::domain::audit::ExportLine;
use crate::domain::delivery::Outcome;
use crate::domain::moment::Moment;
use std::fmt::Write;

/// Bytes of a message: RFC 5424 has receivers take these.
pub const MESSAGE_MAX: usize = 2 * 1024;
/// "Log audit".
const FACILITY: u8 = 13;
const WARNING: u8 = 4;
const NOTICE: u8 = 5;
const INFORMATIONAL: u8 = 6;

const APP: &str = "regcred";
const HOSTNAME_MAX: usize = 255;
const MSGID_MAX: usize = 32;
/// The number after this one is 1 again.
const SEQUENCE_MAX: usize = 2_147_483_647;

/// What stands in the header about an event.
struct Head {
    severity: u8,
    at: Option<Moment>,
    id: &'static str,
    /// What the event is known by: where no field could be cut it stands at the end.
    event: String,
}

/// The message of an event in a format; `place` is that among the messages of its connection, from 0. One
/// that is too long has its longest fields cut.
pub(super) fn message(
    host: &str,
    format: Format,
    (source, line): (&Source, &ExportLine),
    place: usize,
) -> String {
    let head = head_of(source, line);
    let room = MESSAGE_MAX.saturating_sub(before(&head, host, place).len());
    let text = match format {
        Format::Cef => {
            let written = |longest| on_one_line(&cef::line(source, line, longest));
            cut::fitting(room, written).unwrap_or_else(|| written(0))
        }
        Format::Json | Format::Ocsf => {
            let event = format.event(source, line);
            cut::json(format, &event, room, |event| as_json(&event.to_string()))
        }
    };
    whole(&head, host, place, &text)
}

/// The message that only shows whether messages arrive.
pub fn test_message(host: &str, source: &Source, format: Format, at: Moment) -> String {
    let head =
        Head { severity: INFORMATIONAL, at: Some(at), id: "audit.test", event: String::new() };
    whole(&head, host, 0, &as_json(&test_body(source, format, at)))
}

/// What a server with this public address is called in its messages.
pub fn hostname(address: &str) -> String {
    let host = address.split_once("://").map_or(address, |(_, host)| host);
    let end = match host.strip_prefix('[') {
        Some(rest) => rest.find(']').map_or(host.len(), |at| at + 2),
        None => host.find([':', '/']).unwrap_or(host.len()),
    };
    field(host[..end].trim_matches(['[', ']']), HOSTNAME_MAX)
}

fn head_of(source: &Source, line: &ExportLine) -> Head {
    let (severity, at, id) = match line {
        ExportLine::Change { at, change, .. } => {
            let severity = if change.action.is_refusal() { WARNING } else { NOTICE };
            (severity, Some(*at), change.action.word())
        }
        ExportLine::Receipt { receipt, .. } => {
            let (severity, id) = match receipt.receipt.outcome {
                Outcome::Delivered => (INFORMATIONAL, "delivery.delivered"),
                Outcome::Refused => (WARNING, "delivery.refused"),
            };
            (severity, Some(receipt.receipt.at), id)
        }
        ExportLine::End { .. } => (INFORMATIONAL, None, "end"),
    };
    Head { severity, at, id, event: source.id(line) }
}

fn whole(head: &Head, host: &str, place: usize, text: &str) -> String {
    let mut message = before(head, host, place) + text;
    if message.len() > MESSAGE_MAX {
        let mark = format!(" [cut, event {}]", head.event);
        message.truncate(message.floor_char_boundary(MESSAGE_MAX - mark.len()));
        message.push_str(&mark);
    }
    message
}

/// What stands before the text.
fn before(head: &Head, host: &str, place: usize) -> String {
    let priority = FACILITY * 8 + head.severity;
    let at = head.at.map(Moment::to_rfc3339).unwrap_or_default();
    let (at, id) = (field(&at, usize::MAX), field(head.id, MSGID_MAX));
    let (number, version) = (place % SEQUENCE_MAX + 1, value(VERSION));
    format!(
        "<{priority}>1 {at} {host} {APP} - {id} [meta sequenceId=\"{number}\"]\
         [origin software=\"{APP}\" swVersion=\"{version}\"] "
    )
}

/// A field of the header: visible ASCII, not too long; `-` when there is nothing.
fn field(text: &str, longest: usize) -> String {
    let field: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if field.is_empty() { "-".to_owned() } else { field }
}

/// A value in the structured data.
fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// JSON with what control characters its writer has left: they stand in texts only.
fn as_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            // Writing to a text does not fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

//! Messages, byte for byte.

use super::*;
use crate::domain::audit::{Action, Detail, Field, FieldChange};
use crate::domain::shipping::Writing;
use crate::domain::shipping::tests::{change, receipt, source};
use serde_json::Value;
use std::collections::BTreeSet;

const HOST: &str = "regcred.example.com";

fn written(format: Format, line: &ExportLine, place: usize) -> String {
    Writing { format, host: Some(HOST.to_owned()) }.event(&source(), line, place)
}

/// What stands before the text, and the text.
fn parts(message: &str) -> (&str, &str) {
    let end = message.find("\"] ").expect("there is structured data") + 3;
    message.split_at(end)
}

#[test]
fn a_message_has_its_header_its_data_and_the_event() {
    let line = change(Action::CredentialUpdated, Detail::Version(3));
    let Value::String(cef) = Format::Cef.event(&source(), &line) else { panic!("it is no text") };
    let expected = format!(
        "<109>1 2026-11-28T21:06:40Z regcred.example.com regcred - credential.updated \
         [meta sequenceId=\"1\"][origin software=\"regcred\" swVersion=\"{}\"] {cef}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(written(Format::Cef, &line, 0), expected);
    for format in [Format::Json, Format::Ocsf] {
        let message = written(format, &line, 41);
        let (head, text) = parts(&message);
        assert!(head.starts_with("<109>1 2026-11-28T21:06:40Z regcred.example.com regcred - "));
        assert!(head.contains(" credential.updated [meta sequenceId=\"42\"][origin "), "{head}");
        assert_eq!(text, format.event(&source(), &line).to_string());
    }
}

#[test]
fn what_was_refused_is_a_warning_and_a_delivery_is_information() {
    for (line, expected) in [
        (receipt(Outcome::Delivered, None), "<110>1 "),
        (receipt(Outcome::Refused, None), "<108>1 "),
        (change(Action::PermissionRefused, Detail::Nothing), "<108>1 "),
        (change(Action::MemberAdded, Detail::Nothing), "<109>1 "),
    ] {
        let message = written(Format::Json, &line, 0);
        assert!(message.starts_with(expected), "{message}");
    }
    let message = written(Format::Json, &receipt(Outcome::Refused, None), 0);
    assert!(message.contains(" regcred - delivery.refused [meta "), "{message}");
}

#[test]
fn an_action_is_known_by_the_32_characters_that_a_header_has_for_it() {
    let ids: BTreeSet<String> =
        Action::ALL.iter().map(|action| field(action.word(), MSGID_MAX)).collect();
    assert_eq!(ids.len(), Action::ALL.len());
    assert!(ids.iter().all(|id| id.len() <= MSGID_MAX));
}

#[test]
fn a_message_that_is_too_long_has_its_longest_fields_cut_and_stays_valid() {
    for extra in 0..4 {
        let text = "€".repeat(MESSAGE_MAX) + &"a".repeat(extra);
        let line = change(Action::CredentialUpdated, Detail::Text("a".repeat(extra) + &text));
        for format in Format::ALL {
            let message = written(*format, &line, 0);
            // OCSF has the text twice.
            assert!(message.len() <= MESSAGE_MAX && message.len() > MESSAGE_MAX - 8);
            let (_, text) = parts(&message);
            if *format == Format::Cef {
                assert!(text.ends_with("€[cut]"), "{message}");
                let id = format!(" externalId={} ", source().id(&line));
                assert!(text.contains(&id) && text.contains(" suser=Mia "), "{text}");
                continue;
            }
            let event: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
            let (id, detail, marked) = match format {
                Format::Ocsf => {
                    let rest = &event["unmapped"];
                    (&event["metadata"]["uid"], &event["status_detail"], &rest["cut"])
                }
                _ => (&event["event_id"], &event["detail"]["text"], &event["cut"]),
            };
            assert_eq!(id.as_str(), Some(source().id(&line).as_str()));
            assert_eq!(marked.as_bool(), Some(true), "{event}");
            assert!(detail.as_str().unwrap().ends_with("€[cut]"), "{event}");
        }
    }
}

#[test]
fn a_message_whose_fields_are_all_long_or_many_stays_valid() {
    let (long, host) = ("\"€\u{1}=\\".repeat(200), "h".repeat(HOSTNAME_MAX));
    let one = FieldChange { field: Field::Name, from: Some(long.clone()), to: Some(long.clone()) };
    let mut line = change(Action::CredentialUpdated, Detail::Changed(vec![one; 100]));
    if let ExportLine::Change { change, .. } = &mut line {
        (change.actor, change.subject) = (long.clone(), long.clone());
    }
    for format in Format::ALL {
        let host = Some(host.clone());
        let message = Writing { format: *format, host }.event(&source(), &line, 0);
        assert!(message.len() <= MESSAGE_MAX, "{}", message.len());
        let (_, text) = parts(&message);
        assert!(text.contains(&source().id(&line)), "{text}");
        match format {
            Format::Cef => assert!(text.starts_with("CEF:0|") && text.contains("[cut]"), "{text}"),
            _ => drop(serde_json::from_str::<Value>(text).unwrap()),
        }
    }
}

#[test]
fn a_message_of_which_nothing_can_be_cut_ends_with_a_mark() {
    let head = Head { severity: NOTICE, at: None, id: "", event: String::new() };
    let empty = whole(&head, "-", 0, "").len();
    let exact = whole(&head, "-", 0, &"a".repeat(MESSAGE_MAX - empty));
    assert_eq!((exact.len(), exact.ends_with('a')), (MESSAGE_MAX, true));
}

#[test]
fn nothing_in_an_event_ends_a_line_or_a_part_of_the_header() {
    let text = "a\nb\r\0\u{7f}\u{85}\t\"]\\ [x y=\"z\"]";
    let line = change(Action::CredentialUpdated, Detail::Text(text.to_owned()));
    for format in Format::ALL {
        let message = written(*format, &line, 0);
        assert!(!message.contains(char::is_control), "{message:?}");
    }
    let message = written(Format::Json, &line, 0);
    let event: Value = serde_json::from_str(parts(&message).1).unwrap();
    assert_eq!(event, Format::Json.event(&source(), &line), "JSON loses nothing");
    assert_eq!(value("a\"b\\c]d"), "a\\\"b\\\\c\\]d");
    assert_eq!(field("a b\nc\u{e4}", 255), "abc");
    assert_eq!(field(" \u{e4}", 255), "-");
}

#[test]
fn messages_of_a_connection_are_counted_from_one_and_begin_again() {
    let head = Head { severity: NOTICE, at: None, id: "a", event: String::new() };
    for (place, number) in [(0, 1), (1, 2), (SEQUENCE_MAX - 1, SEQUENCE_MAX), (SEQUENCE_MAX, 1)] {
        let message = whole(&head, "-", place, "");
        let expected = format!("<109>1 - - regcred - a [meta sequenceId=\"{number}\"]");
        assert!(message.starts_with(&expected), "{message}");
    }
}

#[test]
fn a_server_is_called_by_the_host_of_its_address() {
    for (address, expected) in [
        ("https://regcred.example.com", "regcred.example.com"),
        ("https://regcred.example.com:8443", "regcred.example.com"),
        ("http://localhost:3000/", "localhost"),
        ("http://[2001:db8::1]:3000", "2001:db8::1"),
        ("http://[2001:db8::1]", "2001:db8::1"),
        ("", "-"),
    ] {
        assert_eq!(hostname(address), expected, "{address}");
    }
    assert_eq!(hostname(&format!("https://{}", "a".repeat(300))).len(), HOSTNAME_MAX);
}

#[test]
fn a_test_has_no_event() {
    let message = test_message(HOST, &source(), Format::Cef, Moment(0));
    assert!(message.starts_with("<110>1 1970-01-01T00:00:00Z regcred.example.com "), "{message}");
    assert!(message.contains(" audit.test ") && !message.contains("event_id"), "{message}");
}

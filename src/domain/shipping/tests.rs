//! The formats, byte for byte where a format is text, and the form.

use super::*;
use crate::domain::audit::{Action, AuditChange, Detail, ExportLine, ExportedReceipt};
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Outcome, Receipt};
use crate::domain::proof::Proof;
use crate::domain::user::Role;
use serde_json::{Value, json};

const CHAIN: Uuid = Uuid::from_u128(0xc);

pub(super) fn source() -> Source {
    Source { chain: CHAIN, name: "acme".to_owned() }
}

pub(super) fn change(action: Action, detail: Detail) -> ExportLine {
    let change = AuditChange {
        action,
        actor: "Mia".to_owned(),
        actor_id: Some(Uuid::from_u128(1)),
        subject: "a|b=c\\d\ne".to_owned(),
        subject_id: Uuid::from_u128(2),
        detail,
    };
    ExportLine::Change { seq: 7, at: Moment(1_795_900_000_000), change: Box::new(change) }
}

pub(super) fn receipt(outcome: Outcome, address: Option<&str>) -> ExportLine {
    let receipt = Receipt {
        id: Uuid::from_u128(3),
        at: Moment(1_795_900_000_000),
        pipeline: "build".to_owned(),
        pipeline_id: Uuid::from_u128(4),
        credential: Some("ghcr".to_owned()),
        version: Some(2),
        intent: Access::Pull,
        door: Door::DockerConfig,
        token_id: "abc".to_owned(),
        claims: Claims::default(),
        proof: Proof::default(),
        image: Some("ghcr.io/acme/api".to_owned()),
        address: address.map(str::to_owned),
        outcome,
        reason: (outcome == Outcome::Refused).then(|| "It is disabled.".to_owned()),
        report: None,
    };
    let receipt = ExportedReceipt { receipt, credential_id: Some(Uuid::from_u128(5)) };
    ExportLine::Receipt { seq: 9, receipt: Box::new(receipt) }
}

#[test]
fn cef_is_one_line_with_its_escapes() {
    let line = change(Action::CredentialUpdated, Detail::Version(3));
    let id = Uuid::from_u128((7 << 64) | (1_795_900_000_000 ^ 0xc));
    let expected = format!(
        "CEF:0|Regcred|Regcred|{}|credential.updated|Edited|3|rt=1795900000000 \
         externalId={id} cn1Label=link cn1=7 cs1Label=chain \
         cs1=acme act=credential.updated outcome=success suser=Mia \
         suid=00000000-0000-0000-0000-000000000001 cs2Label=subject cs2=a|b\\=c\\\\d\\ne \
         cs3Label=subjectId cs3=00000000-0000-0000-0000-000000000002 msg=version 3",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(Format::Cef.event(&source(), &line), Value::String(expected));
    let refused = Format::Cef.event(&source(), &receipt(Outcome::Refused, Some("192.0.2.7")));
    let expected = format!(
        "CEF:0|Regcred|Regcred|{}|delivery.refused|Delivery refused|5|rt=1795900000000 \
         externalId=00000000-0000-0000-0000-000000000003 cn1Label=link cn1=9 cs1Label=chain \
         cs1=acme act=pull outcome=failure reason=It is disabled. suser=build \
         suid=00000000-0000-0000-0000-000000000004 src=192.0.2.7 request=ghcr.io/acme/api \
         cs2Label=credential cs2=ghcr cs3Label=credentialId \
         cs3=00000000-0000-0000-0000-000000000005 cs4Label=version cs4=2 cs5Label=door \
         cs5=docker-config cs6Label=tokenId cs6=abc",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(refused, Value::String(expected));
}

#[test]
fn an_address_of_ipv6_has_the_field_that_cef_has_for_it() {
    for (address, expected) in [
        ("2001:db8::7", " c6a2Label=Source IPv6 Address c6a2=2001:db8::7 request="),
        ("unix", "000004 request="),
    ] {
        let line = Format::Cef.event(&source(), &receipt(Outcome::Delivered, Some(address)));
        assert!(line.as_str().unwrap().contains(expected), "{line}");
    }
}

/// Who receives it leaves out what has an id that it knows.
#[test]
fn a_link_of_a_restored_log_is_another_event_than_the_one_that_was_sent_of_that_number() {
    let first = change(Action::CredentialUpdated, Detail::Nothing);
    let mut second = first.clone();
    if let ExportLine::Change { at, .. } = &mut second {
        at.0 += 1;
    }
    let id = |line: &ExportLine| Format::Json.event(&source(), line)["event_id"].clone();
    assert_eq!(id(&first), id(&first));
    assert_ne!(id(&first), id(&second));
    assert!(id(&first).as_str().unwrap().len() <= 40, "CEF has room for no more");
}

#[test]
fn our_own_format_is_a_line_of_the_export_with_its_chain() {
    let line = receipt(Outcome::Delivered, None);
    let (ours, export) = (Format::Json.event(&source(), &line), line.to_json());
    for (name, value) in export.as_object().unwrap() {
        assert_eq!(&ours[name], value, "{name}");
    }
    assert_eq!((&ours["chain"], &ours["chain_id"]), (&json!("acme"), &json!(CHAIN)));
    assert_eq!(ours["event_id"], json!(Uuid::from_u128(3)));
}

/// What the schema of 1.8.0 asks of every event.
const BASE: [&str; 8] = [
    "activity_id",
    "category_uid",
    "class_uid",
    "type_uid",
    "time",
    "severity_id",
    "metadata.version",
    "metadata.product.vendor_name",
];

/// The last activity of each class beside 99, and what it asks for: of several behind a bar, for one.
const REQUIRED: [(u32, u64, &[&str]); 5] = [
    (
        6003,
        4,
        &[
            "actor.user|actor.app_uid|actor.app_name",
            "api.operation",
            "src_endpoint.ip|src_endpoint.svc_name",
        ],
    ),
    (3001, 12, &["user.name|user.uid"]),
    (3002, 7, &["user.name|user.uid", "service.name|dst_endpoint.ip"]),
    (3004, 13, &["entity.name|entity.uid"]),
    (3005, 2, &["user.name|user.uid", "privileges.0"]),
];

fn has(event: &Value, field: &str) -> bool {
    field.split('|').any(|one| {
        let at = format!("/{}", one.replace('.', "/"));
        event.pointer(&at).is_some_and(|value| !value.is_null() && *value != json!(""))
    })
}

fn assert_complete(event: &Value) {
    for field in BASE {
        assert!(has(event, field), "{field}: {event}");
    }
    let (class, activity) = (event["class_uid"].as_u64().unwrap(), &event["activity_id"]);
    assert_eq!(event["category_uid"].as_u64(), Some(class / 1_000), "{event}");
    let kind = class * 100 + activity.as_u64().unwrap();
    assert_eq!(event["type_uid"].as_u64(), Some(kind), "{event}");
    let (_, last, required) = REQUIRED.iter().find(|(uid, ..)| u64::from(*uid) == class).unwrap();
    assert!(
        activity.as_u64().is_some_and(|activity| activity <= *last || activity == 99),
        "{event}"
    );
    for field in *required {
        assert!(has(event, field), "{field}: {event}");
    }
}

#[test]
fn every_event_has_what_ocsf_requires_of_its_class() {
    for action in Action::ALL {
        assert_complete(&Format::Ocsf.event(&source(), &change(*action, Detail::Nothing)));
    }
    for (outcome, address) in [
        (Outcome::Delivered, None),
        (Outcome::Refused, Some("192.0.2.7")),
        (Outcome::Delivered, Some("unix")),
    ] {
        assert_complete(&Format::Ocsf.event(&source(), &receipt(outcome, address)));
    }
}

#[test]
fn what_was_done_has_the_number_that_ocsf_has_for_it() {
    for (action, kind, status) in [
        (Action::CredentialCreated, 300_401, 1),
        (Action::CredentialUpdated, 300_403, 1),
        (Action::CredentialDeleted, 300_404, 1),
        (Action::CredentialEnabled, 300_408, 1),
        (Action::CredentialDisabled, 300_409, 1),
        (Action::CredentialCompromised, 300_409, 1),
        (Action::SignedIn, 300_201, 1),
        (Action::SignedOut, 300_202, 1),
        (Action::SignInRefused, 300_201, 2),
        (Action::UserCreated, 300_101, 1),
        (Action::MemberAdded, 300_501, 1),
        (Action::MemberRemoved, 300_502, 1),
        (Action::PermissionRefused, 300_499, 2),
    ] {
        let event = Format::Ocsf.event(&source(), &change(action, Detail::Nothing));
        assert_eq!(event["type_uid"], json!(kind), "{action:?}");
        assert_eq!(event["status_id"], json!(status), "{action:?}");
    }
    let delivered = Format::Ocsf.event(&source(), &receipt(Outcome::Delivered, Some("192.0.2.7")));
    assert_eq!(delivered["type_uid"], json!(600_302));
    assert_eq!(delivered["src_endpoint"]["ip"], json!("192.0.2.7"));
    assert_eq!(delivered["metadata"]["sequence"], json!(9));
    assert_eq!(delivered["resources"][0]["version"], json!("2"));
    let role = change(Action::RoleChanged, Detail::Role(Role::Owner));
    assert_eq!(Format::Ocsf.event(&source(), &role)["privileges"], json!(["owner"]));
}

#[test]
fn a_cursor_is_read_as_it_was_written_and_nothing_else_is() {
    for cursor in [Cursor::default(), Cursor::whole(17), Cursor { link: 17, receipt: 500 }] {
        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
    }
    for text in
        ["", "-1", "+1", "1.", ".1", "1.0", "1.-1", "1.2.3", "x", " 1", "99999999999999999999"]
    {
        assert_eq!(Cursor::parse(text), None, "{text}");
    }
}

#[test]
fn a_whole_link_is_more_than_a_part_of_it() {
    let part = |receipt| Cursor { link: 17, receipt };
    let order = [Cursor::whole(16), part(1), part(2), Cursor::whole(17), Cursor::whole(18)];
    for (at, one) in order.iter().enumerate() {
        for (place, other) in order.iter().enumerate() {
            assert_eq!(one.is_beyond(*other), at > place, "{one:?} {other:?}");
        }
    }
}

#[test]
fn a_call_has_its_events_between_two_cursors() {
    let events = ["{\"a\":1}".to_owned(), "\"CEF:0\"".to_owned()];
    let ends = (Cursor::whole(3), Cursor { link: 5, receipt: 2 });
    let body = call_body(&source(), Format::Cef, ends, Moment(1_500), &events);
    let expected = "{\"type\":\"audit.events\",\"timestamp\":\"1970-01-01T00:00:01.5Z\",\"data\":\
        {\"chain\":\"acme\",\"chain_id\":\"00000000-0000-0000-0000-00000000000c\",\
        \"format\":\"cef\",\"after\":\"3\",\"cursor\":\"5.2\",\"events\":[{\"a\":1},\"CEF:0\"]}}";
    assert_eq!(body, expected);
    let page = page_body(&source(), Format::Json, Cursor::whole(5), true, &[]);
    let expected = "{\"chain\":\"acme\",\"chain_id\":\"00000000-0000-0000-0000-00000000000c\",\
        \"format\":\"json\",\"events\":[],\"cursor\":\"5\",\"has_more\":true}";
    assert_eq!(page, expected);
}

/// A destination of syslog that is there by now, and goes back to that place when a connection breaks.
fn syslog_at(link: i64, again_from: i64) -> Destination {
    let again_from = Some(Cursor::whole(again_from));
    Destination { again_from, ..Destination::sample(Transport::Syslog, Cursor::whole(link)) }
}

#[test]
fn after_a_break_the_last_links_are_sent_again_once() {
    let again = |at: &Destination, link| at.again_from_after(Cursor::whole(link));
    let young = syslog_at(5, 3);
    assert_eq!(again(&young, 900), Some(Cursor::whole(3)), "nothing from before it was added");
    assert_eq!(again(&young, AGAIN + 10), Some(Cursor::whole(10)));
    let (back, next) = syslog_at(5_000, 4_000).after_a_break().unwrap();
    assert_eq!((back, next), (Cursor::whole(4_000), Cursor::whole(5_000)));
    // While nothing is sent, and on the way back to where it was, it does not go back again.
    for link in [4_000, 4_500, 5_000] {
        assert_eq!(syslog_at(link, 5_000).after_a_break(), None, "{link}");
        assert_eq!(again(&syslog_at(4_000, 5_000), link), Some(Cursor::whole(5_000)), "{link}");
    }
    let webhook = Destination { again_from: None, ..young };
    assert_eq!((webhook.after_a_break(), again(&webhook, 9)), (None, None));
}

#[test]
fn syslog_gets_on_although_every_second_connection_breaks() {
    let mut at = syslog_at(0, 0);
    for _ in 0..10 {
        let to = Cursor::whole(at.cursor.link + 500);
        at = Destination { again_from: at.again_from_after(to), cursor: to, ..at };
        if let Some((back, next)) = at.after_a_break() {
            at = Destination { cursor: back, again_from: Some(next), ..at };
        }
    }
    assert!(at.cursor.link >= 2_000, "{:?}", at.cursor);
}

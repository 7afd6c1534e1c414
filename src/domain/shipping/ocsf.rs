//! Open Cybersecurity Schema Framework 1.8.0: deliveries are API Activity, changes are what
//! `ocsf_change` says.

use super::Source;
use super::event::{PRODUCT, VERSION};
use super::ocsf_change;
use crate::domain::audit::{ExportLine, ExportedReceipt};
use crate::domain::delivery::Outcome;
use crate::domain::moment::Moment;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The version of the schema.
const SCHEMA: &str = "1.8.0";
/// Informational, low.
const USUAL: u8 = 1;
const REFUSED: u8 = 2;
/// What an activity is that the class has no number for.
pub(super) const OTHER: u16 = 99;

/// Which class an event is of, and what was done in the words of that class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) uid: u32,
    pub(super) activity: u16,
}

/// API Activity: Read.
const READ: Class = Class { uid: 6003, activity: 2 };

pub(super) fn event(source: &Source, line: &ExportLine) -> Value {
    let fields = match line {
        ExportLine::Change { seq, at, change } => {
            let class = ocsf_change::class(change.action);
            let is_refused = change.action.is_refusal();
            let mut fields = base(source, line, class, (*seq, *at));
            outcome(&mut fields, is_refused);
            ocsf_change::describe(&mut fields, class, change);
            fields
        }
        ExportLine::Receipt { seq, receipt } => {
            let one = &receipt.receipt;
            let mut fields = base(source, line, READ, (*seq, one.at));
            outcome(&mut fields, one.outcome == Outcome::Refused);
            delivery(&mut fields, receipt);
            fields
        }
        ExportLine::End { cursor, .. } => {
            let class = Class { uid: 3004, activity: OTHER };
            let mut fields = base(source, line, class, (*cursor, Moment(0)));
            fields.insert("entity".to_owned(), json!({ "name": "end" }));
            fields
        }
    };
    Value::Object(fields)
}

/// What every event has.
fn base(
    source: &Source,
    line: &ExportLine,
    class: Class,
    (seq, at): (i64, Moment),
) -> Map<String, Value> {
    let fields = json!({
        "activity_id": class.activity,
        "category_uid": class.uid / 1_000,
        "class_uid": class.uid,
        "type_uid": class.uid * 100 + u32::from(class.activity),
        "time": at.0,
        "metadata": {
            "version": SCHEMA,
            "product": { "name": PRODUCT, "vendor_name": PRODUCT, "version": VERSION },
            "uid": source.id(line),
            "sequence": seq,
            "log_name": source.name,
        },
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn outcome(fields: &mut Map<String, Value>, is_refused: bool) {
    let (severity, status) = if is_refused { (REFUSED, 2) } else { (USUAL, 1) };
    fields.insert("severity_id".to_owned(), json!(severity));
    fields.insert("status_id".to_owned(), json!(status));
}

fn delivery(fields: &mut Map<String, Value>, receipt: &ExportedReceipt) {
    let ExportedReceipt { receipt: one, credential_id } = receipt;
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("actor", json!({ "app_name": one.pipeline, "app_uid": one.pipeline_id }));
    set("api", json!({ "operation": "delivery" }));
    let endpoint = match one.address.as_deref() {
        Some(address) if address.parse::<IpAddr>().is_ok() => {
            json!({ "ip": address, "svc_name": one.door })
        }
        _ => json!({ "svc_name": one.door }),
    };
    set("src_endpoint", endpoint);
    if let Some(name) = &one.credential {
        let version = one.version.map(|version| version.to_string());
        let kind = "registry credential";
        let credential =
            json!({ "name": name, "uid": credential_id, "version": version, "type": kind });
        set("resources", json!([without_nulls(credential)]));
    }
    if let Some(reason) = &one.reason {
        set("status_detail", json!(reason));
    }
    let rest = json!({
        "intent": one.intent, "image": one.image, "door": one.door, "token_id": one.token_id,
        "proven": one.proof, "claimed": one.claims,
    });
    set("unmapped", without_nulls(rest));
}

/// The schema has no empty values.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect())
        }
        other => other,
    }
}

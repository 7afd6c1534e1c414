use super::*;
use crate::domain::audit::{Action, Detail};

#[test]
fn no_cell_is_a_formula_or_several_cells_and_none_hides_a_character() {
    for (text, expected) in [
        ("build", "build"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("＝1", "'＝1"),
        ("﹦1", "'﹦1"),
        ("\u{2212}1", "'\u{2212}1"),
        (" =1", "' =1"),
        ("\"=1", "\"'\"\"=1\""),
        ("'=1", "''=1"),
        ("\t=1", "\\u{9}=1"),
        ("a\r\nb", "a\\u{d}\\u{a}b"),
        ("a\u{202e}b", "a\\u{202e}b"),
        ("a\u{2028}b\0", "a\\u{2028}b\\u{0}"),
        ("a,b", "\"a,b\""),
        ("a;=1", "\"a;'=1\""),
        ("a;\" =1;-b;c", "\"a;'\"\" =1;'-b;c\""),
        ("say \"x\"", "\"say \"\"x\"\"\""),
        ("a=1", "a=1"),
    ] {
        assert_eq!(cell(text), expected, "{text:?}");
    }
}

#[test]
fn every_record_has_all_columns_and_ends_as_rfc_4180_says() {
    let change = AuditChange {
        action: Action::CredentialDeleted,
        actor: "=cmd".to_owned(),
        actor_id: None,
        subject: "a, b".to_owned(),
        subject_id: Uuid::nil(),
        detail: Detail::Version(3),
    };
    let line = ExportLine::Change { seq: 7, at: Moment(1_500), change: Box::new(change) };
    let csv = ExportFormat::Csv.line(&line);
    assert!(csv.starts_with("7,1970-01-01T00:00:01.5Z,change,credential.deleted,'=cmd,,\"a, b\","));
    assert!(csv.ends_with("\r\n"), "{csv}");
    assert_eq!(csv.matches(',').count(), COLUMNS.len(), "one stands within a cell");
    let head = ExportFormat::Csv.head();
    assert_eq!(head.matches(',').count(), COLUMNS.len() - 1);
    let read: Value = serde_json::from_str(&ExportFormat::JsonLines.line(&line)).unwrap();
    assert_eq!((&read["by"], &read["link"]), (&json!("=cmd"), &json!(7)));
}

#[test]
fn the_last_line_says_what_was_asked_for_and_what_is_not_there_any_more() {
    let end = |filters: &str, figures_until| {
        let end = ExportLine::End { cursor: 9, lines: 2, filters: filters.into(), figures_until };
        let read: Value = serde_json::from_str(&ExportFormat::JsonLines.line(&end)).unwrap();
        (read, ExportFormat::Csv.line(&end))
    };
    let (mut json, csv) = end("", None);
    let expected =
        json!({ "kind": "end", "cursor": 9, "lines": 2, "filters": "", "figures_until": null });
    assert_eq!(json, expected);
    assert!(csv.starts_with("9,,end,") && csv.contains(",lines: 2,"), "{csv}");
    let (filtered, csv) = end("from=2026-11-01&to=2026-11-30", Some(Moment(0)));
    json["filters"] = "from=2026-11-01&to=2026-11-30".into();
    json["figures_until"] = "1970-01-01T00:00:00Z".into();
    assert_eq!(filtered, json);
    let said = "\"lines: 2, filters: from=2026-11-01&to=2026-11-30, deliveries until 1970-01-01 00:00 UTC are kept as daily figures\"";
    assert!(csv.contains(said), "{csv}");
}

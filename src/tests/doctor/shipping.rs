//! Destinations of an audit log that fail.

use super::{check, found, with_credentials};
use crate::commands::machine::{OWNER, PASSWORD};
use crate::shipping::reaching;
use regcred::domain::permission::of;
use regcred::domain::shipping::DestinationForm;
use regcred::vault::{ChainKeeper, Visitor};

#[tokio::test]
async fn a_destination_that_fails_is_a_warning_until_somebody_stops_it() {
    let (machine, _) = with_credentials().await;
    let vault = reaching(&machine.vault);
    let owner = vault.sign_in(OWNER, PASSWORD, Visitor::default()).await.unwrap();
    let keeper = vault.member(&owner, "acme").await.unwrap().can::<of::AuditWrite>().unwrap();
    let keeper = ChainKeeper::of_project(&keeper);
    let form = DestinationForm {
        name: "siem".to_owned(),
        transport: "webhook".to_owned(),
        format: "json".to_owned(),
        address: "https://siem.example.com/in?key=hunter2".to_owned(),
        from: "beginning".to_owned(),
    };
    let (id, _) = vault.create_destination(&keeper, &form).await.unwrap();
    let (code, report) = found(&machine);
    assert_eq!((code, check(&report, "shipping").0), (Some(0), "ok"), "{report}");

    let database = &machine.instance.database;
    let fails = "UPDATE destination SET failing_since = 1795900000000, problem = 'unreachable'";
    assert_eq!(database.raw(fails).await, 1);
    let (code, report) = found(&machine);
    let (state, text) = check(&report, "shipping");
    assert_eq!((code, state), (Some(0), "warning"), "{report}");
    let said = "Nothing could be sent to siem of acme since 2026-11-28T21:06:40Z: it is ";
    assert!(text.starts_with(said) && text.contains(" links behind. The host "), "{text}");
    let links = report["shipping"]["failing"][0]["links_behind"].as_i64().unwrap();
    assert!(links > 2 && text.contains(&format!(" {links} links ")), "{report}");
    assert!(!report.to_string().contains("hunter2"), "{report}");

    vault.switch_destination(&keeper, id, false).await.unwrap();
    let (_, report) = found(&machine);
    assert_eq!(check(&report, "shipping").0, "ok", "{report}");
    // Who answered 410 was not stopped by a person.
    assert_eq!(database.raw("UPDATE destination SET problem = 'gone'").await, 1);
    let (_, report) = found(&machine);
    assert_eq!(check(&report, "shipping").0, "warning", "{report}");
}

//! Destinations of an audit log that fail.

use super::{check, found, with_credentials};
use crate::commands::machine::{OWNER, PASSWORD, said};
use crate::shipping::reaching;
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::shipping::DestinationForm;
use regcred::vault::{ChainKeeper, Vault, Visitor, told_at};

async fn keeper(vault: &Vault) -> ChainKeeper {
    let owner = vault.sign_in(OWNER, PASSWORD, Visitor::default()).await.unwrap();
    let keeper = vault.member(&owner, "acme").await.unwrap().can::<of::AuditWrite>().unwrap();
    ChainKeeper::of_project(&keeper)
}

fn form(from: &str) -> DestinationForm {
    DestinationForm {
        name: "siem".to_owned(),
        transport: "webhook".to_owned(),
        format: "json".to_owned(),
        address: "https://siem.example.com/in?key=hunter2".to_owned(),
        from: from.to_owned(),
    }
}

#[tokio::test]
async fn a_destination_that_retention_waits_for_is_a_warning() {
    let (machine, _) = with_credentials().await;
    let vault = reaching(&machine.vault);
    let keeper = keeper(&vault).await;
    let seconds = time::OffsetDateTime::now_utc().unix_timestamp() - 100 * 24 * 60 * 60;
    let (old, form) = (Moment(seconds * 1_000), form("now"));
    told_at(old, vault.create_destination(&keeper, &form)).await.unwrap();
    let (code, report) = found(&machine);
    assert_eq!((code, check(&report, "shipping").0), (Some(0), "ok"), "nothing is removed");

    let mut command = machine.command(&["doctor", "--json"]);
    command.env("REGCRED_RETENTION", "90");
    let report = said(command, b"").json();
    let (state, text) = check(&report, "shipping");
    assert_eq!(state, "warning", "{report}");
    let since = old.plus_seconds(90 * 24 * 60 * 60).day().to_text();
    let expected = format!(
        "Retention has waited for siem of acme since {since}. This destination is 1 link behind, "
    );
    assert!(text.starts_with(&expected), "{text}");
    assert_eq!(report["shipping"]["holding"][0]["destination"], "siem", "{report}");
}

#[tokio::test]
async fn a_destination_that_fails_is_a_warning_until_somebody_stops_it() {
    let (machine, _) = with_credentials().await;
    let vault = reaching(&machine.vault);
    let keeper = keeper(&vault).await;
    let form = form("beginning");
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

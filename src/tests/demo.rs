//! The demo: what it promises is in it, and it keeps away from everything real.

mod planted;

use crate::commands::machine::{command, said};
use crate::process::server::{Folder, Server, program};
use crate::rooms::sources;
use regcred::crypto::kek::Kek;
use regcred::domain::actor::Member;
use regcred::domain::approval::Asked;
use regcred::domain::approval::listing::ApprovalsQuery;
use regcred::domain::choosing::Sought;
use regcred::domain::credential::Summary;
use regcred::domain::delivery::{Outcome, Report};
use regcred::domain::expiry::ExpiryState;
use regcred::domain::listing::ListQuery;
use regcred::domain::permission::of;
use regcred::domain::trust_rule::Provider;
use regcred::store::{Address, Store};
use regcred::vault::{KeySource, Settings, Vault, Visitor, unlock};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// As it is printed.
const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "three made-up words";

fn demo(data: &Path, listen: &str) -> Command {
    let mut command = Command::new(program());
    command.arg("demo").arg("--data").arg(data).args(["--listen", listen]).env_clear();
    command
}

/// The vault of the demo in that folder, and who signs in there.
async fn opened(data: &Path) -> (Vault, Member) {
    let store = Store::connect(&Address::File(data.join("regcred.db"))).await.unwrap();
    let kek = fs::read_dir(data.join("kek")).unwrap().next().unwrap().unwrap().path();
    let current = Kek::parse(&fs::read(kek).unwrap()).unwrap();
    let source = KeySource { current: Some(current), previous: None };
    let keys = unlock(&store, source).await.unwrap();
    let vault = Vault::new(store, keys, Settings::default());
    let person = vault.sign_in(EMAIL, PASSWORD, Visitor::default()).await.unwrap();
    let member = vault.member(&person, "acme").await.unwrap();
    (vault, member)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_has_what_it_promises_and_doctor_finds_nothing_wrong() {
    let folder = Folder::new();
    let (data, log) = (folder.0.join("demo"), folder.0.join("log"));
    let server = Server::start(demo(&data, "127.0.0.1:0"), &log);
    let greeting = server.greeting.join("\n");
    assert!(greeting.contains(EMAIL) && greeting.contains(PASSWORD), "{greeting}");
    assert!(server.stop().success());
    let doctor = said(command(&data, &["doctor"]), b"").done();
    assert!(doctor.contains("The clock is right."), "{doctor}");
    said(command(&data, &["audit", "verify"]), b"").done();
    let users = said(command(&data, &["user", "list", "--json"]), b"").json();
    assert_eq!(users.as_array().unwrap().len(), 6);
    let projects = said(command(&data, &["project", "list", "--json"]), b"").json();
    assert_eq!(projects.as_array().unwrap().len(), 2);

    let (vault, ann) = opened(&data).await;
    has_registries_in_every_state(&vault, &ann).await;
    has_pipelines_with_their_past(&vault, &ann).await;
    vault.store().clone().close().await.unwrap();

    // Again, without filling it.
    let server = Server::start(demo(&data, "127.0.0.1:0"), &log);
    assert_eq!(server.greeting.len(), 2, "{:?}", server.greeting);
    assert!(server.stop().success());
}

async fn has_registries_in_every_state(vault: &Vault, ann: &Member) {
    let reader = ann.can::<of::RegistryRead>().unwrap();
    let listed = vault.list_credentials(&reader, &ListQuery::default()).await.unwrap();
    assert_eq!((listed.total, listed.rows.len()), (13, 13));
    let registries: BTreeSet<&str> = listed.rows.iter().map(|row| row.host.as_str()).collect();
    assert_eq!(registries.len(), 12);
    for state in ExpiryState::ALL.iter().copied() {
        assert!(listed.rows.iter().any(|row| row.state(listed.today) == state), "{state:?}");
    }
    let count = |is: fn(&Summary) -> bool| listed.rows.iter().filter(|row| is(row)).count();
    assert_eq!(count(|row| row.disabled_at.is_some()), 2);
    assert_eq!(count(|row| row.is_insecure), 1);
    assert_eq!(count(|row| row.secret_doubt.is_some()), 1);
    let mut protected = 0;
    for row in &listed.rows {
        let head = vault.credential_head(&reader, row.id).await.unwrap();
        protected += u32::from(head.credential.is_protected);
    }
    assert_eq!(protected, 2);
}

async fn has_pipelines_with_their_past(vault: &Vault, ann: &Member) {
    let reader = ann.can::<of::PipelineRead>().unwrap();
    let pipelines = vault.pipeline_choices(&reader, &Sought::default(), None).await.unwrap().rows;
    assert_eq!(pipelines.len(), 40);
    let (mut deliveries, mut rejected, mut refused, mut failed, mut proved) = (0, 0, 0, 0, 0);
    let mut moments = Vec::new();
    for (pipeline, _) in pipelines {
        let page = vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
        deliveries += page.grants.iter().map(|grant| grant.deliveries).sum::<i64>();
        rejected += page.grants.iter().filter(|grant| grant.rejection.is_some()).count();
        let receipts =
            vault.pipeline_receipts(&reader, (pipeline, None), None).await.unwrap().receipts;
        for receipt in receipts {
            moments.push(receipt.at);
            refused += u32::from(receipt.outcome == Outcome::Refused);
            failed += u32::from(receipt.report == Some(Report::Failed));
            proved += u32::from(receipt.proof.provider == Some(Provider::Drone));
        }
    }
    assert!(deliveries > 2_000, "{deliveries}");
    assert_eq!(rejected, 1);
    assert!(refused > 0 && failed > 0 && proved > 0, "{refused} {failed} {proved}");
    let (first, last) = (moments.iter().min().unwrap(), moments.iter().max().unwrap());
    assert!(last.day().days_after(first.day()) > 30, "it has a past");
    let approver = ann.can::<of::PipelineWrite>().unwrap();
    let waiting = vault.approvals(&approver, ApprovalsQuery::default()).await.unwrap().yours.rows;
    let is_change = |asked: &Asked| matches!(asked, Asked::GuardChange { .. });
    assert!(waiting.iter().any(|one| one.is_for_viewer && is_change(&one.asked)));
    assert!(waiting.iter().any(|one| one.is_for_viewer && !is_change(&one.asked)));
}

#[test]
fn a_folder_that_is_not_the_demos_is_left_alone() {
    let folder = Folder::new();
    let file = folder.0.join("regcred.db");
    fs::write(&file, "somebody's").unwrap();
    let sentence = said(demo(&folder.0, "127.0.0.1:0"), b"").refused(1);
    assert!(sentence.contains("no demo is in it"), "{sentence}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "somebody's");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "something was made");
    // One that was stopped while it was filled.
    fs::write(folder.0.join("demo"), "").unwrap();
    let sentence = said(demo(&folder.0, "127.0.0.1:0"), b"").refused(1);
    assert!(sentence.contains("was not filled to the end"), "{sentence}");
}

#[test]
fn a_demo_serves_this_machine_alone() {
    let folder = Folder::new();
    let data = folder.0.join("demo");
    for listen in ["0.0.0.0:0", "203.0.113.1:3000", "[::]:0"] {
        let sentence = said(demo(&data, listen), b"").refused(1);
        assert!(sentence.contains("this machine only"), "{listen}: {sentence}");
    }
    assert!(!data.exists());
}

#[test]
fn only_the_demo_has_another_clock_than_the_system() {
    let mut tells: Vec<String> = sources()
        .into_iter()
        .filter(|source| ["::told_at", " told_at("].iter().any(|name| source.code.contains(name)))
        .map(|source| source.path)
        .filter(|path| !path.starts_with("src/vault/") && !path.starts_with("src/commands/demo"))
        .collect();
    tells.sort();
    assert!(tells.is_empty(), "{tells:?}");
}

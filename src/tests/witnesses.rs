//! Witnesses: what they cosign is verified before it is kept, and one that is down, lies or has seen something
//! else is waited for and named.

mod witness;

pub use witness::{Answer, Heard, Witness};

use crate::app::{App, Browser, SITE};
use crate::jobs::Runner;
use regcred::domain::job::JobKind;
use regcred::domain::permission::of;
use regcred::store::{Store, Unrecorded};
use regcred::vault::{Settings, Vault, unlock};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

const NAME: &str = "witness.example.com/w1";
const OTHER: &str = "witness.example.com/w2";
const LOOPBACK: &[&str] = &["127.0.0.0/8"];
/// How long something may take before it counts as never.
const DEADLINE: Duration = Duration::from_secs(60);

/// An instance whose operator names these witnesses, and allows these networks.
async fn instance(witnesses: &[&Witness], networks: &[&str]) -> App {
    let mut app = App::new().await;
    let store = app.watch.over(Store::connect(&app.address).await.unwrap());
    let keys = unlock(&store, app.key_source()).await.unwrap();
    let named = |one: &&Witness| regcred::vault::Witness::parse(&one.setting()).unwrap();
    let witnesses = witnesses.iter().map(named).collect();
    let settings = Settings { address: SITE.to_owned(), witnesses, ..Settings::default() };
    app.vault = Vault::new(store, keys, settings);
    app.knowing_no_keys(networks)
}

/// Waits until at least so many rows say this.
async fn until(app: &App, such: &str, many: i64) {
    let count = format!("SELECT COUNT(*) FROM cosignature WHERE {such}");
    let there = async { while app.scalar_i64(&count).await < many {} };
    timeout(DEADLINE, there).await.unwrap_or_else(|_| panic!("it does not come about: {such}"));
}

const COSIGNED: &str = "cosigned IS NOT NULL";

/// Opens a review of the project `acme`, which signs a checkpoint; gives its id, and how many links that has.
async fn signed(app: &App, name: &str) -> (Uuid, u64) {
    let id = app.review(&app.owner, "acme", name).await;
    (id, note(app, id).await.lines().nth(1).unwrap().parse().unwrap())
}

/// The note that the report of the review shows.
async fn note(app: &App, review: Uuid) -> String {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::AuditRead>().unwrap();
    let report = app.vault.review_report(&reader, review).await.unwrap();
    report.review.opening.unwrap().note
}

async fn page(browser: &Browser, review: Uuid) -> String {
    browser.get(&format!("/p/acme/reviews/{review}/report")).await.text()
}

fn olds(heard: &[Heard]) -> Vec<(u64, u16)> {
    heard.iter().map(|one| (one.old, one.status)).collect()
}

#[tokio::test]
async fn each_checkpoint_is_cosigned_and_proved_to_go_on_from_the_one_before() {
    let witness = Witness::start(NAME).await;
    let app = instance(&[&witness], LOOPBACK).await;
    let runner = Runner::start(&app);
    let (mut before, mut all) = (0, Vec::new());
    for number in 1..=5 {
        let (id, size) = signed(&app, &format!("Review {number}")).await;
        until(&app, COSIGNED, number).await;
        all.push((before, 200));
        before = size;
        assert!(witness.has_said(&note(&app, id).await), "the note has what the witness said");
        let page = page(&app.owner, id).await;
        assert!(page.contains(&format!("Witnessed by {NAME} at ")), "{page}");
    }
    runner.stop().await;
    let heard = witness.heard();
    assert_eq!(olds(&heard), all);
    assert!(heard[0].lines == 0 && heard[1..].iter().all(|one| one.lines > 0), "{heard:?}");
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM cosignature").await, 5);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn one_that_is_down_is_named_and_asked_again() {
    let mut witness = Witness::start(NAME).await;
    witness.kill().await;
    let app = instance(&[&witness], LOOPBACK).await;
    let runner = Runner::start(&app);
    let (first, _) = signed(&app, "First").await;
    until(&app, "problem = 'unreachable'", 1).await;
    let shown = page(&app.owner, first).await;
    assert!(shown.contains(&format!("Not yet witnessed by {NAME}, since ")), "{shown}");
    assert!(shown.contains("It cannot be reached"), "{shown}");
    let since = app.scalar_i64("SELECT since FROM cosignature").await;
    // The next checkpoint is sent at once, and the one before is not any more.
    let (_, size) = signed(&app, "Second").await;
    until(&app, &format!("since = {since} AND size = {size}"), 1).await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM cosignature").await, 1);
    witness.come_back().await;
    signed(&app, "Third").await;
    until(&app, COSIGNED, 1).await;
    runner.stop().await;
    assert!(witness.heard().iter().all(|one| one.status == 200), "{:?}", witness.heard());
    let waiting = "SELECT COUNT(*) FROM cosignature WHERE cosigned IS NULL";
    assert_eq!(app.scalar_i64(waiting).await, 0);
    let shown = page(&app.owner, first).await;
    assert!(
        shown.contains(&format!("Not witnessed by {NAME}. It has witnessed a later")),
        "{shown}"
    );
}

#[tokio::test]
async fn what_a_witness_has_not_signed_is_not_kept() {
    let witness = Witness::start(NAME).await;
    let app = instance(&[&witness], LOOPBACK).await;
    let runner = Runner::start(&app);
    let cosigned = format!("SELECT COUNT(*) FROM cosignature WHERE {COSIGNED}");
    for (answer, problem) in [
        (Answer::WrongSignature, "signature"),
        (Answer::OfOthers, "signature"),
        (Answer::Status(403), "key"),
        (Answer::Status(404), "unknown"),
        (Answer::Status(302), "redirected"),
        (Answer::Status(409), "answer"),
        (Answer::Status(503), "status"),
    ] {
        // Also when it is asked again meanwhile.
        witness.answer(&[answer; 100]);
        let (id, size) = signed(&app, &format!("{answer:?}")).await;
        until(&app, &format!("problem = '{problem}' AND size = {size}"), 1).await;
        assert_eq!(app.scalar_i64(&cosigned).await, 0);
        let note = note(&app, id).await;
        assert_eq!(note.lines().filter(|line| line.starts_with('\u{2014}')).count(), 1, "{note}");
    }
    // Nor is what somebody else has put there: it is asked as one that has said nothing yet.
    witness.answer(&[]);
    let heard = witness.heard().len();
    app.tamper("UPDATE cosignature SET cosigned = frontier").await;
    let (id, _) = signed(&app, "Forged").await;
    until(&app, "problem IS NULL AND cosigned <> frontier", 1).await;
    runner.stop().await;
    assert_eq!(olds(&witness.heard()[heard..]), [(0, 200)]);
    assert!(witness.has_said(&note(&app, id).await));
    app.tamper("UPDATE cosignature SET cosigned = frontier").await;
    let shown = page(&app.owner, id).await;
    assert!(shown.contains(&format!("Not yet witnessed by {NAME}")), "{shown}");
    assert!(!shown.contains("Witnessed by "), "{shown}");
}

#[tokio::test]
async fn one_that_is_ahead_of_what_we_know_is_sent_the_rest_and_one_ahead_of_the_log_is_told_of() {
    let witness = Witness::start(NAME).await;
    let app = instance(&[&witness], LOOPBACK).await;
    let runner = Runner::start(&app);
    let (_, size) = signed(&app, "First").await;
    until(&app, COSIGNED, 1).await;
    // As if an older state of the table had been put back.
    app.tamper("DELETE FROM cosignature").await;
    signed(&app, "Second").await;
    until(&app, COSIGNED, 1).await;
    assert_eq!(olds(&witness.heard()), [(0, 200), (0, 409), (size, 200)]);

    witness.pretend(|(size, _)| *size += 1_000);
    let (third, size) = signed(&app, "Third").await;
    until(&app, "problem = 'ahead' AND status = 409", 1).await;
    let shown = page(&app.owner, third).await;
    assert!(shown.contains("It has seen a longer log."), "{shown}");
    // Another log of the same name is one that ours does not go on from.
    witness.pretend(|(seen, root)| (*seen, *root) = (size, vec![7; 32]));
    signed(&app, "Fourth").await;
    until(&app, "problem = 'proof' AND status = 422", 1).await;
    // So is one of the same length. That is seen without another checkpoint: the job asks again.
    witness.answer(&[Answer::Status(503); 100]);
    let (_, size) = signed(&app, "Fifth").await;
    until(&app, &format!("problem = 'status' AND size = {size}"), 1).await;
    witness.pretend(|(seen, root)| (*seen, *root) = (size, vec![7; 32]));
    witness.answer(&[]);
    app.tamper("UPDATE job SET due_at = 1 WHERE kind = 'witness'").await;
    until(&app, "problem = 'other' AND status = 422", 1).await;
    runner.stop().await;
    assert_eq!(
        app.scalar_i64(&format!("SELECT COUNT(*) FROM cosignature WHERE {COSIGNED}")).await,
        1
    );
}

#[tokio::test]
async fn of_two_witnesses_one_does_not_wait_for_the_other() {
    let (one, mut other) = (Witness::start(NAME).await, Witness::start(OTHER).await);
    other.kill().await;
    let app = instance(&[&one, &other], LOOPBACK).await;
    let runner = Runner::start(&app);
    let (first, _) = signed(&app, "First").await;
    until(&app, COSIGNED, 1).await;
    until(&app, "problem = 'unreachable'", 1).await;
    let shown = page(&app.owner, first).await;
    assert!(shown.contains(&format!("Witnessed by {NAME} at ")), "{shown}");
    assert!(shown.contains(&format!("Not yet witnessed by {OTHER}, since ")), "{shown}");
    other.come_back().await;
    let (second, _) = signed(&app, "Second").await;
    until(&app, COSIGNED, 3).await;
    runner.stop().await;
    let note = note(&app, second).await;
    assert!(one.has_said(&note) && other.has_said(&note), "{note}");
}

#[tokio::test]
async fn one_that_is_down_is_called_for_one_chain_alone() {
    let mut witness = Witness::start(NAME).await;
    witness.kill().await;
    let app = instance(&[&witness], LOOPBACK).await;
    let other = app.project("other").await;
    let runner = Runner::start(&app);
    signed(&app, "First").await;
    until(&app, "problem = 'unreachable'", 1).await;
    // The job of this chain asks no more by itself, so the other one finds what it left.
    app.tamper("UPDATE job SET due_at = due_at + 1000000 WHERE kind = 'witness'").await;
    witness.come_back().await;
    app.review(&other, "other", "First").await;
    until(&app, "problem = 'unreachable'", 2).await;
    assert!(witness.heard().is_empty(), "{:?}", witness.heard());
    let due = "UPDATE job SET due_at = 1 WHERE kind = 'witness'";
    app.tamper(due).await;
    until(&app, COSIGNED, 1).await;
    app.tamper(due).await;
    until(&app, COSIGNED, 2).await;
    runner.stop().await;
}

#[tokio::test]
async fn nothing_private_is_asked_that_the_operator_has_not_allowed() {
    let witness = Witness::start(NAME).await;
    let app = instance(&[&witness], &[]).await;
    let runner = Runner::start(&app);
    signed(&app, "First").await;
    until(&app, "problem = 'address'", 1).await;
    runner.stop().await;
    assert!(witness.heard().is_empty());
}

#[tokio::test]
async fn who_is_named_no_more_is_asked_no_more() {
    let app = App::reaching(LOOPBACK).await;
    let write = app.vault.store().write().await.unwrap();
    let key = format!("{} {NAME}+0a1b2c3d", Uuid::nil());
    write.jobs().enqueue(JobKind::Witness, &key, 1).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let runner = Runner::start(&app);
    signed(&app, "First").await;
    let count = format!("SELECT COUNT(*) FROM job WHERE kind = '{}'", JobKind::Witness.word());
    let gone = async { while app.scalar_i64(&count).await > 0 {} };
    timeout(DEADLINE, gone).await.expect("it is still there");
    runner.stop().await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM cosignature").await, 0);
}

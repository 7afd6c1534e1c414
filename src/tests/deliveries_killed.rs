//! Deliveries against the real server, which is killed on the way: every one that was answered has
//! its receipt afterwards (figure F16), whatever door it went through.

use crate::app::{OWNER, soak};
use crate::process::client::{Answer, Client, exchange};
use crate::process::instance::Instance;
use crate::process::server::Server;
use regcred::domain::delivery::Outcome;
use std::collections::HashSet;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use uuid::Uuid;

/// At once, each at a door of its own.
const CLIENTS: [&str; 8] = [
    "/api/v1/docker-config",
    "/api/v1/auth-json",
    "/api/v1/docker-auth-config",
    "/api/v1/kubernetes-secret?name=a&namespace=b",
    "/api/v1/credential?server=ghcr.io",
    "/api/v1/kubelet?image=quay.io%2Facme%2Fapi&cache=image",
    "/api/v1/kubelet?image=quay.io%2Facme%2Fapi&cache=global",
    "/api/v1/buildx",
];

/// The receipts that a whole answer names.
fn named(answer: &Answer) -> Vec<Uuid> {
    let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("regcred-delivery"))
        .map(|(_, value)| Uuid::parse_str(value.split(';').next().unwrap()).unwrap())
        .collect()
}

/// Fetches until the server is gone, and says the receipts of each answer that came whole.
fn fetch(port: u16, token: &str, door: &str, say: &Sender<Vec<Uuid>>) {
    let headers = format!("authorization: Bearer {token}\r\n");
    loop {
        match exchange(port, "GET", door, &headers, b"") {
            Ok(answer) if answer.status == 200 => {
                let receipts = named(&answer);
                assert!(!receipts.is_empty(), "{door}: an answer that names no receipt");
                // Who counts may have had enough.
                let _ = say.send(receipts);
            }
            // Only so many wait for their receipts at once; the others come back.
            Ok(answer) if answer.status == 503 => {}
            Ok(answer) => panic!("{door}: {} {}", answer.status, answer.text()),
            Err(_) => return,
        }
    }
}

#[tokio::test]
async fn every_delivery_that_was_answered_has_its_receipt_after_kill_9() {
    let kills = soak(2, 20);
    let enough = soak(2_000, 100_000);
    let instance = Instance::new().await;
    let first = Server::start(instance.command(), &instance.log);
    let mut client = Client::set_up(&first);
    for (name, host) in [("ghcr", "ghcr.io"), ("quay", "quay.io")] {
        client.credential(name, host, b"hunter2");
    }
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids.len(), 2);
    let (page, token) = client.pipeline("ci", &ids);
    first.kill();

    let (mut answered, mut deliveries) = (HashSet::new(), 0);
    for round in 1..=kills {
        let server = Server::start(instance.command(), &instance.log);
        let (say, told) = channel();
        let mut threads = Vec::new();
        for door in CLIENTS {
            let (say, token, port) = (say.clone(), token.clone(), server.port);
            threads.push(thread::spawn(move || fetch(port, &token, door, &say)));
        }
        drop(say);
        let wanted = (enough * round).div_ceil(kills);
        while deliveries < wanted {
            // All of them have ended when there is no more to hear: then the server is gone.
            let receipts: Vec<Uuid> = told.recv().expect("the server ended by itself");
            deliveries += 1;
            answered.extend(receipts);
        }
        server.kill();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        // Those that were answered before it was gone.
        for receipts in told {
            deliveries += 1;
            answered.extend(receipts);
        }
    }

    let vault = instance.vault().await;
    let store = vault.store();
    let pipeline = Uuid::parse_str(page.rsplit('/').next().unwrap()).unwrap();
    let owner = store.people().find_by_email(OWNER).await.unwrap().unwrap();
    let project = store.projects().of_person(owner.person.id).await.unwrap().unwrap().1[0].0.id;
    let receipts = store.receipts(project).of_pipeline(pipeline, u64::MAX >> 1).await.unwrap();
    let delivered = receipts.iter().filter(|receipt| receipt.outcome == Outcome::Delivered);
    let recorded: HashSet<Uuid> = delivered.map(|receipt| receipt.id).collect();
    let missing = answered.difference(&recorded).count();
    assert_eq!(missing, 0, "of {} receipts of {deliveries} deliveries", answered.len());
    assert!(deliveries >= enough && answered.len() >= deliveries);
    assert_eq!(vault.first_break(project).await.unwrap(), None);
    eprintln!(
        "{kills} kills: {deliveries} deliveries answered, {} receipts named, 0 missing",
        answered.len()
    );
}

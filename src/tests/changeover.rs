//! Every kind of key that is rotated is changed while the real program serves: on one server with the embedded
//! database, on three with `PostgreSQL`. No delivery fails, and nothing is left behind.

use crate::app::{PASSWORD, soak};
use crate::process::client::{Client, deliver};
use crate::process::instance::{Instance, key_file};
use crate::process::server::{Server, signal};
use regcred::crypto::kek::Kek;
use serde_json::Value;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Clients that deliver all the time.
const CLIENTS: usize = 32;
/// How long a change may take before it counts as never.
const DEADLINE: Duration = Duration::from_secs(300);

/// What the clients saw.
#[derive(Default)]
struct Seen {
    delivered: AtomicUsize,
    wrong: AtomicUsize,
    refused: AtomicUsize,
    cut_off: AtomicUsize,
    is_over: AtomicBool,
}

/// Clients, each on whichever port is given at its place at the moment.
fn load(
    ports: &Arc<Vec<AtomicU64>>,
    token: &str,
    expected: &[u8],
) -> (Arc<Seen>, Vec<JoinHandle<()>>) {
    let seen = Arc::new(Seen::default());
    let threads = (0..CLIENTS)
        .map(|number| {
            let (seen, ports) = (Arc::clone(&seen), Arc::clone(ports));
            let (token, expected) = (token.to_owned(), expected.to_vec());
            thread::spawn(move || {
                while !seen.is_over.load(Ordering::Relaxed) {
                    let port = ports[number % ports.len()].load(Ordering::Relaxed) as u16;
                    let counter = match deliver(port, &token, "load") {
                        Ok(answer) if answer.status == 200 && answer.body == expected => {
                            &seen.delivered
                        }
                        Ok(answer) if answer.status == 200 => &seen.wrong,
                        Ok(_) => &seen.refused,
                        Err(_) => &seen.cut_off,
                    };
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    (seen, threads)
}

fn stop(seen: &Seen, threads: Vec<JoinHandle<()>>) {
    seen.is_over.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Servers on one database, with both slots of the operator's key.
struct Fleet {
    instance: Instance,
    servers: Vec<Server>,
    ports: Arc<Vec<AtomicU64>>,
}

impl Fleet {
    async fn start() -> Self {
        let instance = Instance::new().await;
        // Both slots are there from the start, so that they can be changed while it runs.
        fs::copy(instance.kek(), instance.previous_kek()).unwrap();
        let count = if instance.url().is_some() { 3 } else { 1 };
        let servers: Vec<Server> =
            (0..count).map(|_| Server::start(Self::command(&instance), &instance.log)).collect();
        let ports = servers.iter().map(|server| AtomicU64::new(server.port.into())).collect();
        Self { instance, servers, ports: Arc::new(ports) }
    }

    fn command(instance: &Instance) -> Command {
        let mut command = instance.command();
        command.env("REGCRED_KEK_PREVIOUS_FILE", instance.previous_kek());
        command.env("REGCRED_KEY_SETTLE", "1");
        command
    }

    /// Takes one away in the middle of what it does, and starts it again.
    fn kill(&mut self, number: usize) {
        let at = number % self.servers.len();
        self.servers.remove(at).kill();
        let again = Server::start(Self::command(&self.instance), &self.instance.log);
        self.ports[at].store(again.port.into(), Ordering::Relaxed);
        self.servers.insert(at, again);
    }

    /// Puts another key into the operator's slots, and tells every server.
    fn change_kek(&self) -> String {
        let kek = Kek::generate().unwrap();
        let (current, new) = (self.instance.kek(), self.instance.database.folder.join("new"));
        key_file(&new, &kek, 0o600);
        fs::copy(current, self.instance.previous_kek()).unwrap();
        fs::rename(&new, current).unwrap();
        for server in &self.servers {
            signal("HUP", server.id());
        }
        kek.id().to_string()
    }
}

/// Asks until the report says so.
fn until(client: &mut Client, fleet: &mut Fleet, mut kills: usize, is_so: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    let mut number = 0;
    loop {
        client.port = fleet.ports[0].load(Ordering::Relaxed) as u16;
        let report = fleet.instance.keys();
        if kills == 0 && is_so(&report) {
            return;
        }
        assert!(began.elapsed() < DEADLINE, "{report}");
        if kills > 0 {
            fleet.kill(number);
            (kills, number) = (kills - 1, number + 1);
        }
    }
}

/// Every secret is under this data key.
fn is_under(version: u64) -> impl Fn(&Value) -> bool {
    move |report| {
        let keys = report["keys"].as_array().cloned().unwrap_or_default();
        let secret = keys.iter().filter(|key| key["purpose"] == "secret");
        report["rewrap"].is_null()
            && secret.clone().any(|key| key["version"] == version && key["state"] == "active")
            && secret.filter(|key| key["version"] != version).all(|key| key["secrets"] == 0)
    }
}

/// Every fingerprint is of this data key.
fn is_told_by(version: u64) -> impl Fn(&Value) -> bool {
    move |report| {
        let keys = report["keys"].as_array().cloned().unwrap_or_default();
        let active = keys.iter().find(|key| {
            key["purpose"] == "fingerprint" && key["version"] == version && key["state"] == "active"
        });
        report["fingerprints_left"] == 0 && active.is_some_and(|key| key["secrets"] != 0)
    }
}

/// Every row is under this data key.
fn is_protected_by(version: u64) -> impl Fn(&Value) -> bool {
    move |report| {
        let keys = report["keys"].as_array().cloned().unwrap_or_default();
        let is_active = keys.iter().any(|key| {
            key["purpose"] == "audit" && key["version"] == version && key["state"] == "active"
        });
        is_active && report["rows_moving"] == false
    }
}

/// Every data key is wrapped under this key.
fn is_wrapped_under(id: String) -> impl Fn(&Value) -> bool {
    move |report| {
        let keys = report["keys"].as_array().cloned().unwrap_or_default();
        !keys.is_empty() && keys.iter().all(|key| key["kek_id"] == id.as_str())
    }
}

/// A fleet with credentials, and what a pipeline receives.
async fn furnished() -> (Fleet, Client, String, Vec<u8>) {
    let fleet = Fleet::start().await;
    // The link of the server that started last is the one that works.
    let mut client = Client::set_up(fleet.servers.last().unwrap());
    for number in 0..soak(150, 2_000) {
        let (name, host) = (format!("c{number}"), format!("r{number}.example.com"));
        client.credential(&name, &host, format!("secret-{number}").as_bytes());
    }
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    let (_, token) = client.pipeline("load", &ids[..5]);
    let expected = client.deliver(&token).body;
    (fleet, client, token, expected)
}

#[tokio::test]
async fn no_delivery_fails_while_both_kinds_of_key_change() {
    let (mut fleet, mut client, token, expected) = furnished().await;
    let (seen, threads) = load(&fleet.ports, &token, &expected);
    assert_eq!(client.ask("/rpc/keys/rotate", &[]).status, 200);
    let form = [("purpose", "fingerprint")];
    assert_eq!(client.ask("/rpc/keys/rotate", &form).status, 200);
    assert_eq!(client.ask("/rpc/keys/rotate", &[("purpose", "audit")]).status, 200);
    until(&mut client, &mut fleet, 0, is_under(2));
    until(&mut client, &mut fleet, 0, is_told_by(2));
    until(&mut client, &mut fleet, 0, is_protected_by(2));
    // Servers that have not read it yet go on: they learn of the new key from what the others write.
    let (form, began) =
        ([("version", "1"), ("purpose", "audit"), ("password", PASSWORD)], Instant::now());
    while client.ask("/rpc/keys/retire", &form).status != 200 {
        assert!(began.elapsed() < DEADLINE, "no server retires the key for the audit log");
    }
    let id = fleet.change_kek();
    until(&mut client, &mut fleet, 0, is_wrapped_under(id));
    // The data keys that come after are wrapped under it as well, and every server knows them. One
    // that has not read its new key yet refuses to make any.
    let began = Instant::now();
    while client.ask("/rpc/keys/rotate", &[]).status != 200 {
        assert!(began.elapsed() < DEADLINE, "no server rotates");
    }
    until(&mut client, &mut fleet, 0, is_under(3));
    stop(&seen, threads);
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let (wrong, refused, cut_off) =
        (count(&seen.wrong), count(&seen.refused), count(&seen.cut_off));
    assert_eq!((wrong, refused, cut_off), (0, 0, 0), "of {}", count(&seen.delivered));
    assert!(count(&seen.delivered) > 2 * CLIENTS);
    eprintln!("{} deliveries while the keys changed, 0 failed", count(&seen.delivered));
    // The previous key is not needed any more.
    let only = Server::start(fleet.instance.command(), &fleet.instance.log);
    assert_eq!(deliver(only.port, &token, "after").unwrap().body, expected);
}

#[tokio::test]
async fn killed_again_and_again_a_change_of_keys_comes_to_its_end() {
    let (mut fleet, mut client, token, expected) = furnished().await;
    let (seen, threads) = load(&fleet.ports, &token, &expected);
    let kills = soak(6, 50);
    assert_eq!(client.ask("/rpc/keys/rotate", &[]).status, 200);
    until(&mut client, &mut fleet, kills / 2, is_under(2));
    let id = fleet.change_kek();
    until(&mut client, &mut fleet, kills - kills / 2, is_wrapped_under(id));
    stop(&seen, threads);
    assert_eq!(seen.wrong.load(Ordering::Relaxed), 0, "a wrong answer");
    // A try after a connection that was cut off succeeds.
    for port in fleet.ports.iter() {
        let answer = deliver(port.load(Ordering::Relaxed) as u16, &token, "retry").unwrap();
        assert_eq!((answer.status, answer.body), (200, expected.clone()));
    }
    assert!(is_under(2)(&fleet.instance.keys()));
}

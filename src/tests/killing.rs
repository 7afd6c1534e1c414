//! Killed a thousand times under a mixed load: what was acknowledged is there, what is there is
//! whole, and `regcred doctor` finds nothing. Kills alone prove little (a system that never flushes
//! passes as well), so the benchmark counts the flushes for each commit.

use crate::app::{PASSWORD, soak};
use crate::browser::urlencoded;
use crate::forms::credentials_in;
use crate::process::client::{Answer, Client, deliver};
use crate::process::instance::Instance;
use crate::process::server::{Server, program};
use regcred::domain::listing::{ListQuery, percent};
use regcred::domain::moment::Day;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use uuid::Uuid;

/// What a client was told, and what it was about to ask when it was told nothing more.
enum Told {
    /// A credential was created.
    Created(String),
    /// Its description is this now; an edit that was not acknowledged may have come through.
    Edited(String, String),
    /// It was deleted.
    Deleted(String),
    /// A run received its secret.
    Delivered(String),
    /// This was asked and not answered.
    Asked(String),
}

/// A client that says what it was told.
struct Writer<'a> {
    client: Client,
    told: &'a Sender<Told>,
}

impl Writer<'_> {
    /// Whether it was done; once the server is gone nothing is.
    fn ask(&mut self, name: &str, done: Told, act: impl FnOnce(&mut Client) -> bool) -> bool {
        let _ = self.told.send(Told::Asked(name.to_owned()));
        let went = act(&mut self.client);
        if went {
            let _ = self.told.send(done);
        }
        went
    }

    /// Creates, edits and sometimes deletes one credential.
    fn turn(&mut self, name: &str, deletes: bool) -> bool {
        let (own, host) = (name.to_owned(), format!("{name}.example.com"));
        let created = Told::Created(own.clone());
        if !self.ask(name, created, |client| create(client, name, &host)) {
            return false;
        }
        let Some(id) = id_of(&mut self.client, name) else { return false };
        let edited = Told::Edited(own.clone(), "edited".to_owned());
        self.ask(name, edited, |client| edit(client, &id, name, &host))
            && (!deletes || self.ask(name, Told::Deleted(own), |client| delete(client, &id)))
    }
}

fn fields<'a>(name: &'a str, host: &'a str) -> Vec<(&'a str, &'a [u8])> {
    vec![
        ("project", b"acme"),
        ("name", name.as_bytes()),
        ("registry_url", host.as_bytes()),
        ("method", b"password"),
        ("username", b"acme-bot"),
        ("access", b"pull"),
        ("password", b"hunter2-hunter2"),
    ]
}

/// Whether the answer came and says that it went well.
fn is_done(answer: std::io::Result<Answer>) -> bool {
    answer.is_ok_and(|answer| answer.header("location").contains("?said="))
}

fn create(client: &mut Client, name: &str, host: &str) -> bool {
    is_done(client.try_multipart("/rpc/credentials/create", &fields(name, host)))
}

fn edit(client: &mut Client, id: &str, name: &str, host: &str) -> bool {
    let mut form = fields(name, host);
    form.extend([("id", id.as_bytes()), ("revision", b"1"), ("description", b"edited")]);
    is_done(client.try_multipart("/rpc/credentials/update", &form))
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

fn delete(client: &mut Client, id: &str) -> bool {
    let form = urlencoded(&[("project", "acme"), ("id", id), ("password", PASSWORD)]);
    let headers = format!("accept: text/html\r\n{FORM}");
    is_done(client.try_send("POST", "/rpc/credentials/delete", &headers, form.as_bytes()))
}

fn id_of(client: &mut Client, name: &str) -> Option<String> {
    let path = format!("/p/acme/credentials?q={}", percent(name));
    let answer = client.try_send("GET", &path, "accept: text/html\r\n", b"").ok()?;
    let mut found = credentials_in(&answer.text()).into_iter();
    found.find(|(other, _)| other == name).map(|(_, id)| id)
}

#[tokio::test]
async fn no_acknowledged_write_is_lost_and_none_is_half_written() {
    let instance = Instance::new().await;
    let first = Server::start(instance.command(), &instance.log);
    let mut client = Client::set_up(&first);
    client.credential("delivered", "ghcr.io", b"hunter2");
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    let (page, token) = client.pipeline("ci", &ids);
    let pipeline = Uuid::parse_str(page.rsplit('/').next().unwrap()).unwrap();
    first.kill();

    let (mut there, mut gone) = (BTreeMap::new(), HashSet::new());
    let (mut unsure, mut runs) = (HashSet::new(), HashSet::new());
    let rounds = soak(4, 1_000);
    for round in 0..rounds {
        let server = Server::start(instance.command(), &instance.log);
        let (say, told) = channel();
        let mut threads = Vec::new();
        for number in 0..2 {
            let (say, client) = (say.clone(), client.another(server.port));
            threads.push(thread::spawn(move || {
                let mut writer = Writer { client, told: &say };
                let mut turn = 0;
                while writer.turn(&format!("c{round}-{number}-{turn}"), turn % 2 == 1) {
                    turn += 1;
                }
            }));
        }
        for number in 0..2 {
            let (say, token, port) = (say.clone(), token.clone(), server.port);
            threads.push(thread::spawn(move || {
                for turn in 0.. {
                    let run = format!("{round}-{number}-{turn}");
                    match deliver(port, &token, &run) {
                        Ok(answer) if answer.status == 200 => drop(say.send(Told::Delivered(run))),
                        _ => break,
                    }
                }
            }));
        }
        drop(say);
        let enough: Vec<Told> = told.iter().take(20 + round % 17).collect();
        server.kill();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        for one in enough.into_iter().chain(told) {
            match one {
                Told::Asked(name) => drop(unsure.insert(name)),
                Told::Created(name) => {
                    unsure.remove(&name);
                    there.insert(name, String::new());
                }
                Told::Edited(name, text) => {
                    unsure.remove(&name);
                    there.insert(name, text);
                }
                Told::Deleted(name) => {
                    unsure.remove(&name);
                    there.remove(&name);
                    gone.insert(name);
                }
                Told::Delivered(run) => drop(runs.insert(run)),
            }
        }
        let mut doctor = instance.command_of(program(), "doctor");
        let found = doctor.output().unwrap();
        let said = String::from_utf8_lossy(&found.stdout);
        assert_eq!(found.status.code(), Some(0), "after round {round}: {said}");
    }

    let vault = instance.vault().await;
    let store = vault.store();
    let owner = store.people().find_by_email(crate::app::OWNER).await.unwrap().unwrap();
    let project = store.projects().of_person(owner.person.id).await.unwrap().unwrap().1[0].0.id;
    let (credentials, day) = (store.credentials(project), Day::parse("2026-11-21").unwrap());
    let (all, search) = (ListQuery::default(), credentials.search(String::new()).await.unwrap());
    let rows = credentials.choices(&all, &search, day, 1_000_000).await.unwrap();
    let mut stored = HashMap::new();
    for row in rows {
        let whole = store.credentials(project).find(row.id).await.unwrap().unwrap();
        stored.insert(row.name, whole.summary.description);
    }
    let mut lost = Vec::new();
    for (name, description) in &there {
        let is_there = stored.get(name) == Some(description);
        // What was asked last and never answered may have been done, or not.
        if !is_there && !unsure.contains(name) {
            lost.push(name);
        }
    }
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), there.len());
    let back: Vec<_> = gone.iter().filter(|name| stored.contains_key(*name)).collect();
    assert!(back.is_empty(), "deleted, and there again: {back:?}");
    let receipts = store.receipts(project).of_pipeline(pipeline, u64::MAX >> 1).await.unwrap();
    let recorded: HashSet<String> =
        receipts.into_iter().filter_map(|receipt| receipt.claims.run).collect();
    let missing = runs.difference(&recorded).count();
    assert_eq!(missing, 0, "of {} deliveries", runs.len());
    eprintln!(
        "{rounds} kills: {} credentials, {} deletions and {} deliveries acknowledged, 0 lost",
        there.len(),
        gone.len(),
        runs.len()
    );
}

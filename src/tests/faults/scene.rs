//! A server on a disk that fails, and what it was heard to say.

use super::disk::Disk;
use crate::process::client::{Client, deliver, exchange};
use crate::process::instance::Instance;
use crate::process::server::{Server, program};
use regcred::domain::delivery::Fetch;
use std::collections::HashSet;
use uuid::Uuid;

/// Where the embedded database lies, in the path of its files.
const FILES: &str = "regcred.db";

pub struct Scene {
    pub disk: Disk,
    pub instance: Instance,
    pub server: Server,
    client: Client,
    token: String,
    /// The receipts that answers with a secret have named.
    receipts: HashSet<String>,
    /// Answers with a secret.
    secrets: usize,
    /// Credentials of which it was said that they were created.
    created: HashSet<String>,
}

impl Scene {
    pub async fn new() -> Self {
        Self::on(Instance::new().await, Disk::new(), FILES)
    }

    /// The same on another instance; the faults are for files with `on` in their path.
    pub fn on(instance: Instance, disk: Disk, on: &str) -> Self {
        let server = Server::start(disk.under(instance.command(), on), &instance.log);
        let mut client = Client::set_up(&server);
        client.credential("ghcr", "ghcr.io", b"hunter2-hunter2");
        let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
        let (_, token) = client.pipeline("ci", &ids);
        let (receipts, created) = (HashSet::new(), HashSet::new());
        Self { disk, instance, server, client, token, receipts, secrets: 0, created }
    }

    /// Another server on the same database.
    pub fn another_server(&self) -> Server {
        Server::start(self.disk.under(self.instance.command(), FILES), &self.instance.log)
    }

    /// Fetches, asks whether it is ready, and creates a credential, in an order of the round's.
    pub fn work(&mut self, round: usize) {
        for turn in 0..6 {
            match (round + turn) % 6 {
                0 | 2 | 3 => drop(self.deliver()),
                1 => drop(self.create(&format!("c{round}"))),
                _ => drop(self.ready()),
            }
        }
    }

    /// With a disk that works, everything does, at once.
    pub fn is_well(&mut self, round: usize) {
        assert_eq!(self.deliver(), 200, "round {round}");
        assert_eq!(self.ready(), 200, "round {round}");
        assert!(self.create(&format!("well-{round}")), "round {round}");
    }

    pub fn deliver(&mut self) -> u16 {
        self.deliver_at(self.server.port)
    }

    /// Fetches; gives the status.
    pub fn deliver_at(&mut self, port: u16) -> u16 {
        let answer = deliver(port, &self.token, "1").unwrap();
        let holds_secret = answer.text().contains("auths");
        match answer.status {
            200 => {
                assert!(holds_secret);
                let named = answer.header("regcred-delivery").split(';').next().unwrap();
                assert!(self.receipts.insert(named.to_owned()), "a receipt is named twice");
                self.secrets += 1;
            }
            503 => assert!(!holds_secret),
            other => panic!("{other}: {}", answer.text()),
        }
        answer.status
    }

    /// Creates a credential; whether it was said that it was done.
    pub fn create(&mut self, name: &str) -> bool {
        let answer = self.client.credential(name, &format!("{name}.example.com"), b"hunter2");
        assert_ne!(answer.status, 500, "{}", answer.text());
        let is_done = answer.header("location").contains("?said=");
        if is_done {
            self.created.insert(name.to_owned());
        }
        is_done
    }

    /// Fetches until `/readyz` tells of the fault. It looks by itself only now and then while nothing
    /// has failed, and the first calls may still have room.
    pub fn until_it_is_told(&mut self) {
        while self.ready() == 200 {
            self.deliver();
        }
    }

    /// What `/readyz` says now; it may be what it found half a second ago.
    pub fn ready(&self) -> u16 {
        exchange(self.server.port, "GET", "/readyz", "", b"").unwrap().status
    }

    /// What `/readyz` says once it has looked again.
    pub fn fresh_ready(&self) -> u16 {
        let seen = self.disk.seen();
        while self.disk.seen() == seen {
            self.ready();
        }
        // What was seen may have been a job's: whatever came of it is known now.
        self.ready()
    }

    /// After a kill, a restart and on a disk that works: every receipt and every credential that was
    /// spoken of is there, the chain holds, and `doctor` finds nothing.
    pub async fn check_after_restart(self) {
        let Self { disk, instance, server, receipts, secrets, created, .. } = self;
        assert_eq!(receipts.len(), secrets);
        let failed = disk.failed();
        server.kill();
        drop(disk);
        let server = Server::start(instance.command(), &instance.log);
        for receipt in &receipts {
            let receipt = Uuid::parse_str(receipt).unwrap();
            let id = instance.database.id(Fetch::new(receipt).id());
            let number = Fetch::number(receipt);
            let sql = format!(
                "SELECT COUNT(*) FROM pipeline_fetch f JOIN receipt r ON r.chain = f.chain AND r.seq = f.seq
                WHERE f.id = {id} AND r.number = {number} AND r.outcome = 'delivered'"
            );
            assert_eq!(instance.database.scalar_i64(&sql).await, 1, "a receipt is lost");
        }
        for name in &created {
            let sql = format!("SELECT COUNT(*) FROM credential WHERE name = '{name}'");
            assert_eq!(instance.database.scalar_i64(&sql).await, 1, "{name} is lost");
        }
        assert!(server.stop().success());
        for arguments in [&["doctor"][..], &["audit", "verify"]] {
            let mut command = instance.command_of(program(), arguments[0]);
            let done = command.args(&arguments[1..]).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        }
        eprintln!("{failed} faults: {secrets} secrets, {} other writes, all kept", created.len());
    }
}

//! A credential that somebody is after, one beside it, and the host where the attacker waits.

use crate::app::App;
use crate::canary::search::{Canary, Search};
use axum::http::StatusCode;
use regcred::domain::audit::Action;
use regcred::domain::delivery::Outcome;
use std::collections::BTreeSet;
use std::net::TcpListener;
use uuid::Uuid;

/// The victim's registry.
pub const HOST: &str = "registry.example.com";

/// An instance with two credentials that one pipeline may have: a victim and a bystander.
pub struct Scene {
    pub app: App,
    pub victim: Uuid,
    pub bystander: Uuid,
    pub token: String,
    project: Uuid,
    /// Finds the victim's secret as 0 and the bystander's as 1.
    pub search: Search,
    /// Where the attacker waits.
    attacker: TcpListener,
}

impl Scene {
    /// Both are granted, and nothing has happened yet.
    pub async fn new() -> Self {
        let secrets = [Canary::text(), Canary::text()];
        let app = App::new().await;
        let owner = &app.owner;
        let victim = app.credential(owner, "acme", "victim", HOST, secrets[0].as_str()).await;
        let bystander =
            app.credential(owner, "acme", "bystander", "ghcr.io", secrets[1].as_str()).await;
        let (_, token) = app.pipeline(owner, "acme", "ci", &[victim, bystander], "pull").await;
        let project = app.evidence(owner, "acme").await.project().id;
        let attacker = TcpListener::bind("127.0.0.1:0").unwrap();
        attacker.set_nonblocking(true).unwrap();
        Self { victim, bystander, token, project, search: Search::new(&secrets), attacker, app }
    }

    /// Where it listens, as a registry host.
    pub fn attackers_host(&self) -> String {
        self.attacker.local_addr().unwrap().to_string()
    }

    /// Runs the statement; `V` is the victim's id.
    pub async fn tamper(&self, sql: &str) {
        let sql = sql.replace("= V", &format!("= {}", self.app.database.id(self.victim)));
        assert!(self.app.raw(&sql).await > 0, "nothing was changed: {sql}");
    }

    /// The victim's ciphertext.
    pub async fn sealed(&self, id: Uuid) -> Vec<u8> {
        let id = self.app.database.id(id);
        let sql = format!(
            "SELECT sealed FROM secret_version WHERE credential_id = {id} ORDER BY version DESC LIMIT 1"
        );
        self.app.database.scalar(&sql).await
    }

    /// Puts these bytes in the place of the newest ciphertext.
    pub async fn seal(&self, id: Uuid, blob: &[u8]) {
        let (id, blob) = (self.app.database.id(id), self.app.database.bytes(blob));
        let newest =
            format!("(SELECT MAX(version) FROM secret_version WHERE credential_id = {id})");
        let of = format!("WHERE credential_id = {id} AND version = {newest}");
        self.app.raw(&format!("UPDATE secret_version SET sealed = {blob} {of}")).await;
    }

    /// Whose secrets a fetch gives, and what the answer says about the victim.
    pub async fn fetch(&self) -> (StatusCode, BTreeSet<usize>, bool) {
        let reply = self.app.docker_config(&self.token, "", &[]).await;
        let mut said = reply.headers.get_all("regcred-left-out").iter();
        let is_of_victim = |line: &str| {
            line.starts_with(&self.victim.to_string())
                && line.contains("; its stored secret cannot be read")
        };
        let is_said = said.any(|line| is_of_victim(line.to_str().unwrap()));
        (reply.status, self.search.who(&reply.body), is_said)
    }

    /// Fetches several times: never the victim, always the bystander, and it is on record.
    pub async fn assert_withheld(&self, case: &str, findings: usize) {
        for _ in 0..2 {
            let (status, delivered, is_said) = self.fetch().await;
            assert_eq!((status, delivered), (StatusCode::OK, BTreeSet::from([1])), "{case}");
            assert!(is_said, "{case}: the answer does not say that it was left out");
        }
        let stored = self.app.stored("acme", self.victim).await;
        assert!(stored.summary.unreadable_at.is_some(), "{case}: it is not marked");
        assert_eq!(self.findings().await, findings, "{case}");
        let receipts = self.app.vault.store().receipts(self.project);
        let last = receipts.of_credential(self.victim, None, 1).await.unwrap().receipts.remove(0);
        assert_eq!(last.outcome, Outcome::Refused, "{case}");
        assert_eq!(self.app.vault.first_break(self.project).await.unwrap(), None, "{case}");
        self.assert_nobody_called(case);
    }

    /// How often it was noted that the victim is unreadable.
    pub async fn findings(&self) -> usize {
        let chain = self.app.vault.store().chain();
        let events = chain.about(self.project, self.victim, 1000).await.unwrap();
        events.iter().filter(|event| event.action == Action::CredentialUnreadable).count()
    }

    /// Who had connected would wait here, whether or not it had sent anything.
    pub fn assert_nobody_called(&self, case: &str) {
        let called = self.attacker.accept();
        assert!(
            called.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock),
            "{case}"
        );
    }

    /// Nothing happened: both are delivered, and the victim to where it always was.
    pub async fn assert_unharmed(&self, case: &str) {
        let stored = self.app.stored("acme", self.victim).await;
        assert_eq!(stored.origin, format!("https://{HOST}:443"), "{case}");
        assert_eq!((stored.revision, stored.secret.version), (1, 1), "{case}");
        assert_eq!(self.fetch().await.1, BTreeSet::from([0, 1]), "{case}");
        self.assert_nobody_called(case);
    }
}

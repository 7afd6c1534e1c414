//! Who can write to the database and has not the keys gets nothing through the front door, and the
//! doctor names each row that they changed (security T2).

mod accepted;
mod chains;
mod edits;
mod found;
mod many;
mod older;
mod put_back;
mod random;
mod renamed;
mod rolled_back;
mod stopped;
mod walls;

use crate::app::{App, credential_form};
use crate::canary::search::{Canary, Search};
use regcred::crypto::token::generate_token;
use regcred::store::{Store, Tampered};
use regcred::vault::{Settings, Vault, unlock};
use std::collections::BTreeSet;
use uuid::Uuid;

const API: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi";

impl App {
    /// Takes the rows of the table for the product's own.
    pub async fn adopt(&self, table: &str) {
        let db = self.database.connect().await;
        self.vault.store().adopt_rows(db, table).await.unwrap();
    }

    /// Runs a statement on the database behind the product's back; gives the rows it changed.
    pub async fn tamper(&self, sql: &str) -> u64 {
        self.database.raw(sql).await
    }

    /// The same program on the same database, started again: what it asks is on no list.
    async fn looked_at(&self) -> Vault {
        let store = Store::connect(&self.address).await.unwrap();
        let keys = unlock(&store, self.key_source()).await.unwrap();
        Vault::new(store, keys, Settings::default())
    }
}

/// A project with a protected credential that waits for its approval, one for the same registry that
/// is anybody's, and one of another pipeline.
struct Scene {
    app: App,
    doctor: Vault,
    search: Search,
    protected: Uuid,
    plain: Uuid,
    low: Uuid,
    other: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let secrets = [(); 4].map(|()| Canary::text());
        let [protecteds, replaced, plains, thirds] = secrets.each_ref().map(Canary::as_str);
        let app = App::new().await;
        let owner = &app.owner;
        let more = [("is_protected", "true")];
        let protected =
            app.credential_with(owner, "acme", "protected", "ghcr.io", protecteds, &more).await;
        let narrow = [("access", "pull"), ("paths", "acme")];
        let plain = app.credential_with(owner, "acme", "plain", "ghcr.io", replaced, &narrow).await;
        let id = plain.to_string();
        let edit = [("id", id.as_str()), ("revision", "1"), ("access", "pull"), ("paths", "acme")];
        let form = credential_form("acme", "plain", "ghcr.io", plains, &edit);
        owner.post_multipart("/rpc/credentials/update", &form, None).await;
        let third = app.credential(owner, "acme", "third", "quay.io", thirds).await;
        let (release, _) = app.bare_pipeline("release").await;
        app.grant(release, protected, &[("form[intent]", "pull_push")]).await;
        let (low, token) = app.pipeline(owner, "acme", "low", &[plain], "pull").await;
        let (other, _) = app.pipeline(owner, "acme", "other", &[third], "pull").await;
        let doctor = app.looked_at().await;
        let search = Search::new(&secrets);
        let scene = Self { app, doctor, search, protected, plain, low, other, token };
        let reply = scene.app.fetch(&scene.token, API).await;
        assert_eq!(reply.json()["secret"], plains, "{}", reply.text());
        assert_eq!(scene.found().await, Tampered::default());
        scene
    }

    /// The rows that the doctor finds.
    async fn found(&self) -> Tampered {
        self.doctor.store().tampered_rows().await.unwrap()
    }

    fn id(&self, id: Uuid) -> String {
        self.app.database.id(id)
    }

    /// Whose secrets that token gets, of everything it can ask for: 0 what nobody was let
    /// have, 1 what was replaced, 2 what the pipeline has, 3 what another one has.
    async fn everything_of(&self, token: &str) -> BTreeSet<usize> {
        let mut got = BTreeSet::new();
        for query in ["", "?intent=push"] {
            got.extend(self.search.who(&self.app.docker_config(token, query, &[]).await.body));
        }
        for of in ["ghcr.io&repository=acme%2Fapi", "ghcr.io&repository=other%2Fapi", "quay.io"] {
            for intent in ["", "&intent=push"] {
                let path = format!("/api/v1/credential?server={of}{intent}");
                got.extend(self.search.who(&self.app.fetch(token, &path).await.body));
            }
        }
        got
    }

    /// Keeps the table as it is, changes it, looks, and puts it back.
    async fn during(&self, table: &str, sql: &str, look: impl AsyncFnOnce()) {
        self.app.tamper(&format!("CREATE TABLE kept AS SELECT * FROM {table}; {sql}")).await;
        let found = self.found().await;
        assert!(found.named.iter().any(|row| row.table == table), "{sql}: {found:?}");
        look().await;
        let back = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept");
        self.app.tamper(&format!("{back}; DROP TABLE kept")).await;
        assert_eq!(self.found().await, Tampered::default(), "{sql}: it was not put back");
    }

    /// That during the change nobody gets anything that they did not get before.
    async fn assert_nothing(&self, table: &str, sql: &str) {
        self.during(table, sql, async || {
            let got = self.everything_of(&self.token).await;
            assert!(got.is_subset(&BTreeSet::from([2])), "{sql}: {got:?}");
        })
        .await;
    }

    /// The same, and what was changed is not delivered at all.
    async fn assert_withheld(&self, table: &str, sql: &str) {
        self.during(table, sql, async || {
            assert_eq!(self.everything_of(&self.token).await, BTreeSet::new(), "{sql}");
        })
        .await;
    }
}

/// The parts of a token that somebody makes by themselves: its text, its public half, and the hash of
/// the other one.
fn planted() -> (String, String, Vec<u8>) {
    let token = generate_token().unwrap();
    (token.text.to_string(), token.id, token.hash.to_vec())
}

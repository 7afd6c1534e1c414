//! What cannot be recorded does not leave, at any door (security T30): the database is made to
//! refuse receipts by a trigger, as in `failpoint`.

use super::servers::Servers;
use crate::app::{App, Reply};
use crate::asking::DOORS;
use crate::canary::search::{Canary, Search};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// From now on no receipt can be written.
async fn refuse_receipts(app: &App) {
    let sql = if app.database.is_embedded() {
        "CREATE TRIGGER unwritten BEFORE INSERT ON receipt BEGIN SELECT RAISE(ABORT, 'failpoint'); END"
    } else {
        "CREATE FUNCTION unwritten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'failpoint'; END $$;
         CREATE TRIGGER unwritten BEFORE INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION unwritten()"
    };
    app.raw(sql).await;
}

/// They can again.
async fn accept_receipts(app: &App) {
    let sql = if app.database.is_embedded() {
        "DROP TRIGGER unwritten"
    } else {
        "DROP TRIGGER unwritten ON receipt; DROP FUNCTION unwritten()"
    };
    app.raw(sql).await;
}

/// An instance with a secret that one pipeline may pull with, by its token or by what Drone and
/// Woodpecker sign for repository 7.
struct Scene {
    app: App,
    token: String,
    search: Search,
    servers: Servers,
}

impl Scene {
    async fn new() -> Self {
        let secret = Canary::text();
        let app = App::new().await;
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", secret.as_str()).await;
        let (pipeline, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
        let servers = Servers::of(&app, pipeline).await;
        Self { app, token, search: Search::new([&secret]), servers }
    }

    /// Asks at every door there is, and says which.
    async fn ask_everywhere(&self) -> Vec<(String, Reply)> {
        let mut replies = Vec::new();
        for door in DOORS {
            replies.push((door.to_owned(), self.app.fetch(&self.token, door).await));
        }
        for (door, reply) in self.servers.ask(&self.app).await {
            replies.push((door.to_owned(), reply));
        }
        replies
    }

    /// Whether the secret is in the answer; a Kubernetes secret has it in base64 twice.
    fn is_in(&self, reply: &Reply) -> bool {
        let inner = serde_json::from_slice::<serde_json::Value>(&reply.body).unwrap_or_default();
        let inner = inner["data"][".dockerconfigjson"].as_str().unwrap_or_default();
        let inner = STANDARD.decode(inner).unwrap();
        let everywhere = [reply.everything(), inner].concat();
        !self.search.who(&everywhere).is_empty()
    }
}

#[tokio::test]
async fn no_door_hands_out_a_secret_whose_receipt_cannot_be_written() {
    let scene = Scene::new().await;
    let app = &scene.app;
    refuse_receipts(app).await;
    for (door, reply) in scene.ask_everywhere().await {
        assert_eq!((reply.status.as_u16(), &*reply.code()), (503, "unavailable"), "{door}");
        assert!(!reply.header("retry-after").is_empty(), "{door}");
        assert!(!scene.is_in(&reply), "{door}");
        assert!(reply.lines("regcred-delivery").is_empty(), "{door}");
        assert!(!reply.text().contains("failpoint"), "{door}");
    }
    assert_eq!(app.count_receipts().await, 0);
    assert_eq!(app.counted_i64("SELECT COUNT(*) FROM usage").await, 0);

    accept_receipts(app).await;
    let mut told: Vec<Uuid> = Vec::new();
    for (door, reply) in scene.ask_everywhere().await {
        assert_eq!(reply.status, 200, "{door}: {}", reply.text());
        assert!(scene.is_in(&reply), "{door}: now it is delivered");
        let [delivery] = reply.deliveries()[..] else { panic!("{door}: one delivery") };
        assert!(!told.contains(&delivery), "{door}: a receipt of its own");
        told.push(delivery);
    }
    let delivered = "SELECT COUNT(*) FROM receipt WHERE outcome = 'delivered'";
    assert_eq!(app.scalar_i64(delivered).await, i64::try_from(told.len()).unwrap());
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn where_no_token_of_the_registry_is_to_be_had_the_secret_does_not_take_its_place() {
    let scene = Scene::new().await;
    // This vault reaches no other host, so it has none to give either way.
    for is_refused in [true, false] {
        if is_refused {
            refuse_receipts(&scene.app).await;
        } else {
            accept_receipts(&scene.app).await;
        }
        let path = "/api/v1/registry-token?image=ghcr.io%2Facme%2Fapi";
        let reply = scene.app.fetch(&scene.token, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (503, "unavailable"));
        assert!(!scene.is_in(&reply), "never the secret in place of a token");
        let refused = scene.app.scalar_i64("SELECT COUNT(*) FROM receipt").await;
        assert_eq!(refused, i64::from(!is_refused));
    }
}

//! Retention waits for destinations that are on. What one that was stopped can never get is said on its page
//! and in the log.

use super::pulled::{fetch, links, token};
use crate::app::{App, SITE};
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::shipping::Listed;
use regcred::store::Store;
use regcred::vault::{ChainKeeper, Settings, Vault, told_at, unlock};

const DAY: i64 = 24 * 60 * 60;

/// A pipeline, and a destination that fetches from the beginning.
struct Scene {
    app: App,
    pipeline: String,
    puller: String,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
        let (_, pipeline) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
        let puller = token(&app, "acme", "beginning").await;
        Self { app, pipeline, puller }
    }

    /// Delivers so many days ago; the link of it.
    async fn deliver(&self, days: i64) -> i64 {
        let seconds = time::OffsetDateTime::now_utc().unix_timestamp() - days * DAY;
        let fetch = self.app.fetch(&self.pipeline, "/api/v1/docker-config");
        assert_eq!(told_at(Moment(seconds * 1_000), fetch).await.status, 200);
        self.app.scalar_i64("SELECT MAX(seq) FROM pipeline_fetch").await
    }

    /// Has another server remove what is older than 90 days; how many receipts are left.
    async fn remove(&self) -> i64 {
        self.retaining().await.remove_old_receipts().await.unwrap();
        self.app.scalar_i64("SELECT COUNT(*) FROM receipt").await
    }

    async fn retaining(&self) -> Vault {
        let store = Store::connect(&self.app.address).await.unwrap();
        let keys = unlock(&store, self.app.key_source()).await.unwrap();
        let retention = Some(90);
        let settings = Settings { address: SITE.to_owned(), retention, ..Settings::default() };
        Vault::new(store, keys, settings)
    }

    /// The destination as its page has it.
    async fn listed(&self) -> Listed {
        let keeper = self.app.evidence(&self.app.owner, "acme").await;
        let keeper = ChainKeeper::of_project(&keeper.can::<of::AuditWrite>().unwrap());
        self.retaining().await.destinations(&keeper).await.unwrap().remove(0)
    }

    /// Stops it or lets it go on; the page after that.
    async fn switch(&self, is_on: &str) -> String {
        let id = self.app.database.scalar::<uuid::Uuid>("SELECT id FROM destination").await;
        let id = id.to_string();
        let form = [("project", "acme"), ("id", id.as_str()), ("is_on", is_on)];
        let reply = self.app.owner.post_form("/rpc/destinations/switch", &form).await;
        assert!(reply.status.is_redirection(), "{}", reply.text());
        let path = format!("/p/acme/audit/shipping?destination={id}");
        self.app.owner.get(&path).await.text()
    }

    /// Fetches everything that is there, and says that it arrived.
    async fn fetch_all(&self) -> Vec<i64> {
        let page = fetch(&self.app, &self.puller, "").await;
        assert_eq!(page["has_more"], false, "{page}");
        fetch(&self.app, &self.puller, page["cursor"].as_str().unwrap()).await;
        links(&page)
    }
}

#[tokio::test]
async fn nothing_is_removed_before_a_destination_that_is_on_has_it() {
    let scene = Scene::new().await;
    let old = [scene.deliver(120).await, scene.deliver(100).await];
    assert_eq!(scene.listed().await.waited_since, None, "what comes first is of today");
    assert_eq!(scene.remove().await, 2);
    let received = scene.fetch_all().await;
    assert!(old.iter().all(|link| received.contains(link)), "0 are missing: {received:?}");
    assert_eq!(scene.remove().await, 0);
    let listed = scene.listed().await;
    assert_eq!((listed.waited_since, listed.unsent), (None, None));
    // The event of the removal comes first, else it would be what waits.
    scene.fetch_all().await;
    // What it has not got keeps the rest of what is old, and nothing else does.
    let late = scene.deliver(95).await;
    let day = Moment(1_000 * (time::OffsetDateTime::now_utc().unix_timestamp() - 5 * DAY)).day();
    assert_eq!(scene.listed().await.waited_since, Some(day));
    assert_eq!(scene.remove().await, 1);
    assert!(scene.fetch_all().await.contains(&late));
    assert_eq!(scene.remove().await, 0);
}

#[tokio::test]
async fn what_was_removed_while_a_destination_was_stopped_is_said() {
    let scene = Scene::new().await;
    scene.fetch_all().await;
    scene.switch("false").await;
    let gone = [scene.deliver(120).await, scene.deliver(100).await];
    assert_eq!(scene.remove().await, 0, "nobody waits for one that a person stopped");
    let unsent = scene.listed().await.unsent.unwrap();
    assert_eq!((unsent.first, unsent.last, unsent.links), (gone[0], gone[1], 2));
    let said =
        format!("Links {} to {} were removed by retention before they were sent", gone[0], gone[1]);
    let page = scene.switch("true").await;
    assert!(page.contains(&said), "{page}");
    // Who receives the stream is told as well, and the page goes on saying it.
    let next = fetch(&scene.app, &scene.puller, "").await;
    let events = next["events"].as_array().unwrap();
    let resumed = events.iter().find(|one| one["action"] == "destination.started").unwrap();
    assert_eq!(resumed["detail"]["destination"]["unsent"]["links"], 2, "{resumed}");
    let received = scene.fetch_all().await;
    assert!(gone.iter().all(|link| !received.contains(link)));
    assert_eq!(scene.listed().await.unsent, Some(unsent));
    assert_eq!(scene.app.scalar_i64("SELECT COUNT(*) FROM receipt").await, 0);
}

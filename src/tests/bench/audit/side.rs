//! An instance with few or many receipts, served by the program, and what is asked for there.

use super::story::{GRANTS, Story};
use crate::filled::{Place, start};
use crate::person::Person;
use crate::postgres::number;
use crate::server::{Server, program};
use regcred::domain::job::JobKind;
use regcred::domain::moment::Moment;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long it may take until every job of a new server has run.
const SETTLING: Duration = Duration::from_secs(900);

/// An instance with so many receipts, served.
pub struct Side {
    pub server: Server,
    pub person: Person,
    pub asked: Asked,
    // Behind the server: it is stopped before its folder is removed.
    _place: Place,
}

/// What filters ask for.
pub struct Asked {
    /// When its story ends.
    pub end: Moment,
    pub colleague: Uuid,
    pub pipeline: Uuid,
    pub credential: Uuid,
    /// A credential that is refused since it was disabled.
    pub disabled: Uuid,
}

impl Asked {
    /// The day so many days before the end.
    pub fn days_ago(&self, days: i64) -> String {
        self.end.day().plus_days(-days).to_text()
    }
}

impl Side {
    /// On the embedded database, or on a new one of the server.
    pub async fn new(server: Option<&str>, receipts: usize) -> Self {
        let began = Instant::now();
        let story = Story::begin(server).await;
        let asked = story.tell(receipts / GRANTS).await;
        let mut seed = story.seed;
        let fresh = seed.fresh.take();
        let (folder, kek) = seed.close().await;
        let told = began.elapsed();
        let place = Place::new(folder, fresh);
        let server = start(&program(), &place, &kek);
        settle(&place.url()).await;
        println!(
            "{receipts} receipts were left by {} deliveries in {told:.0?}, and the server was at rest {:.0?} later",
            receipts / GRANTS,
            began.elapsed() - told
        );
        let person = Person::sign_in(server.port).await;
        Self { server, person, asked, _place: place }
    }
}

/// Waits until every job that a server runs by itself has run once: until then it has more to do than to
/// answer.
pub async fn settle(url: &str) {
    let is_scheduled = |kind: &&JobKind| {
        // It runs only where the operator says how long receipts are kept.
        kind.schedule().every.is_some() && **kind != JobKind::Retention
    };
    let kinds: Vec<String> =
        JobKind::ALL.iter().filter(is_scheduled).map(|kind| format!("'{}'", kind.word())).collect();
    let ran = format!(
        "SELECT COUNT(*) FROM job WHERE last_result IS NOT NULL AND kind IN ({})",
        kinds.join(", ")
    );
    let began = Instant::now();
    while number(url, &ran).await < kinds.len() as i64 {
        assert!(began.elapsed() < SETTLING, "a job does not run");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

//! The instance that others of the tests are copies of: set up once, through its own page.

use super::app::App;
use super::template::Template;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use uuid::Uuid;

/// How old it may be: its owner's session ends half an hour after the last request.
const AGE: Duration = Duration::from_secs(600);

/// What copies have in common: their rows, their keys, and the owner of `acme`, who is signed in.
pub struct Acme {
    pub template: Template,
    /// The key-encryption key.
    pub kek: String,
    pub cookie: Option<String>,
    pub owner: Option<Uuid>,
    made_at: Instant,
}

impl Acme {
    /// That of this process; a new one when that is too old.
    pub async fn get() -> Arc<Self> {
        static ACME: Mutex<Option<Arc<Acme>>> = Mutex::const_new(None);
        let mut acme = ACME.lock().await;
        if let Some(young) = acme.as_ref().filter(|acme| acme.made_at.elapsed() < AGE) {
            return Arc::clone(young);
        }
        let made = Arc::new(Self::make().await);
        *acme = Some(Arc::clone(&made));
        made
    }

    async fn make() -> Self {
        let app = App::another().await;
        let (cookie, owner) = (app.owner.cookie.clone(), app.owner.person);
        let (template, kek) = app.into_template().await;
        Self { template, kek, cookie, owner, made_at: Instant::now() }
    }
}

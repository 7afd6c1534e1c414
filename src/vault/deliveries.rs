//! Deliveries: what a pipeline receives. Only they and the slots call `open`. The format
//! decides what is in an answer, then the receipts are written, and then the answer leaves.

mod choice;
mod ledger;
mod listed;
mod pages;
mod receipts;
mod unreadable;

pub use ledger::{Delivered, Ledger, LeftOut, Told};
pub(super) use receipts::refusal;

use super::Vault;
use super::credentials::secret_place;
use crate::crypto::blob::Login;
use crate::domain::actor::Pipeline;
use crate::domain::credential::{Access, IDENTITY_USERNAME};
use crate::domain::delivery::{Claims, Content, Door};
use crate::domain::matching::{Lost, Shape};
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use crate::error::{Error, Result};
use crate::store::{Deliverable, FetchRow};
use receipts::Book;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long somebody who looks waits for the counts.
const CATCHING_UP: Duration = Duration::from_secs(2);

/// What a pipeline asks for.
#[derive(Clone, Debug)]
pub struct DeliveryRequest {
    pub intent: Access,
    /// To push, and also what may be pulled with: jobs pull what they build on with the same file. It
    /// is for all registries but that of the image, or where none is named for those to which nothing
    /// may push.
    pub also_pulls: bool,
    pub door: Door,
    pub claims: Claims,
    /// Where it asks from.
    pub address: Option<String>,
    /// Only for this registry, but for what [`Self::also_pulls`] adds.
    pub host: Option<RegistryHost>,
    /// Only for this repository of it.
    pub repository: Option<String>,
    /// What the reader of the answer can tell apart.
    pub shape: Shape,
    /// A short-lived token of the registry for that repository, instead of the secret.
    pub wants_token: bool,
}

impl DeliveryRequest {
    /// The image, without tag and digest, for receipts.
    fn image(&self) -> Option<String> {
        let host = self.host.as_ref()?;
        Some(match &self.repository {
            Some(repository) => format!("{host}/{repository}"),
            None => host.to_string(),
        })
    }

    /// What of it was asked of registries that are only pulled from: no image is theirs.
    fn pulling(&self) -> Self {
        let (intent, host, repository) = (Access::Pull, None, None);
        Self { intent, also_pulls: false, host, repository, ..self.clone() }
    }
}

/// One credential that is handed out.
pub struct Entry {
    /// The id of its receipt.
    pub receipt: Uuid,
    pub credential: Uuid,
    pub host: RegistryHost,
    /// Whether the registry is spoken to in plain HTTP.
    pub is_insecure: bool,
    /// Repository prefixes it is for; empty means every repository of the host.
    pub paths: Vec<String>,
    /// Never holds a colon.
    pub username: String,
    /// What convinces the registry.
    pub given: Given,
    /// When it ends, as far as is known: the credential, the grant, its approval or the token.
    pub ends: Option<Moment>,
}

/// What convinces a registry.
pub enum Given {
    /// The secret itself.
    Secret(Zeroizing<Vec<u8>>),
    /// A token of the registry for one repository.
    Bearer {
        token: Zeroizing<String>,
        /// Seconds that it works.
        expires_in: u64,
    },
}

impl Given {
    /// What it is beside that user name, as far as a format cares.
    fn content(&self, username: &str) -> Content {
        match self {
            Self::Secret(secret) => content(username, secret),
            Self::Bearer { .. } => Content::Token,
        }
    }
}

fn content(username: &str, secret: &[u8]) -> Content {
    match std::str::from_utf8(secret) {
        Ok(_) if username == IDENTITY_USERNAME => Content::Identity,
        Ok(_) => Content::Text,
        Err(_) => Content::Bytes,
    }
}

impl Vault {
    /// What the pipeline may have of what it asks for, as `format` writes it. Only what the format
    /// says it holds is called delivered; the receipts of that, and of what was refused, are durable
    /// before the answer is returned.
    ///
    /// # Errors
    /// `TooManyRequests` beyond the share of the pipeline or its project; `Unavailable` when the
    /// receipts cannot be written; `Conflict` when all that was asked for is one registry and two
    /// credentials tie for it, or when all there was to deliver is unreadable.
    /// For [`Shape::One`] also `NotFound` when nothing is granted for the registry, `Denied` when a
    /// rule keeps what is granted back, and `Conflict` when the format cannot hold it.
    pub async fn deliver<B>(
        &self,
        pipeline: &Pipeline,
        request: &DeliveryRequest,
        format: impl FnOnce(&[Entry], &mut Ledger) -> Result<B>,
    ) -> Result<Delivered<B>> {
        let requests = std::slice::from_ref(request);
        let format = |answers: &[Vec<Entry>], ledger: &mut Ledger| match answers {
            [entries, ..] => format(entries, ledger),
            [] => format(&[], ledger),
        };
        self.deliver_all(pipeline, requests, format).await
    }

    /// The same for several requests that share one answer: nothing is booked unless it leaves.
    ///
    /// # Errors
    /// As [`Vault::deliver`], when none of them is answered.
    pub async fn deliver_all<B>(
        &self,
        pipeline: &Pipeline,
        requests: &[DeliveryRequest],
        format: impl FnOnce(&[Vec<Entry>], &mut Ledger) -> Result<B>,
    ) -> Result<Delivered<B>> {
        self.take_share(pipeline)?;
        let granted = self.granted(pipeline).await?;
        let mut book = Book::new(pipeline, requests);
        let (mut choices, mut answers) = (Vec::new(), Vec::new());
        for request in requests {
            let (choice, entries) = self.choose(pipeline, request, &granted, &mut book).await?;
            choices.push(choice);
            answers.push(entries);
        }
        let failure = choices.iter().find_map(|choice| choice.failure());
        if let Some(error) = failure {
            self.write_down(pipeline, &mut book).await?;
            return Err(error);
        }
        let mut ledger = Ledger::default();
        let body = format(&answers, &mut ledger)?;
        for (choice, entries) in choices.iter_mut().zip(&answers) {
            choice.settle(entries, &ledger, &mut book);
        }
        self.write_down(pipeline, &mut book).await?;
        let unreadable = choices.iter().flat_map(|choice| choice.unreadable.iter().copied());
        let unreadable: Vec<&Deliverable> = unreadable.collect();
        self.mark_all_unreadable(&unreadable).await;
        if book.is_empty() {
            // Of several reasons one that can be mended is told.
            let mut problems: Vec<Error> = choices.into_iter().filter_map(|c| c.problem).collect();
            problems.sort_by_key(|problem| *problem == Error::NotFound);
            if let Some(problem) = problems.into_iter().next() {
                return Err(problem);
            }
        }
        Ok(Delivered { body, told: book.close() })
    }

    /// What the grants of the pipeline reach, with the ciphertexts.
    async fn granted(&self, pipeline: &Pipeline) -> Result<Vec<Deliverable>> {
        let secrets = self.store.secrets(pipeline.project_id());
        let granted = secrets.granted_to(pipeline.id()).await?;
        if granted.iter().all(|one| one.sealed.is_some()) {
            return Ok(granted);
        }
        // The secret may have been replaced between the two reads; then a second look finds it.
        Ok(secrets.granted_to(pipeline.id()).await?)
    }

    /// What the secrets of these credentials are, as far as a format cares, or that one cannot be
    /// read: for the explainer, which hands out nothing.
    pub(super) async fn contents(
        &self,
        (project, pipeline): (Uuid, Uuid),
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Result<Content, Lost>>> {
        let mut contents = HashMap::new();
        if ids.is_empty() {
            return Ok(contents);
        }
        let ids: HashSet<&Uuid> = ids.iter().collect();
        for one in self.store.secrets(project).granted_to(pipeline).await? {
            let shown = &one.credential.summary;
            if ids.contains(&shown.id) {
                let secret = self.open(&one).await?;
                let found = secret.map(|secret| content(&shown.username, &secret));
                contents.insert(shown.id, found.ok_or(Lost::Unreadable));
            }
        }
        Ok(contents)
    }

    /// The secret, if its ciphertext is whole and lies where it was sealed for.
    async fn open(&self, one: &Deliverable) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some((id, blob)) = one.sealed.as_ref() else { return Ok(None) };
        // From the host, not from a stored origin: a row that was re-pointed does not open.
        let shown = &one.credential.summary;
        let origin = shown.host.origin(shown.is_insecure);
        let login = Login { credential_id: shown.id, username: &shown.username };
        let place = secret_place(*id, one.project_id, one.credential.version, &origin, login);
        match self.open_stored(&place, blob).await? {
            Ok(secret) => Ok(Some(secret)),
            Err(error) => {
                tracing::error!(credential = %shown.id, error = %error, "a stored secret does not open");
                Ok(None)
            }
        }
    }

    /// Lets the counts catch up with the receipts before somebody looks at them. Where they cannot be
    /// written, or not at once, people see those of before.
    pub(super) async fn count_receipts(&self, project: Uuid) {
        let store = self.store.clone();
        // In a task of its own: who looks may go away, which is no doubtful end of a write.
        let counting = tokio::spawn(async move { store.count_receipts(project).await });
        if let Ok(Ok(Err(error))) = timeout(CATCHING_UP, counting).await {
            let _ = Error::from(error);
        }
    }

    /// Writes the receipts, of which many are more than one request of the pipeline's share.
    async fn write_down(&self, pipeline: &Pipeline, book: &mut Book<'_>) -> Result<()> {
        let rows = book.take();
        self.charge_share(pipeline, rows.iter().map(|row| row.receipts.len()).sum());
        self.record(rows).await
    }

    pub(super) async fn record(&self, rows: Vec<FetchRow>) -> Result<()> {
        Ok(self.recorder.record(rows).await?)
    }
}

//! Deliveries: what a pipeline is given. The only caller of `open` besides the slots. No secret
//! leaves before its receipt is durable.

mod receipts;
mod unreadable;

pub(super) use receipts::refusal;

use super::credentials::secret_place;
use super::{Vault, today};
use crate::crypto::CryptoError;
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door};
use crate::domain::matching::{Ask, Candidate, Lost, Outcome, Shape, Won, decide};
use crate::domain::registry::RegistryHost;
use crate::error::{Error, Result};
use crate::store::{Deliverable, ReceiptRow};
use receipts::Receipts;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a pipeline asks for.
#[derive(Clone, Debug)]
pub struct DeliveryRequest {
    /// For pulling or pushing.
    pub intent: Access,
    /// Through which door.
    pub door: Door,
    /// What it says about its run.
    pub claims: Claims,
    /// Where it asks from.
    pub address: Option<String>,
    /// Only for this registry.
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
}

/// What is handed out, and what could not be. It cannot be printed.
pub struct Delivery {
    /// By name of the credential.
    pub entries: Vec<Entry>,
    /// The id of each credential that was left out, and why.
    pub left_out: Vec<(Uuid, &'static str)>,
}

/// One credential that is handed out.
pub struct Entry {
    /// Its receipt.
    pub receipt: Uuid,
    /// Which credential.
    pub credential: Uuid,
    /// The registry.
    pub host: RegistryHost,
    /// Repository prefixes it is for; empty means every repository of the host.
    pub paths: Vec<String>,
    /// Never holds a colon.
    pub username: String,
    /// What convinces the registry.
    pub given: Given,
}

/// What convinces a registry.
pub enum Given {
    /// The secret itself.
    Secret(Zeroizing<Vec<u8>>),
    /// A token of the registry for one repository.
    Bearer {
        /// The token.
        token: Zeroizing<String>,
        /// Seconds that it works.
        expires_in: u64,
    },
}

const UNREADABLE: &str = "its stored secret cannot be read; save a new one";
const NO_TOKEN: &str = "the registry gave no short-lived token for it";

impl Vault {
    /// What the pipeline may have of what it asks for. Receipts of all of it, and of what was
    /// refused, are durable before it is returned.
    ///
    /// # Errors
    /// `Unavailable` when the receipts cannot be written; `Conflict` when two credentials tie, or
    /// when all there was to deliver is unreadable. For [`Shape::One`] also `NotFound` when nothing
    /// is granted for the registry, and `Denied` when a rule keeps what is granted back.
    pub async fn deliver(
        &self,
        pipeline: &Pipeline,
        request: &DeliveryRequest,
    ) -> Result<Delivery> {
        let secrets = self.store.secrets(pipeline.project_id());
        let mut granted = secrets.granted_to(pipeline.id()).await?;
        if granted.iter().any(|one| one.sealed.is_none()) {
            // The secret may have been replaced between the two reads; then a second look finds it.
            granted = secrets.granted_to(pipeline.id()).await?;
        }
        let outcome = decided(pipeline, request, &granted);
        let mut receipts = Receipts::new(pipeline, request);
        let mut left_out = Vec::new();
        for (index, lost) in &outcome.lost {
            let one = &granted[*index];
            // Who was asked for one repository is not told of all others.
            if *lost != Lost::OtherRepository {
                receipts.refuse(one, lost.label());
                left_out.push((one.credential.summary.id, lost.label()));
            }
        }
        if let Some((first, second)) = outcome.tie {
            self.record(receipts.rows).await?;
            return Err(tie(&granted[first], &granted[second]));
        }
        let mut entries = Vec::with_capacity(outcome.won.len());
        let mut unreadable = Vec::new();
        let mut problem = None;
        for won in &outcome.won {
            let one = &granted[won.index];
            let Some(secret) = self.open(one).await? else {
                receipts.refuse(one, UNREADABLE);
                left_out.push((one.credential.summary.id, UNREADABLE));
                unreadable.push(one);
                continue;
            };
            match self.given(request, won, one, secret).await {
                Ok(given) => entries.push(entry(won, one, given, receipts.deliver(one))),
                Err(error) => {
                    receipts.refuse(one, NO_TOKEN);
                    left_out.push((one.credential.summary.id, NO_TOKEN));
                    problem = Some(error);
                }
            }
        }
        if granted.is_empty() && request.shape != Shape::One {
            receipts.refuse_all("it has no grants");
        }
        self.record(receipts.rows).await?;
        self.mark_all_unreadable(&unreadable).await;
        if entries.is_empty() && !unreadable.is_empty() {
            return Err(Error::Conflict(
                "The stored secret of this credential cannot be read, so it was not delivered. Save a new secret for it."
                    .to_owned(),
            ));
        }
        if let (true, Some(error)) = (entries.is_empty(), problem) {
            return Err(error);
        }
        if entries.is_empty() && request.shape == Shape::One {
            return Err(nothing(&granted, &outcome));
        }
        Ok(Delivery { entries, left_out })
    }

    /// The registries that the pipeline could ask for, each with the user name it would get.
    pub async fn usernames(&self, pipeline: &Pipeline) -> Result<Vec<(RegistryHost, String)>> {
        let granted = self.store.secrets(pipeline.project_id()).granted_to(pipeline.id()).await?;
        let request = DeliveryRequest {
            intent: Access::Pull,
            door: Door::Credential,
            claims: Claims::default(),
            address: None,
            host: None,
            repository: None,
            shape: Shape::Hosts,
            wants_token: false,
        };
        let won = decided(pipeline, &request, &granted).won;
        let shown = won.iter().map(|won| &granted[won.index].credential.summary);
        Ok(shown.map(|shown| (shown.host.clone(), shown.username.clone())).collect())
    }

    /// What is handed out of the secret: itself, or what the registry gives for it.
    async fn given(
        &self,
        request: &DeliveryRequest,
        won: &Won,
        one: &Deliverable,
        secret: Zeroizing<Vec<u8>>,
    ) -> Result<Given> {
        if !won.is_narrow && !request.wants_token {
            return Ok(Given::Secret(secret));
        }
        let repository = request.repository.as_deref().ok_or(Error::Internal)?;
        self.bearer(&one.credential, repository, request.intent, &secret).await
    }

    /// The secret, if its ciphertext is whole and lies where it was sealed for.
    async fn open(&self, one: &Deliverable) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let Some((id, blob)) = one.sealed.as_ref() else { return Ok(None) };
        // From the host, not from a stored origin: a row that was re-pointed does not open.
        let shown = &one.credential.summary;
        let origin = shown.host.origin(shown.is_insecure);
        let place = secret_place(*id, one.project_id, one.credential.secret.version, &origin);
        match self.keys.open(&self.store, &place, blob).await {
            Ok(secret) => Ok(Some(secret)),
            // This server lacks a key; the secret is whole.
            Err(CryptoError::WrongKek) => Err(Error::Unavailable),
            Err(error) => {
                tracing::error!(credential = %shown.id, error = %error, "a stored secret does not open");
                Ok(None)
            }
        }
    }

    pub(super) async fn record(&self, rows: Vec<ReceiptRow>) -> Result<()> {
        if self.recorder.record(rows).await { Ok(()) } else { Err(Error::Unavailable) }
    }
}

fn decided(pipeline: &Pipeline, request: &DeliveryRequest, granted: &[Deliverable]) -> Outcome {
    let candidates: Vec<Candidate<'_>> = granted
        .iter()
        .map(|one| Candidate {
            credential: &one.credential.summary,
            grants: one.grants.iter().collect(),
        })
        .collect();
    let ask = Ask {
        intent: request.intent,
        host: request.host.as_ref(),
        repository: request.repository.as_deref(),
        proof: pipeline.proof(),
        today: today(),
        shape: request.shape,
        takes_tokens: request.door.carries_tokens(),
    };
    decide(&ask, &candidates)
}

fn entry(won: &Won, one: &Deliverable, given: Given, receipt: Uuid) -> Entry {
    let shown = &one.credential.summary;
    Entry {
        receipt,
        credential: shown.id,
        host: shown.host.clone(),
        paths: won.paths.clone(),
        username: shown.username.clone(),
        given,
    }
}

fn tie(first: &Deliverable, second: &Deliverable) -> Error {
    let (first, second) = (&first.credential.summary, &second.credential.summary);
    Error::Conflict(format!(
        "Two credentials serve {} equally well: {} and {}. Name the image, take one back from this pipeline, or give them different paths or access.",
        first.host.as_str(),
        first.name,
        second.name
    ))
}

/// Why a client that asked for one gets none: a rule, or there is nothing.
fn nothing(granted: &[Deliverable], outcome: &Outcome) -> Error {
    match outcome.lost.iter().find(|(_, lost)| lost.is_refusal()) {
        Some((index, lost)) => {
            let name = &granted[*index].credential.summary.name;
            Error::Denied(format!("{name} was not delivered: {}.", lost.label()))
        }
        None => Error::NotFound,
    }
}

//! Deliveries: what a pipeline is given. The only caller of `open` besides the slots. No secret
//! leaves before its receipt is durable.

use super::credentials::secret_place;
use super::{Vault, now};
use crate::crypto::CryptoError;
use crate::domain::actor::Pipeline;
use crate::domain::audit::{Action, Subject};
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Outcome, Receipt};
use crate::error::{Error, Result};
use crate::store::{CredentialChanges, Deliverable, ReceiptRow, Set};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
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
}

/// A docker `config.json` (protocols 4.2) and what could not be in it. It cannot be printed.
pub struct DockerConfig {
    /// The whole file.
    pub json: Zeroizing<String>,
    /// The id of each credential that was left out, and why.
    pub left_out: Vec<(Uuid, &'static str)>,
}

const DISABLED: &str = "it is disabled";
const WRONG_INTENT: &str = "the grant or the credential is for pulling only";
const SCOPED: &str =
    "another one serves this host more exactly, and this file has one entry a host";
const UNREADABLE: &str = "its stored secret cannot be read; save a new one";

impl Vault {
    /// The granted credentials as a docker `config.json`. Receipts of everything in it, and of what
    /// was refused, are durable before it is returned.
    ///
    /// # Errors
    /// `Unavailable` when the receipts cannot be written; `Conflict` when two credentials tie for a
    /// host, or when all there was to deliver is unreadable.
    pub async fn docker_config(
        &self,
        pipeline: &Pipeline,
        request: &DeliveryRequest,
    ) -> Result<DockerConfig> {
        let secrets = self.store.secrets(pipeline.project_id());
        let mut granted = secrets.granted_to(pipeline.id()).await?;
        if granted.iter().any(|one| one.sealed.is_none()) {
            // The secret may have been replaced between the two reads; then a second look finds it.
            granted = secrets.granted_to(pipeline.id()).await?;
        }
        let mut receipts = Receipts { pipeline, request, rows: Vec::with_capacity(granted.len()) };
        let mut left_out = Vec::new();
        let mut refuse = |receipts: &mut Receipts<'_>, one: &Deliverable, reason: &'static str| {
            receipts.add(one, Outcome::Refused, Some(reason.to_owned()));
            left_out.push((one.credential.summary.id, reason));
        };

        let mut by_host: BTreeMap<&str, Vec<&Deliverable>> = BTreeMap::new();
        for one in &granted {
            let shown = &one.credential.summary;
            if shown.disabled_at.is_some() {
                refuse(&mut receipts, one, DISABLED);
            } else if !one.intent.satisfies(request.intent)
                || !shown.access.satisfies(request.intent)
            {
                refuse(&mut receipts, one, WRONG_INTENT);
            } else {
                by_host.entry(shown.host.docker_config_key()).or_default().push(one);
            }
        }
        let mut auths = BTreeMap::new();
        let mut unreadable = Vec::new();
        for (host, candidates) in by_host {
            let (one, others) = match choose(&candidates) {
                Ok(chosen) => chosen,
                Err(tie) => {
                    for one in &candidates {
                        receipts.add(
                            one,
                            Outcome::Refused,
                            Some("another credential ties with it".to_owned()),
                        );
                    }
                    self.record(receipts.rows).await?;
                    return Err(tie);
                }
            };
            for other in others {
                refuse(&mut receipts, other, SCOPED);
            }
            if let Some(secret) = self.open(one).await? {
                auths.insert(host, auth(&one.credential.summary.username, &secret));
                receipts.add(one, Outcome::Delivered, warning(one));
            } else {
                refuse(&mut receipts, one, UNREADABLE);
                unreadable.push(one);
            }
        }
        if granted.is_empty() {
            receipts.add_nothing();
        }
        self.record(receipts.rows).await?;
        for one in &unreadable {
            // The answer does not wait for this: what is readable is delivered all the same.
            let shown = &one.credential.summary;
            if let Err(error) =
                self.mark_unreadable(one.project_id, shown.id, one.credential.secret.version).await
            {
                tracing::error!(error = %error, "an unreadable credential was not marked");
            }
        }
        if auths.is_empty() && !unreadable.is_empty() {
            return Err(Error::Conflict(
                "The stored secret of this credential cannot be read, so it was not delivered. Save a new secret for it."
                    .to_owned(),
            ));
        }
        Ok(DockerConfig { json: config(&auths), left_out })
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

    async fn record(&self, rows: Vec<ReceiptRow>) -> Result<()> {
        if self.recorder.record(rows).await { Ok(()) } else { Err(Error::Unavailable) }
    }

    /// Marks the credential as one whose secret does not open, once.
    pub(super) async fn mark_unreadable(
        &self,
        project: Uuid,
        id: Uuid,
        version: i64,
    ) -> Result<()> {
        let write = self.store.write().await?;
        let Some(stored) = write.credentials(project).lock(id).await? else { return Ok(()) };
        // Meanwhile another secret may have been saved, which opens.
        if stored.secret.version != version || stored.summary.unreadable_at.is_some() {
            return Ok(());
        }
        let row =
            CredentialChanges { unreadable_at: Set(Some(now().0)), ..CredentialChanges::default() };
        write.credentials(project).update(id, row).await?;
        let subject = Subject { id, name: stored.summary.name };
        let action = Action::CredentialUnreadable;
        self.note(&write, project, None, action, subject, String::new()).await?;
        Ok(write.commit().await?)
    }
}

/// Which of the candidates for one host serves it when no repository is known: one for the whole
/// host before those for a path, then the narrowest that satisfies the intent.
fn choose<'a>(candidates: &[&'a Deliverable]) -> Result<(&'a Deliverable, Vec<&'a Deliverable>)> {
    let rank = |one: &&Deliverable| {
        let shown = &one.credential.summary;
        (!shown.paths.is_empty(), shown.access == Access::PullAndPush)
    };
    let mut sorted = candidates.to_vec();
    sorted.sort_by_key(rank);
    match sorted.as_slice() {
        [first, second, ..] if rank(first) == rank(second) => {
            let name = |one: &Deliverable| one.credential.summary.name.clone();
            Err(Error::Conflict(format!(
                "Two credentials serve {} equally well: {} and {}. Take one back from this pipeline, or give them different paths or access.",
                first.credential.summary.host.as_str(),
                name(first),
                name(second)
            )))
        }
        [first, rest @ ..] => Ok((first, rest.to_vec())),
        [] => Err(Error::Internal),
    }
}

struct Receipts<'a> {
    pipeline: &'a Pipeline,
    request: &'a DeliveryRequest,
    rows: Vec<ReceiptRow>,
}

impl Receipts<'_> {
    fn add(&mut self, one: &Deliverable, outcome: Outcome, reason: Option<String>) {
        self.push(Some(one), outcome, reason);
    }

    /// A pipeline that may have nothing asked all the same: worth a record.
    fn add_nothing(&mut self) {
        self.push(None, Outcome::Refused, Some("it has no grants".to_owned()));
    }

    fn push(&mut self, one: Option<&Deliverable>, outcome: Outcome, reason: Option<String>) {
        let credential = one.map(|one| &one.credential);
        self.rows.push(ReceiptRow {
            project: self.pipeline.project_id(),
            credential_id: credential.map(|credential| credential.summary.id),
            receipt: Receipt {
                id: Uuid::now_v7(),
                at: now(),
                pipeline: self.pipeline.name().to_owned(),
                pipeline_id: self.pipeline.id(),
                credential: credential.map(|credential| credential.summary.name.clone()),
                version: credential.map(|credential| credential.secret.version),
                intent: self.request.intent,
                door: self.request.door,
                token_id: self.pipeline.token_id().to_owned(),
                claims: self.request.claims.clone(),
                address: self.request.address.clone(),
                outcome,
                reason,
            },
        });
    }
}

/// An expired credential is delivered all the same: typed dates are often wrong.
fn warning(one: &Deliverable) -> Option<String> {
    let is_past = one.credential.summary.expires_on.is_some_and(|day| day < now().day());
    is_past.then(|| "delivered although its expiry date has passed".to_owned())
}

/// `base64(user:secret)`.
fn auth(username: &str, secret: &[u8]) -> Zeroizing<String> {
    let mut pair = Zeroizing::new(Vec::with_capacity(username.len() + 1 + secret.len()));
    pair.extend_from_slice(username.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(secret);
    Zeroizing::new(STANDARD.encode(pair.as_slice()))
}

/// Written by hand so that the secrets are in one buffer, which is zeroed: hosts and base64 need no
/// escaping in JSON.
fn config(auths: &BTreeMap<&str, Zeroizing<String>>) -> Zeroizing<String> {
    let length = auths.iter().map(|(host, auth)| host.len() + auth.len() + 16).sum::<usize>();
    let mut json = Zeroizing::new(String::with_capacity(length + 16));
    json.push_str("{\"auths\":{");
    for (i, (host, auth)) in auths.iter().enumerate() {
        for part in [if i > 0 { ",\"" } else { "\"" }, host, "\":{\"auth\":\"", auth, "\"}"] {
            json.push_str(part);
        }
    }
    json.push_str("}}");
    json
}

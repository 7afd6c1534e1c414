//! Single-use slots between a post and the page after it, for the person who posted: a new token,
//! shown once, and a failed form that is too large for a cookie. Sealed, for an hour at most.

use super::{Vault, now};
use crate::crypto::blob::{MAX_SECRET, Place};
use crate::crypto::{digest, token};
use crate::error::Result;
use crate::store::{Sealed, SlotRow, Unrecorded};
use uuid::Uuid;
use zeroize::Zeroizing;

crate::domain::words! {
    pub enum SlotKind {
        /// The values of a failed form, without its secret.
        FailedForm = "failed_form", "A failed form";
        Token = "token", "A new token";
        /// What became of a pasted token, without the token.
        Trial = "trial", "A trial of a token";
    }
}

/// Seconds until a slot that was not taken is void.
const LIFE: i64 = 60 * 60;
/// A token waits only for the redirect.
const TOKEN_LIFE: i64 = 5 * 60;

impl Vault {
    /// Puts the content in a slot for that person and gives its id.
    pub async fn put_slot(&self, kind: SlotKind, person: Uuid, content: &[u8]) -> Result<String> {
        let id = token::random_id()?;
        let row_id = Uuid::now_v7();
        let mut sealed = Vec::new();
        // A form may be larger than one sealed value.
        for (part, bytes) in (0..).zip(content.chunks(MAX_SECRET)) {
            let place = place(kind, (row_id, person), part);
            let blob = self.keys.ring().seal(&place, bytes)?;
            sealed.extend_from_slice(&(blob.len() as u64).to_be_bytes());
            sealed.extend_from_slice(&blob);
        }
        let now = now();
        let life = if kind == SlotKind::Token { TOKEN_LIFE } else { LIFE };
        let row = SlotRow {
            id: row_id,
            id_hash: digest::sha256(id.as_bytes()).to_vec(),
            person_id: Some(person),
            kind: kind.word().to_owned(),
            sealed: Sealed(sealed),
            expires_at: now.plus_seconds(life).0,
        };
        let write = self.store.write().await?;
        write.slots().sweep(now.0).await?;
        write.slots().insert(row).await?;
        write.commit_without_event(Unrecorded::Slot).await?;
        Ok(id.as_str().to_owned())
    }

    /// What is in the slot of that person, which stays there.
    pub async fn look_at_slot(
        &self,
        kind: SlotKind,
        person: Uuid,
        id: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let hash = digest::sha256(id.as_bytes());
        match self.store.slots().find(&hash, kind.word(), person, now().0).await? {
            Some(row) => self.opened_slot(kind, person, &row).await,
            None => Ok(None),
        }
    }

    /// What is in the slot of that person, given once: of two who take it, one has it. What this server
    /// cannot open stays for one that can.
    pub async fn take_slot(
        &self,
        kind: SlotKind,
        person: Uuid,
        id: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let hash = digest::sha256(id.as_bytes());
        let found = self.store.slots().find(&hash, kind.word(), person, now().0).await?;
        let Some(row) = found else { return Ok(None) };
        let Some(content) = self.opened_slot(kind, person, &row).await? else { return Ok(None) };
        let write = self.store.write().await?;
        let is_first = write.slots().delete(row.id).await?;
        write.commit_without_event(Unrecorded::Slot).await?;
        Ok(is_first.then_some(content))
    }

    async fn opened_slot(
        &self,
        kind: SlotKind,
        person: Uuid,
        row: &SlotRow,
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let mut content = Zeroizing::new(Vec::new());
        let mut rest = row.sealed.0.as_slice();
        let mut part = 0;
        while let Some((length, after)) = rest.split_first_chunk::<8>() {
            let length = usize::try_from(u64::from_be_bytes(*length)).unwrap_or(usize::MAX);
            let Some((blob, after)) = after.split_at_checked(length) else {
                return Ok(None);
            };
            let place = place(kind, (row.id, person), part);
            match self.keys.open(&self.store, &place, blob).await {
                Ok(bytes) => content.extend_from_slice(&bytes),
                Err(error) => {
                    tracing::warn!(error = %error, "a slot does not open");
                    return Ok(None);
                }
            }
            rest = after;
            part += 1;
        }
        Ok(Some(content))
    }
}

/// It opens for that person and as that kind only, whatever the row says.
fn place(kind: SlotKind, (row_id, person): (Uuid, Uuid), part: u64) -> Place<'static> {
    Place {
        table: "slot",
        column: kind.word(),
        row_id,
        project_id: person,
        secret_version: part,
        origin: "",
        login: None,
    }
}

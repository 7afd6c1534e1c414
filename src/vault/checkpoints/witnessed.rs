//! What witnesses have said of a checkpoint. Of what is stored, only that is believed which the key of a witness
//! verifies.

use super::{CHANGED, OTHER, SignedCheckpoint, Witness, host_of, refused};
use crate::checkpoints::checkpoint::{Checkpoint, origin};
use crate::checkpoints::cosignature::Cosignature;
use crate::checkpoints::note::Note;
use crate::checkpoints::tree::{Frontier, Hash};
use crate::domain::actor::Operator;
use crate::domain::moment::Moment;
use crate::domain::witness::Witnessed;
use crate::error::Result;
use crate::store::{CosignatureRow, Signed};
use crate::vault::Vault;
use uuid::Uuid;

const NOBODY: &str = "No witness in REGCRED_WITNESSES has cosigned a checkpoint of this chain yet. A running server asks them within a minute after a checkpoint was signed.";

/// A tree that checkpoints are signed of: its name, its chain, and its number there.
#[derive(Clone, Copy)]
pub(super) struct Series<'a> {
    pub(super) origin: &'a str,
    pub(super) chain: Uuid,
    pub(super) number: u32,
}

impl Series<'_> {
    pub(super) fn text(&self, frontier: &Frontier) -> String {
        let (size, root) = (frontier.size(), frontier.root());
        Checkpoint { origin: self.origin.to_owned(), size, root }.to_text()
    }

    /// What the row says, if the witness has said it of a checkpoint with this name.
    fn said(&self, row: &CosignatureRow, witness: &Witness) -> Option<Cosignature> {
        Cosignature::of(&self.text(&row.frontier), row.cosigned.as_deref()?, &witness.key)
    }
}

impl Vault {
    /// The same checkpoint with the lines of those of the witnesses that have cosigned it, and what each has
    /// said.
    pub async fn with_cosignatures(
        &self,
        _operator: &Operator,
        mut signed: SignedCheckpoint,
        witnesses: &[Witness],
    ) -> Result<SignedCheckpoint> {
        signed.witnesses = self.add_cosignatures(&mut signed.note, witnesses).await?;
        Ok(signed)
    }

    /// The newest checkpoint that one of the witnesses has cosigned, of the chain of the project with this
    /// part of the URL, or of the instance. Nothing new is signed.
    ///
    /// # Errors
    /// `Conflict` when there is none, or the chain does not follow it any more.
    pub async fn cosigned_checkpoint(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        (address, witnesses): (&str, &[Witness]),
    ) -> Result<SignedCheckpoint> {
        let chain = self.chain_of(operator, slug).await?;
        self.refresh_keys().await?;
        let tree = self.store.chain().tree(chain).await?.ok_or_else(|| refused(CHANGED))?;
        let number = tree.last.number;
        let origin = origin(host_of(address), chain, number);
        let series = Series { origin: &origin, chain, number };
        let mut newest: Option<Frontier> = None;
        for witness in witnesses {
            let found = self.last_cosigned(series, witness).await?;
            let found = found.map(|(frontier, _)| frontier).into_iter().chain(newest);
            newest = found.max_by_key(Frontier::size);
        }
        let frontier = newest.ok_or_else(|| refused(NOBODY))?;
        // Who has the key of a witness and writes to the database gets nothing else signed by that.
        if self.proof_between(chain, &frontier, &tree.last.frontier).await?.is_none() {
            return Err(refused(OTHER));
        }
        let signed = self.checkpoint_of(chain, &Signed { number, frontier }, address)?;
        self.with_cosignatures(operator, signed, witnesses).await
    }

    /// What each witness has said of the last checkpoint of the chain; nothing when none was signed yet.
    pub(in crate::vault) async fn witnesses_of(&self, chain: Uuid) -> Result<Vec<Witnessed>> {
        let witnesses = &self.settings.witnesses;
        if witnesses.is_empty() {
            return Ok(Vec::new());
        }
        let tree = self.store.chain().tree(chain).await?;
        let last = tree.map(|tree| tree.last).filter(|last| last.frontier.size() > 0);
        let Some(last) = last else { return Ok(Vec::new()) };
        let mut note = self.checkpoint_of(chain, &last, &self.settings.address)?.note;
        self.add_cosignatures(&mut note, witnesses).await
    }

    /// Adds to a note of ours the lines of those that have cosigned it, and gives what each has said.
    pub(in crate::vault) async fn add_cosignatures(
        &self,
        note: &mut String,
        witnesses: &[Witness],
    ) -> Result<Vec<Witnessed>> {
        let claimed = Note::parse(note).ok().and_then(|note| note.claimed());
        let Some((claimed, (chain, number))) =
            claimed.and_then(|claimed| claimed.chain().map(|chain| (claimed, chain)))
        else {
            return Ok(Vec::new());
        };
        let series = Series { origin: &claimed.origin, chain, number };
        let mut all = Vec::with_capacity(witnesses.len());
        for witness in witnesses {
            let found = self.cosignature_at(series, claimed.size, witness).await?;
            if let Some(found) = &found {
                note.push_str(&found.line(&witness.key));
            }
            all.push(self.said_by(series, claimed.size, (witness, found)).await?);
        }
        Ok(all)
    }

    async fn said_by(
        &self,
        series: Series<'_>,
        size: u64,
        (witness, cosignature): (&Witness, Option<Cosignature>),
    ) -> Result<Witnessed> {
        let name = witness.key.name().to_owned();
        let at = cosignature.map(|one| Moment(0).plus_seconds(one.at()));
        let (mut later, mut waiting) = (None, None);
        if at.is_none() {
            let newest = self.last_cosigned(series, witness).await?;
            later = newest.map(|(frontier, _)| frontier.size()).filter(|newest| *newest > size);
            let short = witness.key.short();
            let row = self.store.chain().waiting_cosignature((series.chain, &short)).await?;
            waiting = row.map(|row| (row.since, row.why));
        }
        Ok(Witnessed { name, at, later, waiting })
    }

    /// The cosignature of the witness on the checkpoint of that size.
    pub(super) async fn cosignature_at(
        &self,
        series: Series<'_>,
        size: u64,
        witness: &Witness,
    ) -> Result<Option<Cosignature>> {
        let short = witness.key.short();
        let of = (series.chain, short.as_str());
        let row = self.store.chain().cosignature(of, series.number, size).await?;
        Ok(row.and_then(|row| series.said(&row, witness)))
    }

    /// The tree in the largest checkpoint that the witness has cosigned.
    pub(super) async fn last_cosigned(
        &self,
        series: Series<'_>,
        witness: &Witness,
    ) -> Result<Option<(Frontier, Cosignature)>> {
        let short = witness.key.short();
        let of = (series.chain, short.as_str());
        let row = self.store.chain().newest_cosignature(of, series.number).await?;
        Ok(row.and_then(|row| {
            let said = series.said(&row, witness)?;
            Some((row.frontier, said))
        }))
    }

    /// What proves that the later tree of a chain goes on from the other one; `None` when it does not, or a
    /// link between them does not hold.
    pub(super) async fn proof_between(
        &self,
        chain: Uuid,
        before: &Frontier,
        later: &Frontier,
    ) -> Result<Option<Vec<Hash>>> {
        let ring = self.keys.ring();
        Ok(self.store.chain().consistency(&*ring, chain, (before, later)).await?)
    }
}

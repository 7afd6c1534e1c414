//! Exports of a chain, and proofs that one link is in it.

use super::{LOOK, OTHER, refused};
use crate::checkpoints::export::Line;
use crate::checkpoints::{proof, tree};
use crate::domain::actor::Operator;
use crate::error::Result;
use crate::vault::Vault;
use uuid::Uuid;

fn broken(link: i64) -> crate::error::Error {
    refused(format!(
        "The audit chain is broken at link {link}, so links after that one are not exported. {LOOK}"
    ))
}

impl Vault {
    /// Some of the links between two numbers, from the first on, as lines of an export.
    ///
    /// # Errors
    /// `Conflict` when one of the links does not hold.
    pub(in crate::vault) async fn exported_links(
        &self,
        chain: Uuid,
        part: (i64, i64),
    ) -> Result<Vec<Line>> {
        let ring = self.keys.ring();
        self.store.chain().exported(&*ring, chain, part).await?.map_err(broken)
    }

    /// Proves that the link with that number is in the chain, by a checkpoint that is signed now.
    ///
    /// # Errors
    /// `Conflict` when there is no such link, and whenever no checkpoint is signed.
    pub async fn prove_link(
        &self,
        operator: &Operator,
        (slug, link): (Option<&str>, i64),
        address: &str,
    ) -> Result<String> {
        let chain = self.chain_of(operator, slug).await?;
        self.proof_of((chain, link), address).await
    }

    /// The same, of the link of a chain.
    pub(super) async fn proof_of(
        &self,
        (chain, link): (Uuid, i64),
        address: &str,
    ) -> Result<String> {
        let signed = self.tree_to_sign(chain).await?;
        let ring = self.keys.ring();
        let links = i64::try_from(signed.frontier.size()).unwrap_or(i64::MAX);
        let leaves = self.store.chain().leaves(&*ring, chain, links).await?.map_err(broken)?;
        // What was signed before is not looked at again when the next is signed, and here it is.
        if tree::root(&leaves) != signed.frontier.root() {
            return Err(refused(OTHER));
        }
        let index = u64::try_from(link.saturating_sub(1)).unwrap_or(u64::MAX);
        let path = tree::inclusion(&leaves, index).filter(|_| link > 0);
        let path = path.ok_or_else(|| refused("The audit chain has no link with this number."))?;
        let checkpoint = self.checkpoint_of(chain, &signed, address)?;
        Ok(proof::write(index, &path, &checkpoint.note))
    }
}

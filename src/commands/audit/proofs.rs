//! What others check the audit log with: checkpoints, keys and proofs.

use super::{Done, OfChain};
use crate::commands::Session;
use crate::commands::failure::Failure;
use serde_json::json;

pub(super) async fn checkpoint(
    Session { vault, operator }: &Session,
    of: &OfChain,
    is_new: bool,
) -> Result<Done, Failure> {
    let address = of.address()?;
    if is_new {
        vault.renew_checkpoints(operator, of.slug(), &address).await?;
    }
    let signed = vault.sign_checkpoint(operator, of.slug(), &address).await?;
    Ok((json!(signed), signed.note.trim_end().to_owned(), true))
}

pub(super) async fn keys(
    Session { vault, operator }: &Session,
    of: &OfChain,
) -> Result<Done, Failure> {
    let keys = vault.checkpoint_keys(operator, of.slug(), &of.address()?).await?;
    Ok((json!(keys), keys.join("\n"), true))
}

pub(super) async fn proof(
    Session { vault, operator }: &Session,
    of: &OfChain,
    link: i64,
) -> Result<Done, Failure> {
    let proof = vault.prove_link(operator, (of.slug(), link), &of.address()?).await?;
    Ok((json!({"proof": proof}), proof.trim_end().to_owned(), true))
}

//! What others check the audit log with: checkpoints, keys and proofs.

use super::{Done, OfChain};
use crate::commands::Session;
use crate::commands::failure::Failure;
use crate::commands::output::clean;
use crate::opening::StartError;
use crate::opening::config::WitnessConfig;
use serde_json::json;
use std::io::{self, Write};

/// Which checkpoint is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    New,
    /// The first of a new series.
    OfNewOrigin,
    /// The newest that a witness has cosigned.
    Witnessed,
}

/// What witnesses have said goes to standard error: what is printed is the note.
pub(super) async fn checkpoint(
    Session { vault, operator }: &Session,
    of: &OfChain,
    which: Which,
    witnesses: &WitnessConfig,
) -> Result<Done, Failure> {
    let (address, witnesses) = (of.address()?, witnesses.read().map_err(StartError::from)?);
    if which == Which::OfNewOrigin {
        vault.renew_checkpoints(operator, of.slug(), &address).await?;
    }
    let signed = if which == Which::Witnessed {
        vault.cosigned_checkpoint(operator, of.slug(), (&address, &witnesses)).await?
    } else {
        let signed = vault.sign_checkpoint(operator, of.slug(), &address).await?;
        vault.with_cosignatures(operator, signed, &witnesses).await?
    };
    for one in &signed.witnesses {
        writeln!(io::stderr(), "{}", clean(&one.to_text())).map_err(Failure::Output)?;
    }
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

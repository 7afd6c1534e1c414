//! What others check the audit log with: checkpoints, keys, exports and proofs.

use super::OfChain;
use crate::commands::Session;
use crate::commands::failure::Failure;
use crate::commands::files::NewFile;
use crate::commands::output::count;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

type Done = (Value, String, bool);

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

pub(super) async fn export(
    Session { vault, operator }: &Session,
    project: Option<&str>,
    file: &Path,
) -> Result<Done, Failure> {
    let last = vault.links_of(operator, project).await?;
    let mut out = NewFile::create(file)?;
    let mut next = 1;
    while next <= last {
        let lines = vault.exported_links(operator, project, (next, last)).await?;
        next += lines.len() as i64;
        for line in lines {
            let written = serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from);
            written.and_then(|()| out.write_all(b"\n")).map_err(Failure::Output)?;
        }
    }
    out.keep()?;
    let links = count(u64::try_from(last).unwrap_or(0), "link");
    let text = format!("{links} were written to {}.", file.display());
    Ok((json!({"links": last}), text, true))
}

pub(super) async fn proof(
    Session { vault, operator }: &Session,
    of: &OfChain,
    link: i64,
) -> Result<Done, Failure> {
    let proof = vault.prove_link(operator, (of.slug(), link), &of.address()?).await?;
    Ok((json!({"proof": proof}), proof.trim_end().to_owned(), true))
}

//! Checkpoints of the audit and proofs of its links, for who may read it: on its pages, and as files.

use super::audit::{AuditFile, ChainReader, chain_reader, file_for, text};
use super::context::{member, person, vault};
use crate::domain::audit::LastCheckpoint;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::http::Extensions;
use std::collections::HashMap;

/// What both files are.
const TEXT: &str = "text/plain; charset=utf-8";

/// The last checkpoint of the project's chain, and what verifies it.
pub async fn last_checkpoint(project: String) -> Result<LastCheckpoint> {
    let reader = member(&project).await?.can::<of::AuditRead>()?;
    vault().last_checkpoint(&reader).await
}

/// The same for the chain of the instance.
pub async fn last_instance_checkpoint() -> Result<LastCheckpoint> {
    let admin = person().await?.instance_admin()?;
    vault().last_instance_checkpoint(&admin).await
}

/// Signs a checkpoint that a form asks for: its fields have the `project` unless it is the instance.
///
/// # Errors
/// What is said to who may not, and `Conflict` when none is signed.
pub async fn checkpoint_file(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    file_for(vault, request, async {
        let reader = chain_reader(vault, request, fields).await?;
        let note = match &reader {
            ChainReader::Instance(admin) => vault.sign_instance_audit(admin).await?,
            ChainReader::Project(reader) => vault.sign_audit(reader).await?,
        };
        let name = format!("regcred-audit-{}.checkpoint", reader.chain());
        Ok(AuditFile::of(name, TEXT, note))
    })
    .await
}

/// Makes the proof that a form asks for: its fields have the `link` as well.
///
/// # Errors
/// The same, and `NotFound` for what is no number of a link.
pub async fn proof_file(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    file_for(vault, request, async {
        // Who may is asked before what they ask for.
        let reader = chain_reader(vault, request, fields).await?;
        let link = text(fields, "link").parse::<i64>().map_err(|_| Error::NotFound)?;
        let proof = match &reader {
            ChainReader::Instance(admin) => vault.prove_instance_link(admin, link).await?,
            ChainReader::Project(reader) => vault.prove_audit_link(reader, link).await?,
        };
        let name = format!("regcred-audit-{}-{link}.tlog-proof", reader.chain());
        Ok(AuditFile::of(name, TEXT, proof))
    })
    .await
}

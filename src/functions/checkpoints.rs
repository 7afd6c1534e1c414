//! Checkpoints of the audit and proofs of its links, for who may read it: on its pages, and as files.

use super::audit::{AuditFile, note_refused, who_asks};
use super::context::{member, member_of, person, vault};
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
    let done = signed(vault, request, fields).await;
    note_refused(vault, request, &done);
    done
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
    let done = proven(vault, request, fields).await;
    note_refused(vault, request, &done);
    done
}

async fn signed(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    let (session, person) = who_asks(vault, request).await?;
    let project = text(fields, "project");
    let (chain, note) = if project.is_empty() {
        let admin = person.instance_admin()?;
        ("instance".to_owned(), vault.sign_instance_audit(&admin).await?)
    } else {
        let reader = member_of(vault, session, project).await?.can::<of::AuditRead>()?;
        (reader.project().slug.clone(), vault.sign_audit(&reader).await?)
    };
    Ok(AuditFile::of(format!("regcred-audit-{chain}.checkpoint"), TEXT, note))
}

async fn proven(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    let (session, person) = who_asks(vault, request).await?;
    let project = text(fields, "project");
    let link = || text(fields, "link").parse::<i64>().map_err(|_| Error::NotFound);
    // Who may is asked before what they ask for.
    let (chain, link, proof) = if project.is_empty() {
        let (admin, link) = (person.instance_admin()?, link()?);
        ("instance".to_owned(), link, vault.prove_instance_link(&admin, link).await?)
    } else {
        let reader = member_of(vault, session, project).await?.can::<of::AuditRead>()?;
        let link = link()?;
        (reader.project().slug.clone(), link, vault.prove_audit_link(&reader, link).await?)
    };
    Ok(AuditFile::of(format!("regcred-audit-{chain}-{link}.tlog-proof"), TEXT, proof))
}

fn text<'a>(fields: &'a HashMap<String, String>, key: &str) -> &'a str {
    fields.get(key).map(String::as_str).unwrap_or_default()
}

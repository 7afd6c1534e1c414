//! The audit, as its pages read it, and as a file.

use super::context::{member, member_of, person, person_of, vault};
use crate::domain::asker::{Asker, Who};
use crate::domain::audit::{AuditLink, AuditListing, AuditQuery, ExportFormat};
use crate::domain::delivery::{Client, Proved};
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::vault::{CheckedLinks, Export, Vault};
use axum::http::Extensions;
use std::collections::HashMap;
use tokio::sync::mpsc::{Receiver, channel};
use tower_sessions::Session;

/// What was done in the project, and what its pipelines were handed or refused.
pub async fn audit_page(project: String, query: AuditQuery) -> Result<AuditListing> {
    let reader = member(&project).await?.can::<of::AuditRead>()?;
    vault().audit_page(&reader, &query).await
}

/// What was done in the instance, outside the projects.
pub async fn instance_audit_page(query: AuditQuery) -> Result<AuditListing> {
    let admin = person().await?.instance_admin()?;
    vault().instance_audit_page(&admin, &query).await
}

/// One link of the project's chain.
pub async fn audit_link(project: String, seq: i64) -> Result<AuditLink> {
    let reader = member(&project).await?.can::<of::AuditRead>()?;
    vault().audit_link(&reader, seq).await
}

/// One link of the chain of the instance.
pub async fn instance_audit_link(seq: i64) -> Result<AuditLink> {
    let admin = person().await?.instance_admin()?;
    vault().instance_audit_link(&admin, seq).await
}

/// Checks links of the project's chain behind one that was checked before: which is the last that was
/// looked at, whether it is the end, and the first that does not hold.
pub async fn check_audit(project: String, after: i64) -> Result<(i64, bool, Option<i64>)> {
    let reader = member(&project).await?.can::<of::AuditRead>()?;
    let CheckedLinks { broken_at, last, is_end } = vault().check_audit(&reader, after).await?;
    Ok((last, is_end, broken_at))
}

/// The same for the chain of the instance.
pub async fn check_instance_audit(after: i64) -> Result<(i64, bool, Option<i64>)> {
    let admin = person().await?.instance_admin()?;
    let CheckedLinks { broken_at, last, is_end } =
        vault().check_instance_audit(&admin, after).await?;
    Ok((last, is_end, broken_at))
}

/// An export, as a file to keep.
#[derive(Debug)]
pub struct AuditFile {
    pub name: String,
    /// What it is, for the browser.
    pub content_type: &'static str,
    /// What stands in it, piece by piece; one that fails is not whole.
    pub pieces: Receiver<Result<String>>,
}

impl AuditFile {
    /// One that is whole.
    pub(super) fn of(name: String, content_type: &'static str, text: String) -> Self {
        let (piece, pieces) = channel(1);
        // There is room for one, and its receiver is here.
        let _ = piece.try_send(Ok(text));
        Self { name, content_type, pieces }
    }
}

/// Begins the export that a form asks for: the fields have the filters as the address of the page has
/// them, the `format`, the `project` unless it is the instance, and the link `after` which it begins.
///
/// # Errors
/// What is said to who may not, and `BadRequest` for what is no filter.
pub async fn export_audit(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    let done = begin_export(vault, request, fields).await;
    note_refused(vault, request, &done);
    done
}

/// Writes down that who asked for a file may not have it.
pub(super) fn note_refused<T>(vault: &Vault, request: &Extensions, done: &Result<T>) {
    if let Err(error) = done
        && error.status() == 403
        && let Some(who) = request.get::<Asker>().and_then(Asker::refused)
    {
        let client = request.get::<Client>().and_then(|client| client.0.as_deref());
        vault.record_forbidden(who, client);
    }
}

/// The session of who asks for a file, and the person.
pub(super) async fn who_asks<'a>(
    vault: &Vault,
    request: &'a Extensions,
) -> Result<(&'a Session, Person)> {
    let session = request.get::<Session>().ok_or(Error::Unauthenticated)?;
    let person = person_of(vault, session).await?;
    if let Some(asker) = request.get::<Asker>() {
        asker.is(Who::Person(person.id));
    }
    if let Some(proved) = request.get::<Proved>() {
        proved.note();
    }
    Ok((session, person))
}

async fn begin_export(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    let (session, person) = who_asks(vault, request).await?;
    let text = |key: &str| fields.get(key).map(String::as_str).unwrap_or_default();
    let project = text("project");
    // Who may is asked before what they ask for.
    if project.is_empty() {
        let admin = person.instance_admin()?;
        let export = asked(fields)?;
        let (name, content_type) = (file_name("instance", &export), export.format.content_type());
        let pieces = vault.export_instance_audit(&admin, export).await?;
        return Ok(AuditFile { name, content_type, pieces });
    }
    let reader = member_of(vault, session, project).await?.can::<of::AuditRead>()?;
    let export = asked(fields)?;
    let name = file_name(&reader.project().slug, &export);
    let content_type = export.format.content_type();
    let pieces = vault.export_audit(&reader, export).await?;
    Ok(AuditFile { name, content_type, pieces })
}

fn asked(fields: &HashMap<String, String>) -> Result<Export> {
    let query = AuditQuery::read(|key| fields.get(key).filter(|_| key != "before").cloned())?;
    let unknown =
        |name: &str| Error::BadRequest(format!("The export has an unknown value for {name}."));
    let text = |key: &str| fields.get(key).map(String::as_str).filter(|text| !text.is_empty());
    let format = text("format").map_or(Some(ExportFormat::Csv), ExportFormat::from_word);
    let after = text("after").map_or(Ok(0), str::parse::<i64>).map_err(|_| unknown("after"))?;
    Ok(Export { format: format.ok_or_else(|| unknown("format"))?, query, after: after.max(0) })
}

/// The name says of which days the file is, where not of all.
fn file_name(chain: &str, export: &Export) -> String {
    let AuditQuery { from, to, .. } = export.query;
    let part = |word: &str, day: Option<Day>| day.map(|day| format!("-{word}-{}", day.to_text()));
    let days = [part("from", from), part("to", to)].map(Option::unwrap_or_default).concat();
    format!("regcred-audit-{chain}{days}.{}", export.format.word())
}

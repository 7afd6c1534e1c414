//! The audit, as its pages read it, and as a file.

use super::context::{member, member_of, person, person_of, vault};
use crate::domain::actor::{Can, InstanceAdmin};
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
    file_for(vault, request, async {
        // Who may is asked before what they ask for.
        let reader = chain_reader(vault, request, fields).await?;
        let export = asked(fields)?;
        let name = file_name(reader.chain(), &export);
        let content_type = export.format.content_type();
        let pieces = match &reader {
            ChainReader::Instance(admin) => vault.export_instance_audit(admin, export).await?,
            ChainReader::Project(reader) => vault.export_audit(reader, export).await?,
        };
        Ok(AuditFile { name, content_type, pieces })
    })
    .await
}

/// The file that somebody asks for, as `making` makes it; writes down that they may not have it.
pub(super) async fn file_for(
    vault: &Vault,
    request: &Extensions,
    making: impl Future<Output = Result<AuditFile>>,
) -> Result<AuditFile> {
    let done = making.await;
    note_refused(vault, request, &done);
    done
}

/// Writes down that who asked for a file may not have it.
fn note_refused<T>(vault: &Vault, request: &Extensions, done: &Result<T>) {
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

/// Who may read the chain that a form names.
pub(super) enum ChainReader {
    Instance(InstanceAdmin),
    Project(Can<of::AuditRead>),
}

impl ChainReader {
    /// What the names of its files call it.
    pub(super) fn chain(&self) -> &str {
        match self {
            Self::Instance(_) => "instance",
            Self::Project(reader) => &reader.project().slug,
        }
    }
}

/// Who asks for a file of the chain that the fields name: that of the `project`, or else of the instance.
pub(super) async fn chain_reader(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<ChainReader> {
    let (session, person) = who_asks(vault, request).await?;
    let project = text(fields, "project");
    if project.is_empty() {
        return Ok(ChainReader::Instance(person.instance_admin()?));
    }
    let reader = member_of(vault, session, project).await?.can::<of::AuditRead>()?;
    Ok(ChainReader::Project(reader))
}

/// What a field of the form says; nothing when it is not there.
pub(super) fn text<'a>(fields: &'a HashMap<String, String>, key: &str) -> &'a str {
    fields.get(key).map(String::as_str).unwrap_or_default()
}

fn asked(fields: &HashMap<String, String>) -> Result<Export> {
    let query = AuditQuery::read(|key| fields.get(key).filter(|_| key != "before").cloned())?;
    let unknown =
        |name: &str| Error::BadRequest(format!("The export has an unknown value for {name}."));
    let text = |key: &str| Some(text(fields, key)).filter(|text| !text.is_empty());
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

//! What the rows say that a delivery is made of, as their MACs cover it: no row is read twice for it.

use super::Read;
use crate::store::authentic::{Authentic, Cell, Said};
use crate::store::entity::{access_grant, credential, secret_version};
use crate::store::seals::Seals;

/// Whether we wrote the grant, the credential and the version, if there is one.
pub(super) fn is_ours(read: &Read<'_>, seals: &Seals) -> bool {
    holds::<access_grant::Entity>(seals, &grant(read), read.grant_mac.as_deref())
        && holds::<credential::Entity>(seals, &credential(read), read.credential_mac.as_deref())
        && (read.version_id.is_none()
            || holds::<secret_version::Entity>(seals, &version(read), read.version_mac.as_deref()))
}

fn holds<E: Authentic>(seals: &Seals, cells: &[(&str, Cell<'_>)], mac: Option<&str>) -> bool {
    seals.hold(E::TABLE, Said::of_cells::<E>(cells).bytes(), mac)
}

fn grant<'a>(read: &'a Read<'_>) -> [(&'static str, Cell<'a>); 21] {
    [
        ("id", Cell::Id(Some(read.grant))),
        ("project_id", Cell::Id(Some(read.grant_project_id))),
        ("pipeline_id", Cell::Id(Some(read.grant_pipeline_id))),
        ("credential_id", Cell::Id(Some(read.grant_credential_id))),
        ("intent", Cell::Text(Some(&read.intent))),
        ("repositories", Cell::Text(Some(&read.repositories))),
        ("branches", Cell::Text(Some(&read.branches))),
        ("events", Cell::Text(Some(&read.events))),
        ("forks", Cell::Text(Some(&read.forks))),
        ("expires_on", Cell::Text(read.expires_on.as_deref())),
        ("is_narrow", Cell::Flag(Some(read.is_narrow.into()))),
        ("needs_approval", Cell::Flag(Some(read.needs_approval.into()))),
        ("granted_by", Cell::Id(read.granted_by)),
        ("approved_by", Cell::Id(read.approved_by)),
        ("approver", Cell::Text(read.approver.as_deref())),
        ("approved_at", Cell::Number(read.approved_at)),
        ("approved_until", Cell::Text(read.approved_until.as_deref())),
        ("approved_epoch", Cell::Number(read.approved_epoch)),
        ("revision", Cell::Number(Some(read.grant_revision))),
        ("created_at", Cell::Number(Some(read.granted_at))),
        ("created_by", Cell::Text(Some(&read.giver))),
    ]
}

fn credential<'a>(read: &'a Read<'_>) -> [(&'static str, Cell<'a>); 14] {
    [
        ("id", Cell::Id(Some(read.id))),
        ("project_id", Cell::Id(Some(read.project_id))),
        ("name", Cell::Text(Some(&read.name))),
        ("host", Cell::Text(Some(&read.host))),
        ("is_insecure", Cell::Flag(Some(read.is_insecure.into()))),
        ("method", Cell::Text(Some(&read.method))),
        ("username", Cell::Text(Some(&read.username))),
        ("access", Cell::Text(Some(&read.access))),
        ("paths", Cell::Text(Some(&read.paths))),
        ("is_protected", Cell::Flag(Some(read.is_protected.into()))),
        ("secret_version", Cell::Number(Some(read.version))),
        ("disabled_at", Cell::Number(read.disabled_at)),
        ("token_service", Cell::Text(read.token_service.as_deref())),
        ("revision", Cell::Number(Some(read.revision))),
    ]
}

fn version<'a>(read: &'a Read<'_>) -> [(&'static str, Cell<'a>); 7] {
    [
        ("id", Cell::Id(read.version_id)),
        ("project_id", Cell::Id(read.version_project_id)),
        ("credential_id", Cell::Id(read.version_credential_id)),
        ("version", Cell::Number(read.version_number)),
        ("method", Cell::Text(read.version_method.as_deref())),
        ("staged_at", Cell::Number(read.staged_at)),
        ("destroyed_at", Cell::Number(read.destroyed_at)),
    ]
}

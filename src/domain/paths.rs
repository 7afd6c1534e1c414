//! The addresses of our pages, so that none is a string literal anywhere else.

mod audited;
#[cfg(test)]
mod tests;

pub use audited::{
    audit, audit_link, destination, review, review_report, reviews, shipping, verify_audit,
};

use super::listing::percent;
use super::registry_kind::RegistryKind;
use uuid::Uuid;

/// Leads on to the first project of the person who is signed in.
pub const HOME: &str = "/";
/// Signing in; `next` in its query is the page to go to afterwards.
pub const SIGN_IN: &str = "/sign-in";
/// The first run; `link` in its query is the one-time link.
pub const SETUP: &str = "/setup";
/// What the addresses of the instance's pages begin with.
pub const ADMIN: &str = "/admin/";
pub const KEYS: &str = "/admin/keys";
pub const JOBS: &str = "/admin/jobs";
/// What was done in the instance, outside the projects.
pub const INSTANCE_AUDIT: &str = "/admin/audit";
/// Where an export of the audit is asked for, by a form that posts.
pub const EXPORT_AUDIT: &str = "/rpc/audit/export";
/// Where a checkpoint of a chain is asked for, which is signed then.
pub const SIGN_CHECKPOINT: &str = "/rpc/audit/checkpoint";
/// Where the proof is asked for that a link is in its chain.
pub const PROVE_LINK: &str = "/rpc/audit/proof";
/// Where the report of an access review is asked for.
pub const EXPORT_REVIEW: &str = "/rpc/reviews/export";
/// The list of issuers whose tokens are accepted.
pub const ISSUERS: &str = "/admin/issuers";

/// Leads on to the finder of the first project; `from` in its query goes along.
pub const FINDER: &str = "/find";

/// The guides; `q` in its query is what to look for in them.
pub const HELP: &str = "/help";

/// A guide by its word, which for a registry, a client or a CI has the shelf before it:
/// `ci/github-actions`.
pub fn help(word: &str) -> String {
    format!("{HELP}/{word}")
}

/// The guide for registries of that kind.
pub fn help_registry(kind: RegistryKind) -> String {
    help(&format!("registries/{}", kind.word()))
}

/// Where the guides explain an error or a reason, by its word.
pub fn help_error(word: &str) -> String {
    format!("{}#{}", help("errors"), word.replace('_', "-"))
}
/// `from` in the query of a dialog that was opened on the page of what it is about.
pub const FROM_PAGE: &str = "page";

/// Where an issuer is removed from the list.
pub fn remove_issuer(id: Uuid) -> String {
    format!("{ISSUERS}/{id}/remove")
}

pub fn credentials(project: &str) -> String {
    format!("/p/{}/credentials", percent(project))
}

pub fn credential(project: &str, id: Uuid) -> String {
    format!("{}/{id}", credentials(project))
}

pub fn new_credential(project: &str) -> String {
    format!("{}/new", credentials(project))
}

pub fn edit_credential(project: &str, id: Uuid) -> String {
    format!("{}/edit", credential(project, id))
}

/// Where the secret alone is replaced.
pub fn replace_secret(project: &str, id: Uuid) -> String {
    format!("{}/secret", credential(project, id))
}

/// A dialog that leads back to the page of what it is about, and not to the list.
pub fn from_page(dialog: &str) -> String {
    with_query(dialog, "from", FROM_PAGE)
}

/// The dialog again, as it was opened: `from` as a form sent it.
pub fn opened_from(from: &str, dialog: String) -> String {
    if from == FROM_PAGE { from_page(&dialog) } else { dialog }
}

pub fn delete_credential(project: &str, id: Uuid) -> String {
    format!("{}/delete", credential(project, id))
}

/// Where it is asked before a credential that is in use is disabled.
pub fn disable_credential(project: &str, id: Uuid) -> String {
    format!("{}/disable", credential(project, id))
}

/// Where the same is asked about several that are selected in the list; `ids` in its query are their
/// short ids.
pub fn disable_credentials(project: &str) -> String {
    format!("{}/selected/disable", credentials(project))
}

/// Where it is asked before a credential is marked as compromised.
pub fn compromise_credential(project: &str, id: Uuid) -> String {
    format!("{}/compromise", credential(project, id))
}

/// The record of a compromise: who had the secret, and what is done about it.
pub fn compromised_credential(project: &str, id: Uuid) -> String {
    format!("{}/compromised", credential(project, id))
}

/// What was delivered of a credential.
pub fn credential_deliveries(project: &str, id: Uuid) -> String {
    format!("{}/deliveries", credential(project, id))
}

/// The versions of its secret.
pub fn credential_versions(project: &str, id: Uuid) -> String {
    format!("{}/versions", credential(project, id))
}

pub fn switch_version(project: &str, id: Uuid, version: i64) -> String {
    format!("{}/{version}/current", credential_versions(project, id))
}

pub fn destroy_version(project: &str, id: Uuid, version: i64) -> String {
    format!("{}/{version}/destroy", credential_versions(project, id))
}

/// What the members of a project are told.
pub fn notifications(project: &str) -> String {
    format!("/p/{}/notifications", percent(project))
}

/// What its registry says of it.
pub fn credential_checks(project: &str, id: Uuid) -> String {
    format!("{}/checks", credential(project, id))
}

/// Who can read its secret, and where that may be sent.
pub fn credential_readers(project: &str, id: Uuid) -> String {
    format!("{}/readers", credential(project, id))
}

/// What was done to a credential.
pub fn credential_activity(project: &str, id: Uuid) -> String {
    format!("{}/activity", credential(project, id))
}

/// How a pipeline fetches a credential; `pipeline` in its query says which.
pub fn connect_credential(project: &str, id: Uuid) -> String {
    format!("{}/connect", credential(project, id))
}

/// Where a credential is granted; `pipeline` in its query is the one that was chosen.
pub fn grant_credential(project: &str, id: Uuid) -> String {
    format!("{}/grant", credential(project, id))
}

pub fn pipelines(project: &str) -> String {
    format!("/p/{}/pipelines", percent(project))
}

pub fn new_pipeline(project: &str) -> String {
    format!("{}/new", pipelines(project))
}

pub fn pipeline(project: &str, id: Uuid) -> String {
    format!("{}/{id}", pipelines(project))
}

pub fn edit_pipeline(project: &str, id: Uuid) -> String {
    format!("{}/edit", pipeline(project, id))
}

/// What proves a pipeline: its trust rules and its tokens.
pub fn pipeline_identity(project: &str, id: Uuid) -> String {
    format!("{}/identity", pipeline(project, id))
}

/// The lines that fetch; `client` in its query says for which.
pub fn pipeline_connect(project: &str, id: Uuid) -> String {
    format!("{}/connect", pipeline(project, id))
}

/// What its files name; `file` in its query says of which.
pub fn pipeline_definitions(project: &str, id: Uuid) -> String {
    format!("{}/definitions", pipeline(project, id))
}

pub fn pipeline_deliveries(project: &str, id: Uuid) -> String {
    format!("{}/deliveries", pipeline(project, id))
}

/// What people did to it; `before` in its query asks for older events.
pub fn pipeline_activity(project: &str, id: Uuid) -> String {
    format!("{}/activity", pipeline(project, id))
}

/// Where a token of the pipeline is revoked, by its public half.
pub fn revoke_token(project: &str, pipeline_id: Uuid, token: &str) -> String {
    format!("{}/tokens/{}/revoke", pipeline_identity(project, pipeline_id), percent(token))
}

pub fn delete_pipeline(project: &str, id: Uuid) -> String {
    format!("{}/delete", pipeline(project, id))
}

/// The form of a new trust rule; `provider` in its query says which form.
pub fn new_rule(project: &str, pipeline_id: Uuid) -> String {
    format!("{}/trust/new", pipeline(project, pipeline_id))
}

/// Where a job's token is tried on the trust rules.
pub fn try_token(project: &str, pipeline_id: Uuid) -> String {
    format!("{}/trust/try", pipeline(project, pipeline_id))
}

/// Where the trust rules of a pipeline stand.
pub fn trust_rules(project: &str, pipeline_id: Uuid) -> String {
    pipeline_identity(project, pipeline_id)
}

/// Where its grants stand.
pub fn grants(project: &str, pipeline_id: Uuid) -> String {
    pipeline(project, pipeline_id)
}

/// The form of a trust rule that is there.
pub fn edit_rule(project: &str, pipeline_id: Uuid, rule: Uuid) -> String {
    format!("{}/trust/{rule}/edit", pipeline(project, pipeline_id))
}

pub fn delete_rule(project: &str, pipeline_id: Uuid, rule: Uuid) -> String {
    format!("{}/trust/{rule}/delete", pipeline(project, pipeline_id))
}

/// The form of the terms of a grant.
pub fn edit_grant(project: &str, pipeline_id: Uuid, grant: Uuid) -> String {
    format!("{}/grants/{grant}/edit", pipeline(project, pipeline_id))
}

/// Where a grant is revoked.
pub fn delete_grant(project: &str, pipeline_id: Uuid, grant: Uuid) -> String {
    format!("{}/grants/{grant}/delete", pipeline(project, pipeline_id))
}

pub fn approve_grant(project: &str, pipeline_id: Uuid, grant: Uuid) -> String {
    format!("{}/grants/{grant}/approve", pipeline(project, pipeline_id))
}

/// What waits for a second person.
pub fn approvals(project: &str) -> String {
    format!("/p/{}/approvals", percent(project))
}

/// Who received what of which registries; what is asked of it is in its query.
pub fn usage(project: &str) -> String {
    format!("/p/{}/usage", percent(project))
}

/// What somebody should look at; what is asked of it is in its query.
pub fn findings(project: &str) -> String {
    format!("/p/{}/findings", percent(project))
}

pub fn matching(project: &str) -> String {
    format!("/p/{}/match", percent(project))
}

/// What finds a credential, pipeline, page or guide of the project: `q` in its query is what to look
/// for, and `from` where it leads back to.
pub fn finder(project: &str) -> String {
    format!("/p/{}{FINDER}", percent(project))
}

/// The address with one more value in its query.
pub fn with_query(path: &str, name: &str, value: &str) -> String {
    let (path, part) = path.find('#').map_or((path, ""), |at| path.split_at(at));
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}{name}={}{part}", percent(value))
}

/// Whether the address is a path of ours: it never leads to another host.
pub fn is_ours(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

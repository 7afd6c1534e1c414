//! Tokens of Bitbucket, for which the form of any issuer is used. Their subject ends with the id of the
//! step, which is another one in each run: a rule asks for what stands before it.

use super::issuer::host_and_path;
use uuid::Uuid;

const NO_SUBJECT: &str = "Bitbucket ends each subject with the id of the step, which differs in each run. Enter what stands before it: the UUID of the repository, with its braces.";

/// Whether it is the issuer of a workspace of Bitbucket.
pub(super) fn is_of(issuer: &str) -> bool {
    host_and_path(issuer).is_some_and(|(host, path)| {
        host == "api.bitbucket.org" && path.contains("/pipelines-config/identity/oidc")
    })
}

/// The subject to ask for, as it is typed: also with the pattern that other services want behind it.
pub(super) fn read(typed: &str) -> Result<Option<String>, String> {
    let subject = typed.trim_end_matches(":*").to_ascii_lowercase();
    if is_subject(&subject) { Ok(Some(subject)) } else { Err(NO_SUBJECT.to_owned()) }
}

/// The subject to ask for so that a token with this one is taken in each run.
pub(super) fn without_step(subject: &str) -> String {
    subject.rsplit_once(':').map_or(subject, |(before, _)| before).to_owned()
}

/// Whether the subject of a token is the one that is asked for, with more ids behind it.
pub(super) fn is_of_subject(wanted: &str, found: &str) -> bool {
    let more = found.strip_prefix(wanted).and_then(|rest| rest.strip_prefix(':'));
    is_subject(wanted) && more.is_some_and(|more| more.split(':').all(is_id))
}

/// Whether it names a repository, and perhaps an environment.
fn is_subject(text: &str) -> bool {
    text.split(':').count() <= 2 && text.split(':').all(is_id)
}

fn is_id(text: &str) -> bool {
    let id = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    id.is_some_and(|id| Uuid::try_parse(id).is_ok())
}

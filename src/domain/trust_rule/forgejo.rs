//! Tokens of Forgejo Actions, for which the form of any issuer is used. They have the words of GitHub's,
//! and nothing by which one could be told from another: judged as GitHub's, none would ever be taken.

use super::issuer::host_and_path;

pub(super) const OTHER_FORM: &str = "This is the issuer of a Forgejo server. Choose Another OpenID Connect issuer above, and enter the ids under More claims.";

/// Whether it is the issuer of a Forgejo server.
pub(super) fn is_of(issuer: &str) -> bool {
    host_and_path(issuer)
        .is_some_and(|(_, path)| path.trim_end_matches('/').ends_with("/api/actions"))
}

//! What a pasted secret looks like, by the prefixes that issuers put on their tokens (protocols.md 4.8).

mod clouds;
mod products;
#[cfg(test)]
mod tests;

use super::RegistryKind;
use crate::domain::credential::Method;
use crate::domain::key_file;

/// A warning if the secret looks like one that this registry will not take by the method with the
/// user name, or not for long.
///
/// Only a hint: prefixes change, so nothing is refused for it. It never contains any of the secret.
pub fn paste_warning(
    kind: RegistryKind,
    method: Method,
    username: &str,
    secret: &str,
) -> Option<&'static str> {
    let pasted = Pasted { kind, method, username, secret: secret.trim() };
    let families = [Pasted::around, Pasted::of_products, Pasted::of_clouds, Pasted::by_username];
    // The kind that knows the text decides, even if it says nothing.
    families.iter().find_map(|family| family(&pasted)).flatten()
}

/// The warning, if it is to be asked about before it is saved. A secret that the registry takes as it
/// is, is not.
pub fn paste_doubt(
    kind: RegistryKind,
    method: Method,
    username: &str,
    secret: &str,
) -> Option<&'static str> {
    paste_warning(kind, method, username, secret).filter(|warning| *warning != clouds::TAKEN)
}

/// What is asked about a username that looks like a token, which only `DigitalOcean` takes as one.
pub fn username_doubt(kind: RegistryKind, username: &str) -> Option<&'static str> {
    let is_token = TOKENS.iter().any(|start| username.starts_with(start));
    (is_token && kind != RegistryKind::DigitalOcean).then_some(
        "This looks like a token. Usernames are not hidden: everybody who may see this credential sees them. Enter the token under Password, and here the username that goes with it.",
    )
}

/// How tokens begin that are pasted into the field above their own.
const TOKENS: [&str; 13] = [
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glcbt-",
    "dckr_pat_",
    "dckr_oat_",
    "dop_v1_",
    "doo_v1_",
    "rgc_",
];

/// What is said of a secret by those who know its form; `None` by those who do not.
type Verdict = Option<Option<&'static str>>;

/// A secret, and where it is to be used.
struct Pasted<'a> {
    kind: RegistryKind,
    method: Method,
    username: &'a str,
    secret: &'a str,
}

/// User names that registries have for tokens; as a secret none of them is right.
const USER_NAMES: [&str; 13] = [
    "AWS",
    "_json_key",
    "_json_key_base64",
    "oauth2accesstoken",
    "00000000-0000-0000-0000-000000000000",
    "$oauthtoken",
    "$token",
    "$app",
    "iamapikey",
    "iambearer",
    "nologin",
    "gitlab-ci-token",
    "x-access-token",
];

const JOB: &str =
    "This looks like the token of a GitLab job. It expires with the job. Use a deploy token.";

impl Pasted<'_> {
    fn starts(&self, prefixes: &[&str]) -> bool {
        prefixes.iter().any(|prefix| self.secret.starts_with(prefix))
    }

    /// Whether nothing is known of the product at the host, or only by the host's name.
    fn may_be_any(&self) -> bool {
        matches!(self.kind, RegistryKind::SelfHosted | RegistryKind::Harbor)
    }

    /// Fine at these, and at what may be any of them; elsewhere the warning.
    fn fits(&self, right: &[RegistryKind], warning: &'static str) -> Verdict {
        let is_right = right.contains(&self.kind) || self.may_be_any();
        Some((!is_right).then_some(warning))
    }

    /// Something else than a secret, or a secret with something round it.
    fn around(&self) -> Verdict {
        let secret = self.secret;
        let warning = if USER_NAMES.contains(&secret) || self.starts(&["robot$"]) {
            "This looks like a username, which belongs in the field Username. Save the password or token that goes with it instead."
        } else if is_placeholder(secret) {
            "This looks like the name of a variable or a placeholder. Enter the value itself: pipelines receive exactly what is stored."
        } else if secret.starts_with('{') && secret.contains("\"auths\"") {
            "This looks like a docker config.json. Enter the password or token alone."
        } else if self.is_encoded_pair() {
            "This looks like the base64 of the username and the password from a docker config.json. Enter the password or token alone."
        } else if self.starts(&["Bearer ", "Basic ", "Authorization:", "authorization:"]) {
            "This looks like an HTTP header. Enter the password or token alone, without the word before it."
        } else if self.starts(&["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "sk-ssh-ed25519@"]) {
            "This looks like an SSH key. Registries accept a password or a token, but no SSH keys."
        } else {
            return None;
        };
        Some(Some(warning))
    }

    /// Base64 of `username:…`.
    fn is_encoded_pair(&self) -> bool {
        let name = self.username.as_bytes();
        let is_pair =
            |bytes: Vec<u8>| bytes.strip_prefix(name).is_some_and(|rest| rest.starts_with(b":"));
        !name.is_empty() && key_file::decode(self.secret).is_some_and(is_pair)
    }

    /// What only the user name tells: the token itself may look like anything.
    fn by_username(&self) -> Verdict {
        let is_job = self.username == "gitlab-ci-token"
            && (self.kind == RegistryKind::GitLab || self.may_be_any());
        is_job.then_some(Some(JOB))
    }
}

/// `$NAME`, `${NAME}`, `${{ secrets.NAME }}`, `<token>`, `[MASKED]`, or stars.
fn is_placeholder(secret: &str) -> bool {
    let is_name = |text: &str| {
        text.len() > 2
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let is_mask =
        secret.chars().count() > 2 && secret.chars().all(|c| matches!(c, '*' | '•' | '●'));
    let is_between =
        |start: &str, end: &str| secret.strip_prefix(start).is_some_and(|rest| rest.ends_with(end));
    secret.strip_prefix('$').is_some_and(is_name)
        || is_between("${", "}")
        || is_between("<", ">")
        || is_between("{{", "}}")
        || secret == "[MASKED]"
        || is_mask
}

//! Keys and tokens of clouds: Google's key files in every wrapping, Amazon's, Microsoft's, IBM's and
//! Scaleway's.

use super::super::RegistryKind::{
    Acr, DockerHardened, DockerHub, Ecr, EcrPublic, Ghcr, Google, Ibm, Scaleway,
};
use super::{Pasted, Verdict};
use crate::domain::credential::{KEY_FILE_USERNAME, Method};
use crate::domain::key_file::{self, BASE64_USERNAME, KeyFile};

const ACCESS_TOKEN_USERNAME: &str = "oauth2accesstoken";
/// Azure's, for a refresh token (a JWT).
const REFRESH_TOKEN_USERNAME: &str = "00000000-0000-0000-0000-000000000000";
/// Base64 of `{"type`, of `{` before either line break, and of `{` before a space.
const KEY_FILE_STARTS: [&str; 4] = ["eyJ0eXBl", "ewo", "ew0K", "eyAi"];

/// Said of a key file that works as a password, too.
pub(super) const TAKEN: &str = "The registry takes this service account key. Choose GCP service account key as the authentication method to have the file checked as well.";

impl Pasted<'_> {
    pub(super) fn of_clouds(&self) -> Verdict {
        self.amazon()
            .or_else(|| self.google_key())
            .or_else(|| self.google_token())
            .or_else(|| self.other_clouds())
            .or_else(|| self.signed_token())
            .or_else(|| self.no_token_of_amazon())
            .or_else(|| self.not_of_the_username())
    }

    fn amazon(&self) -> Verdict {
        if is_key_id(self.secret, &["AKIA", "ASIA"]) {
            return Some(Some(match self.kind {
                Ecr | EcrPublic => {
                    "This looks like an AWS access key ID. The registry expects an authorization token: the output of aws ecr get-login-password."
                }
                _ => {
                    "This looks like an AWS access key ID, which is not a password for any registry."
                }
            }));
        }
        // Base64 of `{"payload`.
        if self.starts(&["eyJwYXlsb2Fk"]) {
            let warning = "This looks like an authorization token of Amazon ECR, but the registry is not Amazon's.";
            return self.fits(&[Ecr, EcrPublic], warning);
        }
        None
    }

    fn google_key(&self) -> Verdict {
        let (is_googles, is_base64_name) = (self.kind == Google, self.username == BASE64_USERNAME);
        if self.starts(&["-----BEGIN"]) {
            return Some(Some(if is_googles {
                "This looks like a private key alone. Choose GCP service account key, and upload the whole JSON file."
            } else {
                "This looks like a private key. Registries accept a password or a token, but no SSH keys."
            }));
        }
        if self.starts(&["{"]) && self.secret.contains("\"service_account\"") {
            return Some(self.key_file());
        }
        if self.starts(&["{"]) && is_googles {
            return Some(Some(
                "This is JSON, but not a service account key. The registry accepts the key file of a service account, or an access token.",
            ));
        }
        let decoded = key_file::decode(self.secret);
        let is_json = decoded.as_ref().is_some_and(|bytes| bytes.trim_ascii().starts_with(b"{"));
        if is_googles && is_base64_name {
            let is_key = decoded.is_some_and(|bytes| KeyFile::read(&bytes).is_ok());
            return Some((!is_key).then_some(
                "With the username _json_key_base64 the registry expects the base64 of a whole service account key file, and this is something else.",
            ));
        }
        if is_googles && (is_json || self.starts(&KEY_FILE_STARTS)) {
            return Some(Some(
                "This looks like the base64 of a key file, which goes with the username _json_key_base64. Or choose GCP service account key, and upload the file itself.",
            ));
        }
        let is_key = is_json && decoded.is_some_and(|bytes| holds(&bytes, b"\"service_account\""));
        is_key.then(|| Some(self.not_googles()))
    }

    /// A key file as it is.
    fn key_file(&self) -> Option<&'static str> {
        if self.kind != Google {
            return Some(self.not_googles());
        }
        match (self.method, self.username) {
            // Here it is what is wanted.
            (Method::GcpServiceAccountKey, _) => None,
            (Method::Password, BASE64_USERNAME) => Some(
                "With the username _json_key_base64 the registry expects the base64 of the key file. Choose GCP service account key as the authentication method to upload the file itself.",
            ),
            (Method::Password, KEY_FILE_USERNAME) => Some(TAKEN),
            (Method::Password, _) => Some(
                "This looks like a service account key. Choose GCP service account key as the authentication method.",
            ),
        }
    }

    fn not_googles(&self) -> &'static str {
        if self.may_be_any() {
            "This looks like a Google service account key, but the registry is not one of Google's."
        } else {
            "This looks like a Google service account key, but the registry is not Google's."
        }
    }

    fn google_token(&self) -> Verdict {
        if self.starts(&["AIza"]) && self.secret.len() == 39 {
            return Some(Some(
                "This looks like a Google API key, which is not a password for a registry.",
            ));
        }
        if !self.starts(&["ya29."]) {
            return None;
        }
        if self.kind == Google && self.username != ACCESS_TOKEN_USERNAME {
            return Some(Some(
                "This looks like a Google access token, which goes with the username oauth2accesstoken. It usually expires within an hour.",
            ));
        }
        if self.kind == Google || self.may_be_any() {
            return Some(Some(
                "This looks like a Google access token. It usually expires within an hour.",
            ));
        }
        Some(Some("This looks like a Google access token, but the registry is not Google's."))
    }

    fn other_clouds(&self) -> Verdict {
        if is_key_id(self.secret, &["SCW"]) {
            return Some(Some(if self.kind == Scaleway {
                "This looks like an access key, which only names the secret key. The registry expects the secret key itself."
            } else {
                "This looks like a Scaleway access key, which is not a password for any registry."
            }));
        }
        if self.kind == Acr && is_guid(self.secret) {
            return Some(Some(
                "This looks like the ID of an application or of its secret. The registry expects the value of the secret.",
            ));
        }
        None
    }

    /// A JWT: a token that somebody signed, which says itself when it ends.
    fn signed_token(&self) -> Verdict {
        if !self.starts(&["eyJ"]) {
            return None;
        }
        Some(match (self.kind, self.username) {
            (Acr, _) => Some(
                "This looks like a token of Azure, which expires within hours. A repository token or a service principal's secret lasts longer.",
            ),
            (Ecr | EcrPublic, _) => Some(
                "This looks like a sign-in token (a JWT). The registry expects an authorization token: the output of aws ecr get-login-password.",
            ),
            (Ibm, "iamapikey") => Some(
                "This looks like an IAM token, which goes with the username iambearer and expires soon. An API key lasts longer.",
            ),
            (Ibm, "iambearer") => {
                Some("This looks like an IAM token, which expires soon. An API key lasts longer.")
            }
            (DockerHub | DockerHardened | Ghcr | Google, _) => Some(
                "This looks like a sign-in token (a JWT). It expires soon, and this registry expects an access token.",
            ),
            _ => None,
        })
    }

    /// Amazon's registries take one form of secret. The others that an account has, such as secret
    /// access keys and session tokens, have no prefix that could be relied on.
    fn no_token_of_amazon(&self) -> Verdict {
        if self.secret.is_empty() || !matches!(self.kind, Ecr | EcrPublic) {
            return None;
        }
        Some(Some(if is_secret_key(self.secret) {
            "This looks like an AWS secret access key, which signs requests to AWS. The registry expects an authorization token: the output of aws ecr get-login-password."
        } else {
            "This does not look like an authorization token. The registry expects the output of aws ecr get-login-password, which expires after 12 hours."
        }))
    }

    /// User names that say what the secret has to be. What it is was known by now.
    fn not_of_the_username(&self) -> Verdict {
        match (self.kind, self.username) {
            _ if self.secret.is_empty() => None,
            (Google, KEY_FILE_USERNAME) => Some(Some(
                "With the username _json_key the registry expects a whole service account key file, and this is something else.",
            )),
            (Acr, REFRESH_TOKEN_USERNAME) => Some(Some(
                "With this username the registry expects a token that Azure issued for it, and this is something else. Enter the username that goes with the secret.",
            )),
            _ => None,
        }
    }
}

/// As long as an AWS secret access key, and in base64 as it is.
fn is_secret_key(secret: &str) -> bool {
    secret.len() == 40
        && secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// One of the prefixes, and capital letters and digits to a length of 20.
fn is_key_id(secret: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| secret.starts_with(prefix))
        && secret.len() == 20
        && secret.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_guid(secret: &str) -> bool {
    let parts: Vec<&str> = secret.split('-').collect();
    let is_hex = |part: &&str| part.bytes().all(|b| b.is_ascii_hexdigit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(is_hex)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

//! What a pasted secret looks like, by the prefixes that issuers put on their tokens (protocols.md 4.8).

use super::RegistryKind;
use crate::domain::credential::Method;

/// A warning if the secret looks like one that this registry will not take by the method, or not for
/// long.
///
/// Only a hint: prefixes change, so nothing is refused for it. It never contains any of the secret.
pub fn paste_warning(kind: RegistryKind, method: Method, secret: &str) -> Option<&'static str> {
    use RegistryKind::{DockerHub, Ecr, EcrPublic, Ghcr, GitLab, Google, SelfHosted};
    let secret = secret.trim_start();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| secret.starts_with(prefix));

    if starts(&["github_pat_"]) && kind == Ghcr {
        Some(
            "This looks like a fine-grained GitHub token, which this registry does not accept. Make a classic one.",
        )
    } else if starts(&["ghs_"]) && kind == Ghcr {
        Some("This looks like the GitHub token of a job or an app. It ends within hours.")
    } else if starts(&["ghp_", "github_pat_", "ghs_", "gho_"]) {
        other_than(
            kind,
            &[Ghcr, SelfHosted],
            "This looks like a GitHub token, but the registry is not GitHub's.",
        )
    } else if starts(&["glcbt-"]) && matches!(kind, GitLab | SelfHosted) {
        Some("This looks like the token of a GitLab job. It ends with the job. Use a deploy token.")
    } else if starts(&["glpat-", "gldt-", "glcbt-"]) {
        other_than(
            kind,
            &[GitLab, SelfHosted],
            "This looks like a GitLab token, but the registry is not GitLab's.",
        )
    } else if starts(&["dckr_pat_", "dckr_oat_"]) {
        other_than(
            kind,
            &[DockerHub],
            "This looks like a Docker Hub token, but the registry is not Docker Hub.",
        )
    } else if is_aws_key_id(secret) {
        Some(match kind {
            Ecr | EcrPublic => {
                "This looks like an AWS access key ID. The registry wants an authorization token: what aws ecr get-login-password prints."
            }
            _ => "This looks like an AWS access key ID, which is no password for any registry.",
        })
    } else if starts(&["-----BEGIN"]) {
        Some(match kind {
            Google => {
                "This looks like a private key alone. Choose GCP service account key, and give the whole JSON file."
            }
            _ => {
                "This looks like a private key. Registries take a password or a token; SSH keys do not work."
            }
        })
    } else if starts(&["{"]) && secret.contains("\"service_account\"") {
        match kind {
            // Here it is what is wanted.
            Google if method == Method::GcpServiceAccountKey => None,
            Google => Some(
                "This looks like a service account key. Choose GCP service account key as the authentication method.",
            ),
            _ => Some(
                "This looks like a Google service account key, but the registry is not Google's.",
            ),
        }
    // Base64 of `{"type`, of `{` before either line break, and of `{` before a space.
    } else if starts(&["eyJ0eXBl", "ewo", "ew0K", "eyAi"]) && kind == Google {
        Some(
            "This looks like the base64 of a key file. Choose GCP service account key, and give the file itself.",
        )
    } else if starts(&["eyJ"]) && matches!(kind, DockerHub | Ghcr | Google) {
        Some(
            "This looks like a sign-in token (a JWT). It ends soon, and this registry wants an access token.",
        )
    } else {
        None
    }
}

fn other_than(
    kind: RegistryKind,
    right: &[RegistryKind],
    warning: &'static str,
) -> Option<&'static str> {
    (!right.contains(&kind)).then_some(warning)
}

fn is_aws_key_id(secret: &str) -> bool {
    let secret = secret.trim_end();
    (secret.starts_with("AKIA") || secret.starts_with("ASIA"))
        && secret.len() == 20
        && secret.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_another_registry_or_form_are_noticed() {
        for (kind, secret, noticed) in [
            (RegistryKind::Ghcr, "github_pat_example", "fine-grained"),
            (RegistryKind::Ghcr, "ghs_example", "within hours"),
            (RegistryKind::DockerHub, "ghp_example", "GitHub token"),
            (RegistryKind::GitLab, "glcbt-example", "ends with the job"),
            (RegistryKind::Ghcr, "glpat-example", "GitLab token"),
            (RegistryKind::SelfHosted, " dckr_pat_example", "Docker Hub token"),
            (RegistryKind::Ecr, "AKIAEXAMPLEEXAMPLE00\n", "authorization token"),
            (RegistryKind::Quay, "ASIAEXAMPLEEXAMPLE00", "no password"),
            (RegistryKind::SelfHosted, "-----BEGIN OPENSSH PRIVATE KEY-----", "SSH"),
            (RegistryKind::Google, "-----BEGIN PRIVATE KEY-----", "whole JSON file"),
            (RegistryKind::Google, "{\"type\":\"service_account\"", "Choose GCP"),
            (RegistryKind::Google, "ewogICJ0eXBl", "base64"),
            (RegistryKind::DockerHub, "eyJhbGciOi", "JWT"),
        ] {
            let warning = paste_warning(kind, Method::Password, secret).unwrap_or_default();
            assert!(warning.contains(noticed), "{kind:?} {secret}: {warning}");
            assert!(!warning.contains(secret.trim()));
        }
    }

    #[test]
    fn fitting_and_unknown_secrets_pass_in_silence() {
        for (kind, secret) in [
            (RegistryKind::Ghcr, "ghp_example"),
            (RegistryKind::DockerHub, "dckr_oat_example"),
            (RegistryKind::GitLab, "gldt-example"),
            (RegistryKind::SelfHosted, "glpat-example"),
            (RegistryKind::Ecr, "eyJwYXlsb2FkIjoi"),
            (RegistryKind::Acr, "eyJhbGciOi"),
            (RegistryKind::Quay, "AKIA is a word"),
            (RegistryKind::SelfHosted, ""),
        ] {
            let warning = paste_warning(kind, Method::Password, secret);
            assert_eq!(warning, None, "{kind:?} {secret}");
        }
    }

    #[test]
    fn a_key_file_is_noticed_only_where_it_does_not_belong() {
        let key = "{\"type\":\"service_account\"";
        let warning = |kind, method| paste_warning(kind, method, key).unwrap_or_default();
        let (google, other) = (RegistryKind::Google, RegistryKind::Quay);
        assert_eq!(warning(google, Method::GcpServiceAccountKey), "");
        assert!(warning(google, Method::Password).contains("Choose GCP"));
        for method in [Method::Password, Method::GcpServiceAccountKey] {
            assert!(warning(other, method).contains("is not Google's"));
        }
    }
}

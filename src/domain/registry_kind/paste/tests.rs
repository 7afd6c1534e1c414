//! Each kind of registry with each form of secret: where it warns, of what, and where it is silent.

use super::super::RegistryKind::*;
use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const JSON: &str = r#"{"type":"service_account","project_id":"acme","private_key_id":"1","private_key":"-----BEGIN PRIVATE KEY-----\nMIIBAAAA\n-----END PRIVATE KEY-----\n","client_email":"ci@acme.example.com"}"#;

fn warned(kind: RegistryKind, username: &str, secret: &str) -> &'static str {
    let warning = paste_warning(kind, Method::Password, username, secret).unwrap_or_default();
    let is_quoted = !secret.trim().is_empty() && warning.contains(secret.trim());
    assert!(!is_quoted, "{kind:?} {secret}");
    warning
}

fn assert_warns(cases: &[(RegistryKind, &str, &str, &str)]) {
    for (kind, username, secret, noticed) in cases {
        let warning = warned(*kind, username, secret);
        assert!(warning.contains(noticed), "{kind:?} {username} {secret}: {warning}");
    }
}

fn assert_silent(cases: &[(RegistryKind, &str, &str)]) {
    for (kind, username, secret) in cases {
        assert_eq!(warned(*kind, username, secret), "", "{kind:?} {username} {secret}");
    }
}

#[test]
fn tokens_of_code_hosts_belong_to_their_own_registries() {
    assert_warns(&[
        (Ghcr, "acme", "github_pat_example", "fine-grained"),
        (Ghcr, "acme", "ghs_example", "within hours"),
        (Ghcr, "acme", "ghu_example", "within hours"),
        (SelfHosted, "acme", "ghs_example", "within hours"),
        (Ghcr, "acme", "ghr_example", "refresh token"),
        (DockerHub, "acme", "ghp_example", "not GitHub's"),
        (Quay, "acme", "github_pat_example", "not GitHub's"),
        (GitLab, "acme", "glcbt-example", "expires with the job"),
        (SelfHosted, "acme", "glcbt-64_example", "expires with the job"),
        (GitLab, "gitlab-ci-token", "abcdefgh", "expires with the job"),
        (GitLab, "acme", "glptt-example", "something other"),
        (SelfHosted, "acme", "glrt-example", "something other"),
        (Ghcr, "acme", "glpat-example", "not GitLab's"),
        (Ecr, "AWS", "gldt-example", "not GitLab's"),
        (DockerHub, "gitlab-ci-token", "glcbt-example", "not GitLab's"),
    ]);
    assert_silent(&[
        (Ghcr, "acme", "ghp_example"),
        (Ghcr, "acme", "gho_example"),
        (SelfHosted, "acme", "ghp_example"),
        (SelfHosted, "acme", "github_pat_example"),
        (GitLab, "gitlab+deploy-token-1", "gldt-example"),
        (GitLab, "gitlab-ci-token", "glpat-example"),
        (SelfHosted, "acme", "glpat-example"),
        (Harbor, "acme", "glpat-example"),
        (DockerHub, "gitlab-ci-token", "abcdefgh"),
    ]);
}

#[test]
fn dockers_tokens_belong_to_dockers_registries() {
    for token in ["dckr_pat_example", "dckr_oat_example"] {
        assert_silent(&[(DockerHub, "acme", token), (DockerHardened, "acme", token)]);
        for kind in [Ghcr, GitLab, Google, Ecr, Acr, Quay, Harbor, SelfHosted] {
            assert_warns(&[(kind, "acme", token, "not Docker's")]);
        }
    }
    assert_warns(&[
        (DockerHardened, "acme", "ghp_example", "not GitHub's"),
        (DockerHardened, "acme", "eyJhbGciOi", "JWT"),
        (SelfHosted, "acme", " dckr_pat_example", "Docker Hub token"),
    ]);
}

#[test]
fn tokens_of_other_registries_and_of_none_are_noticed() {
    let (old, new) = (format!("AKCp{}", "8".repeat(69)), format!("cmVmdGtu{}", "O".repeat(56)));
    assert_warns(&[
        (DockerHub, "acme", &old, "JFrog"),
        (Quay, "acme", &new, "JFrog"),
        (Ghcr, "acme", "zak_example", "zot"),
        (DockerHub, "acme", "nvapi-example", "NVIDIA"),
        (Ghcr, "acme", "dop_v1_example", "DigitalOcean"),
        (Ghcr, "acme", "HRKU-example", "Heroku"),
        (SelfHosted, "acme", "npm_example", "npm"),
        (Ghcr, "acme", "npm_example", "npm"),
        (SelfHosted, "acme", "xoxb-1-example", "Slack"),
        (Quay, "acme", "xapp-1-example", "Slack"),
        (SelfHosted, "acme", "pypi-example", "PyPI"),
        (SelfHosted, "acme", "hvs.example", "Vault"),
        (DockerHub, "acme", "rgc_example", "Regcred"),
        (Oracle, "acme/ci", "ocid1.user.oc1..example", "OCID"),
        (Scaleway, "nologin", "SCWEXAMPLEEXAMPLE000", "secret key"),
        (Quay, "acme", "SCWEXAMPLEEXAMPLE000", "Scaleway"),
    ]);
    assert_silent(&[
        (SelfHosted, "acme", &old),
        (SelfHosted, "acme", &new),
        (Harbor, "robot$ci", "zak_example"),
        (Nvidia, "$oauthtoken", "nvapi-example"),
        (DigitalOcean, "dop_v1_example", "dop_v1_example"),
        (Heroku, "_", "HRKU-example"),
        (Scaleway, "nologin", "11111111-2222-3333-4444-555555555555"),
        (Quay, "acme+ci", "XOXB is a word"),
        (SelfHosted, "acme", ""),
        (SelfHosted, "acme", "AKCp is short"),
    ]);
}

#[test]
fn a_key_file_is_fine_where_it_belongs_in_the_form_that_its_user_name_says() {
    let whole = STANDARD.encode(JSON);
    let wrapped: Vec<&str> =
        whole.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let wrapped = wrapped.join("\n");
    let cut = &whole[..whole.len() - 40];
    assert_silent(&[
        (Google, "_json_key_base64", &whole),
        (Google, "_json_key_base64", &wrapped),
        (Google, "_json_key_base64", whole.trim_end_matches('=')),
    ]);
    assert_warns(&[
        (Google, "_json_key_base64", cut, "and this is something else"),
        (Google, "_json_key_base64", "hunter2", "and this is something else"),
        (Google, "_json_key_base64", JSON, "expects the base64 of the key file"),
        (Google, "_json_key", &whole, "goes with the username _json_key_base64"),
        (Google, "", "ewogICJ0eXBl", "base64"),
        (Google, "acme", "{\"type\":\"service_account\"", "Choose GCP"),
        (Google, "_json_key", JSON, "Choose GCP"),
        (Google, "_json_key", "{\"type\":\"authorized_user\"}", "not a service account key"),
        (Google, "acme", "-----BEGIN PRIVATE KEY-----", "whole JSON file"),
        (Quay, "_json_key", JSON, "is not Google's"),
        (Quay, "_json_key_base64", &whole, "is not Google's"),
        (SelfHosted, "_json_key", JSON, "not one of Google's"),
        (SelfHosted, "_json_key_base64", &whole, "not one of Google's"),
        (SelfHosted, "acme", "-----BEGIN OPENSSH PRIVATE KEY-----", "SSH"),
    ]);
    // It works all the same, so nobody is asked.
    assert_eq!(paste_doubt(Google, Method::Password, "_json_key", JSON), None);
    assert!(paste_doubt(Google, Method::Password, "acme", JSON).is_some());
    let as_key = |kind| paste_warning(kind, Method::GcpServiceAccountKey, "_json_key", JSON);
    assert_eq!(as_key(Google), None);
    assert!(as_key(Quay).unwrap_or_default().contains("is not Google's"));
}

#[test]
fn tokens_of_clouds_are_told_where_they_end_and_what_they_go_with() {
    let ecr = "eyJwYXlsb2FkIjoi";
    assert_warns(&[
        (Google, "oauth2accesstoken", "ya29.example", "within an hour"),
        (Google, "_json_key", "ya29.example", "oauth2accesstoken"),
        (Ghcr, "acme", "ya29.example", "not Google's"),
        (Google, "acme", &format!("AIza{}", "x".repeat(35)), "API key"),
        (Ecr, "AWS", "AKIAEXAMPLEEXAMPLE00\n", "authorization token"),
        (Quay, "acme", "ASIAEXAMPLEEXAMPLE00", "not a password"),
        (DockerHub, "acme", ecr, "not Amazon's"),
        (Ecr, "AWS", "eyJhbGciOi", "get-login-password"),
        (EcrPublic, "AWS", "eyJhbGciOi", "get-login-password"),
        (Acr, "00000000-0000-0000-0000-000000000000", "eyJhbGciOi", "within hours"),
        (Acr, "acme", "11111111-2222-3333-4444-555555555555", "value of the secret"),
        (Ibm, "iamapikey", "eyJraWQi", "iambearer"),
        (Ibm, "iambearer", "eyJraWQi", "expires soon"),
        (DockerHub, "acme", "eyJhbGciOi", "JWT"),
    ]);
    assert_silent(&[
        (Ecr, "AWS", ecr),
        (EcrPublic, "AWS", ecr),
        (SelfHosted, "AWS", ecr),
        (Ibm, "cp", "eyJ0eXAiOiJKV1Qi"),
        (Quay, "acme+ci", "eyJhbGciOi"),
        (SelfHosted, "acme", "eyJ2ZXIiOiIyIi"),
        (Quay, "acme", "AKIA is a word"),
        (Acr, "acme", "1111-not-an-id"),
    ]);
}

#[test]
fn a_token_in_the_field_of_the_user_name_is_noticed_where_it_is_none() {
    for username in ["ghp_madeup", "glpat-madeup", "dckr_pat_madeup", "dop_v1_madeup"] {
        assert!(username_doubt(Ghcr, username).unwrap().contains("not hidden"), "{username}");
    }
    for username in ["acme-bot", "x-access-token", "gitlab+deploy-token-1", "$oauthtoken", "_"] {
        assert_eq!(username_doubt(Ghcr, username), None, "{username}");
    }
    assert_eq!(username_doubt(DigitalOcean, "dop_v1_madeup"), None);
}

#[test]
fn amazons_registries_take_nothing_but_an_authorization_token() {
    for kind in [Ecr, EcrPublic] {
        assert_warns(&[
            (kind, "AWS", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "secret access key"),
            (kind, "AWS", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n", "secret access key"),
            (kind, "AWS", "IQoJb3JpZ2luX2VjEXAMPLE", "does not look like an authorization token"),
            (kind, "AWS", "FwoGZXIvYXdzEXAMPLE//////////", "does not look like"),
            (kind, "AWS", "{\"AccessKeyId\":\"x\"}", "does not look like"),
            (kind, "AWS", "hunter2", "get-login-password"),
        ]);
        assert_silent(&[(kind, "AWS", ""), (kind, "AWS", "eyJwYXlsb2FkIjoi\n")]);
    }
    // Elsewhere it may be anybody's password.
    let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    assert_silent(&[(Quay, "acme+ci", key), (SelfHosted, "AWS", key), (Acr, "acme", key)]);
}

#[test]
fn where_the_user_name_says_what_the_secret_is_anything_else_is_noticed() {
    let azures = "00000000-0000-0000-0000-000000000000";
    assert_warns(&[
        (Google, "_json_key", "hunter2", "and this is something else"),
        (Acr, azures, "hunter2", "and this is something else"),
        (Acr, azures, "11111111-2222-3333-4444-555555555555", "value of the secret"),
    ]);
    assert_silent(&[
        (Google, "_json_key", ""),
        (Google, "acme", "hunter2"),
        (Acr, azures, ""),
        (Acr, "acme", "hunter2"),
        (SelfHosted, "_json_key", "hunter2"),
        (SelfHosted, azures, "hunter2"),
    ]);
}

#[test]
fn a_paste_that_is_not_a_secret_is_noticed_for_every_registry() {
    let pair = STANDARD.encode("acme-bot:hunter2");
    for kind in RegistryKind::ALL.iter().copied() {
        assert_warns(&[
            (kind, "acme", "robot$acme+ci", "belongs in the field Username"),
            (kind, "acme", "00000000-0000-0000-0000-000000000000", "belongs in the field Username"),
            (kind, "acme", "_json_key", "belongs in the field Username"),
            (kind, "acme", "$REGISTRY_TOKEN", "placeholder"),
            (kind, "acme", "${{ secrets.TOKEN }}", "placeholder"),
            (kind, "acme", "********", "placeholder"),
            (kind, "acme", "{\"auths\":{}}", "config.json"),
            (kind, "acme-bot", &pair, "base64 of the username"),
            (kind, "acme", "Bearer hunter2", "HTTP header"),
            (kind, "acme", "ssh-ed25519 AAAA", "SSH"),
        ]);
    }
    assert_silent(&[(Quay, "acme", &pair), (Quay, "acme", "$a"), (Quay, "acme", "p$WORD**")]);
}

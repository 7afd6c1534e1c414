//! Where settings come from, and which are refused.

use super::*;
use crate::stub::Folder;

fn read(pairs: &[(&str, &str)]) -> Result<Settings, Failure> {
    Settings::read(&Variables::of(pairs))
}

fn refusal(pairs: &[(&str, &str)]) -> String {
    match read(pairs) {
        Ok(_) => panic!("these settings were taken"),
        Err(failure) => failure.to_string(),
    }
}

/// What is said of a settings file with this content.
fn refusal_of_file(content: &str, mode: u32) -> String {
    let folder = Folder::new();
    let path = folder.file("regcred.json", content, mode);
    refusal(&[("REGCRED_CONFIG", path.to_str().unwrap())])
}

#[test]
fn without_settings_pulls_are_asked_for_and_nothing_is_ignored() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.intent, Intent::Pull);
    assert_eq!(settings.timeout, Duration::from_secs(10));
    assert!(!settings.is_store_ignored && !settings.is_strict);
    assert!(settings.repository_at("ghcr.io").is_none() && settings.is_about("ghcr.io"));
    assert!(settings.given.is_nothing());
    let said = settings.server().unwrap_err().to_string();
    assert!(said.starts_with("regcred: REGCRED_URL is not set"), "{said}");
}

#[test]
fn the_server_is_https_or_on_this_machine_unless_allowed() {
    for (url, insecure, server) in [
        ("https://regcred.example.com/", "", Some("https://regcred.example.com")),
        (" https://Regcred.example.com:443/\r\n", "", Some("https://regcred.example.com")),
        (" ", "", None),
        ("http://127.0.0.1:3000", "", Some("http://127.0.0.1:3000")),
        ("http://regcred.example.com", "true", Some("http://regcred.example.com")),
        ("http://regcred.example.com", "", None),
        ("http://regcred.example.com", "false", None),
        ("https://ann:hunter2@regcred.example.com", "true", None),
        ("https://regcred.example.com/acme", "", None),
        ("ftp://regcred.example.com", "true", None),
    ] {
        let settings = read(&[("REGCRED_URL", url), ("REGCRED_INSECURE_HTTP", insecure)]).unwrap();
        match (settings.server(), server) {
            (Ok(taken), Some(wanted)) => assert_eq!(taken, wanted),
            (Err(failure), None) => {
                let said = failure.to_string();
                assert!(!said.contains("hunter2") && !said.contains("acme"), "{said}");
            }
            (taken, wanted) => panic!("{url}: {taken:?} instead of {wanted:?}"),
        }
    }
}

#[test]
fn the_audience_is_the_server_unless_set() {
    let url = ("REGCRED_URL", "https://regcred.example.com/");
    assert_eq!(read(&[url]).unwrap().audience().unwrap(), "https://regcred.example.com");
    let other_spelling = ("REGCRED_URL", "https://REGCRED.example.com:443");
    let audience = read(&[other_spelling]).unwrap().audience().unwrap();
    assert_eq!(audience, "https://regcred.example.com");
    let settings = read(&[url, ("REGCRED_AUDIENCE", "acme")]).unwrap();
    assert_eq!(settings.audience().unwrap(), "acme");
}

#[test]
fn a_value_that_cannot_be_used_is_named_and_not_repeated() {
    for (name, value) in [
        ("REGCRED_INTENT", "hunter2"),
        ("REGCRED_TIMEOUT", "0"),
        ("REGCRED_TIMEOUT", "121"),
        ("REGCRED_TIMEOUT", "hunter2"),
        ("REGCRED_IGNORE_STORE", "hunter2"),
        ("REGCRED_INSECURE_HTTP", "hunter2"),
        ("REGCRED_STRICT", "hunter2"),
    ] {
        let said = refusal(&[(name, value)]);
        assert!(said.starts_with(&format!("regcred: {name} must be ")), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn an_image_that_cannot_be_read_is_named_and_the_other_settings_hold() {
    let settings = read(&[
        ("REGCRED_IMAGE", "hunter2//x"),
        ("REGCRED_REPOSITORY", "acme/api"),
        ("REGCRED_INTENT", "push"),
    ])
    .unwrap();
    let said = settings.image_problem().unwrap().to_string();
    assert!(said.starts_with("regcred: REGCRED_IMAGE must be "), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!((settings.intent, settings.repository_at("ghcr.io")), (Intent::Push, None));
    // Which of the registries the job is about is not known, so that nothing is told of any.
    assert!(!settings.is_about("ghcr.io"));
    let settings = read(&[("REGCRED_IMAGE", "docker://ghcr.io/acme/api:1")]).unwrap();
    assert!(settings.image_problem().is_none());
    assert_eq!(settings.repository_at("ghcr.io"), Some("acme/api"));
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = Folder::new();
    let content = r#"{"url":"https://one.example.com","intent":"push","timeout":3,
        "repository":"acme/api","ignore_store":true,"pipeline":"p","state":"state"}"#;
    let path = folder.file("regcred.json", content, 0o644);
    let config = ("REGCRED_CONFIG", path.to_str().unwrap());
    let settings =
        read(&[config, ("REGCRED_URL", "https://two.example.com"), ("REGCRED_TIMEOUT", "5")])
            .unwrap();
    assert_eq!(settings.server().unwrap(), "https://two.example.com");
    assert_eq!(settings.timeout, Duration::from_secs(5));
    assert_eq!(settings.intent, Intent::Push);
    assert_eq!(settings.repository.as_deref(), Some("acme/api"));
    assert_eq!(settings.pipeline.as_deref(), Some("p"));
    assert!(settings.is_store_ignored);
    assert_eq!(settings.state, Some(folder.path().join("state")));
}

#[test]
fn the_file_can_hold_every_setting() {
    let folder = Folder::new();
    let content = r#"{"strict":true,"image":"ghcr.io/acme/api:1","repository":"acme/web",
        "azure_service_connection":"0198"}"#;
    let path = folder.file("regcred.json", content, 0o644);
    let settings = read(&[("REGCRED_CONFIG", path.to_str().unwrap())]).unwrap();
    assert!(settings.is_strict);
    assert_eq!(settings.service_connection.as_deref(), Some("0198"));
    // The image says it for its own registry, and for others nobody does.
    assert_eq!(settings.repository_at("https://ghcr.io"), Some("acme/api"));
    assert_eq!(settings.repository_at("quay.io"), None);
    assert!(settings.is_about("ghcr.io:443") && !settings.is_about("quay.io"));
}

#[test]
fn a_token_of_the_environment_puts_aside_all_tokens_of_the_file() {
    let folder = Folder::new();
    let path = folder.file("regcred.json", r#"{"token":"rgc_file"}"#, 0o600);
    let config = ("REGCRED_CONFIG", path.to_str().unwrap());
    let of_file = read(&[config]).unwrap().given;
    assert_eq!(of_file.token.unwrap().expose(), "rgc_file");
    let of_job = read(&[config, ("REGCRED_ID_TOKEN", "jwt")]).unwrap().given;
    assert!(of_job.token.is_none());
    assert_eq!(of_job.id_token.unwrap().expose(), "jwt");
}

#[test]
fn the_address_of_the_file_gets_no_token_of_the_environment() {
    let content = r#"{"url":"http://evil.example.com","insecure_http":true,"audience":"evil",
        "ca_file":"evil.pem","pipeline":"p"}"#;
    let checkout = Folder::new();
    let path = checkout.file("regcred.json", content, 0o644);
    let docker = ("DOCKER_CONFIG", checkout.path().to_str().unwrap());
    let named = ("REGCRED_CONFIG", path.to_str().unwrap());
    let proofs = [
        ("REGCRED_TOKEN", "rgc_1"),
        ("REGCRED_TOKEN_FILE", "token"),
        ("REGCRED_ID_TOKEN", "jwt"),
        ("REGCRED_ID_TOKEN_FILE", "jwt"),
        // One of the CI's own, which no setting names.
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "jwt"),
    ];
    for (file, proof) in [docker, named].into_iter().flat_map(|file| proofs.map(|one| (file, one)))
    {
        let settings = read(&[file, proof]).unwrap();
        let said = settings.server().unwrap_err().to_string();
        assert!(said.contains("in the environment as well") && !said.contains("evil"), "{said}");
        assert!(!settings.may_send_to("http://evil.example.com"));
        assert!(settings.ca_file.is_none() && settings.audience().is_err());
        let ours = ("REGCRED_URL", "https://regcred.example.com");
        let settings = read(&[file, proof, ours]).unwrap();
        assert_eq!(settings.server().unwrap(), ours.1);
        assert_eq!(settings.audience().unwrap(), ours.1);
        assert!(settings.ca_file.is_none() && !settings.may_send_to("http://evil.example.com"));
    }
}

#[test]
fn the_token_of_the_file_goes_to_the_address_of_the_file_only() {
    let folder = Folder::new();
    let content = r#"{"url":"https://regcred.example.com","token":"rgc_file"}"#;
    let path = folder.file("regcred.json", content, 0o600);
    let config = ("REGCRED_CONFIG", path.to_str().unwrap());
    let same = ("REGCRED_URL", "https://regcred.example.com\n");
    for given in [&[config][..], &[config, same]] {
        let settings = read(given).unwrap();
        assert_eq!(settings.server().unwrap(), "https://regcred.example.com");
        assert_eq!(settings.given.token.unwrap().expose(), "rgc_file");
    }
    let said = refusal(&[config, ("REGCRED_URL", "https://evil.example.com")]);
    assert!(said.contains("in one place") && !said.contains("evil"), "{said}");
    let path = folder.file("without.json", r#"{"token":"rgc_file"}"#, 0o600);
    let without = ("REGCRED_CONFIG", path.to_str().unwrap());
    assert!(refusal(&[without, same]).contains("in one place"));
}

#[test]
fn the_file_beside_the_one_of_docker_is_found() {
    let folder = Folder::new();
    folder.file("regcred.json", r#"{"intent":"push"}"#, 0o644);
    let docker = ("DOCKER_CONFIG", folder.path().to_str().unwrap());
    assert_eq!(read(&[docker]).unwrap().intent, Intent::Push);

    let home = Folder::new();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    home.file(".docker/regcred.json", r#"{"intent":"push"}"#, 0o644);
    let path = home.path().to_str().unwrap();
    assert_eq!(read(&[("HOME", path)]).unwrap().intent, Intent::Push);

    let empty = Folder::new();
    let docker = ("DOCKER_CONFIG", empty.path().to_str().unwrap());
    assert_eq!(read(&[docker, ("HOME", path)]).unwrap().intent, Intent::Pull);
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    let folder = Folder::new();
    let path = folder.path().join("missing.json");
    let said = refusal(&[("REGCRED_CONFIG", path.to_str().unwrap())]);
    assert!(said.contains("REGCRED_CONFIG"), "{said}");
}

#[test]
fn a_file_with_a_key_that_there_is_not_is_refused_and_not_repeated() {
    for content in [
        r#"{"urll":"https://hunter2.example.com"}"#,
        r#"{"timeout":"hunter2"}"#,
        r#"{"token":"hunter2""#,
        "hunter2",
        "",
    ] {
        let said = refusal_of_file(content, 0o600);
        assert!(said.starts_with("regcred: The settings file cannot be used"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("urll"), "{said}");
    }
}

#[test]
fn a_file_with_a_token_that_others_can_read_is_refused() {
    for content in [r#"{"token":"hunter2"}"#, r#"{"id_token":"hunter2"}"#] {
        let said = refusal_of_file(content, 0o644);
        assert!(said.contains("chmod 600") && !said.contains("hunter2"), "{said}");
    }
}

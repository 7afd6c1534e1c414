//! The rules of the form, without a database.

use super::*;

fn form() -> CredentialForm {
    CredentialForm {
        name: " ghcr ".into(),
        registry_url: "https://GHCR.io/acme/".into(),
        method: "password".into(),
        username: "acme-bot".into(),
        access: "pull".into(),
        ..CredentialForm::default()
    }
}

fn fields(form: &CredentialForm) -> Vec<String> {
    form.check().err().unwrap_or_default().into_iter().map(|e| e.field).collect()
}

#[test]
fn what_people_paste_becomes_canonical_and_its_path_a_scope() {
    let draft = form().check().unwrap();
    assert_eq!((draft.settings.name.as_str(), draft.host.as_str()), ("ghcr", "ghcr.io"));
    assert_eq!(draft.settings.paths, ["acme"]);
    let about_path = |changes: &[String]| -> Vec<String> {
        changes.iter().filter(|change| change.contains("path")).cloned().collect()
    };
    assert_eq!(about_path(&draft.changes), [PATH_KEPT]);
    let draft = CredentialForm { paths: "team".into(), ..form() }.check().unwrap();
    assert_eq!(draft.settings.paths, ["team"]);
    assert_eq!(about_path(&draft.changes), [PATH_DROPPED], "nothing says that it was kept");
}

#[test]
fn a_path_that_begins_with_the_registry_would_serve_no_image() {
    for (registry_url, paths, is_refused) in [
        ("ghcr.io", "ghcr.io/acme", true),
        ("ghcr.io", "acme, ghcr.io/acme/api", true),
        ("docker.io", "index.docker.io/acme", true),
        ("ghcr.io", "ghcr.io", true),
        ("ghcr.io", "https://ghcr.io/acme", true),
        ("mirror.example.com", "ghcr.io/acme", false),
        ("ghcr.io", "acme", false),
    ] {
        let form =
            CredentialForm { registry_url: registry_url.into(), paths: paths.into(), ..form() };
        let expected: &[&str] = if is_refused { &["paths"] } else { &[] };
        assert_eq!(fields(&form), expected, "{registry_url} {paths}");
    }
    let registry_url = "ghcr.io/ghcr.io/acme".to_owned();
    assert_eq!(fields(&CredentialForm { registry_url, ..form() }), ["registry_url"]);
}

#[test]
fn each_broken_rule_is_told_at_its_field() {
    let bad = CredentialForm {
        name: "x".repeat(101),
        description: "x".repeat(100_000),
        registry_url: "hub.docker.com".into(),
        method: "ssh".into(),
        username: "a:b".into(),
        email: "nobody".into(),
        access: String::new(),
        expires_on: "2026-02-30".into(),
        rotate_every_days: "0".into(),
        ..form()
    };
    let fields = fields(&bad);
    for field in [
        "name",
        "description",
        "registry_url",
        "method",
        "username",
        "email",
        "access",
        "expires_on",
        "rotate_every_days",
    ] {
        assert!(fields.iter().any(|f| f == field), "{field}");
    }
}

#[test]
fn a_label_has_fifty_characters_at_most() {
    let labels = |text: &str| CredentialForm { labels: format!("shop, {text}"), ..form() };
    assert!(labels(&"ä".repeat(50)).check().is_ok());
    assert_eq!(fields(&labels(&"x".repeat(51))), ["labels"]);
    let longest: Vec<String> = ('a'..='t').map(|c| c.to_string().repeat(LABEL_MAX)).collect();
    let all = CredentialForm { labels: longest.join(", "), ..form() };
    assert_eq!(all.check().unwrap().settings.labels.len(), LABELS_MAX);
}

#[test]
fn plain_http_needs_the_insecure_mark() {
    let plain = CredentialForm { registry_url: "http://registry.example.com".into(), ..form() };
    assert_eq!(fields(&plain), ["registry_url"]);
    assert!(CredentialForm { is_insecure: true, ..plain }.check().is_ok());
}

#[test]
fn a_key_file_fixes_the_user_name() {
    let key = CredentialForm {
        method: "gcp_service_account_key".into(),
        username: "me:x".into(),
        ..form()
    };
    assert_eq!(key.check().unwrap().settings.username, "_json_key");
}

#[test]
fn the_insecure_mark_and_an_address_that_says_https_exclude_each_other() {
    let marked =
        |url: &str| CredentialForm { registry_url: url.into(), is_insecure: true, ..form() };
    for url in [
        "https://registry.example.com",
        "https://registry.example.com:5000",
        "registry.example.com:443",
        "registry:443/acme",
    ] {
        assert_eq!(fields(&marked(url)), ["is_insecure"], "{url}");
    }
    for url in ["registry.example.com", "registry.example.com:5000", "http://registry.example.com"]
    {
        assert!(marked(url).check().unwrap().is_insecure, "{url}");
    }
}

#[test]
fn a_user_name_that_the_registry_fixes_is_filled_in_and_no_other_is_taken() {
    for (host, name) in [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "AWS"),
        ("public.ecr.aws", "AWS"),
        ("nvcr.io", "$oauthtoken"),
        ("registry.heroku.com", "_"),
    ] {
        let typed = |username: &str| CredentialForm {
            registry_url: host.into(),
            username: username.into(),
            ..form()
        };
        let filled_in = typed(" ").check().unwrap();
        assert_eq!(
            (filled_in.settings.username.as_str(), filled_in.changes.len()),
            (name, 1),
            "{host}"
        );
        assert!(filled_in.changes[0].contains(name), "{:?}", filled_in.changes);
        let same = typed(name).check().unwrap();
        assert_eq!((same.settings.username.as_str(), same.changes.len()), (name, 0), "{host}");
        let errors = typed("zebra").check().unwrap_err();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].field == "username" && errors[0].message.contains(name), "{errors:?}");
        assert!(!errors[0].message.contains("zebra"));
    }
    // Where it is only usual, another is accepted, and blank is not.
    let scaleway = CredentialForm { registry_url: "rg.fr-par.scw.cloud".into(), ..form() };
    assert_eq!(scaleway.check().unwrap().settings.username, "acme-bot");
    assert_eq!(fields(&CredentialForm { username: String::new(), ..scaleway }), ["username"]);
}

#[test]
fn a_description_is_counted_as_it_is_stored() {
    let description = "x\r\n".repeat(DESCRIPTION_MAX / 2);
    let draft = CredentialForm { description, ..form() }.check().unwrap();
    assert_eq!(draft.settings.description, "x\n".repeat(DESCRIPTION_MAX / 2).trim_end());
    let description = "x".repeat(DESCRIPTION_MAX + 1);
    assert_eq!(fields(&CredentialForm { description, ..form() }), ["description"]);
}

fn key_for(also: &[&str]) -> CredentialForm {
    CredentialForm {
        registry_url: "gcr.io".into(),
        method: "gcp_service_account_key".into(),
        also: also.iter().map(|host| (*host).to_owned()).collect(),
        ..form()
    }
}

#[test]
fn any_host_of_googles_can_have_the_same_key() {
    let typed = ["us.gcr.io", "", " https://Europe-Docker.pkg.dev/ ", "us.gcr.io", "gcr.io"];
    let draft = key_for(&typed).check().unwrap();
    let hosts: Vec<&str> = draft.also.iter().map(RegistryHost::as_str).collect();
    assert_eq!(hosts, ["us.gcr.io", "europe-docker.pkg.dev"]);
    for other in [
        "ghcr.io",
        "evil.example.com",
        "eu.gcr.io/acme",
        "eu.gcr.io, us.gcr.io",
        "http://eu.gcr.io",
        "eu",
        "europe-docker.pkg.dev:8443",
        format!("{}gcr.io", "a.".repeat(60)).as_str(),
    ] {
        assert_eq!(fields(&key_for(&["us.gcr.io", other])), ["also"], "{other}");
    }
    let many: Vec<String> = (0..=ALSO_MAX).map(|n| format!("region{n}-docker.pkg.dev")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(fields(&key_for(&many)), ["also"]);
    assert_eq!(key_for(&many[1..]).check().unwrap().also.len(), ALSO_MAX);
    // Without a key there is nothing to store elsewhere, whatever was ticked before.
    let password = CredentialForm { method: "password".into(), ..key_for(&["us.gcr.io"]) };
    assert!(password.check().unwrap().also.is_empty());
}

#[test]
fn the_name_for_another_host_keeps_the_rules_for_names() {
    let host = RegistryHost::stored("europe-docker.pkg.dev").unwrap();
    let name = format!("{} {}", "x".repeat(75), "y".repeat(24));
    let copy = CredentialForm { name, ..form() }.check().unwrap().for_host(&host);
    assert_eq!(copy.host, host);
    assert_eq!(copy.settings.name, format!("{} (europe-docker.pkg.dev)", "x".repeat(75)));
    assert_eq!(name_problem(&copy.settings.name, "credential"), None);
}

#[test]
fn a_character_that_turns_text_round_is_refused_in_every_field() {
    let turned = || "acme\u{202E}".to_owned();
    let key = key_for(&["eu\u{202E}.gcr.io"]);
    for (field, form) in [
        ("name", CredentialForm { name: turned(), ..form() }),
        ("description", CredentialForm { description: turned(), ..form() }),
        ("registry_url", CredentialForm { registry_url: turned(), ..form() }),
        ("username", CredentialForm { username: turned(), ..form() }),
        ("email", CredentialForm { email: turned() + "@example.com", ..form() }),
        ("paths", CredentialForm { paths: turned(), ..form() }),
        ("expires_on", CredentialForm { expires_on: turned(), ..form() }),
        ("owner", CredentialForm { owner: turned(), ..form() }),
        ("environment", CredentialForm { environment: turned(), ..form() }),
        ("labels", CredentialForm { labels: turned(), ..form() }),
        ("review_on", CredentialForm { review_on: turned(), ..form() }),
        ("rotate_every_days", CredentialForm { rotate_every_days: turned(), ..form() }),
        ("also", key),
    ] {
        assert_eq!(fields(&form), [field]);
    }
}

#[test]
fn one_origin_is_one_host_however_its_port_was_typed() {
    let marked = |url: &str, is_insecure: bool| {
        CredentialForm { registry_url: url.into(), is_insecure, ..form() }.check()
    };
    for url in ["harbor.example.com:80", "http://harbor.example.com:80/", "HARBOR.example.com.:80"]
    {
        let draft = marked(url, true).unwrap();
        assert_eq!(draft.host.as_str(), "harbor.example.com", "{url}");
        assert_eq!(draft.host.origin(true), "http://harbor.example.com:80");
        let said = draft.changes.iter().filter(|change| change.contains("port")).count();
        assert_eq!(said, 1, "{:?}", draft.changes);
    }
    // Without the mark it is TLS at port 80, and port 443 is not for plain http.
    let tls = marked("harbor.example.com:80", false).unwrap();
    assert_eq!((tls.host.as_str(), tls.changes.len()), ("harbor.example.com:80", 0));
    let errors = marked("harbor.example.com:443", true).unwrap_err();
    assert_eq!(errors[0].field, "is_insecure");
    // What the port hid is recognised: the user name is Amazon's, the key Google's.
    let ecr = CredentialForm {
        registry_url: "123456789012.dkr.ecr.eu-west-1.amazonaws.com:80".into(),
        username: String::new(),
        is_insecure: true,
        ..form()
    };
    assert_eq!(ecr.check().unwrap().settings.username, "AWS");
    let key = CredentialForm { is_insecure: true, ..key_for(&["us.gcr.io:80", "us.gcr.io"]) };
    let also = key.check().unwrap().also;
    assert_eq!(also.iter().map(RegistryHost::as_str).collect::<Vec<_>>(), ["us.gcr.io"]);
}

#[test]
fn the_address_of_an_image_in_the_registrys_api_is_of_its_repository() {
    let pasted = "https://ghcr.io/v2/acme/api/manifests/latest";
    let draft = CredentialForm { registry_url: pasted.into(), ..form() }.check().unwrap();
    assert_eq!(draft.host.as_str(), "ghcr.io");
    assert_eq!(draft.settings.paths, ["acme/api"]);
}

#[test]
fn a_website_is_refused_for_a_new_credential_and_not_for_one_that_exists() {
    let website = CredentialForm { registry_url: "github.com".into(), ..form() };
    let errors = website.check().unwrap_err();
    assert!(errors[0].field == "registry_url" && errors[0].message.contains("ghcr.io"));
    assert_eq!(website.check_stored().unwrap().host.as_str(), "github.com");
    let page = "https://github.com/orgs/acme/packages/container/api";
    assert_eq!(fields(&CredentialForm { registry_url: page.into(), ..form() }), ["registry_url"]);
}

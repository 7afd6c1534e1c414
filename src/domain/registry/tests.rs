//! What people paste, and what is one host.

use super::*;

#[test]
fn what_people_paste_has_one_spelling_and_may_leave_a_path() {
    for (typed, host, path) in [
        ("https://ghcr.io/", "ghcr.io", ""),
        ("ghcr.io/acme", "ghcr.io", "acme"),
        (" GHCR.IO.\n", "ghcr.io", ""),
        ("registry.example.com:5000/v2/", "registry.example.com:5000", ""),
        ("https://index.docker.io/v1/", "docker.io", ""),
        ("registry-1.docker.io:443", "docker.io", ""),
        ("registry.hub.docker.com", "docker.io", ""),
        ("docker.io/acme/api:1.2", "docker.io", "acme/api"),
        ("docker.io/nginx:1.27", "docker.io", "library/nginx"),
        ("docker.io/acme", "docker.io", "acme"),
        ("oci://ghcr.io/acme/charts", "ghcr.io", "acme/charts"),
        ("ghcr.io/acme/api:1.2@sha256:0a1b", "ghcr.io", "acme/api"),
        ("ghcr.io/v2/acme", "ghcr.io", "acme"),
        ("http://registry.example.com:80/", "registry.example.com", ""),
        ("registry.example.com:80", "registry.example.com:80", ""),
        ("localhost", "localhost", ""),
        ("localhost:5000", "localhost:5000", ""),
        ("registry:5000", "registry:5000", ""),
        ("https://registry:443", "registry:443", ""),
        ("192.0.2.10:5000", "192.0.2.10:5000", ""),
        ("[2001:DB8::0010]:5000/acme", "[2001:db8::10]:5000", "acme"),
        ("https://[::1]:443", "[::1]", ""),
        ("bücher.example", "xn--bcher-kva.example", ""),
    ] {
        let parsed = RegistryHost::parse(typed).unwrap();
        assert_eq!(
            (parsed.host.as_str(), parsed.path.as_deref().unwrap_or("")),
            (host, path),
            "{typed}"
        );
        assert_eq!(parsed.is_http, typed.starts_with("http://"));
        let says_https = typed.starts_with("https://") || typed.ends_with(":443");
        assert_eq!(parsed.is_https, says_https, "{typed}");
        // What becomes of a path is said by the form: it may have one of its own.
        let is_unchanged = parsed.changes.is_empty() && parsed.path.is_none();
        assert_eq!(is_unchanged, typed == host, "{typed}: {:?}", parsed.changes);
        assert_eq!(RegistryHost::stored(host), Some(parsed.host), "{host} is canonical");
        assert_eq!(RegistryHost::stored(typed).is_some(), typed == host, "{typed}");
    }
}

#[test]
fn what_is_dropped_is_named_for_where_it_stood() {
    for (typed, said) in [
        ("ghcr.io/", vec!["The slash at the end was dropped."]),
        ("ghcr.io//", vec!["The slash at the end was dropped."]),
        ("ghcr.io//acme", vec!["The extra slash before the path was dropped."]),
        ("ghcr.io/acme/", vec!["The slash at the end was dropped."]),
        ("//ghcr.io", vec!["The slashes at the beginning were dropped."]),
        ("ghcr.io", vec![]),
    ] {
        assert_eq!(RegistryHost::parse(typed).unwrap().changes, said, "{typed}");
    }
}

#[test]
fn a_path_that_begins_with_the_host_is_known_and_another_host_may_be_part_of_one() {
    for (text, path, begins) in [
        ("ghcr.io", "ghcr.io/acme/api", true),
        ("ghcr.io", "ghcr.io", true),
        ("ghcr.io", "ghcr.io.acme/api", false),
        ("ghcr.io", "acme/ghcr.io", false),
        ("harbor.example.com", "ghcr.io/acme", false),
        ("docker.io", "index.docker.io/acme", true),
    ] {
        assert_eq!(host(text).named_in(&[path.to_owned()]).is_err(), begins, "{text} {path}");
    }
}

#[test]
fn origins_always_name_scheme_and_port() {
    for (host, https, http) in [
        ("docker.io", "https://docker.io:443", "http://docker.io:80"),
        (
            "registry.example.com:5000",
            "https://registry.example.com:5000",
            "http://registry.example.com:5000",
        ),
        ("[::1]", "https://[::1]:443", "http://[::1]:80"),
        ("[::1]:5000", "https://[::1]:5000", "http://[::1]:5000"),
    ] {
        let host = RegistryHost::stored(host).unwrap();
        assert_eq!((host.origin(false).as_str(), host.origin(true).as_str()), (https, http));
    }
}

#[test]
fn docker_hub_has_its_own_key_and_a_page_cannot_send_a_spelling_of_its_own() {
    let read = |json| serde_json::from_str::<RegistryHost>(json);
    let hub = read("\"docker.io\"").unwrap();
    assert_eq!(hub.docker_config_key(), "https://index.docker.io/v1/");
    assert!(hub.matches_examples(false).contains("without a host"));
    assert_eq!(read("\"ghcr.io\"").unwrap().docker_config_key(), "ghcr.io");
    assert!(!read("\"GHCR.io/zebra\"").unwrap_err().to_string().contains("zebra"));
    assert_eq!(serde_json::to_string(&hub).unwrap(), "\"docker.io\"");
}

fn host(text: &str) -> RegistryHost {
    RegistryHost::stored(text).unwrap()
}

#[test]
fn one_origin_is_one_host_with_the_usual_port_or_without() {
    for (typed, http, https) in [
        ("harbor.example.com:80", "harbor.example.com", "harbor.example.com:80"),
        ("harbor.example.com:443", "harbor.example.com", "harbor.example.com"),
        ("harbor.example.com", "harbor.example.com", "harbor.example.com"),
        ("harbor.example.com:8080", "harbor.example.com:8080", "harbor.example.com:8080"),
        ("harbor.example.com:180", "harbor.example.com:180", "harbor.example.com:180"),
        ("localhost:80", "localhost", "localhost:80"),
        ("192.0.2.10:80", "192.0.2.10", "192.0.2.10:80"),
        ("[2001:db8::80]:80", "[2001:db8::80]", "[2001:db8::80]:80"),
        ("[2001:db8::80]", "[2001:db8::80]", "[2001:db8::80]"),
        // Without its port a bare word is no host, so that is its one spelling.
        ("registry:80", "registry:80", "registry:80"),
        ("registry:443", "registry:443", "registry:443"),
        ("docker.io:80", "docker.io", "docker.io:80"),
        ("index.docker.io:80", "docker.io", "index.docker.io:80"),
    ] {
        let parsed = RegistryHost::parse(typed).unwrap().host;
        let (plain, tls) = (parsed.clone().canonical(true), parsed.canonical(false));
        assert_eq!((plain.as_str(), tls.as_str()), (http, https), "{typed}");
        // What is stored can be read back, and is canonical already.
        for (one, is_insecure) in [(plain, true), (tls, false)] {
            assert_eq!(RegistryHost::stored(one.as_str()).as_ref(), Some(&one), "{typed}");
            assert_eq!(one.clone().canonical(is_insecure), one, "{typed}");
        }
    }
    let parsed = RegistryHost::parse("harbor.example.com:80").unwrap();
    assert!(parsed.clone().marked(false).changes.is_empty());
    let marked = parsed.marked(true);
    assert!(marked.changes.iter().any(|change| change.contains("port")), "{marked:?}");
}

#[test]
fn a_row_of_before_with_the_usual_port_is_of_the_same_origin() {
    for (before, canonical) in
        [("harbor.example.com:80", "harbor.example.com"), ("[::1]:80", "[::1]")]
    {
        let (before, canonical) = (host(before), host(canonical));
        assert_eq!(before.origin(true), canonical.origin(true));
        assert_eq!(before.spellings(true), canonical.spellings(true));
        assert!(before.serves(true, &canonical) && canonical.serves(true, &before));
    }
}

#[test]
fn a_host_serves_its_own_origin_however_it_is_asked_for() {
    for (stored, is_insecure, asked, expected) in [
        ("harbor.example.com", true, "harbor.example.com", true),
        ("harbor.example.com", true, "harbor.example.com:80", true),
        ("harbor.example.com", true, "HARBOR.example.com.:80", true),
        ("harbor.example.com", true, "http://harbor.example.com:80/", true),
        // Port 443 is another origin than plain http at port 80.
        ("harbor.example.com", true, "harbor.example.com:443", false),
        ("harbor.example.com", true, "harbor.example.com:8080", false),
        ("harbor.example.com", false, "harbor.example.com", true),
        ("harbor.example.com", false, "harbor.example.com:443", true),
        ("harbor.example.com", false, "harbor.example.com:80", false),
        ("harbor.example.com:80", false, "harbor.example.com:80", true),
        ("harbor.example.com:80", false, "harbor.example.com", false),
        ("harbor.example.com:5000", true, "harbor.example.com:5000", true),
        ("harbor.example.com:5000", false, "harbor.example.com", false),
        ("[2001:db8::1]", true, "[2001:DB8::0001]:80", true),
        ("[2001:db8::1]", false, "[2001:db8::1]:443", true),
        ("[2001:db8::1]", false, "[2001:db8::1]:80", false),
        ("registry:80", true, "registry:80", true),
        ("registry:443", false, "registry:443", true),
        ("docker.io", false, "index.docker.io:443", true),
        ("docker.io", false, "registry-1.docker.io", true),
        ("docker.io", false, "docker.io:80", false),
        ("harbor.example.com", true, "harbor.example.com.evil.example:80", false),
    ] {
        let asked = RegistryHost::parse(asked).unwrap().host;
        assert_eq!(host(stored).serves(is_insecure, &asked), expected, "{stored} {asked:?}");
    }
}

#[test]
fn the_spellings_are_what_readers_that_compare_text_may_look_for() {
    for (stored, is_insecure, spellings) in [
        ("ghcr.io", false, vec!["ghcr.io", "ghcr.io:443"]),
        ("harbor.example.com", true, vec!["harbor.example.com", "harbor.example.com:80"]),
        ("harbor.example.com:80", false, vec!["harbor.example.com:80"]),
        ("harbor.example.com:5000", true, vec!["harbor.example.com:5000"]),
        ("[2001:db8::1]", false, vec!["[2001:db8::1]", "[2001:db8::1]:443"]),
        ("[2001:db8::1]:5000", false, vec!["[2001:db8::1]:5000"]),
        ("localhost", true, vec!["localhost", "localhost:80"]),
        ("registry:443", false, vec!["registry:443"]),
        ("registry:80", true, vec!["registry:80"]),
        ("docker.io", false, vec!["docker.io"]),
        ("docker.io", true, vec!["docker.io"]),
    ] {
        let stored = host(stored);
        assert_eq!(stored.spellings(is_insecure), spellings, "{stored}");
        for spelling in spellings {
            let asked = RegistryHost::parse(spelling).unwrap().host;
            assert!(stored.serves(is_insecure, &asked), "{spelling}");
        }
        let shown = stored.matches_examples(is_insecure);
        assert!(shown.starts_with(&format!("{stored}/…")), "{shown}");
    }
}

#[test]
fn hosts_that_differ_only_in_a_port_that_was_dropped_are_equal() {
    let (plain, named) = (host("ghcr.io"), RegistryHost::parse("ghcr.io:443").unwrap().host);
    assert_eq!(plain, named);
    assert_eq!(plain.cmp(&named), std::cmp::Ordering::Equal);
    assert_eq!(std::collections::HashSet::from([plain, named]).len(), 1);
}

#[test]
fn the_spelling_that_clients_keep_is_kept_beside_the_host() {
    for (typed, written) in [
        ("GHCR.IO", Some("GHCR.IO")),
        ("docker://GHCR.io/acme/api", Some("GHCR.io")),
        ("registry-1.docker.io", Some("registry-1.docker.io")),
        ("registry.hub.docker.com", Some("registry.hub.docker.com")),
        ("docker.io:443", Some("docker.io:443")),
        ("ghcr.io:443", Some("ghcr.io:443")),
        ("[2001:DB8:0::1]:5000", Some("[2001:DB8:0::1]:5000")),
        ("ghcr.io", None),
        ("https://ghcr.io/acme", None),
        ("index.docker.io", None),
        ("b\u{fc}cher.example", None),
    ] {
        let host = RegistryHost::read(typed).unwrap().host;
        assert_eq!(host.written(), written, "{typed}");
        assert_eq!(Some(&host), RegistryHost::stored(host.as_str()).as_ref(), "{typed}");
    }
}

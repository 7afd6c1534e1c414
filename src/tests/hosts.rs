//! Registry hosts: what people paste is stored as one host, or refused with the reason.

use crate::app::{App, credential_form};
use crate::edits::save;
use crate::listing::names;
use regcred::domain::listing::{ListQuery, percent};
use regcred::domain::matching::ExplainForm;
use regcred::domain::permission::of;

const CREATE: &str = "/rpc/credentials/create";

#[tokio::test]
async fn what_people_paste_is_stored_as_one_host() {
    let app = App::new().await;
    let pasted = [
        ("https://ghcr.io/", "ghcr.io"),
        (" GHCR.IO ", "ghcr.io"),
        ("registry.example.com:5000/v2/", "registry.example.com:5000"),
        ("https://registry.example.com:443", "registry.example.com"),
        ("docker.io", "docker.io"),
        ("index.docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
    ];
    for (n, (typed, host)) in pasted.into_iter().enumerate() {
        let id = app.credential(&app.owner, "acme", &format!("name {n}"), typed, "s").await;
        assert_eq!(app.stored("acme", id).await.summary.host.as_str(), host, "{typed}");
    }
}

#[tokio::test]
async fn an_invalid_host_is_refused_with_the_reason_and_nothing_is_saved() {
    let app = App::new().await;
    let bad = [
        ("", "missing"),
        ("hub.docker.com", "use docker.io"),
        ("bot:hunter3@ghcr.io", "@"),
        ("https://bot@ghcr.io/acme", "@"),
        ("ghcr.io acme", "space"),
        ("ghcr.io\nregistry.example.com", "line break"),
        ("ghcr.io\u{1}", "control"),
        ("ghcr\u{200b}.io", "invisible"),
        ("ghcr.io?x=1", "?"),
        ("ghcr.io/#acme", "#"),
        ("*.example.com", "*"),
        ("ghcr", "single word"),
        ("ftp://ghcr.io", "https"),
        ("http://registry.example.com", "Insecure registry"),
        ("ghcr.io:99999", "port"),
        ("gh_cr.io", "host name"),
        ("2130706433", "unusual form"),
        ("g\u{04bb}cr.io", "alphabets"),
        ("<account-id>.dkr.ecr.eu-west-1.amazonaws.com", "placeholder"),
        ("ghcr.io/Acme", "capital"),
    ];
    for (typed, reason) in bad {
        let form = credential_form("acme", "a", typed, "hunter2-hunter2", &[]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 422, "{typed}");
        let sentence = reply.at("registry_url").unwrap_or_default();
        assert!(sentence.contains(reason), "{typed}: {sentence}");
        assert!(!reply.text().contains("hunter"), "the answer repeats what was typed");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM secret_version").await, 0);
}

#[tokio::test]
async fn plain_http_is_part_of_the_origin_and_needs_the_mark() {
    let app = App::new().await;
    let marked = [("is_insecure", "true")];
    let host = "http://registry.example.com";
    let id = app.credential_with(&app.owner, "acme", "plain", host, "s", &marked).await;
    let stored = app.stored("acme", id).await;
    assert!(stored.summary.is_insecure);
    assert_eq!(stored.origin, "http://registry.example.com:80");
}

const MARKED: [(&str, &str); 1] = [("is_insecure", "true")];

#[tokio::test]
async fn port_80_of_plain_http_is_the_host_without_it_however_it_was_typed() {
    let app = App::new().await;
    let spellings = [
        "http://harbor.example.com:80",
        "harbor.example.com:80",
        "http://harbor.example.com",
        "harbor.example.com",
        " HARBOR.example.com.:80/v2/ ",
    ];
    for (n, typed) in spellings.into_iter().enumerate() {
        let name = format!("name {n}");
        let id = app.credential_with(&app.owner, "acme", &name, typed, "s", &MARKED).await;
        let stored = app.stored("acme", id).await;
        assert_eq!(stored.summary.host.as_str(), "harbor.example.com", "{typed}");
        assert_eq!(stored.origin, "http://harbor.example.com:80", "{typed}");
    }
    let name = "tls at port 80";
    app.credential(&app.owner, "acme", name, "harbor.example.com:80", "s").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    let listing = app.vault.list_credentials(&reader, &ListQuery::default()).await.unwrap();
    assert_eq!(listing.hosts.unwrap(), ["harbor.example.com", "harbor.example.com:80"]);

    let form = credential_form("acme", "last", "harbor.example.com:80", "s", &MARKED);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("The port was dropped"), "{page}");
}

#[tokio::test]
async fn the_preview_says_what_will_be_stored_and_matched() {
    let app = App::new().await;
    for (typed, mark, host, matches) in [
        ("harbor.example.com:80", "true", "harbor.example.com", "harbor.example.com:80/…"),
        ("harbor.example.com:80", "false", "harbor.example.com:80", "harbor.example.com:80/…"),
        ("harbor.example.com", "false", "harbor.example.com", "harbor.example.com:443/…"),
        ("https://ghcr.io/v2/acme/api/tags/list", "false", "ghcr.io", "ghcr.io/…"),
        ("http://harbor.example.com", "false", "harbor.example.com", "harbor.example.com:80/…"),
    ] {
        let form = [("input", typed), ("is_insecure", mark)];
        let reply = app.owner.post_json_accept("/rpc/registry/recognise", &form).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["host"]), (200, &host.into()), "{typed}");
        assert!(reply.json()["matches"].as_str().unwrap().contains(matches), "{}", reply.text());
        // Whether a path moves depends on another field, and the preview says so.
        assert!(!reply.text().contains("was moved"), "{}", reply.text());
    }
}

#[tokio::test]
async fn a_filter_and_a_search_find_a_host_with_its_usual_port_or_without() {
    let app = App::new().await;
    let host = "harbor.example.com";
    app.credential_with(&app.owner, "acme", "plain", host, "s", &MARKED).await;
    app.credential(&app.owner, "acme", "tls", host, "s").await;
    app.credential(&app.owner, "acme", "tls-80", "harbor.example.com:80", "s").await;
    app.credential(&app.owner, "acme", "other", "quay.io", "s").await;
    let cases: [(&str, &[&str], &[&str]); 11] = [
        ("harbor.example.com", &["plain", "tls"], &["plain", "tls", "tls-80"]),
        ("harbor.example.com:80", &["plain", "tls-80"], &["plain", "tls-80"]),
        ("HARBOR.example.com:80", &["plain", "tls-80"], &["plain", "tls-80"]),
        ("harbor.example.com:443", &["tls"], &["tls"]),
        ("http://harbor.example.com:80/", &["plain"], &["plain"]),
        ("http://harbor.example.com", &["plain"], &["plain"]),
        ("https://harbor.example.com", &["tls"], &["tls"]),
        ("https://harbor.example.com:80", &["tls-80"], &["tls-80"]),
        ("harbor.example.com:8080", &[], &[]),
        ("harbor%example.com:80", &[], &[]),
        (":80", &[], &["tls-80"]),
    ];
    for (asked, filtered, searched) in cases {
        assert_eq!(names(&app, &[("registry", asked)]).await, filtered, "registry={asked}");
        assert_eq!(names(&app, &[("q", asked)]).await, searched, "q={asked}");
    }
    // The filter in force is shown, whatever its spelling.
    let page = app.owner.get("/p/acme/credentials?registry=quay.io:443").await.text();
    assert!(page.contains("<option selected>quay.io:443"), "{page}");
}

#[tokio::test]
async fn a_pipeline_gets_the_credential_of_the_origin_it_asks_for() {
    let app = App::new().await;
    let mut ids = Vec::new();
    type Made<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);
    let credentials: [Made<'_>; 5] = [
        ("plain", "plain.example.com:80", &MARKED),
        ("tls", "https://tls.example.com:443", &[]),
        ("both-plain", "both.example.com:80", &MARKED),
        ("both-tls", "both.example.com", &[]),
        ("six", "http://[2001:db8::1]:80", &MARKED),
    ];
    for (name, host, more) in credentials {
        ids.push(app.credential_with(&app.owner, "acme", name, host, name, more).await);
    }
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    let pipeline = pipeline.to_string();
    for (host, secret) in [
        ("plain.example.com", Some("plain")),
        ("plain.example.com:80", Some("plain")),
        ("plain.example.com:443", None),
        ("plain.example.com:8080", None),
        ("tls.example.com", Some("tls")),
        ("tls.example.com:443", Some("tls")),
        ("tls.example.com:80", None),
        ("both.example.com:80", Some("both-plain")),
        ("both.example.com:443", Some("both-tls")),
        ("[2001:db8::1]", Some("six")),
        ("[2001:DB8::1]:80", Some("six")),
        ("[2001:db8::1]:443", None),
    ] {
        let image = format!("{host}/acme/api:1");
        for query in [format!("server={}", percent(host)), format!("image={}", percent(&image))] {
            let reply = app.fetch(&token, &format!("/api/v1/credential?{query}")).await;
            let status = if secret.is_some() { 200 } else { 404 };
            assert_eq!(reply.status, status, "{query}: {}", reply.text());
            if let Some(secret) = secret {
                assert_eq!(reply.json()["secret"], secret, "{query}");
            }
        }
        let (pipeline, intent) = (pipeline.clone(), "pull".to_owned());
        let form = ExplainForm { image: image.clone(), pipeline, intent, ..ExplainForm::default() };
        let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
        let said = app.vault.explain(&reader, &form).await.unwrap();
        let won = said.verdicts.iter().find(|verdict| verdict.lost.is_none());
        assert_eq!(won.map(|verdict| verdict.name.as_str()), secret, "{image}: {}", said.summary);
    }
}

#[tokio::test]
async fn what_was_stored_with_the_usual_port_is_renamed_and_its_secret_still_opens() {
    let app = App::new().await;
    let host = "harbor.example.com:80";
    let id = app.credential_with(&app.owner, "acme", "plain", host, "hunter2", &MARKED).await;
    let tls = app.credential(&app.owner, "acme", "tls", host, "s").await;
    // As an older version stored it.
    let before = "UPDATE credential SET host = host || ':80',
        search_key = replace(search_key, host, host || ':80') WHERE name = 'plain'";
    assert_eq!(app.raw(before).await, 1);
    let step = "DELETE FROM seaql_migrations WHERE version LIKE '%one_origin_one_host'";
    assert_eq!(app.raw(step).await, 1);
    app.vault.store().migrate(&app.address).await.unwrap();
    // Then there were no MACs yet.
    app.adopt("credential").await;
    let stored = app.stored("acme", id).await;
    assert_eq!(stored.summary.host.as_str(), "harbor.example.com");
    assert_eq!(app.stored("acme", tls).await.summary.host.as_str(), host);
    let key = app.database.scalar_text("SELECT search_key FROM credential WHERE name = 'plain'");
    assert!(!key.await.contains(":80"));
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let reply = app.fetch(&token, "/api/v1/credential?server=harbor.example.com:80").await;
    assert_eq!(reply.json()["secret"], "hunter2", "{}", reply.text());
    // And an edit takes either spelling for the same registry.
    let edited =
        [("name", "plain"), ("is_insecure", "true"), ("registry_url", host), ("description", "x")];
    assert_eq!(save(&app, id, "1", &edited).await.status, 200);
    let moved = [("name", "plain"), ("registry_url", "harbor.example.com:443")];
    assert!(save(&app, id, "2", &moved).await.at("registry_url").is_some());
}

#[tokio::test]
async fn an_address_of_the_registrys_api_leaves_its_repository_and_a_page_says_what_to_use() {
    let app = App::new().await;
    for (n, behind) in ["manifests/latest", "tags/list", "blobs/uploads/"].into_iter().enumerate() {
        let (name, typed) = (format!("name {n}"), format!("https://ghcr.io/v2/acme/api/{behind}"));
        let id = app.credential(&app.owner, "acme", &name, &typed, "s").await;
        assert_eq!(app.stored("acme", id).await.summary.paths, ["acme/api"], "{behind}");
    }
    for (typed, instead) in [
        ("https://github.com/orgs/zebra/packages/container/api", "ghcr.io"),
        ("https://hub.docker.com/r/zebra/api?tab=tags", "docker.io"),
        ("https://gitlab.example.com/zebra/api/container_registry", "docker login"),
        ("https://console.cloud.google.com/gcr/images/zebra?project=zebra", "pkg.dev"),
        ("https://quay.io/repository/zebra/api?tab=tags", "?"),
    ] {
        let form = credential_form("acme", "a", typed, "s", &[]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 422, "{typed}");
        let sentence = reply.at("registry_url").unwrap();
        assert!(sentence.contains(instead) && !sentence.contains("zebra"), "{typed}: {sentence}");
    }
}

#[tokio::test]
async fn a_credential_that_was_once_stored_for_a_website_can_still_be_edited() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    app.raw("UPDATE credential SET host = 'github.com' WHERE name = 'ghcr'").await;
    let changed = [("registry_url", "github.com"), ("description", "x")];
    assert_eq!(save(&app, id, "1", &changed).await.status, 200);
    assert_eq!(app.stored("acme", id).await.summary.description, "x");
}

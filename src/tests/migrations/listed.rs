//! Credentials and pipelines that were there are listed and found as those that are saved today.

use super::filled::back_to_before;
use crate::app::App;
use crate::database::Database;
use crate::listing::{create, names};
use crate::trust::rules::with;
use regcred::domain::registry::RegistryHost;
use regcred::domain::registry_kind::RegistryKind;
use regcred::migrations::Migrator;
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

/// Pipelines, which are more than one statement of the step writes.
const MANY: u128 = 450;

/// A host of each kind of registry.
const HOSTS: [&str; 19] = [
    "docker.io",
    "dhi.io",
    "ghcr.io",
    "registry.gitlab.com",
    "eu.gcr.io",
    "europe-west4-docker.pkg.dev",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "public.ecr.aws",
    "acme.azurecr.io",
    "quay.io",
    "harbor.example.com",
    "nvcr.io",
    "uk.icr.io",
    "registry.heroku.com",
    "rg.fr-par.scw.cloud",
    "registry.digitalocean.com",
    "fra.ocir.io",
    "registry.example.com",
    "notghcr.io",
];

#[tokio::test]
async fn what_was_there_is_sorted_and_found_as_what_is_saved() {
    let app = App::new().await;
    let kind = |host: &str| RegistryKind::recognise(&RegistryHost::stored(host).unwrap());
    for kind_of in RegistryKind::ALL {
        assert!(HOSTS.iter().any(|host| kind(host) == *kind_of), "no host of {kind_of:?}");
    }
    for (number, host) in HOSTS.into_iter().enumerate() {
        create(&app, &format!("Zürich 0{number} v10.02"), |form| {
            form.registry_url = host.to_owned();
            // Some take one user name only.
            form.username = match kind(host) {
                RegistryKind::Ecr | RegistryKind::EcrPublic => "AWS".to_owned(),
                RegistryKind::Nvidia => "$oauthtoken".to_owned(),
                RegistryKind::Heroku => "_".to_owned(),
                _ => "acme-bot".to_owned(),
            };
            form.email = format!("Olga{number}@Example.com");
        })
        .await;
    }
    let key = async |host: &str| {
        let sql = format!("SELECT natural_key FROM credential WHERE host = '{host}'");
        app.database.scalar_text(&sql).await
    };
    let mut saved = Vec::new();
    for host in HOSTS {
        saved.push(key(host).await);
    }
    let db = app.database.connect().await;
    back_to_before(&db, "lists_as_people_read").await;
    // As it was written then.
    let line_end = if app.database.is_embedded() { "char(10)" } else { "chr(10)" };
    let old = format!("UPDATE credential SET search_key = name_key || {line_end} || host");
    assert_eq!(app.database.raw(&old).await, u64::try_from(HOSTS.len()).unwrap());
    Migrator::up(&db, None).await.unwrap();
    for (number, (host, saved)) in HOSTS.into_iter().zip(saved).enumerate() {
        assert_eq!(key(host).await, saved, "{host}");
        let name = format!("Zürich 0{number} v10.02");
        let email = format!("olga{number}@example.com");
        assert_eq!(names(&app, &[("q", email.as_str())]).await, [name.as_str()]);
        let label = kind(host).label();
        let found = names(&app, &[("q", label)]).await;
        let is_named = kind(host) != RegistryKind::SelfHosted;
        assert_eq!(found.contains(&name), is_named, "{host}: {label}");
    }
    assert_eq!(names(&app, &[("q", "zurich 00")]).await, ["Zürich 00 v10.02"]);
}

#[tokio::test]
async fn a_pipeline_that_was_there_is_found_as_one_that_is_saved() {
    let app = App::new().await;
    app.bare_pipeline("Bau für Zürich").await;
    let key = "SELECT search_key FROM pipeline";
    assert_eq!(app.database.scalar_text(key).await, "bau fur zurich\n");
    let db = app.database.connect().await;
    back_to_before(&db, "searches_of_pipelines").await;
    assert_eq!(app.database.raw("UPDATE pipeline SET description = 'STRAẞE'").await, 1);
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(app.database.scalar_text(key).await, "bau fur zurich\nstrasse");
    let page = app.owner.get("/p/acme/pipelines?q=stra%C3%9Fe").await.text();
    assert!(page.contains("Bau für Zürich"), "{page}");
}

#[tokio::test]
async fn a_pipeline_with_rules_that_were_there_is_found_by_what_they_name() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("nightly").await;
    let github = with(&[
        ("form[claims][job_workflow_ref]", "acme/ci/.github/workflows/build.yml@refs/heads/main"),
        ("form[more_claims]", "repository=Acme/API"),
        ("form[title]", "Büro"),
    ]);
    let gitlab = [
        ("form[provider]", "gitlab"),
        ("form[issuer]", "https://gitlab.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][project_id]", "2001"),
        ("form[claims][environment]", "production"),
    ];
    for rule in [&github[..], &gitlab[..]] {
        let reply = app.ask_rule(&app.owner, pipeline, rule).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let key = "SELECT rules_key FROM pipeline";
    let saved = app.database.scalar_text(key).await;
    assert!(saved.contains("acme/api") && !saved.contains("production"), "{saved}");
    let db = app.database.connect().await;
    back_to_before(&db, "repositories_of_pipelines").await;
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(app.database.scalar_text(key).await, saved);
}

#[tokio::test]
async fn of_many_pipelines_with_rules_that_were_there_each_is_found_by_its_own() {
    let database = Database::new().await;
    let db = database.connect().await;
    Migrator::up(&db, None).await.unwrap();
    back_to_before(&db, "repositories_of_pipelines").await;
    let id = |number: u128| database.id(Uuid::from_u128(number));
    // More than one statement writes, and the last of them has room left.
    let (mut pipelines, mut rules) = (Vec::new(), Vec::new());
    for number in 1..=MANY {
        let project = id(1);
        let pipeline = id(1_000 + number);
        pipelines.push(format!("({pipeline}, {project}, 'p{number}', 'p{number}', '', 1, 'Mia')"));
        let claims = format!("{{\"repository\":\"acme/p{number}\"}}");
        // One of them has no rule, and one has two.
        let count = match number {
            1 => 0,
            2 => 2,
            _ => 1,
        };
        for rule in 0..count {
            let rule = id(10_000 * (rule + 1) + number);
            rules.push(format!(
                "({rule}, {project}, {pipeline}, 'oidc', 'https://ci.example.com', 'a', '{claims}', 1, 'Mia')"
            ));
        }
    }
    for (columns, rows) in [
        (
            "pipeline (id, project_id, name, name_key, description, created_at, created_by)",
            pipelines,
        ),
        (
            "trust_rule (id, project_id, pipeline_id, provider, issuer, audience, claims, created_at, created_by)",
            rules,
        ),
    ] {
        let sql = format!("INSERT INTO {columns} VALUES {}", rows.join(", "));
        assert_eq!(database.raw(&sql).await, u64::try_from(rows.len()).unwrap(), "{columns}");
    }
    Migrator::up(&db, None).await.unwrap();
    let own = "SELECT COUNT(*) FROM pipeline WHERE rules_key = 'acme/' || name";
    assert_eq!(database.scalar_i64(own).await, i64::try_from(MANY).unwrap() - 1);
    let none = "SELECT name FROM pipeline WHERE rules_key = ''";
    assert_eq!(database.scalar_text(none).await, "p1");
}

#[tokio::test]
async fn credentials_that_were_there_are_counted_and_those_of_an_older_server_too() {
    let app = App::new().await;
    for name in ["one", "two", "three"] {
        create(&app, name, |_| ()).await;
    }
    let db = app.database.connect().await;
    back_to_before(&db, "numbers_of_credentials").await;
    assert_eq!(app.database.raw("DELETE FROM credential WHERE name = 'one'").await, 1);
    Migrator::up(&db, None).await.unwrap();
    let number = "SELECT number FROM credential_count";
    assert_eq!(app.database.scalar_i64(number).await, 2);
    assert_eq!(app.database.raw("DELETE FROM credential WHERE name = 'two'").await, 1);
    assert_eq!(app.database.scalar_i64(number).await, 1);
    create(&app, "four", |_| ()).await;
    assert_eq!(app.database.scalar_i64(number).await, 2);
}

//! Projects are walls: who is not a member finds nothing behind them, whatever they ask for.

use crate::app::{App, PASSWORD, auths, pipeline_form, token_in};
use crate::matrix::{OTHER_PAGES, Objects, Right, functions, pages};
use leptos::server_fn::axum::server_fn_paths;
use regcred::domain::user::Role;
use regcred::vault::SlotKind;
use std::collections::BTreeSet;

/// Everything that a write would change.
async fn state(app: &App) -> Vec<i64> {
    let mut state = Vec::new();
    for count in [
        "COUNT(*) FROM credential",
        "CAST(SUM(revision) AS BIGINT) FROM credential",
        "COUNT(disabled_at) FROM credential",
        "COUNT(sealed) FROM secret_version",
        "COUNT(*) FROM pipeline",
        "COUNT(*) FROM access_grant",
        "COUNT(*) FROM pipeline_token",
        "COUNT(revoked_at) FROM pipeline_token",
        "COUNT(*) FROM project",
        "COUNT(*) FROM receipt",
    ] {
        state.push(app.scalar_i64(&format!("SELECT {count}")).await);
    }
    state
}

#[tokio::test]
async fn every_server_function_and_every_page_has_a_row_in_the_matrix() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let known: BTreeSet<&str> =
        functions("acme", &at).iter().map(|function| function.path).collect();
    let registered: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(registered, known);
    let general = |path: &str| {
        let is_variable = |part: &str| {
            let is_token = part.len() == 22 && part.chars().all(|c| c.is_ascii_alphanumeric());
            is_token
                || part.starts_with('{')
                || uuid::Uuid::parse_str(part).is_ok()
                || part.parse::<u64>().is_ok()
        };
        let parts = path
            .trim_end_matches('/')
            .split('/')
            .map(|part| if is_variable(part) { "*" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let known: BTreeSet<String> =
        pages(&at).iter().map(|(path, _)| general(path)).chain(OTHER_PAGES.map(general)).collect();
    let routed = leptos_axum::generate_route_list(regcred::app::App);
    let routed: BTreeSet<String> = routed.iter().map(|route| general(route.path())).collect();
    assert_eq!(routed, known);
}

#[tokio::test]
async fn another_project_sees_nothing_and_changes_nothing() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let beta = app.project("beta").await;
    let before = state(&app).await;
    for function in functions("acme", &at).iter().filter(|function| function.right.is_in_project())
    {
        let reply = function.call(&beta).await;
        assert_eq!(reply.status, 404, "{}", function.path);
        assert!(!reply.text().contains("hidden-"), "{}", function.path);
    }
    // Their own project in the URL and the things of another.
    for function in functions("beta", &at).iter().filter(|function| function.is_about_one) {
        let reply = function.call(&beta).await;
        assert_eq!(reply.status, 404, "{} with a foreign id", function.path);
        assert!(!reply.text().contains("hidden-"), "{}", function.path);
    }
    for function in
        functions("no-such-project", &at).iter().filter(|function| function.right.is_in_project())
    {
        assert_eq!(function.call(&app.owner).await.status, 404, "{}", function.path);
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn another_projects_pages_do_not_exist() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let beta = app.project("beta").await;
    for (path, _) in pages(&at) {
        let theirs = beta.get(&path.replace("{}", "acme")).await;
        assert_eq!(theirs.status, 404, "{path}");
        let forged = beta.get(&path.replace("{}", "beta")).await;
        let is_about_one = path.contains(&at.credential.to_string())
            || path.contains(&at.pipeline.to_string())
            || path.contains(&at.review.to_string())
            || path.ends_with("/audit/1");
        assert_eq!(forged.status, if is_about_one { 404 } else { 200 }, "{path}");
        for reply in [theirs, forged] {
            assert!(!reply.text().contains("hidden-"), "{path}");
        }
    }
    assert_eq!(beta.get("/p/acme").await.status, 404);
}

#[tokio::test]
async fn nobody_is_asked_to_sign_in_and_comes_back() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let nobody = app.nobody();
    let before = state(&app).await;
    for function in functions("acme", &at).iter().filter(|function| function.right != Right::None) {
        let reply = function.call(&nobody).await;
        assert_eq!(
            (reply.status.as_u16(), reply.error()),
            (401, regcred::Error::Unauthenticated),
            "{}",
            function.path
        );
    }
    for (path, _) in pages(&at) {
        let path = path.replace("{}", "acme");
        let reply = nobody.get(&path).await;
        assert_eq!(reply.status, 302, "{path}");
        let next = reply
            .location()
            .strip_prefix("/sign-in?next=")
            .map(|next| next.replace("%2F", "/").replace("%2D", "-"));
        assert_eq!(next.as_deref(), Some(path.as_str()));
        assert!(!reply.text().contains("hidden-"), "{path}");
    }
    assert_eq!(state(&app).await, before);
}

#[test]
fn a_role_allows_what_the_design_says() {
    let read = ["registry:read", "pipeline:read"];
    let audit = ["registry:read", "pipeline:read", "audit:read"];
    let write = ["registry:read", "registry:write", "pipeline:read", "pipeline:write"];
    let everything = [
        "registry:read",
        "registry:write",
        "registry:delete",
        "pipeline:read",
        "pipeline:write",
        "pipeline:delete",
        "audit:read",
        "audit:write",
    ];
    for (role, allowed) in [
        (Role::Viewer, &read[..]),
        (Role::Auditor, &audit[..]),
        (Role::Maintainer, &write[..]),
        (Role::Owner, &everything[..]),
    ] {
        let words = allowed.iter().map(|word| format!("iam:project:cicd:{word}"));
        let has = role.permissions().iter().map(|permission| permission.word().to_owned());
        assert_eq!(has.collect::<Vec<_>>(), words.collect::<Vec<_>>(), "{role:?}");
    }
}

#[tokio::test]
async fn each_role_does_what_it_is_for_and_no_more() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let before = state(&app).await;
    for role in [Role::Viewer, Role::Auditor, Role::Maintainer, Role::Owner] {
        let member = app.member(role, "acme").await;
        for function in
            functions("acme", &at).iter().filter(|function| function.right.is_in_project())
        {
            let may = function.right.is_of(role);
            // What would work and change something is for other tests.
            if may && !function.right.is_to_read() {
                continue;
            }
            let reply = function.call(&member).await;
            assert_eq!(
                reply.status,
                if may { 200 } else { 403 },
                "{} as {role:?}: {}",
                function.path,
                reply.text()
            );
        }
        for (path, right) in pages(&at) {
            let path = path.replace("{}", "acme");
            let reply = member.get(&path).await;
            assert_eq!(
                reply.status,
                if right.is_of(role) { 200 } else { 403 },
                "{path} as {role:?}"
            );
            assert!(!reply.text().contains("hunter2"), "{path}");
        }
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn a_control_that_would_be_refused_is_not_drawn() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let controls = [
        "Add Registry",
        "Edit hidden-credential",
        "Delete hidden-credential",
        "/rpc/credentials/disable",
        "/rpc/credentials/bulk",
        "Select hidden-credential",
    ];
    for (role, drawn) in [
        (Role::Viewer, [false; 6]),
        (Role::Maintainer, [true, true, false, true, true, true]),
        (Role::Owner, [true; 6]),
    ] {
        let member = app.member(role, "acme").await;
        let page = member.get("/p/acme/credentials").await.text();
        assert_eq!(controls.map(|control| page.contains(control)), drawn, "{role:?}");
    }
    let viewer = app.member(Role::Viewer, "acme").await;
    for part in ["", "/identity"] {
        let page = viewer.get(&format!("/p/acme/pipelines/{}{part}", at.pipeline)).await.text();
        for control in ["/rpc/grants/", "/rpc/tokens/", "/revoke", "/edit"] {
            assert!(!page.contains(control), "{control}: {page}");
        }
    }
}

#[tokio::test]
async fn a_credential_of_another_project_cannot_be_granted() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let beta = app.project("beta").await;
    let (pipeline, token) = app.pipeline(&beta, "beta", "thief", &[], "pull").await;
    let (pipeline, credential) = (pipeline.to_string(), at.credential.to_string());
    let form = [
        ("project", "beta"),
        ("pipeline", pipeline.as_str()),
        ("form[name]", "thief 2"),
        ("form[description]", ""),
        ("form[token_days]", "30"),
        ("form[intent]", "pull"),
        ("form[credentials][]", credential.as_str()),
        ("password", PASSWORD),
    ];
    for path in ["/rpc/grants/create", "/rpc/pipelines/create"] {
        let reply = beta.post_json_accept(path, &form).await;
        // `pipelines/create` may refuse the field it does not have as well.
        assert!(reply.status == 422 || reply.status == 400, "{path}: {}", reply.status);
        assert!(!reply.text().contains("hidden-"));
    }
    assert!(auths(&app.docker_config(&token, "", &[]).await).is_empty());
    // Even a row that somebody wrote into the database gives nothing across the wall.
    let project = app.evidence(&beta, "beta").await.project().id;
    app.raw(&format!(
        "INSERT INTO access_grant (id, project_id, pipeline_id, credential_id, intent, created_at, created_by) VALUES ({}, {}, {}, {}, 'pull', 1, 'x')",
        app.database.id(uuid::Uuid::now_v7()),
        app.database.id(project),
        app.database.id(pipeline.parse().unwrap()),
        app.database.id(at.credential),
    ))
    .await;
    assert!(auths(&app.docker_config(&token, "", &[]).await).is_empty());
}

#[tokio::test]
async fn what_waits_for_one_person_is_given_to_no_other() {
    let app = App::new().await;
    let other = app.member(Role::Owner, "acme").await;
    let form = pipeline_form("acme", "build", "pull", PASSWORD);
    let location = app.owner.post_form("/rpc/pipelines/create", &form).await.location();
    let slot = location.split("?once=").nth(1).unwrap();
    let page = other.get(&location).await;
    assert!(page.status == 200 && token_in(&page.text()).is_none());
    assert_eq!(app.nobody().get(&location).await.status, 302);
    // Nor as another kind of slot, nor is it used up by the try.
    let back = format!("/p/acme/pipelines/new?back={slot}");
    assert!(token_in(&app.owner.get(&back).await.text()).is_none());
    for kind in [SlotKind::FailedForm, SlotKind::Trial] {
        let taken = app.vault.take_slot(kind, app.owner.person.unwrap(), slot).await.unwrap();
        assert!(taken.is_none(), "{kind:?}");
    }
    assert!(token_in(&app.owner.get(&location).await.text()).is_some());
}

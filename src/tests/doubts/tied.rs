//! A grant that takes something away is saved, and said and shown at both rows.

use super::Scene;
use crate::app::{App, PASSWORD, auths};

#[tokio::test]
async fn a_grant_that_takes_a_registry_out_of_files_without_paths_is_said_and_stands_at_both_rows()
{
    const NEEDED: &str = "different repositories of ghcr.io. A docker config.json has one entry";
    let app = App::new().await;
    let (pipeline, token) = app.bare_pipeline("build").await;
    let owner = &app.owner;
    let of = async |name: &str, path: &str| {
        app.credential_with(owner, "acme", name, "ghcr.io", name, &[("paths", path)]).await
    };
    let (push, packages) = (of("push", "acme/api").await, of("packages", "acme/web").await);
    app.grant(pipeline, push, &[]).await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:push");
    let scene = Scene { app, pipeline };
    let page = scene.page_after_a_grant(packages, &[]).await;
    // What is said is true.
    assert!(auths(&scene.app.docker_config(&token, "", &[]).await).is_empty());
    scene.assert_doubted(&page, "leave all of them out.", "Edit the credential").await;
    // The lines to copy say that the image is needed, from whichever page they are opened.
    let of_credential = format!("/p/acme/credentials/{packages}/connect?pipeline={pipeline}");
    for path in [format!("{}/connect", scene.path()), of_credential] {
        let page = scene.app.owner.get(&path).await.text();
        assert!(page.contains(NEEDED), "{page}");
    }
    // A file with paths tells them apart.
    let podman = format!("{}/connect?client=podman", scene.path());
    assert!(!scene.app.owner.get(&podman).await.text().contains(NEEDED));
}

#[tokio::test]
async fn grants_that_tie_after_they_were_moved_are_told_in_amber() {
    let scene = Scene::new().await;
    let (app, owner) = (&scene.app, &scene.app.owner);
    let old = [("paths", "acme/api")];
    let old = app.credential_with(owner, "acme", "old", "ghcr.io", "one", &old).await;
    let beside = app.credential(owner, "acme", "beside", "ghcr.io", "two").await;
    let new = app.credential(owner, "acme", "new", "ghcr.io", "three").await.to_string();
    for id in [old, beside] {
        scene.assert_sure(&scene.page_after_a_grant(id, &[]).await).await;
    }
    // It has no other one, so nothing is doubted of its grant.
    let (deploy, token) = app.bare_pipeline("deploy").await;
    app.grant(deploy, old, &[]).await;
    let old = old.to_string();
    let form = [("project", "acme"), ("id", &*old), ("target", &*new), ("password", PASSWORD)];
    let reply = owner.post_form("/rpc/grants/repoint", &form).await;
    let page = owner.follow(reply).await.text();
    assert!(page.contains("The grants of 2 pipelines were moved to new."), "{page}");
    assert!(page.contains("Look at the grants of build. What follows is about build."), "{page}");
    assert!(!page.contains("now use"), "{page}");
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:three");
    scene.assert_doubted(&page, "beside serves ghcr.io equally well", "Edit the credential").await;
}

#[tokio::test]
async fn what_the_helper_does_not_receive_is_said_beside_its_lines_and_nowhere_else() {
    const NOTE: &str = "different repositories of ghcr.io. The client tells the helper only";
    let app = App::new().await;
    let (pipeline, token) = app.bare_pipeline("build").await;
    let owner = &app.owner;
    let whole = app.credential(owner, "acme", "whole", "ghcr.io", "whole").await;
    let more = [("paths", "acme/web")];
    let part = app.credential_with(owner, "acme", "part", "ghcr.io", "part", &more).await;
    let connect = format!("/p/acme/pipelines/{pipeline}/connect?client=docker-credential-helper");
    let of_credential =
        format!("/p/acme/credentials/{part}/connect?client=docker-credential-helper");
    let asks = "/api/v1/credential?server=ghcr.io";
    app.grant(pipeline, whole, &[]).await;
    assert_eq!(app.fetch(&token, asks).await.status, 200);
    assert!(!owner.get(&connect).await.text().contains(NOTE));

    app.grant(pipeline, part, &[]).await;
    // What is said is true, and a file has one of them.
    assert_ne!(app.fetch(&token, asks).await.status, 200);
    let asks = format!("{asks}&repository=acme%2Fweb");
    assert_eq!(app.fetch(&token, &asks).await.json()["secret"], "part");
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:whole");
    for path in [&connect, &of_credential] {
        let page = owner.get(path).await.text();
        assert!(page.contains(NOTE), "{path}: {page}");
    }
    let docker = owner.get(&connect.replace("docker-credential-helper", "docker")).await.text();
    assert!(!docker.contains(NOTE), "{docker}");
    let grants = owner.get(&format!("/p/acme/pipelines/{pipeline}")).await.text();
    assert!(!grants.contains(NOTE), "{grants}");
}

//! What is said beside the answer: of the credential that is selected, that the registry may refuse
//! it; of one that is not granted, whether a grant would help.

use super::{Scene, lost, read, winner};
use regcred::domain::listing::percent;
use regcred::domain::matching::{Explanation, Lost};

/// The page for an image, as the owner sees it.
async fn page(scene: &Scene, image: &str, intent: &str) -> String {
    let (pipeline, image) = (scene.pipeline, percent(image));
    let path = format!("/p/acme/match?image={image}&pipeline={pipeline}&intent={intent}");
    scene.app.owner.get(&path).await.text()
}

#[tokio::test]
async fn a_selected_credential_that_the_registry_may_refuse_is_said_with_what_mends_it() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let wrong = "The secret of the credential looks wrong: ";
    let late = "The credential expired on ";
    for (name, host, secret, more, sentences) in [
        ("doubtful", "ghcr.io", "github_pat_example", ("paths", "beta"), [true, false]),
        ("late", "late.example.com", "s", ("expires_on", "2020-01-31"), [false, true]),
    ] {
        let id = app.credential_with(&app.owner, "acme", name, host, secret, &[more]).await;
        app.grant(scene.pipeline, id, &[]).await;
        let page = page(&scene, &format!("{host}/beta/api"), "pull").await;
        assert!(page.contains(&format!("The pipeline receives {name}.")), "{page}");
        assert_eq!([page.contains(wrong), page.contains(late)], sentences, "{name}: {page}");
        assert!(page.contains(&format!("/p/acme/credentials/{id}/secret")), "{name}: {page}");
        let doubt = app.stored("acme", id).await.summary.secret_doubt;
        assert!(doubt.is_none_or(|why| page.contains(&why)), "{name}: {page}");
        // The pipeline is told the same.
        let path = format!("/api/v1/match?image={}", percent(&format!("{host}/beta/api")));
        let said = read(&app.fetch(&scene.token, &path).await);
        assert_eq!(winner(&said), Some(name));
        let told = &said.verdicts[0];
        assert_eq!([told.secret_doubt.is_some(), told.expired_on.is_some()], sentences, "{name}");
        assert!(!serde_json::to_string(&said).unwrap().contains("github_pat_example"));
    }
    // Where another one is selected, nothing is said of it.
    let page = page(&scene, "ghcr.io/acme/api", "pull").await;
    assert!(!page.contains(wrong) && !page.contains(late), "{page}");
}

fn after_grant(said: &Explanation, name: &str) -> Option<Lost> {
    assert_eq!(lost(said, name), Some(Lost::NotGranted), "{name}");
    said.verdicts.iter().find(|verdict| verdict.name == name).and_then(|found| found.after_grant)
}

#[tokio::test]
async fn a_grant_is_offered_only_where_the_image_would_be_served_with_it() {
    let scene = Scene::new().await;
    let app = &scene.app;
    for (name, host, paths, access) in [
        ("off", "free.example.com", "", "pull_push"),
        ("reads", "free.example.com", "acme", "pull"),
        ("elsewhere", "free.example.com", "beta", "pull_push"),
        ("twin-three", "quay.io", "", "pull"),
    ] {
        let more = [("paths", paths), ("access", access)];
        app.credential_with(&app.owner, "acme", name, host, name, &more).await;
    }
    let off = app.find_credential(&app.owner, "acme", "off").await.to_string();
    let form = [("project", "acme"), ("id", off.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/credentials/disable", &form).await.status, 200);
    let said = scene.explained("free.example.com/acme/api", "pull").await;
    for (name, why) in
        [("reads", None), ("elsewhere", Some(Lost::OtherRepository)), ("off", Some(Lost::Disabled))]
    {
        assert_eq!(after_grant(&said, name), why, "{name}");
    }
    let shown = page(&scene, "free.example.com/acme/api", "pull").await;
    assert_eq!(shown.matches("Grant it").count(), 1, "{shown}");
    for why in ["it is for other repositories", "it is disabled"] {
        assert!(shown.contains(&format!("A grant would not help: {why}.")), "{why}: {shown}");
    }
    let said = scene.explained("free.example.com/acme/api", "pull_push").await;
    assert_eq!(after_grant(&said, "reads"), Some(Lost::WrongIntent));
    let shown = page(&scene, "free.example.com/acme/api", "pull_push").await;
    assert!(shown.contains("A grant would not help: the credential is for pulling only."));
    assert!(!shown.contains("Grant it"), "{shown}");
    // One more of those that tie serves nothing, and one that would only lose takes nothing away.
    let said = scene.explained("quay.io/acme/api", "pull").await;
    assert_eq!(after_grant(&said, "twin-three"), Some(Lost::Tie));
    let said = scene.explained("ghcr.io/acme/api/v2", "pull").await;
    assert_eq!(after_grant(&said, "not-granted"), None);
}

#[tokio::test]
async fn a_pull_request_that_is_known_to_be_no_forks_is_told_from_one_of_which_nothing_is_known() {
    let scene = Scene::new().await;
    let image = "image=ghcr.io%2Facme%2Fweb&event=pull_request";
    for (fork, name) in [("", None), ("true", None), ("false", Some("team-reads"))] {
        let api = format!("/api/v1/match?{image}&fork={fork}");
        let api = api.trim_end_matches("&fork=");
        let said = read(&scene.app.fetch(&scene.token, api).await);
        assert_eq!(winner(&said), name, "{fork}");
        let path = format!("/p/acme/match?{image}&pipeline={}&is_fork={fork}", scene.pipeline);
        let page = scene.app.owner.get(&path).await.text();
        let is_served = page.contains("The pipeline receives team-reads.");
        assert_eq!(is_served, name.is_some(), "{fork}: {page}");
        // The next question is the same.
        let (_, select) = page.split_once("name=\"is_fork\"").unwrap();
        let select = select.split("</select>").next().unwrap();
        let chosen = select.split("<option").find(|option| option.contains(" selected")).unwrap();
        assert!(chosen.contains(&format!("value=\"{fork}\"")), "{fork}: {select}");
    }
}

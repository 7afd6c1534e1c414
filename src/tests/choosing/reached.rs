//! What is searched for is found, however many others have it in their names; and nothing of another
//! project.

use super::{
    BOX, CREATE, PAGE_MAX, PRESSED, add_pipelines, granter, options, searched, selected,
    typed_pipeline,
};
use crate::app::App;
use crate::listing::create;
use regcred::domain::choosing::LISTED;
use regcred::domain::pipeline::PipelineForm;
use uuid::Uuid;

#[tokio::test]
async fn match_is_asked_about_a_pipeline_that_it_did_not_list() {
    let app = App::new().await;
    let pipelines = add_pipelines(&app).await;
    let page = app.owner.get("/p/acme/match").await.text();
    assert_eq!(options(&page, "pipeline").len(), LISTED + 1);
    assert!(page.contains("The first 50 pipelines by name are listed."), "{page}");
    assert!(page.len() <= PAGE_MAX, "{}", page.len());

    let searched =
        "/p/acme/match?image=ghcr.io%2Facme&branch=main&pipeline=&search=build-57&look=true";
    let page = app.owner.get(searched).await.text();
    let found = options(&page, "pipeline");
    assert!(found.len() == 2 && found[1].contains("build-57"), "{found:?}");
    assert!(page.contains("value=\"ghcr.io/acme\"") && page.contains("value=\"main\""), "{page}");
    assert!(!page.contains("id=\"answer\"") && !page.contains("alert-error"), "it only searches");

    let asked = format!(
        "/p/acme/match?image=ghcr.io%2Facme&pipeline={}&search=build-57&listed=build-57",
        pipelines[57]
    );
    let page = app.owner.get(&asked).await.text();
    assert!(page.contains("id=\"answer\""), "{page}");
    // The link to an answer names no search.
    let page = app.owner.get(&format!("/p/acme/match?pipeline={}", pipelines[58])).await.text();
    let chosen = options(&page, "pipeline");
    assert!(chosen.iter().any(|one| one.contains("build-58") && one.contains("selected")));
    // What was typed and not searched for is searched for before anything is answered.
    let unseen = "/p/acme/match?image=ghcr.io%2Facme&pipeline=&search=build-56&listed=build-57";
    let page = app.owner.get(unseen).await.text();
    assert!(page.contains("Choose a pipeline and press Explain again."), "{page}");
    assert_eq!(options(&page, "pipeline").len(), 2);
    assert!(!page.contains("id=\"answer\""), "{page}");
}

/// Makes a pipeline with this name.
async fn pipeline(app: &App, name: &str) -> Uuid {
    let form = PipelineForm {
        name: name.to_owned(),
        token_days: "30".to_owned(),
        ..PipelineForm::default()
    };
    app.vault.create_pipeline(&granter(app).await, &form).await.unwrap().0
}

#[tokio::test]
async fn a_pipeline_is_found_by_its_whole_name_whatever_others_contain_it() {
    let app = App::new().await;
    for number in 0..=LISTED {
        pipeline(&app, &format!("frontend-web-{number:02}")).await;
    }
    for name in ["web", "web-two"] {
        pipeline(&app, name).await;
    }
    let page = app.owner.get("/p/acme/match?search=WEB&look=true").await.text();
    let found = options(&page, "pipeline");
    assert_eq!(found.len(), LISTED + 1, "and the one that says what to do");
    assert!(found[1].contains(">web<") && found[2].contains(">web-two<"), "{found:?}");
    assert!(page.contains("More than 50 pipelines match."), "{page}");
    // One that begins so is there as well where the whole name is typed in part.
    let page = app.owner.get("/p/acme/match?search=web-&look=true").await.text();
    assert!(options(&page, "pipeline")[1].contains(">web-two<"), "{page}");
}

#[tokio::test]
async fn a_credential_is_found_by_its_whole_name_whatever_others_contain_it() {
    let app = App::new().await;
    for number in 0..=LISTED {
        create(&app, &format!("frontend-web-{number:02}"), |_| ()).await;
    }
    for name in ["web", "web-two", "old"] {
        create(&app, name, |_| ()).await;
    }
    let mut form = typed_pipeline("build").to_vec();
    form.extend([("form[search][text]", "WEB"), PRESSED]);
    let page = searched(&app.owner, CREATE, &form).await;
    assert_eq!(page.matches(BOX).count(), LISTED, "{page}");
    let (_, list) = page.split_once("id=\"credentials-to-grant\"").unwrap();
    let rows: Vec<&str> = list.split("<li").skip(1).collect();
    assert!(rows[0].contains("web (ghcr.io)") && rows[1].contains("web-two (ghcr.io)"), "{list}");
    assert!(rows[0].contains("autofocus"), "the first that was found has the focus: {list}");

    // So it is where grants are moved.
    let old = app.find_credential(&app.owner, "acme", "old").await;
    app.pipeline(&app.owner, "acme", "build", &[old], "pull").await;
    let from = old.to_string();
    let moving = [
        ("project", "acme"),
        ("id", from.as_str()),
        ("search[text]", "web"),
        ("search[is_pressed]", "true"),
    ];
    let page = searched(&app.owner, "/rpc/grants/repoint", &moving).await;
    let found = options(&page, "target");
    assert!(found[1].contains(">web (ghcr.io)<"), "{found:?}");

    // A disabled one takes the place of no other whose name begins so.
    let (_, at) = list.split_once("value=\"").unwrap();
    let off = [("project", "acme"), ("id", at.split('"').next().unwrap())];
    app.owner.post_form("/rpc/credentials/disable", &off).await;
    let page = searched(&app.owner, CREATE, &form).await;
    let (_, list) = page.split_once("id=\"credentials-to-grant\"").unwrap();
    let first = list.split("<li").nth(1).unwrap();
    assert!(first.contains("web-two (ghcr.io)"), "{list}");
}

#[tokio::test]
async fn a_select_chooses_nothing_by_itself() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let only = pipeline(&app, "only").await;
    for (path, select) in [
        (format!("/p/acme/credentials/{id}/grant"), "grant-pipeline"),
        ("/p/acme/match".to_owned(), "pipeline"),
        (format!("/p/acme/pipelines/{only}"), "grant-credential"),
    ] {
        let page = app.owner.get(&path).await.text();
        let found = options(&page, select);
        assert!(found.len() == 2 && found[0].contains("Choose a "), "{path}: {found:?}");
        assert_eq!(selected(&page, select), "", "{path}");
    }
}

#[tokio::test]
async fn what_another_project_has_is_never_listed() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    let theirs = app.credential(&beta, "beta", "zebra-crossing", "ghcr.io", "s").await.to_string();
    let (pipeline, _) = app.pipeline(&beta, "beta", "zebra-crossing", &[], "pull").await;
    create(&app, "own", |_| ()).await;
    app.bare_pipeline("own").await;
    let form = [
        ("project", "acme"),
        ("form[name]", "build"),
        ("form[description]", ""),
        ("form[token_days]", "7"),
        ("form[credentials][]", theirs.as_str()),
        ("form[search][text]", "zebra"),
        PRESSED,
    ];
    let page = searched(&app.owner, CREATE, &form).await;
    assert!(!page.contains("zebra-crossing") && !page.contains(&theirs), "{page}");
    let searched = format!("/p/acme/match?pipeline={pipeline}&search=zebra&look=true");
    let page = app.owner.get(&searched).await.text();
    assert!(page.contains("No pipelines match.") && !page.contains("zebra-crossing"), "{page}");
}

//! What was selected and can be selected no more is said in every form that lists such things.

use super::{BOX, CREATE, GRANT, PRESSED, id_of, options, searched, typed_pipeline};
use crate::app::App;
use crate::listing::create;
use uuid::Uuid;

#[tokio::test]
async fn what_was_selected_and_is_gone_meanwhile_is_named() {
    let app = App::new().await;
    for name in ["ghcr", "quay"] {
        create(&app, name, |_| ()).await;
    }
    let id = id_of(&app, "ghcr").await;
    let off = [("project", "acme"), ("id", id.as_str())];
    app.owner.post_form("/rpc/credentials/disable", &off).await;
    let mut form = typed_pipeline("build").to_vec();
    form.extend([("form[credentials][]", id.as_str()), ("form[search][text]", "quay"), PRESSED]);
    let page = searched(&app.owner, CREATE, &form).await;
    let said = "1 credential that you selected was deleted or disabled: ghcr.";
    assert!(page.contains(said), "{page}");
    assert_eq!(page.matches(BOX).count(), 1, "{page}");
    // What was sent is counted, whatever is left of it.
    assert!(page.contains("You sent the form with 1 credential selected."), "{page}");
    // One that was deleted has no name any more.
    let deleted = Uuid::now_v7().to_string();
    form.push(("form[credentials][]", deleted.as_str()));
    let page = searched(&app.owner, CREATE, &form).await;
    let said = "2 credentials that you selected were deleted or disabled, among them ghcr.";
    assert!(page.contains(said), "{page}");
    // A save that is refused says it, too.
    form.retain(|field| *field != PRESSED);
    form.extend([("form[search][listed]", "quay"), ("password", "not the password")]);
    let refused = app.owner.post_form(CREATE, &form).await;
    assert!(app.owner.follow(refused).await.text().contains(said));
}

#[tokio::test]
async fn what_was_granted_meanwhile_is_named_where_nothing_is_left_to_grant() {
    let app = App::new().await;
    create(&app, "ghcr", |form| form.access = "pull".to_owned()).await;
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let (id, pipeline) = (id.to_string(), pipeline.to_string());
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[credentials][]", id.as_str()),
        ("form[intent]", "pull"),
        PRESSED,
    ];
    let page = searched(&app.owner, GRANT, &form).await;
    let said = "1 credential that you selected was granted to this pipeline meanwhile: ghcr.";
    assert!(page.contains(said), "{page}");
}

#[tokio::test]
async fn a_chosen_pipeline_that_was_deleted_is_not_lost_without_a_word() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let path = format!("/p/acme/credentials/{id}/grant?pipeline={}", Uuid::now_v7());
    let said = "1 pipeline that you selected was deleted.";
    // Whether or not there is another one.
    assert!(app.owner.get(&path).await.text().contains(said));
    let (there, _) = app.bare_pipeline("build").await;
    let page = app.owner.get(&path).await.text();
    assert!(page.contains(said) && page.contains("grant-pipeline"), "{page}");
    let path = format!("/p/acme/credentials/{id}/grant?pipeline={there}");
    assert!(!app.owner.get(&path).await.text().contains("that you selected"));
}

#[tokio::test]
async fn a_chosen_target_that_was_disabled_is_not_lost_without_a_word() {
    let app = App::new().await;
    for name in ["old", "first", "second"] {
        create(&app, name, |_| ()).await;
    }
    let old = app.find_credential(&app.owner, "acme", "old").await;
    app.pipeline(&app.owner, "acme", "build", &[old], "pull").await;
    let (old, target) = (old.to_string(), id_of(&app, "first").await);
    let off = [("project", "acme"), ("id", target.as_str())];
    app.owner.post_form("/rpc/credentials/disable", &off).await;
    let form = [
        ("project", "acme"),
        ("id", old.as_str()),
        ("target", target.as_str()),
        ("search[text]", "second"),
        ("search[is_pressed]", "true"),
    ];
    let page = searched(&app.owner, "/rpc/grants/repoint", &form).await;
    let said = "1 credential that you selected was deleted or disabled: first.";
    assert!(page.contains(said), "{page}");
    assert!(options(&page, "target")[1].contains("second"), "{page}");
}

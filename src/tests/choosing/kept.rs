//! What was filled in and selected stays, whatever is searched for or refused, and nothing is saved but by
//! the button that saves.

use super::{
    BOX, CREATE, GRANT, PRESSED, add_credentials, id_of, options, searched, selected, ticked,
    typed_pipeline,
};
use crate::app::{App, PASSWORD};
use crate::listing::{create, in_days};
use regcred::domain::user::Role;

const PIPELINES: &str = "SELECT COUNT(*) FROM pipeline";

#[tokio::test]
async fn what_may_be_pushed_with_stays_selected() {
    let app = App::new().await;
    for name in ["ghcr", "quay"] {
        create(&app, name, |_| ()).await;
    }
    let id = id_of(&app, "ghcr").await;
    let mut form = typed_pipeline("build").to_vec();
    form.extend([("form[pushing][]", id.as_str()), ("form[search][text]", "quay"), PRESSED]);
    let page = searched(&app.owner, CREATE, &form).await;
    assert!(ticked(&page, "name=\"form[pushing][]\"", &id), "not ticked: {page}");
    assert!(ticked(&page, BOX, &id), "granted as well, and not ticked: {page}");
    // After a text the page has a mark, before the end of the heading.
    assert!(page.contains("<h3>Also selected") && page.contains("<h3>Found"), "{page}");
    assert!(page.contains("You sent the form with 1 credential selected."), "no count: {page}");
    let mut fieldsets = page.split("<fieldset").skip(1).filter_map(|rest| rest.split('>').next());
    let said = "aria-describedby=\"choices-search-hint\"";
    assert!(fieldsets.any(|fieldset| fieldset.contains(said)), "not described: {page}");
}

#[tokio::test]
async fn the_conditions_of_a_grant_survive_a_search() {
    let app = App::new().await;
    add_credentials(&app).await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let (pipeline, last_day) = (pipeline.to_string(), in_days(30));
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[credentials][]", ""),
        ("form[intent]", "pull"),
        ("form[forks]", "pull"),
        ("form[expires_on]", last_day.as_str()),
        ("form[is_narrow]", "true"),
        ("form[search][text]", "57"),
        PRESSED,
    ];
    let page = searched(&app.owner, GRANT, &form).await;
    assert_eq!(selected(&page, "grant-forks"), "pull");
    assert!(page.contains(&format!("value=\"{last_day}\"")), "{page}");
    assert!(ticked(&page, "name=\"form[is_narrow]\"", "value=\"true\""), "{page}");
    assert!(page.contains("1 credential that can still be granted matches."), "{page}");
}

#[tokio::test]
async fn enter_saves_nothing_without_a_script() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    let entered = ("form[search][is_entered]", "true");
    for (text, listed, said) in [
        ("", "", "Nothing was saved yet. Press Create to save."),
        ("ghcr", "ghcr", "Nothing was saved yet. Press Create to save."),
        ("ghcr", "", "1 credential matches."),
    ] {
        let is_search = said == "1 credential matches.";
        let mut form = typed_pipeline("build").to_vec();
        form.extend([("form[search][text]", text), ("form[search][listed]", listed)]);
        form.extend([entered, ("password", PASSWORD)]);
        let back = app.owner.post_form(CREATE, &form).await;
        let page = app.owner.follow(back).await.text();
        assert!(page.contains(said) && page.contains("value=\"build\""), "{said}: {page}");
        // The password is gone, which is said: wrong is nothing when it was a search.
        assert!(page.contains("Type your password again."), "{said}: {page}");
        assert_eq!(page.contains("id=\"password-error\""), !is_search, "{said}: {page}");
    }
    assert_eq!(app.scalar_i64(PIPELINES).await, 0);
}

#[tokio::test]
async fn no_password_is_asked_for_again_where_none_was_typed() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    for by in [PRESSED, ("form[search][is_entered]", "true")] {
        let mut form = typed_pipeline("build").to_vec();
        form.extend([("form[search][text]", "ghcr"), ("form[search][listed]", "ghcr"), by]);
        let back = app.owner.post_form(CREATE, &form).await;
        let page = app.owner.follow(back).await.text();
        assert!(page.contains("1 credential matches."), "{page}");
        assert!(!page.contains("Type your password again."), "{page}");
    }
}

#[tokio::test]
async fn the_answer_of_a_search_is_there_when_its_page_is_loaded_again() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    // The second is too large for a cookie.
    for description in ["short".to_owned(), "x".repeat(8 * 1024)] {
        let mut form = typed_pipeline("build").to_vec();
        form[2].1 = &description;
        form.extend([("form[search][text]", "ghcr"), PRESSED]);
        let location = app.owner.post_form(CREATE, &form).await.location();
        for time in ["first", "second"] {
            let page = app.owner.get(&location).await.text();
            let is_there = page.contains("value=\"build\"") && page.contains(&description);
            assert!(is_there && page.contains("1 credential matches."), "{time}: {page}");
        }
    }
}

/// The value of the hidden field of that name.
fn hidden(page: &str, name: &str) -> String {
    let mut tags = page.split("<input").filter_map(|rest| rest.split('>').next());
    let tag = tags.find(|tag| tag.contains(&format!("name=\"{name}\"")));
    let value = tag.and_then(|tag| tag.split("value=\"").nth(1)?.split('"').next());
    value.unwrap_or_else(|| panic!("no {name}: {page}")).to_owned()
}

#[tokio::test]
async fn a_save_puts_away_what_its_searches_left_and_nothing_else() {
    const NOTES: &str = "form[search][notes]";
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    let mut other = typed_pipeline("in another tab").to_vec();
    other.extend([("form[search][text]", "ghcr"), PRESSED]);
    searched(&app.owner, CREATE, &other).await;
    // The second is too large for a cookie.
    for (name, description) in [("one", "short".to_owned()), ("two", "x".repeat(8 * 1024))] {
        let mut form = typed_pipeline(name).to_vec();
        form[2].1 = &description;
        form.extend([("form[search][text]", "ghcr"), ("form[search][listed]", "ghcr")]);
        let search = async |kept: &str| {
            let more = [(NOTES, kept), PRESSED];
            let form: Vec<_> = form.iter().copied().chain(more).collect();
            hidden(&searched(&app.owner, CREATE, &form).await, NOTES)
        };
        let first = search("").await;
        let both = search(&first).await;
        assert_eq!(both.split(' ').count(), 2, "{both}");
        let mut saving = form.clone();
        // As long as one may be.
        saving[2].1 = "short";
        saving.extend([(NOTES, both.as_str()), ("password", PASSWORD)]);
        let saved = app.owner.post_form(CREATE, &saving).await;
        assert!(saved.location().contains("once="), "{} {}", saved.location(), saved.text());
        assert_eq!(app.owner.notes.notes().len(), 1, "{name}: the other tab's");
        let waiting = "SELECT COUNT(*) FROM slot WHERE kind = 'failed_form'";
        assert_eq!(app.scalar_i64(waiting).await, 0, "{name}");
    }
}

#[tokio::test]
async fn what_nobody_tried_to_save_is_there_when_its_page_is_loaded_again() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    for (sent, said) in [
        (("form[search][is_entered]", "true"), "Nothing was saved yet."),
        (("form[search][text]", "ghcr"), "Nothing was saved. The list now shows"),
    ] {
        for description in ["short".to_owned(), "x".repeat(8 * 1024)] {
            let mut form = typed_pipeline("build").to_vec();
            form[2].1 = &description;
            form.push(sent);
            let location = app.owner.post_form(CREATE, &form).await.location();
            for time in ["first", "second"] {
                let page = app.owner.get(&location).await.text();
                assert!(page.contains(said) && page.contains(&description), "{time}: {page}");
            }
        }
    }
    // What was refused is shown once.
    let mut form = typed_pipeline("").to_vec();
    form.push(("password", PASSWORD));
    let location = app.owner.post_form(CREATE, &form).await.location();
    assert!(app.owner.get(&location).await.text().contains("Give the pipeline a name."));
    assert!(!app.owner.get(&location).await.text().contains("Give the pipeline a name."));
}

#[tokio::test]
async fn a_form_that_cannot_be_kept_is_not_blank_without_a_word() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    let description = "x".repeat(8 * 1024);
    let mut form = typed_pipeline("build").to_vec();
    form[2].1 = &description;
    form.extend([("form[search][text]", "ghcr"), PRESSED]);
    app.raw("ALTER TABLE slot RENAME TO slot_of_before").await;
    let back = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(back).await.text();
    assert!(page.contains("What you filled in could not be kept"), "{page}");
    app.raw("ALTER TABLE slot_of_before RENAME TO slot").await;
}

#[tokio::test]
async fn who_shows_no_page_is_told_that_nothing_was_saved() {
    let app = App::new().await;
    let mut form = typed_pipeline("build").to_vec();
    form.extend([PRESSED, ("password", PASSWORD)]);
    let reply = app.owner.post_json_accept(CREATE, &form).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(reply.at("search.text").as_deref(), Some("Only searched: nothing was saved."));
    assert_eq!(app.scalar_i64(PIPELINES).await, 0);
}

#[tokio::test]
async fn a_viewer_searches_in_no_form_that_grants() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "zebra", "ghcr.io", "s").await.to_string();
    let (pipeline, _) = app.bare_pipeline("build").await;
    let (path, pipeline) = (format!("/p/acme/pipelines/{pipeline}"), pipeline.to_string());
    let viewer = app.member(Role::Viewer, "acme").await;
    let mut making = typed_pipeline("build").to_vec();
    making.push(PRESSED);
    let granting = [("project", "acme"), ("pipeline", pipeline.as_str()), PRESSED];
    let moving = [("project", "acme"), ("id", id.as_str()), ("search[is_pressed]", "true")];
    for (rpc, form) in
        [(CREATE, &making[..]), (GRANT, &granting[..]), ("/rpc/grants/repoint", &moving[..])]
    {
        let reply = viewer.post_json_accept(rpc, form).await;
        assert_eq!(reply.status, 403, "{rpc}: {}", reply.text());
    }
    let page = viewer.get(&path).await.text();
    assert!(!page.contains("grant-credential") && !page.contains("zebra"), "{page}");
}

#[tokio::test]
async fn more_than_can_be_saved_at_once_stays_selected() {
    let app = App::new().await;
    let mut ids = Vec::new();
    for number in 0..=200 {
        let name = format!("image-{number:03}");
        create(&app, &name, |_| ()).await;
        ids.push(id_of(&app, &name).await);
    }
    let mut form = typed_pipeline("build").to_vec();
    form.extend(ids.iter().map(|id| ("form[credentials][]", id.as_str())));
    form.push(("password", PASSWORD));
    let refused = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(refused).await.text();
    assert!(page.contains("Choose at most 200 credentials at once."), "{page}");
    assert!(page.contains("You sent the form with 201 credentials selected."), "{page}");
    assert_eq!(page.matches(BOX).count(), 201, "none was cut");
    assert!(ids.iter().all(|id| ticked(&page, BOX, id)));
}

#[tokio::test]
async fn the_name_typed_to_delete_survives_a_search_beside_it() {
    let app = App::new().await;
    for name in ["old", "image-1", "image-2"] {
        create(&app, name, |_| ()).await;
    }
    let old = app.find_credential(&app.owner, "acme", "old").await;
    app.pipeline(&app.owner, "acme", "build", &[old], "pull").await;
    let old = old.to_string();
    let form = [
        ("project", "acme"),
        ("id", old.as_str()),
        ("search[text]", "image-2"),
        ("search[is_pressed]", "true"),
        ("search[beside]", "ol"),
    ];
    let page = searched(&app.owner, "/rpc/grants/repoint", &form).await;
    assert!(options(&page, "target")[1].contains("image-2"), "{page}");
    let (_, field) = page.split_once("id=\"typed_name\"").unwrap();
    assert!(field.split('>').next().unwrap().contains("value=\"ol\""), "{page}");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_grant_is_said_at_once() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await.to_string();
    let mut form = vec![
        ("project", "acme"),
        ("pipeline", ""),
        ("form[credentials][]", id.as_str()),
        ("form[intent]", "pull"),
        ("form[expires_on]", "soon"),
        ("password", "not the password"),
    ];
    let wrong = app.owner.post_json_accept(GRANT, &form).await;
    for field in ["pipeline", "expires_on", "password"] {
        assert!(wrong.at(field).is_some(), "{field}: {}", wrong.text());
    }
    form[5].1 = PASSWORD;
    let wrong = app.owner.post_json_accept(GRANT, &form).await;
    assert!(wrong.at("pipeline").is_some() && wrong.at("expires_on").is_some());
    let moving = [("project", "acme"), ("id", id.as_str()), ("password", "not the password")];
    let wrong = app.owner.post_json_accept("/rpc/grants/repoint", &moving).await;
    assert!(wrong.at("target").is_some() && wrong.at("password").is_some());
}

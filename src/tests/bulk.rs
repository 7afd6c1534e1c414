//! Several credentials at once: those that are selected in the list are disabled or enabled together.

mod asked;

use crate::app::{App, Browser, Reply, auths};
use crate::failpoint::{break_events_about, mend_table};
use crate::forms::value_in;
use crate::listing::{create, page};
use crate::narrowed::declare;
use regcred::Error;
use regcred::domain::listing::ListQuery;
use regcred::domain::short_id;
use regcred::domain::user::Role;
use uuid::Uuid;

const BULK: &str = "/rpc/credentials/bulk";
const LIST: &str = "?q=ghcr&sort=changed";
const DISABLED: &str = "SELECT COUNT(disabled_at) FROM credential";
const EVENTS: &str = "SELECT COUNT(*) FROM audit_event WHERE action IN ('credential.disabled', 'credential.enabled')";

fn short(ids: &[Uuid]) -> Vec<String> {
    ids.iter().copied().map(short_id::of).collect()
}

/// What the bar sends when these are selected.
fn unsure(ids: &[String], is_disabled: bool) -> Vec<(&str, &str)> {
    let is_disabled = if is_disabled { "true" } else { "false" };
    let mut form = vec![("project", "acme"), ("list", LIST), ("is_disabled", is_disabled)];
    form.extend(ids.iter().map(|id| ("ids[]", id.as_str())));
    form
}

/// The same of somebody who was asked, or need not be.
fn form(ids: &[String], is_disabled: bool) -> Vec<(&str, &str)> {
    [unsure(ids, is_disabled), vec![("anyway", "true")]].concat()
}

/// Presses a button of the bar, and opens the page after it.
async fn press(by: &Browser, ids: &[Uuid], is_disabled: bool) -> String {
    let reply = by.post_form(BULK, &form(&short(ids), is_disabled)).await;
    let there = format!("/p/acme/credentials{LIST}&said=");
    assert!(reply.location().starts_with(&there), "{} {}", reply.location(), reply.text());
    by.follow(reply).await.text()
}

/// The same as a script does it.
async fn call(by: &Browser, ids: &[String], is_disabled: bool) -> Reply {
    by.post_json_accept(BULK, &form(ids, is_disabled)).await
}

/// Presses the *Undo* of that page, and opens the page after it.
async fn undo(by: &Browser, page: &str) -> String {
    assert!(page.contains("Undo"), "{page}");
    let names = ["project", "is_disabled", "ids[]"];
    let values = names.map(|name| value_in(page, name).unwrap());
    let form: Vec<(&str, &str)> =
        names.into_iter().zip(values.iter().map(String::as_str)).collect();
    let reply = by.post_form(BULK, &form).await;
    by.follow(reply).await.text()
}

/// Three credentials, each of another registry.
async fn three(app: &App) -> [Uuid; 3] {
    let mut ids = Vec::new();
    for (name, host) in
        [("ghcr-a", "ghcr.io"), ("ghcr-b", "quay.io"), ("ghcr-c", "registry.example.com")]
    {
        ids.push(app.credential(&app.owner, "acme", name, host, "s").await);
    }
    ids.try_into().unwrap()
}

#[tokio::test]
async fn what_is_selected_is_disabled_together_and_the_undo_enables_exactly_that() {
    let app = App::new().await;
    let [a, b, c] = three(&app).await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[a, b, c], "pull").await;
    press(&app.owner, &[c], true).await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 2);
    let after = press(&app.owner, &[a, b, c, a], true).await;
    let said = "2 of 3 credentials were disabled: pipelines no longer receive them. 1 was already disabled.";
    assert!(after.contains(said) && after.contains("alert-notice"), "{after}");
    assert!(auths(&app.docker_config(&token, "", &[]).await).is_empty());
    assert_eq!(app.scalar_i64(EVENTS).await, 3, "one for each that changed");
    assert_eq!(app.stored("acme", c).await.revision, 2, "it was so already");

    assert_eq!(value_in(&after, "list").as_deref(), Some(LIST));
    let after = undo(&app.owner, &after).await;
    assert!(after.contains("2 credentials were enabled"), "{after}");
    for (id, is_disabled) in [(a, false), (b, false), (c, true)] {
        assert_eq!(app.stored("acme", id).await.summary.disabled_at.is_some(), is_disabled);
    }
    assert_eq!(app.scalar_i64(EVENTS).await, 5);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 2);
    let project = app.evidence(&app.owner, "acme").await.project().id;
    assert_eq!(app.vault.first_break(project).await.unwrap(), None);
}

#[tokio::test]
async fn who_selects_some_that_are_in_use_reads_who_uses_each_before_any_is_disabled() {
    let app = App::new().await;
    let [a, b, c] = three(&app).await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[b], "pull").await;
    let (web, _) = app.pipeline(&app.owner, "acme", "web", &[a], "pull").await;
    let ids = short(&[a, b, c]);
    let dialog = "/p/acme/credentials/selected/disable";
    // A grant alone is no use of it.
    let done = app.owner.post_form(BULK, &unsure(&ids, true)).await;
    assert!(done.location().contains("said="), "{}", done.location());
    let enabled = press(&app.owner, &[a, b, c], false).await;
    let back = enabled.split("alert-notice").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(back.contains("name=\"anyway\""), "it was so a moment ago: {back}");

    // One is delivered, and a file names the registry of another.
    app.docker_config(&token, "", &[]).await;
    declare(&app, web).await;
    let asked = app.owner.post_form(BULK, &unsure(&ids, true)).await;
    let there = format!("{dialog}{LIST}&ids=");
    assert!(asked.location().starts_with(&there), "{} {}", asked.location(), asked.text());
    let asked = app.owner.follow(asked).await.text();
    assert_eq!(app.scalar_i64(DISABLED).await, 0, "it was only asked");
    for part in [
        "Disable 3 credentials",
        "2 of them are in use",
        "<summary>ghcr-a",
        ">web<",
        "web/Dockerfile",
        "<summary>ghcr-b",
        ">build<",
        "name=\"anyway\"",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert!(!asked.contains("<summary>ghcr-c"), "nobody uses it: {asked}");
    let [a_alone, b_alone] = [&ids[..1], &ids[1..2]];
    for (some, is_asked) in [(a_alone, true), (b_alone, true), (&ids[2..], false)] {
        let reply = app.owner.post_form(BULK, &unsure(some, true)).await;
        assert_eq!(reply.location().starts_with(dialog), is_asked, "{}", reply.location());
    }
    // What is disabled already is not counted.
    let asked = app.owner.get(&format!("{dialog}?ids={}", ids.concat())).await.text();
    assert!(asked.contains("Disable 2 credentials"), "{asked}");

    // A script has said what it wants.
    let reply = app.owner.post_json_accept(BULK, &unsure(b_alone, true)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let after = press(&app.owner, &[a, b, c], true).await;
    let said = "ghcr-a is disabled: pipelines no longer receive it. 2 were already disabled.";
    assert!(after.contains(said) && after.contains("Undo"), "{after}");
    assert_eq!(app.scalar_i64(DISABLED).await, 3);
}

#[tokio::test]
async fn the_question_about_several_says_so_when_there_is_nothing_to_disable() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    let theirs = app.credential(&beta, "beta", "hidden-there", "ghcr.io", "s").await;
    let own = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let too_many: Vec<Uuid> = (0..51).map(|_| Uuid::now_v7()).collect();
    let open = async |ids: &str| {
        app.owner.get(&format!("/p/acme/credentials/selected/disable?ids={ids}")).await
    };
    for (ids, status, sentence) in [
        (String::new(), 200, "No credential is selected."),
        (short_id::of(own), 200, "No pipeline received this credential in the last 30 days"),
        (short_id::of(theirs), 404, "What you asked for does not exist"),
        ("x".to_owned(), 400, "The selection cannot be read."),
        (short(&too_many).concat(), 400, "Select at most 50"),
    ] {
        let page = open(&ids).await;
        assert_eq!(page.status, status, "{sentence}");
        assert!(page.text().contains(sentence), "{sentence}: {}", page.text());
        assert!(!page.text().contains("hidden-there"), "{}", page.text());
    }
    press(&app.owner, &[own], true).await;
    let page = open(&short_id::of(own)).await.text();
    assert!(page.contains("The selected credentials are already disabled."), "{page}");
}

#[tokio::test]
async fn the_list_behind_the_question_has_the_same_selected() {
    let app = App::new().await;
    let all = short(&three(&app).await);
    let ids = all[..2].concat();
    let question = format!("/p/acme/credentials/selected/disable?ids={ids}");
    let dialog = app.owner.get(&question).await.text();
    assert!(dialog.contains(&format!("href=\"/p/acme/credentials?ids={ids}\"")), "{dialog}");
    let list = app.owner.get(&format!("/p/acme/credentials?ids={ids}")).await.text();
    for (at, name) in ["ghcr-a", "ghcr-b", "ghcr-c"].into_iter().enumerate() {
        let tick = format!("value={} aria-label=\"Select {name}\" checked>", all[at]);
        assert_eq!(list.contains(&tick), at < 2, "{name}: {list}");
    }
}

#[tokio::test]
async fn what_is_so_already_is_left_and_has_no_undo() {
    let app = App::new().await;
    let ids = three(&app).await;
    let after = press(&app.owner, &ids, false).await;
    assert!(after.contains("Nothing was changed. 3 were already enabled."), "{after}");
    assert!(!after.contains("Undo"));
    assert_eq!(app.scalar_i64(EVENTS).await, 0);
}

#[tokio::test]
async fn those_of_another_project_and_those_that_are_gone_are_told_and_change_nothing() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    let theirs = app.credential(&beta, "beta", "theirs", "ghcr.io", "s").await;
    let own = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let gone = Uuid::now_v7();
    let after = press(&app.owner, &[own, theirs, gone], true).await;
    let said = "ghcr is disabled: pipelines no longer receive it. 2 no longer exist.";
    assert!(after.contains(said), "{after}");
    assert!(app.stored("acme", own).await.summary.disabled_at.is_some());
    assert_eq!(app.scalar_i64(DISABLED).await, 1);
    let none = call(&app.owner, &short(&[theirs, gone]), true).await;
    assert_eq!((none.status.as_u16(), none.error()), (404, Error::NotFound));
    let after = press(&app.owner, &[theirs, gone], true).await;
    let said = "The selected credentials no longer exist. Nothing was changed.";
    assert!(after.contains(said) && after.contains("alert-error"), "{after}");
    assert!(!after.contains("What you asked for does not exist"), "the list is there: {after}");
    assert_eq!((app.scalar_i64(DISABLED).await, app.scalar_i64(EVENTS).await), (1, 1));
}

#[tokio::test]
async fn nothing_selected_is_told_and_so_is_more_than_a_page() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let after = press(&app.owner, &[], true).await;
    assert!(after.contains("No credential is selected, so nothing was changed."), "{after}");
    assert!(after.contains("alert-error"), "{after}");
    let many: Vec<Uuid> = (0..50).map(|_| Uuid::now_v7()).chain([id]).collect();
    for (ids, sentence) in [
        (short(&many), "Select at most 50 credentials at once."),
        (vec![id.to_string()], "The selection cannot be read."),
        (vec![short_id::of(id), "x".to_owned()], "The selection cannot be read."),
    ] {
        let reply = call(&app.owner, &ids, true).await;
        assert_eq!(reply.status, 400, "{sentence}");
        assert!(reply.error().to_string().starts_with(sentence), "{}", reply.text());
    }
    assert_eq!(app.scalar_i64(DISABLED).await, 0);
}

#[tokio::test]
async fn who_may_only_look_neither_selects_nor_changes_any() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let tick = format!(
        "<input type=checkbox form=b name=ids[] value={} aria-label=\"Select ghcr\">",
        short_id::of(id)
    );
    let viewer = app.member(Role::Viewer, "acme").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    for (member, may) in [(&viewer, false), (&maintainer, true)] {
        let page = member.get("/p/acme/credentials").await.text();
        let drawn = [tick.as_str(), "id=\"b\"", "Select all on this page", "id=\"selected\""];
        assert_eq!(drawn.map(|part| page.contains(part)), [may; 4], "{page}");
        let reply = call(member, &short(&[id]), true).await;
        assert_eq!(reply.status, if may { 200 } else { 403 }, "{}", reply.text());
        assert_eq!(app.scalar_i64(DISABLED).await, i64::from(may));
    }
}

#[tokio::test]
async fn either_all_are_written_or_none_is() {
    let app = App::new().await;
    let ids = three(&app).await;
    break_events_about(&app, "ghcr-c").await;
    let reply = call(&app.owner, &short(&ids), true).await;
    assert!(reply.status.is_server_error(), "{}", reply.text());
    assert_eq!((app.scalar_i64(DISABLED).await, app.scalar_i64(EVENTS).await), (0, 0));
    mend_table(&app, "audit_event").await;
    assert_eq!(call(&app.owner, &short(&ids), true).await.status, 200);
    assert_eq!((app.scalar_i64(DISABLED).await, app.scalar_i64(EVENTS).await), (3, 3));
}

#[tokio::test]
async fn a_whole_page_of_fifty_is_disabled_and_undone() {
    let app = App::new().await;
    for number in 0..50 {
        create(&app, &format!("ghcr-{number:02}"), |_| ()).await;
    }
    let rows = page(&app, &ListQuery::default()).await.rows;
    let ids: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 50);
    let after = press(&app.owner, &ids, true).await;
    assert!(after.contains("50 credentials were disabled"), "{after}");
    assert_eq!(app.scalar_i64(DISABLED).await, 50);
    let after = undo(&app.owner, &after).await;
    assert!(after.contains("50 credentials were enabled"), "{after}");
    assert_eq!(app.scalar_i64(DISABLED).await, 0);
}

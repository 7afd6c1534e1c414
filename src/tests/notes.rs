//! Notes: what a post leaves for the page after it, in sealed cookies of the browser that sent it.

use crate::app::{App, Browser, OWNER, Reply, credential_form};
use crate::jar::{Jar, is_note};
use regcred::domain::user::Role;

const CREATE: &str = "/rpc/credentials/create";
const DISABLE: &str = "/rpc/credentials/disable";
const SAID: &str = "ghcr is disabled";
/// What a browser keeps of a cookie, in bytes of its name and value.
const COOKIE_MAX: usize = 3_800;
/// What nginx takes of all headers of an answer, without those that serving adds.
const HEADERS_MAX: usize = 4_096 - 150;
/// What the proxies that take least take of a header, without the session and its mark.
const ALL_MAX: usize = 7_600;

/// Has the owner disable a credential called `ghcr`; the answer leaves a flash.
async fn disabled(app: &App) -> Reply {
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await.to_string();
    let reply = app.owner.post_form(DISABLE, &[("project", "acme"), ("id", &id)]).await;
    assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
    reply
}

/// Sends a form that is refused for its user name.
async fn refused(browser: &Browser, description: &str) -> Reply {
    let more = [("description", description), ("username", "a:b")];
    let form = credential_form("acme", "ghcr", "ghcr.io", "hunter2-hunter2", &more);
    let reply = browser.post_multipart(CREATE, &form, None).await;
    assert!(reply.location().contains("new?back="), "{} {}", reply.location(), reply.text());
    reply
}

/// The name and value of the note that the answer sets.
fn note(reply: &Reply) -> (String, String) {
    let set = reply.set_cookies().find(|set| is_note(set) && !set.contains("Max-Age=0")).unwrap();
    let (name, value) = set.split_once(';').unwrap().0.split_once('=').unwrap();
    (name.to_owned(), value.to_owned())
}

/// The owner, in a browser that holds this note only.
fn holding(app: &App, name: &str, value: &str) -> Browser {
    let mut browser = app.owner.clone();
    browser.notes = Jar::default();
    browser.notes.plant(name, value);
    browser
}

#[tokio::test]
async fn a_flash_is_shown_once_to_the_person_and_in_the_browser_it_was_made_for() {
    let app = App::new().await;
    let location = disabled(&app).await.location();
    let elsewhere = app.sign_in(OWNER).await;
    let mut another = app.member(Role::Owner, "acme").await;
    another.notes = app.owner.notes.clone();
    for browser in [&elsewhere, &another] {
        let page = browser.get(&location).await;
        assert!(page.status == 200 && !page.text().contains(SAID), "{}", page.status);
    }
    assert!(app.owner.get(&location).await.text().contains(SAID));
    assert!(!app.owner.get(&location).await.text().contains(SAID));
}

#[tokio::test]
async fn a_note_that_was_tampered_with_or_is_foreign_shows_nothing_and_breaks_nothing() {
    let app = App::new().await;
    let reply = disabled(&app).await;
    let (location, (name, value)) = (reply.location(), note(&reply));
    let changed = if value.as_bytes()[200] == b'A' { "B" } else { "A" };
    let (_, of_a_form) = note(&refused(&app.owner, "typed").await);
    let (_, foreign) = note(&disabled(&App::new().await).await);
    for bad in [
        String::new(),
        "A".to_owned(),
        "%%%".to_owned(),
        "A".repeat(value.len()),
        value[..value.len() / 2].to_owned(),
        format!("{}{changed}{}", &value[..200], &value[201..]),
        of_a_form,
        foreign,
    ] {
        let page = holding(&app, &name, &bad).get(&location).await;
        assert!(page.status == 200 && !page.text().contains(SAID), "{bad}: {}", page.status);
    }
    // Nor does it come back as a form, or under another id.
    let id = name.strip_prefix("note-").unwrap();
    let page = app.owner.get(&format!("/p/acme/credentials/new?back={id}")).await;
    assert!(page.status == 200 && !page.text().contains(SAID));
    let other = format!("{}{}", &id[..31], if id.ends_with('0') { '1' } else { '0' });
    let browser = holding(&app, &format!("note-{other}"), &value);
    let page = browser.get(&format!("/p/acme/credentials?said={other}")).await;
    assert!(page.status == 200 && !page.text().contains(SAID));
    assert!(app.owner.get(&location).await.text().contains(SAID), "it was not used up");
}

#[tokio::test]
async fn a_failed_form_of_60_kb_keeps_what_was_typed_for_who_is_signed_in() {
    let app = App::new().await;
    let description = format!("begins here {} ends here", "x".repeat(60 * 1024));
    let reply = refused(&app.owner, &description).await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 1);
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains(&description) && page.contains("a:b"));
    assert!(!page.contains("hunter2"));
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 0);
}

#[tokio::test]
async fn two_tabs_that_fail_at_the_same_time_each_get_their_own_form_back() {
    let app = App::new().await;
    let (one, other) = ("typed in one tab ".repeat(40), "typed in the other ".repeat(40));
    let (first, second) = (app.owner.clone(), app.owner.clone());
    let (of_one, of_other) = tokio::join!(refused(&first, &one), refused(&second, &other));
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM slot").await, 0, "they are small");
    let (page, another) = (second.follow(of_other).await.text(), first.follow(of_one).await.text());
    assert!(page.contains("typed in the other") && !page.contains("typed in one tab"));
    assert!(another.contains("typed in one tab") && !another.contains("typed in the other"));
}

#[tokio::test]
async fn notes_do_not_pile_up() {
    let app = App::new().await;
    for browser in [app.owner.clone(), app.nobody()] {
        for number in 0..30 {
            let typed = format!("typed {number} {}", "x".repeat(100 * (number % 20)));
            let more = [("description", &*typed), ("username", "a:b")];
            let form = credential_form("acme", "a:b", "ghcr.io", "s", &more);
            let reply = browser.post_multipart(CREATE, &form, None).await;
            let lines = reply.headers.iter();
            let lines = lines.map(|(name, value)| name.as_str().len() + value.len() + 4);
            assert!(lines.sum::<usize>() < HEADERS_MAX, "{:?}", reply.headers);
            let notes = browser.notes.notes();
            assert!((1..=8).contains(&notes.len()), "{}", notes.len());
            assert!(notes.iter().all(|(name, value)| name.len() + value.len() < COOKIE_MAX));
            let line = browser.notes.line(None).unwrap();
            assert!(line.len() <= ALL_MAX, "{}", line.len());
        }
    }
    let reply = refused(&app.owner, "the last one").await;
    assert!(app.owner.follow(reply).await.text().contains("the last one"));
}

#[tokio::test]
async fn a_note_is_out_of_reach_for_scripts_and_other_sites_and_ends_by_itself() {
    let app = App::new().await;
    let flash = disabled(&app).await;
    let form = refused(&app.owner, "typed").await;
    for (reply, life) in [(flash, "Max-Age=300"), (form, "Max-Age=3600")] {
        let set = reply.set_cookies().find(|set| is_note(set)).unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", life] {
            assert!(set.contains(part), "{part}: {set}");
        }
        assert!(!set.contains("Domain") && !set.contains("Secure"), "{set}");
    }
    let app = App::at("https://regcred.example.com").await;
    let form = [("email", OWNER), ("password", "a wrong password")];
    let reply = app.nobody().post_form("/rpc/session/create", &form).await;
    let set = reply.set_cookies().find(|set| is_note(set)).unwrap();
    assert!(set.starts_with("__Host-note-") && set.contains("; Secure"), "{set}");
}

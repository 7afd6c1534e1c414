//! A browser that an account was signed in with before is not held up by what strangers try.

use crate::app::{App, Browser, OWNER, PASSWORD, Reply};

const SIGN_IN: &str = "/rpc/session/create";

async fn attempt(browser: &Browser, email: &str, password: &str) -> Reply {
    browser.post_json_accept(SIGN_IN, &[("email", email), ("password", password)]).await
}

/// The cookie that the answer sets beside the session's, as it is set; `None` without one.
fn set(reply: &Reply) -> Option<String> {
    let mut lines = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.find(|line| line.contains("known=")).map(str::to_owned)
}

/// A browser that was signed in with that address, and is no more.
async fn known(app: &App, email: &str) -> Browser {
    let reply = attempt(&app.nobody(), email, PASSWORD).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let cookie = set(&reply).unwrap();
    let mut browser = app.nobody();
    browser.cookie = cookie.split(';').next().map(str::to_owned);
    browser
}

async fn guess_ten_times(browser: &Browser, email: &str) {
    for _ in 0..10 {
        assert_eq!(attempt(browser, email, "wrong password").await.status, 422);
    }
}

#[tokio::test]
async fn strangers_who_guess_do_not_keep_a_known_browser_out() {
    let app = App::new().await;
    let (browser, another) = (known(&app, OWNER).await, known(&app, OWNER).await);
    guess_ten_times(&app.nobody(), OWNER).await;
    assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 429);
    assert_eq!(attempt(&browser, OWNER, PASSWORD).await.status, 200);
    assert_eq!(attempt(&browser, " OWNER@example.com", PASSWORD).await.status, 200);
    // The strangers have won no more guesses by it, and its own are counted, for it alone.
    assert_eq!(attempt(&app.nobody(), OWNER, PASSWORD).await.status, 429);
    guess_ten_times(&browser, OWNER).await;
    assert_eq!(attempt(&browser, OWNER, PASSWORD).await.status, 429);
    assert_eq!(attempt(&another, OWNER, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_known_browser_is_known_to_its_own_account_only() {
    let app = App::new().await;
    let other = app.new_person("other").await;
    let browser = known(&app, &other.email).await;
    let own = known(&app, OWNER).await.cookie.unwrap();
    guess_ten_times(&app.nobody(), OWNER).await;
    assert_eq!(attempt(&browser, OWNER, PASSWORD).await.status, 429);
    // Nor does a mark help that was made up, cut, changed, or made by another instance.
    let foreign = known(&App::another().await, OWNER).await.cookie.unwrap();
    let changed = if own.ends_with('A') { "B" } else { "A" };
    let marks = [
        "known=".to_owned(),
        "known=AAAA".to_owned(),
        format!("known={}", "A".repeat(64)),
        format!("known={}", "A".repeat(107)),
        own[..own.len() - 4].to_owned(),
        format!("{}{changed}", &own[..own.len() - 1]),
        foreign,
    ];
    for mark in marks {
        let mut browser = app.nobody();
        browser.cookie = Some(mark.clone());
        assert_eq!(attempt(&browser, OWNER, PASSWORD).await.status, 429, "{mark}");
    }
}

#[tokio::test]
async fn a_mark_is_told_to_be_ours_before_it_is_known_who_signs_in() {
    let app = App::new().await;
    let mark = async |app: &App| {
        let cookie = known(app, OWNER).await.cookie.unwrap();
        cookie.split_once('=').unwrap().1.to_owned()
    };
    let (own, foreign) = (mark(&app).await, mark(&App::another().await).await);
    assert!(app.vault.is_mark(&own));
    let cut = &own[..own.len() - 4];
    for other in ["", "x", "A".repeat(64).as_str(), "A".repeat(107).as_str(), cut, foreign.as_str()]
    {
        assert!(!app.vault.is_mark(other), "{other}");
    }
}

#[tokio::test]
async fn a_mark_is_out_of_reach_for_scripts_and_opens_nothing() {
    let app = App::new().await;
    let reply = attempt(&app.nobody(), OWNER, PASSWORD).await;
    let cookie = set(&reply).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{part}");
    }
    assert!(!cookie.contains("Domain"));
    let browser = known(&app, OWNER).await;
    assert_eq!(browser.get("/p/acme/credentials").await.status, 302);
    assert!(set(&attempt(&browser, OWNER, "wrong password").await).is_none());
    assert!(set(&app.owner.get("/p/acme/credentials").await).is_none());
}

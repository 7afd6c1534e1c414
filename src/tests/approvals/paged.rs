//! However many requests wait, each is on a page.

use super::Scene;
use crate::app::Browser;
use crate::forms::link_in;
use regcred::domain::approval::listing::PAGE_ROWS;
use regcred::domain::user::Role;

const PAGE: &str = "/p/acme/approvals";

/// How often each request stands on the pages that this parameter leads to, from the first page on: the
/// first one of all, and the last one.
async fn found(by: &Browser, parameter: &str) -> (usize, usize, usize) {
    let last = format!("for p{PAGE_ROWS:02}\"");
    let (mut path, mut found) = (PAGE.to_owned(), (0, 0, 0));
    loop {
        let page = by.get(&path).await.text();
        found.0 += 1;
        found.1 += page.matches("for build\"").count();
        found.2 += page.matches(last.as_str()).count();
        match link_in(&page, &format!("{PAGE}?{parameter}=")) {
            Some(next) if page.contains("rel=\"next\"") => path = next,
            _ => return found,
        }
    }
}

#[tokio::test]
async fn however_many_wait_each_is_on_one_page_and_is_counted() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    for number in 0..=PAGE_ROWS {
        let (pipeline, _) = app.bare_pipeline(&format!("p{number:02}")).await;
        app.grant(pipeline, scene.credential, &[]).await;
    }
    let page = maintainer.get(PAGE).await.text();
    let all = format!("{} requests are waiting for your approval", PAGE_ROWS + 2);
    assert!(page.contains(&format!("{all}. The oldest is first.")), "{page}");
    assert!(page.contains("Review release for build"), "{page}");
    assert_eq!(found(&maintainer, "after").await, (2, 1, 1));
    // Who gave them sees the same in the other list.
    assert_eq!(found(&app.owner, "others").await, (2, 1, 1));
    assert!(app.owner.get(PAGE).await.text().contains("Nothing is waiting for you."));
}

#[tokio::test]
async fn a_place_that_is_none_is_refused() {
    let scene = Scene::new().await;
    for query in ["after=x", "others=1"] {
        let page = scene.app.owner.get(&format!("{PAGE}?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
    }
}

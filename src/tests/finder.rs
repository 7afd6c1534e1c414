//! The finder: one field for what a person may see of a project, and a way there from every page.

use crate::app::{App, Browser};
use crate::listing::create;
use regcred::domain::user::Role;
use regcred::store::Unrecorded;

/// What was found at this address, and what is said of it.
async fn found(browser: &Browser, path: &str) -> String {
    let reply = browser.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    let page = reply.text();
    let (_, results) = page.split_once("id=\"said\"").unwrap();
    results.split("</main>").next().unwrap().to_owned()
}

/// The whole tag that has this in it.
fn tag(page: &str, part: &str) -> String {
    let at = page.find(part).unwrap_or_else(|| panic!("no {part}: {page}"));
    let begins = page[..at].rfind('<').unwrap();
    page[begins..].split('>').next().unwrap().to_owned()
}

#[tokio::test]
async fn one_question_finds_a_credential_a_pipeline_a_page_and_a_guide() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "pipelines-images", "ghcr.io", "hunter2").await;
    let (pipeline, _) = app.bare_pipeline("All pipelines").await;
    let results = found(&app.owner, "/p/acme/find?q=Pipelines").await;
    for href in [
        format!("/p/acme/credentials/{id}"),
        format!("/p/acme/pipelines/{pipeline}"),
        "/p/acme/pipelines".to_owned(),
    ] {
        assert!(results.contains(&format!("href=\"{href}\"")), "{href}: {results}");
    }
    assert!(results.contains("href=\"/help/"), "{results}");
    // A credential by its host, as in its list.
    let results = found(&app.owner, "/p/acme/find?q=ghcr.io").await;
    assert!(results.contains(&format!("href=\"/p/acme/credentials/{id}\"")), "{results}");
    assert!(!results.contains("All pipelines"), "{results}");
}

#[tokio::test]
async fn who_looks_for_an_image_is_led_to_which_credential_it_gets() {
    let app = App::new().await;
    let href = "href=\"/p/acme/match?image=ghcr.io%2Facme%2Fweb%3Alatest\"";
    let results = found(&app.owner, "/p/acme/find?q=ghcr.io%2Facme%2Fweb%3Alatest").await;
    assert!(results.contains(href), "{results}");
    let results = found(&app.owner, "/p/acme/find?q=ghcr.io").await;
    assert!(!results.contains("/p/acme/match"), "{results}");
}

#[tokio::test]
async fn a_blank_question_finds_the_pages_alone() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    for path in ["/p/acme/find", "/p/acme/find?q=+"] {
        let results = found(&app.owner, path).await;
        assert_eq!(results.matches("<h2").count(), 1, "{results}");
        for href in ["/p/acme/credentials", "/p/acme/match", "/admin/keys", "/help"] {
            assert!(results.contains(&format!("href=\"{href}\"")), "{href}: {results}");
        }
    }
}

#[tokio::test]
async fn what_was_looked_for_is_kept_when_the_project_is_switched() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    let person = beta.person.unwrap();
    let acme = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    write.projects().admit(acme, person, Role::Viewer, 0).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let page = beta.get("/p/acme/find?q=a%26b&from=%2Fhelp").await.text();
    assert!(page.contains("In the project"), "{page}");
    let other = tag(&page, "href=\"/p/beta/find");
    assert!(other.contains("href=\"/p/beta/find?q=a%26b\""), "{other}");
    let (_, link) = page.split_once("id=\"find\"").unwrap();
    let again = tag(link, "href=\"/p/acme/find?");
    assert!(again.contains("q=a%26b") && again.contains("from=%2Fhelp"), "{again}");
    let page = beta.get("/p/acme/credentials?q=a").await.text();
    assert!(page.contains("href=\"/p/beta/credentials\""), "other lists have other questions");
}

#[tokio::test]
async fn nobody_finds_what_is_in_another_project() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    app.credential(&beta, "beta", "zebra-crossing", "ghcr.io", "hunter2").await;
    app.pipeline(&beta, "beta", "zebra-crossing", &[], "pull").await;
    assert!(found(&beta, "/p/beta/find?q=zebra-crossing").await.contains("zebra-crossing"));
    let viewer = app.member(Role::Viewer, "acme").await;
    let results = found(&viewer, "/p/acme/find?q=zebra-crossing").await;
    assert!(results.contains("Nothing was found.") && !results.contains("zebra"), "{results}");
    let theirs = viewer.get("/p/beta/find?q=zebra-crossing").await;
    assert_eq!(theirs.status, 404);
    assert!(!theirs.text().contains("/p/beta/credentials/"), "{}", theirs.text());
}

#[tokio::test]
async fn pages_of_the_instance_are_found_by_its_admins_alone() {
    let app = App::new().await;
    let page = "href=\"/admin/keys\"";
    assert!(found(&app.owner, "/p/acme/find?q=KEYS+encryption").await.contains(page));
    let maintainer = app.member(Role::Maintainer, "acme").await;
    assert!(!found(&maintainer, "/p/acme/find?q=KEYS+encryption").await.contains(page));
}

#[tokio::test]
async fn of_many_the_first_eight_are_shown_with_the_way_to_all() {
    let app = App::new().await;
    for number in 0..9 {
        create(&app, &format!("zebra-{number}"), |_| ()).await;
        app.bare_pipeline(&format!("zebra-{number}")).await;
    }
    let results = found(&app.owner, "/p/acme/find?q=zebra-").await;
    for all in ["Show all 9 credentials", "Show all 9 pipelines", "The first 16 results"] {
        assert!(results.contains(all), "{all}: {results}");
    }
    for list in ["/p/acme/credentials", "/p/acme/pipelines"] {
        assert!(results.contains(&format!("href=\"{list}?q=zebra-\"")), "{results}");
        assert_eq!(results.matches(&format!("href=\"{list}/")).count(), 8, "{results}");
    }
    assert!(!results.contains("zebra-8"), "{results}");
    let results = found(&app.owner, "/p/acme/find?q=zebra-8").await;
    assert!(results.contains("2 results") && !results.contains("Show all"), "{results}");
}

#[tokio::test]
async fn what_is_said_of_results_stands_outside_of_them_also_when_nothing_is_asked() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    app.bare_pipeline("build").await;
    for (path, said) in [
        ("find", ""),
        ("find?q=zebra-crossing", "Nothing was found."),
        ("credentials", "1 credential<"),
        ("credentials?q=zebra", "No credentials match."),
        ("pipelines", "1 pipeline<"),
        ("pipelines?q=zebra", "No pipelines match."),
    ] {
        let page = app.owner.get(&format!("/p/acme/{path}")).await.text();
        let (before, results) = page.split_once("id=\"results\"").unwrap();
        let (_, line) = before.split_once("id=\"said\"").unwrap();
        let (line, _) = line.split_once("/p>").unwrap();
        assert!(line.contains("role=\"status\"") && line.contains(said), "{path}: {line}");
        let (results, _) = results.split_once("</main>").unwrap();
        assert!(said.is_empty() || !results.contains(said), "{path}: {results}");
    }
}

#[tokio::test]
async fn it_leads_back_to_a_page_of_ours_and_nowhere_else() {
    let app = App::new().await;
    for (from, back) in [
        ("?from=%2Fadmin%2Fkeys", "/admin/keys"),
        ("?q=x&from=%2Fp%2Facme%2Fpipelines%3Fq%3Dx", "/p/acme/pipelines?q=x"),
        ("", "/p/acme/credentials"),
        ("?from=%2F%2Fevil.example.com", "/p/acme/credentials"),
        ("?from=https%3A%2F%2Fevil.example.com", "/p/acme/credentials"),
    ] {
        let page = app.owner.get(&format!("/p/acme/find{from}")).await.text();
        let close = tag(&page, "aria-label=\"Close\"");
        assert!(close.contains(&format!("href=\"{back}\"")), "{from}: {close}");
        for elsewhere in ["href=\"//", "href=\"https://evil"] {
            assert!(!page.contains(elsewhere), "{from}: {page}");
        }
    }
}

#[tokio::test]
async fn each_page_leads_to_it_and_says_where_it_is() {
    let app = App::new().await;
    for (page, finder) in [
        ("/p/acme/pipelines?q=x", "/p/acme/find?from=%2Fp%2Facme%2Fpipelines%3Fq%3Dx"),
        ("/admin/keys", "/find?from=%2Fadmin%2Fkeys"),
        // There it keeps what was asked.
        ("/p/acme/find?q=x&from=%2F", "/p/acme/find?q=x&amp;from=%2F"),
    ] {
        let text = app.owner.get(page).await.text();
        let (_, link) = text.split_once("id=\"find\"").unwrap();
        assert!(tag(link, "href=").contains(&format!("href=\"{finder}\"")), "{page}: {link}");
    }
}

#[tokio::test]
async fn outside_the_projects_the_way_is_by_the_first_project() {
    let app = App::new().await;
    for (path, finder) in [
        ("/find?from=%2Fadmin%2Fkeys", "/p/acme/find?from=%2Fadmin%2Fkeys"),
        ("/find?from=%2F%2Fevil.example.com", "/p/acme/find"),
        ("/find", "/p/acme/find"),
    ] {
        assert_eq!(app.owner.get(path).await.location(), finder, "{path}");
    }
    assert!(app.nobody().get("/find").await.location().starts_with("/sign-in?next="));
}

#[tokio::test]
async fn a_question_that_no_list_takes_is_refused() {
    let app = App::new().await;
    let long = "a".repeat(201);
    for question in ["%07", long.as_str()] {
        assert_eq!(app.owner.get(&format!("/p/acme/find?q={question}")).await.status, 400);
    }
}

//! The rows of the list: what stands in one, how light they are, and their one menu.

use crate::app::App;
use crate::forms::credentials_in;
use crate::listing::{create, in_days};
use regcred::domain::user::Role;

/// The page's part between a row's mark and the next row.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, body) = page.split_once("<tbody").unwrap();
    let (body, _) = body.split_once("</tbody>").unwrap();
    let named = format!(">{name}</a>");
    body.split("<tr><td").skip(1).find(|row| row.contains(&named)).unwrap()
}

/// The credential was received by so many pipelines just now.
async fn use_it(app: &App, name: &str, pipelines: usize) {
    for number in 0..pipelines {
        let id = app.database.id(uuid::Uuid::now_v7());
        let sql = format!(
            "INSERT INTO usage (project_id, credential_id, pipeline_id, pipeline, deliveries, first_at, last_at, last_version, used)
             SELECT project_id, id, {id}, 'p{number}', 3, updated_at, updated_at, 1, 0 FROM credential WHERE name = '{name}'"
        );
        assert_eq!(app.database.raw(&sql).await, 1);
    }
}

#[tokio::test]
async fn fifty_rows_are_sixty_kilobytes_at_most() {
    let app = App::new().await;
    let hosts = ["ghcr.io", "docker.io", "registry.gitlab.com", "quay.io", "registry.example.com"];
    for number in 0..50 {
        let name = format!("shop-backend-{number:02}");
        create(&app, &name, |form| {
            form.description = format!("Deploys of shop number {number}");
            form.registry_url = hosts[number % hosts.len()].to_owned();
            form.expires_on = in_days(i64::try_from(number).unwrap() * 3 + 1);
        })
        .await;
        use_it(&app, &name, number % 4).await;
    }
    let page = app.owner.get("/p/acme/credentials").await.text();
    assert_eq!(credentials_in(&page).len(), 50);
    assert!(page.len() <= 60_000, "the page has {} bytes", page.len());
}

#[tokio::test]
async fn a_row_says_who_uses_it_and_how_it_stands() {
    let app = App::new().await;
    create(&app, "many", |form| form.expires_on = in_days(20)).await;
    create(&app, "one", |form| form.expires_on = in_days(5)).await;
    create(&app, "never", |form| form.expires_on = in_days(45)).await;
    use_it(&app, "many", 3).await;
    use_it(&app, "one", 1).await;
    let page = app.owner.get("/p/acme/credentials").await.text();
    for (name, parts) in [
        ("many", ["<td>3 pipelines · <time", "dot-warn", ">Expires in 20 days<"]),
        ("one", ["<td>1 pipeline · <time", "dot-bad", ">Expires in 5 days<"]),
        ("never", [">Never used<", "dot-neutral", ">Expires in 45 days<"]),
    ] {
        let row = row(&page, name);
        for part in parts {
            assert!(row.contains(part), "{name}: no {part} in {row}");
        }
        assert!(row.contains("mark-ghcr") && row.contains("GitHub Container Registry"), "{row}");
        assert!(row.contains("<span>, Olga Owner</span>"), "{row}");
    }
}

#[tokio::test]
async fn a_delivery_shows_in_the_row() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    app.counted_i64("SELECT COUNT(*) FROM usage").await;
    let page = app.owner.get("/p/acme/credentials").await.text();
    assert!(row(&page, "ghcr").contains("1 pipeline · <time"), "{page}");
}

#[tokio::test]
async fn the_name_leads_everybody_to_the_page_of_the_credential() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let viewer = app.member(Role::Viewer, "acme").await;
    for browser in [&app.owner, &viewer] {
        let page = browser.get("/p/acme/credentials?q=gh").await.text();
        let link = format!("<a href=\"/p/acme/credentials/{id}\">ghcr</a>");
        assert!(row(&page, "ghcr").contains(&link), "{page}");
    }
}

#[tokio::test]
async fn what_was_typed_stays_text_in_a_row() {
    let app = App::new().await;
    let typed = "\"><script>x</script>&lt;'";
    create(&app, typed, |form| form.description = format!("{typed} and more of the same")).await;
    let page = app.owner.get("/p/acme/credentials").await.text();
    assert!(!page.contains("<script>x"), "{page}");
    let escaped = "&quot;&gt;&lt;script&gt;x&lt;/script&gt;&amp;lt;'";
    for part in [
        format!(">{escaped}</a>"),
        format!("aria-label=\"Delete {escaped}\""),
        format!("title=\"{escaped} and more of the same\""),
    ] {
        assert!(page.contains(&part), "no {part}");
    }
}

#[tokio::test]
async fn without_scripts_the_menu_opens_in_the_row_whose_button_was_pressed() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    app.credential(&app.owner, "acme", "ghcr-two", "ghcr.io", "s").await;
    let page = app.owner.get("/p/acme/credentials?q=ghcr&access=pull_push").await.text();
    // The form that the buttons send has what is asked of the list.
    let (_, form) = page.split_once("<form id=\"r\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    assert!(form.contains("name=\"q\" value=\"ghcr\"") && form.contains("value=\"pull_push\""));
    let (_, value) = row(&page, "ghcr").split_once("name=menu value=").unwrap();
    let menu = value.split(' ').next().unwrap();
    assert!(!row(&page, "ghcr").contains("Disable"), "it is closed");

    let page = app.owner.get(&format!("/p/acme/credentials?q=ghcr&menu={menu}")).await.text();
    let open = row(&page, "ghcr");
    for part in [
        format!("href=\"/p/acme/credentials/{id}/edit?q=ghcr\">Edit<"),
        format!("href=\"/p/acme/credentials/{id}/delete?q=ghcr\">Delete<"),
        format!("name=\"id\" value=\"{id}\""),
        "name=\"back\" value=\"/p/acme/credentials?q=ghcr\"".to_owned(),
        ">Disable</button>".to_owned(),
        "href=\"/p/acme/credentials?q=ghcr\">Close<".to_owned(),
    ] {
        assert!(open.contains(&part), "no {part} in {open}");
    }
    assert!(!open.contains(">Enable</button>") && !row(&page, "ghcr-two").contains("Disable"));
    // Older links have more of the id.
    let (id, older) = (id.simple().to_string(), "/p/acme/credentials?q=ghcr&menu=");
    let page = app.owner.get(&format!("{older}{}", &id[id.len() - 12..])).await.text();
    assert!(row(&page, "ghcr").contains(">Disable</button>"), "{page}");
    // What names no row opens none, and is not carried on.
    let page = app.owner.get("/p/acme/credentials?menu=x").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("row-menu\">") && !page.text().contains("menu=x"));
}

#[tokio::test]
async fn a_head_sorts_by_its_column_and_then_the_other_way_round() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    for (asked, is_sorted, href, label) in [
        ("", "ascending", "-name", "Name"),
        ("&sort=-name", "descending", "name", "Name"),
        ("&sort=registry", "ascending", "-registry", "Registry URL"),
        ("&sort=expires", "ascending", "-expires", "State"),
        ("&sort=changed", "descending", "-changed", "Changed"),
        ("&sort=-changed", "ascending", "changed", "Changed"),
    ] {
        let page = app.owner.get(&format!("/p/acme/credentials?q=gh{asked}")).await.text();
        let (_, head) = page.split_once(&format!("aria-sort=\"{is_sorted}\"")).unwrap();
        let head = head.split("</th>").next().unwrap();
        assert!(head.contains(&format!("?q=gh&amp;sort={href}\"")), "{asked}: {head}");
        assert!(head.contains(&format!(">{label}<")), "{asked}: {head}");
        assert_eq!(page.matches("aria-sort=").count(), 1, "{asked}");
    }
}

#[tokio::test]
async fn a_chip_takes_its_filter_away_and_leaves_the_others() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    let all = "?q=gh&registry=ghcr.io&state=unknown&access=pull_push&unused=1&sort=changed";
    let page = app.owner.get(&format!("/p/acme/credentials{all}&method=password")).await.text();
    let chip = |label: &str| {
        let (before, _) =
            page.split_once(&format!("aria-label=\"Remove filter {label}\"")).unwrap();
        let tag = before.rsplit("<a ").next().unwrap();
        tag.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")
    };
    for (label, gone) in [
        ("Registry URL: ghcr.io", "&registry=ghcr.io"),
        ("State: No expiry date", "&state=unknown"),
        ("Access: Pull and push", "&access=pull_push"),
        ("Used by: Never", "&unused=1"),
        ("Authentication method: Password / Token", "&method=password"),
    ] {
        let href = chip(label);
        let asked = href.split(['?', '&']).count();
        assert!(!href.contains(gone) && asked == 7, "{label}: {href}");
    }
    assert!(page.contains("href=\"/p/acme/credentials?sort=changed\""), "what clears all");
    let plain = app.owner.get("/p/acme/credentials").await.text();
    assert!(!plain.contains("Remove filter") && !plain.contains(">Clear "));
}

//! What narrows and orders the list of credentials: named columns, and nothing else.

use crate::app::App;
use crate::listing::{create, in_days, names};
use regcred::domain::listing::{HOSTS_MAX, Sort, StateFilter};

#[tokio::test]
async fn each_filter_narrows_to_what_it_says() {
    let app = App::new().await;
    create(&app, "plain", |_| ()).await;
    create(&app, "pull", |form| form.access = "pull".to_owned()).await;
    create(&app, "elsewhere", |form| form.registry_url = "quay.io".to_owned()).await;
    create(&app, "used", |_| ()).await;
    let used = app.find_credential(&app.owner, "acme", "used").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[used], "pull").await;
    app.docker_config(&token, "", &[]).await;
    assert_eq!(names(&app, &[("access", "pull")]).await, ["pull"]);
    assert_eq!(names(&app, &[("registry", "quay.io")]).await, ["elsewhere"]);
    assert_eq!(names(&app, &[("unused", "1")]).await, ["elsewhere", "plain", "pull"]);
    assert_eq!(names(&app, &[("method", "gcp_service_account_key")]).await, [""; 0]);
    assert_eq!(
        names(&app, &[("method", "password"), ("q", "us"), ("access", "pull_push")]).await,
        ["used"]
    );
}

#[tokio::test]
async fn each_state_is_found_where_its_dates_put_it() {
    let app = App::new().await;
    for (name, expires, review) in [
        ("expired", in_days(-2), String::new()),
        ("expiring", in_days(7), String::new()),
        ("fine", in_days(400), String::new()),
        ("due", in_days(400), in_days(-2)),
        ("unknown", String::new(), String::new()),
        ("off", String::new(), String::new()),
        ("broken", String::new(), String::new()),
    ] {
        create(&app, name, |form| (form.expires_on, form.review_on) = (expires, review)).await;
    }
    app.raw("UPDATE credential SET disabled_at = 1 WHERE name = 'off'").await;
    app.raw("UPDATE credential SET secret_unreadable_at = 1 WHERE name = 'broken'").await;
    for (name, state) in [("fine", "works"), ("due", "failing"), ("off", "unclear")] {
        app.raw(&format!(
            "INSERT INTO check_state (credential_id, project_id, version, state, since, checked_at, image)
             SELECT id, project_id, 1, '{state}', 0, 0, '' FROM credential WHERE name = '{name}'"
        ))
        .await;
    }
    for state in StateFilter::ALL {
        let expected: &[&str] = match state {
            StateFilter::Fine => &["fine"],
            StateFilter::Due => &["due"],
            StateFilter::Expiring => &["expiring"],
            StateFilter::Expired => &["expired"],
            StateFilter::Unknown => &["broken", "off", "unknown"],
            StateFilter::Disabled => &["off"],
            StateFilter::Unreadable => &["broken"],
            StateFilter::Works => &["fine"],
            StateFilter::Failing => &["due"],
            StateFilter::Unclear => &["off"],
            StateFilter::Unchecked => &["broken", "expired", "expiring", "unknown"],
        };
        assert_eq!(names(&app, &[("state", state.word())]).await, expected, "{state:?}");
    }
}

#[tokio::test]
async fn each_order_is_the_one_it_says() {
    let app = App::new().await;
    for (name, host, expires) in [
        ("b", "quay.io", in_days(9)),
        ("a", "quay.io", String::new()),
        ("C", "ghcr.io", in_days(3)),
    ] {
        create(&app, name, |form| {
            (form.registry_url, form.expires_on) = (host.to_owned(), expires)
        })
        .await;
    }
    app.raw(
        "UPDATE credential SET updated_at = CASE name WHEN 'a' THEN 3 WHEN 'b' THEN 2 ELSE 1 END",
    )
    .await;
    for sort in Sort::ALL {
        let expected = match sort {
            Sort::Name => ["a", "b", "C"],
            Sort::Registry => ["C", "a", "b"],
            Sort::Expires => ["C", "b", "a"],
            Sort::Changed => ["a", "b", "C"],
        };
        assert_eq!(names(&app, &[("sort", sort.word())]).await, expected, "{sort:?}");
        let mut reversed = expected;
        reversed.reverse();
        let word = format!("-{}", sort.word());
        assert_eq!(names(&app, &[("sort", word.as_str())]).await, reversed, "{sort:?}");
    }
    assert_eq!(names(&app, &[]).await, ["a", "b", "C"]);
}

#[tokio::test]
async fn names_are_in_the_order_in_which_people_count() {
    let app = App::new().await;
    for name in ["host10", "host2", "Host1", "host02", "host", "host1000000000000000000000"] {
        create(&app, name, |_| ()).await;
    }
    let expected = ["host", "Host1", "host2", "host02", "host10", "host1000000000000000000000"];
    for sort in ["", "name", "registry", "expires"] {
        assert_eq!(names(&app, &[("sort", sort)]).await, expected, "{sort}");
    }
}

#[tokio::test]
async fn only_named_columns_filter_or_sort() {
    let app = App::new().await;
    create(&app, "ghcr", |_| ()).await;
    for query in [
        "sort=sealed",
        "sort=-sealed",
        "sort=-",
        "sort=secret_version",
        "state=x",
        "method=ssh",
        "access=all",
        "unused=2",
        "after=x",
        "before=0",
        // A place in another order: by registry.
        "after=cmdoY3IuaW8KZ2hjcg",
    ] {
        let page = app.owner.get(&format!("/p/acme/credentials?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        assert!(!page.text().contains("Edit ghcr"), "{query}");
    }
}

/// The field of the filter for the registry: its tag, and how many options it has.
fn of_filter(page: &str) -> (&str, usize) {
    let at = page.find("id=\"filter-registry\"").unwrap();
    let field = &page[page[..at].rfind('<').unwrap()..];
    let end = field.find("</div>").unwrap();
    (field.split('>').next().unwrap(), field[..end].matches("<option").count())
}

#[tokio::test]
async fn in_a_project_with_more_registries_than_the_filter_lists_one_is_typed() {
    let app = App::new().await;
    let add = async |number: usize| {
        let (name, host) = (format!("name {number}"), format!("h{number}.example.com"));
        app.credential(&app.owner, "acme", &name, &host, "s").await
    };
    let page =
        async |query: &str| app.owner.get(&format!("/p/acme/credentials{query}")).await.text();
    for number in 0..HOSTS_MAX {
        add(number).await;
    }
    let all = page("").await;
    let (field, options) = of_filter(&all);
    assert!(field.starts_with("<select"), "{field}");
    assert_eq!(options, HOSTS_MAX + 1, "each registry, and all of them");

    add(HOSTS_MAX).await;
    let all = page("").await;
    let (field, options) = of_filter(&all);
    assert!(field.starts_with("<input") && field.contains("name=\"registry\""), "{field}");
    assert_eq!(options, 0);
    let asked = page("?registry=h7.example.com").await;
    assert!(of_filter(&asked).0.contains("value=\"h7.example.com\""), "it stays as it was typed");
    // As in the form, it may be typed in more than one way.
    for typed in ["h7.example.com", "H7.example.com:443", "https://h7.example.com/"] {
        assert_eq!(names(&app, &[("registry", typed)]).await, ["name 7"], "{typed}");
    }
    // Whatever is typed is text there.
    let asked = page("?registry=%22%3E%3Cb%3E").await;
    assert!(!asked.contains("\"><b>"), "{asked}");
}

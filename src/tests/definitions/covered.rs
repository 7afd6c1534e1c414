//! What a scan no longer finds where it looked is removed.

use super::*;
use regcred_scan::found::Unread;

#[tokio::test]
async fn a_file_that_a_scan_of_its_folder_does_not_find_any_more_is_removed() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let scan = |path: &str, covers: &[&str]| {
        let covers = covers.iter().map(|path| (*path).to_owned()).collect();
        json(&Report { covers, ..scan_text(path, "FROM nginx\n") })
    };
    let files = async || app.scalar_i64("SELECT COUNT(*) FROM definition").await;
    for path in ["a/Dockerfile", "a/old/Dockerfile", "b/Dockerfile", "vendor/x/Dockerfile"] {
        assert_eq!(scene.send(&scan(path, &[path])).await.status, 200);
    }
    scene.paste(&app.owner, "a/pasted/Dockerfile", "FROM redis\n").await;
    assert_eq!(files().await, 5);
    // As older programs send it.
    scene.send(&scan("a/Dockerfile", &[])).await;
    assert_eq!(files().await, 5);
    scene.send(&scan("a/Dockerfile", &["a"])).await;
    let page = scene.page().await;
    assert!(!page.contains("a/old/") && page.contains("a/pasted/"), "{page}");
    assert_eq!(files().await, 4, "another scan looks at other folders");
    let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'definitions.deleted'";
    assert_eq!(app.scalar_i64(events).await, 1);
    scene.send(&scan("a/Dockerfile", &["."])).await;
    let page = scene.page().await;
    assert!(!page.contains("b/Dockerfile") && page.contains("vendor/x/"), "{page}");
    assert_eq!(files().await, 3);
    assert_eq!(scene.send(&scan("a/Dockerfile", &["/builds/acme"])).await.status, 400);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_scan_that_read_no_file_takes_nothing_away_unless_it_is_told_to() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let files = async || app.scalar_i64("SELECT COUNT(*) FROM definition").await;
    let all = || vec![".".to_owned()];
    let empty = json(&Report { covers: all(), ..Report::default() });
    assert_eq!(scene.send(&empty).await.status, 200, "there is nothing to remove");
    let one = json(&Report { covers: all(), ..scan_text("ci/Dockerfile", "FROM nginx\n") });
    assert_eq!(scene.send(&one).await.status, 200);
    // A folder that is missing is told of as a file that could not be read.
    let reason = "The file cannot be read.".to_owned();
    let missing = vec![Unread { file: "ci".to_owned(), line: None, reason }];
    let covers = vec!["ci".to_owned()];
    let missing = json(&Report { covers, unread: missing, ..Report::default() });
    for body in [&empty, &missing] {
        let reply = scene.send(body).await;
        assert_eq!(reply.status, 409, "{}", reply.text());
        assert!(reply.text().contains("--allow-empty"), "{}", reply.text());
        assert_eq!(files().await, 1);
    }
    for (value, status, left) in [("perhaps", 400, 1), ("false", 409, 1), ("true", 200, 0)] {
        let path = format!("{SELF}?empty={value}");
        let reply = app.nobody().tell_with(&scene.token, &path, &RUN, &empty).await;
        assert_eq!(reply.status, status, "{value}: {}", reply.text());
        assert_eq!(files().await, left, "{value}");
    }
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_run_of_another_branch_takes_nothing_away() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let files = async || app.scalar_i64("SELECT COUNT(*) FROM definition").await;
    let send = async |branch: &'static str, path: &str| {
        let covers = vec![".".to_owned()];
        let body = json(&Report { covers, ..scan_text(path, "FROM nginx\n") });
        app.nobody().tell_with(&scene.token, SELF, &[("Regcred-Branch", branch)], &body).await
    };
    send("main", "a/Dockerfile").await;
    send("dev", "b/Dockerfile").await;
    assert_eq!(files().await, 2, "main has what it had");
    send("dev", "c/Dockerfile").await;
    assert_eq!(files().await, 2, "dev has it no more");
    let page = scene.page().await;
    assert!(page.contains("a/Dockerfile") && !page.contains("b/Dockerfile"), "{page}");
}

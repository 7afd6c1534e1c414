//! What a scan no longer finds where it looked is removed.

use super::*;

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

//! A pipeline whose row was changed by SQL: what is asked of it is refused with a sentence, and takes
//! nothing from it.

use crate::app::{App, PASSWORD};
use crate::trust::drone_rule;
use regcred::domain::permission::of;
use regcred::store::Tampered;

#[tokio::test]
async fn a_changed_pipeline_says_so_and_works_again_when_it_is_put_back() {
    let app = App::new().await;
    let secret = "hunter2-hunter2";
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", secret).await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
    drone_rule(&app, pipeline, "7").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
    assert!(!page.is_changed);
    let (id, rule) = (pipeline.to_string(), page.rules[0].id.to_string());
    let address = format!("/p/acme/pipelines/{id}");
    let notice = "row was changed outside Regcred, so it receives no credential";
    let says_so = async || app.owner.get(&address).await.text().contains(notice);
    assert!(!says_so().await);

    assert_eq!(app.tamper("UPDATE pipeline SET name = 'release'").await, 1);
    assert!(says_so().await);
    for (path, more) in [
        ("/rpc/tokens/create", &[("token_days", "30")][..]),
        (
            "/rpc/trust-rules/create",
            &[("form[provider]", "drone"), ("form[claims][repo.id]", "8")][..],
        ),
        ("/rpc/pipelines/update", &[("id", &*id), ("revision", "1"), ("form[name]", "x")][..]),
        ("/rpc/trust-rules/confirm", &[("id", rule.as_str())][..]),
        ("/rpc/trust-rules/renew-secret", &[][..]),
        ("/rpc/trust-rules/delete", &[("id", rule.as_str())][..]),
    ] {
        let mut form = vec![("project", "acme"), ("pipeline", &*id), ("password", PASSWORD)];
        form.extend_from_slice(more);
        let reply = app.owner.post_json_accept(path, &form).await;
        assert_eq!(reply.status, 409, "{path}: {}", reply.text());
        assert!(reply.text().contains("A row of this pipeline was changed"), "{path}");
    }

    assert_eq!(app.tamper("UPDATE pipeline SET name = 'build'").await, 1);
    assert!(!says_so().await);
    assert_eq!(app.vault.store().tampered_rows().await.unwrap(), Tampered::default());
    let reply = app.fetch(&token, "/api/v1/credential?server=ghcr.io").await;
    assert_eq!(reply.json()["secret"], secret, "{}", reply.text());
}

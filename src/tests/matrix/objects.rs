//! The things of a project that the functions and pages of the matrix are about.

use crate::app::{App, Browser, PASSWORD};
use regcred::crypto::token::parse_token;
use regcred::domain::permission::of;
use regcred::domain::review::{ReviewKind, ReviewQuery, Show};
use uuid::Uuid;

/// Things of one project, to be asked for by others.
pub struct Objects {
    pub credential: Uuid,
    pub pipeline: Uuid,
    pub grant: Uuid,
    /// The public half.
    pub token: String,
    pub rule: Uuid,
    /// An access review that is open, and the grant in it.
    pub review: Uuid,
    pub item: Uuid,
}

impl Objects {
    /// Makes them: a credential `hidden-credential`, a pipeline `hidden-pipeline` and a review
    /// `hidden-review`.
    pub async fn of(app: &App, by: &Browser, project: &str) -> Self {
        let credential =
            app.credential(by, project, "hidden-credential", "ghcr.io", "hunter2-hunter2").await;
        let (pipeline, token) =
            app.pipeline(by, project, "hidden-pipeline", &[credential], "pull").await;
        app.docker_config(&token, "", &[]).await;
        let text = pipeline.to_string();
        let form = rule(project, &text);
        let reply = by.post_json_accept("/rpc/trust-rules/create", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let reader = app.evidence(by, project).await.can::<of::PipelineRead>().unwrap();
        let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
        let (grant, rule) = (page.grants[0].id, page.rules[0].id);
        let token = parse_token(&token).unwrap().id;
        let review = app.review(by, project, "hidden-review").await;
        let query = ReviewQuery { show: Show::All, ..ReviewQuery::default() };
        let items = app.vault.review_page(&reader, review, query).await.unwrap().items;
        let item = items.iter().find(|one| one.kind == ReviewKind::Grant).unwrap().id;
        Self { credential, pipeline, grant, token, rule, review, item }
    }
}

/// What the form of a trust rule sends.
pub fn rule<'a>(project: &'a str, pipeline: &'a str) -> [(&'static str, &'a str); 9] {
    [
        ("project", project),
        ("pipeline", pipeline),
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "1"),
        ("form[claims][repository_owner_id]", "2"),
        ("form[claims][ref]", "refs/heads/main"),
        ("password", PASSWORD),
    ]
}

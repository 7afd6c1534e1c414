//! Every page, and what it takes to open it.

use super::{DELETE, DELETE_PIPELINES, GRANT, Objects, READ, READ_PIPELINES, Right, WRITE};

/// Every page of a project with what it takes; `{}` stands for the project's slug.
pub fn pages(at: &Objects) -> Vec<(String, Right)> {
    let (credential, pipeline, grant) = (at.credential, at.pipeline, at.grant);
    vec![
        ("/p/{}/credentials".to_owned(), READ),
        ("/p/{}/credentials/new".to_owned(), WRITE),
        (format!("/p/{{}}/credentials/{credential}"), READ),
        (format!("/p/{{}}/credentials/{credential}/edit"), WRITE),
        (format!("/p/{{}}/credentials/{credential}/delete"), DELETE),
        ("/p/{}/pipelines".to_owned(), READ_PIPELINES),
        ("/p/{}/pipelines/new".to_owned(), GRANT),
        (format!("/p/{{}}/pipelines/{pipeline}"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/delete"), DELETE_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/trust/new"), GRANT),
        (format!("/p/{{}}/pipelines/{pipeline}/trust/try"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/grants/{grant}/approve"), GRANT),
        ("/p/{}/match".to_owned(), READ_PIPELINES),
    ]
}

/// The pages outside the projects, and the ones that only lead on.
pub const OTHER_PAGES: [&str; 8] = [
    "/",
    "/setup",
    "/sign-in",
    "/admin/keys",
    "/admin/issuers",
    "/admin/issuers/{id}/remove",
    "/admin/jobs",
    "/p/{}",
];

//! Every page, and what it takes to open it.

use super::Objects;
use super::right::{
    DELETE, DELETE_PIPELINES, GRANT, READ, READ_AUDIT, READ_PIPELINES, Right, WRITE, WRITE_AUDIT,
    WRITE_PIPELINES,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Every page of a project with what it takes; `{}` stands for the project's slug.
pub fn pages(at: &Objects) -> Vec<(String, Right)> {
    let (credential, pipeline, grant) = (at.credential, at.pipeline, at.grant);
    let rule = at.rule;
    vec![
        ("/p/{}/credentials".to_owned(), READ),
        ("/p/{}/credentials/new".to_owned(), WRITE),
        (format!("/p/{{}}/credentials/{credential}"), READ),
        (format!("/p/{{}}/credentials/{credential}/deliveries"), READ),
        (format!("/p/{{}}/credentials/{credential}/versions"), READ),
        (format!("/p/{{}}/credentials/{credential}/versions/1/current"), WRITE),
        (format!("/p/{{}}/credentials/{credential}/versions/1/destroy"), DELETE),
        (format!("/p/{{}}/credentials/{credential}/readers"), READ),
        (format!("/p/{{}}/credentials/{credential}/checks"), READ),
        (format!("/p/{{}}/credentials/{credential}/activity"), READ),
        (format!("/p/{{}}/credentials/{credential}/connect"), READ),
        (format!("/p/{{}}/credentials/{credential}/compromised"), READ),
        (format!("/p/{{}}/credentials/{credential}/compromise"), WRITE),
        (format!("/p/{{}}/credentials/{credential}/grant"), GRANT),
        (format!("/p/{{}}/credentials/{credential}/edit"), WRITE),
        (format!("/p/{{}}/credentials/{credential}/secret"), WRITE),
        (format!("/p/{{}}/credentials/{credential}/delete"), DELETE),
        (format!("/p/{{}}/credentials/{credential}/disable"), WRITE),
        ("/p/{}/credentials/selected/disable".to_owned(), WRITE),
        ("/p/{}/pipelines".to_owned(), READ_PIPELINES),
        ("/p/{}/pipelines/new".to_owned(), GRANT),
        (format!("/p/{{}}/pipelines/{pipeline}"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/edit"), WRITE_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/delete"), DELETE_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/identity"), READ_PIPELINES),
        (
            format!("/p/{{}}/pipelines/{pipeline}/identity/tokens/{}/revoke", at.token),
            WRITE_PIPELINES,
        ),
        (format!("/p/{{}}/pipelines/{pipeline}/connect"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/definitions"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/deliveries"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/activity"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/trust/new"), GRANT),
        (format!("/p/{{}}/pipelines/{pipeline}/trust/try"), READ_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/trust/{rule}/edit"), GRANT),
        (format!("/p/{{}}/pipelines/{pipeline}/trust/{rule}/delete"), WRITE_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/grants/{grant}/edit"), GRANT),
        (format!("/p/{{}}/pipelines/{pipeline}/grants/{grant}/delete"), WRITE_PIPELINES),
        (format!("/p/{{}}/pipelines/{pipeline}/grants/{grant}/approve"), GRANT),
        ("/p/{}/approvals".to_owned(), GRANT),
        ("/p/{}/usage".to_owned(), READ),
        ("/p/{}/findings".to_owned(), READ),
        ("/p/{}/notifications".to_owned(), READ),
        ("/p/{}/audit".to_owned(), READ_AUDIT),
        ("/p/{}/audit/verify".to_owned(), READ_AUDIT),
        ("/p/{}/audit/shipping".to_owned(), WRITE_AUDIT),
        ("/p/{}/audit/1".to_owned(), READ_AUDIT),
        ("/p/{}/reviews".to_owned(), READ_PIPELINES),
        (format!("/p/{{}}/reviews/{}", at.review), READ_PIPELINES),
        (format!("/p/{{}}/reviews/{}/report", at.review), READ_AUDIT),
        ("/p/{}/match".to_owned(), READ_PIPELINES),
        ("/p/{}/find".to_owned(), READ),
    ]
}

/// The pages outside the projects, and the ones that only lead on.
pub const OTHER_PAGES: [&str; 18] = [
    "/",
    "/find",
    "/setup",
    "/sign-in",
    "/admin/keys",
    "/admin/issuers",
    "/admin/issuers/{id}/remove",
    "/admin/jobs",
    "/admin/audit",
    "/admin/audit/verify",
    "/admin/audit/shipping",
    "/admin/audit/{seq}",
    "/help",
    "/help/{topic}",
    "/help/registries/{kind}",
    "/help/clients/{client}",
    "/help/ci/{ci}",
    "/p/{}",
];

/// Every route of the router, with the address of a page of it: of the project `acme` and its things,
/// or of an issuer on the list.
pub fn routes(at: &Objects, issuer: Uuid) -> BTreeMap<String, String> {
    let whole = |path: &str| if path.is_empty() { "/".to_owned() } else { path.to_owned() };
    let routes = leptos_axum::generate_route_list(regcred::app::App);
    let address = |route: &str| {
        let id = if route.contains("/issuers/") {
            issuer
        } else if route.contains("/pipelines/") {
            at.pipeline
        } else if route.contains("/reviews/") {
            at.review
        } else {
            at.credential
        };
        let path = route.replace("{project}", "acme").replace("{id}", &id.to_string());
        let path = path.replace("{grant}", &at.grant.to_string()).replace("{token}", &at.token);
        let path = path.replace("{rule}", &at.rule.to_string()).replace("{version}", "1");
        let path = path.replace("{seq}", "1");
        let guides = [
            ("{topic}", "getting-started"),
            ("{kind}", "ghcr"),
            ("{client}", "docker"),
            ("{ci}", "github-actions"),
        ];
        let path = guides.into_iter().fold(path, |path, (part, word)| path.replace(part, word));
        assert!(!path.contains('{'), "nothing is known for a part of {route}");
        path
    };
    let routes = routes.iter().map(|route| route.path().trim_end_matches('/'));
    routes.map(|route| (whole(route), whole(&address(route)))).collect()
}

//! A walk through the pages, so that what they answer is among what was seen.

use super::{FILES, OTHERS};
use crate::process::client::Client;
use std::collections::HashMap;

/// Behind the address of a credential.
const OF_CREDENTIAL: [&str; 13] = [
    "",
    "/deliveries",
    "/versions",
    "/readers",
    "/activity",
    "/connect",
    "/edit",
    "/secret",
    "/grant",
    "/compromise",
    "/compromised",
    "/delete",
    "/disable",
];
/// Behind the address of a pipeline.
const OF_PIPELINE: [&str; 8] = [
    "",
    "/edit",
    "/identity",
    "/connect",
    "/definitions",
    "/deliveries",
    "/activity",
    "/trust/try",
];
/// Behind the address of the project.
const OF_PROJECT: [&str; 16] = [
    "/credentials",
    "/credentials/new",
    "/credentials/selected/disable",
    "/pipelines",
    "/pipelines/new",
    "/approvals",
    "/usage",
    "/usage?view=credential",
    "/findings",
    "/audit",
    "/audit/1",
    "/audit/verify",
    "/audit/shipping",
    "/reviews",
    "/match",
    "/find?q=registry-0",
];
/// Outside the projects.
const ELSEWHERE: [&str; 14] = [
    "/",
    "/setup",
    "/sign-in",
    "/livez",
    "/readyz",
    "/metrics",
    "/nowhere",
    "/api/v1/",
    "/admin/keys",
    "/admin/issuers",
    "/admin/jobs",
    "/admin/audit",
    "/admin/audit/verify",
    "/admin/audit/shipping",
];

/// The pages, with some of the credentials, and each export of the audit.
pub fn look_round(client: &mut Client, pipeline: &str, ids: &HashMap<String, String>) {
    let (mut next, mut pages) = (Some("/p/acme/credentials".to_owned()), 0);
    while let Some(path) = next {
        next = crate::listing::link(&client.get(&path).text(), "next");
        pages += 1;
    }
    assert!(pages >= ids.len().div_ceil(50));
    for id in ids.values().step_by(10) {
        for path in OF_CREDENTIAL {
            assert_eq!(
                client.get(&format!("/p/acme/credentials/{id}{path}")).status,
                200,
                "{path}"
            );
        }
    }
    for path in OF_PROJECT {
        assert_eq!(client.get(&format!("/p/acme{path}")).status, 200, "{path}");
    }
    let id = pipeline.rsplit('/').next().unwrap();
    let asked =
        format!("/p/acme/match?image=registry-0.example.com%2Facme&pipeline={id}&intent=pull");
    assert_eq!(client.get(&asked).status, 200);
    for path in OF_PIPELINE {
        client.get(&format!("{pipeline}{path}"));
    }
    for path in ELSEWHERE {
        client.get(path);
    }
    for path in FILES.iter().chain(&OTHERS) {
        assert_eq!(client.get(path).status, 401, "{path}");
    }
    for format in ["csv", "jsonl", "links"] {
        let form = [("project", "acme"), ("format", format)];
        assert_eq!(client.form("/rpc/audit/export", &form).status, 200, "{format}");
    }
}

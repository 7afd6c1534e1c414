//! Everything that can be called or opened, and what it takes: the rows of the matrix that
//! `projects` and `requests` go through. A server function or page without a row fails a test.

mod destinations;
mod objects;
mod pages;
mod reviews;
mod right;

pub use objects::{Objects, rule};
pub use pages::{OTHER_PAGES, pages, routes};
pub use right::{Right, takes_files, tomorrow};

use crate::app::{Browser, PASSWORD, Reply};
use regcred::domain::short_id;
use right::{DELETE, DELETE_PIPELINES, GRANT, READ, READ_PIPELINES, WRITE, WRITE_PIPELINES};

/// A job's token whose issuer no rule names, so nobody is asked for its keys.
pub const JOB_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLmNvbSIsImF1ZCI6InJlZ2NyZWQifQ.AAAA";

/// A server function with a call that would work for whoever has the right.
pub struct Function {
    pub path: &'static str,
    pub right: Right,
    /// Whether it asks for a thing by its id.
    pub is_about_one: bool,
    form: Vec<(&'static str, String)>,
}

impl Function {
    fn new(path: &'static str, right: Right, form: &[(&'static str, &str)]) -> Self {
        let form = form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { path, right, is_about_one: false, form }
    }

    fn about_one(self) -> Self {
        Self { is_about_one: true, ..self }
    }

    /// Calls it as a script does, so that an error is a status.
    pub async fn call(&self, browser: &Browser) -> Reply {
        let form: Vec<(&str, &str)> =
            self.form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if takes_files(self.path) {
            browser.post_multipart_json_accept(self.path, &form, None).await
        } else {
            browser.post_json_accept(self.path, &form).await
        }
    }
}

/// Every server function, called for `project` with these things.
pub fn functions(project: &str, at: &Objects) -> Vec<Function> {
    use Right::{Admin, None, SignedIn};
    let (credential, pipeline, grant) =
        (at.credential.to_string(), at.pipeline.to_string(), at.grant.to_string());
    let (credential, pipeline, grant) = (credential.as_str(), pipeline.as_str(), grant.as_str());
    let short = short_id::of(at.credential);
    let tomorrow = tomorrow();
    let of = ("project", project);
    let fields = [
        of,
        ("name", "made by the matrix"),
        ("registry_url", "ghcr.io"),
        ("method", "password"),
        ("username", "bot"),
        ("access", "pull"),
        ("password", "hunter3"),
    ];
    let edit: Vec<_> = fields.into_iter().chain([("id", credential), ("revision", "1")]).collect();
    let form = [
        of,
        ("form[name]", "made by the matrix"),
        ("form[description]", ""),
        ("form[token_days]", "30"),
        ("form[intent]", "pull"),
        ("form[credentials][]", credential),
        ("password", PASSWORD),
    ];
    let on_pipeline: Vec<_> =
        form.into_iter().chain([("pipeline", pipeline), ("token_days", "30")]).collect();
    let first = [
        ("link", "x"),
        ("project_name", "X"),
        ("name", "X"),
        ("email", "x@example.com"),
        ("password", PASSWORD),
    ];
    let id = at.rule.to_string();
    let changed: Vec<(&'static str, &str)> =
        rule(project, pipeline).into_iter().chain([("id", id.as_str())]).collect();
    let mut all = reviews::functions(project, at);
    all.extend(vec![
        Function::new("/rpc/registry/recognise", SignedIn, &[("input", "ghcr.io")]),
        Function::new(
            "/rpc/session/create",
            None,
            &[("email", "x@example.com"), ("password", "x")],
        ),
        Function::new("/rpc/session/delete", None, &[]),
        Function::new("/rpc/setup/create", None, &first),
        Function::new("/rpc/credentials/create", WRITE, &fields),
        Function::new("/rpc/credentials/update", WRITE, &edit).about_one(),
        Function::new("/rpc/credentials/questions", WRITE, &edit).about_one(),
        Function::new(
            "/rpc/credentials/replace-secret",
            WRITE,
            &[of, ("id", credential), ("revision", "1"), ("password", "hunter4")],
        )
        .about_one(),
        Function::new("/rpc/notifications/read", READ, &[of, ("until", "0")]),
        Function::new("/rpc/credentials/check", WRITE, &[of, ("id", credential)]).about_one(),
        Function::new("/rpc/credentials/disable", WRITE, &[of, ("id", credential)]).about_one(),
        Function::new("/rpc/credentials/enable", WRITE, &[of, ("id", credential)]).about_one(),
        Function::new(
            "/rpc/credentials/bulk",
            WRITE,
            &[of, ("is_disabled", "false"), ("ids[]", short.as_str())],
        )
        .about_one(),
        Function::new(
            "/rpc/credentials/delete",
            DELETE,
            &[of, ("id", credential), ("typed_name", "hidden-credential"), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new(
            "/rpc/credentials/move-and-delete",
            DELETE,
            &[of, ("id", credential), ("target", credential), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new("/rpc/credentials/compromise", WRITE, &[of, ("id", credential)]).about_one(),
        Function::new(
            "/rpc/credentials/token-service",
            GRANT,
            &[
                of,
                ("id", credential),
                ("origin", "https://auth.example.com"),
                ("password", PASSWORD),
            ],
        )
        .about_one(),
        Function::new("/rpc/versions/switch", WRITE, &[of, ("id", credential), ("version", "1")])
            .about_one(),
        Function::new(
            "/rpc/versions/destroy",
            DELETE,
            &[of, ("id", credential), ("version", "1"), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new("/rpc/keys/rotate", Admin, &[]),
        Function::new("/rpc/keys/backed-up", Admin, &[]),
        Function::new("/rpc/keys/retire", Admin, &[("version", "1"), ("password", PASSWORD)]),
        Function::new("/rpc/keys/destroy", Admin, &[("version", "1"), ("password", PASSWORD)]),
        Function::new(
            "/rpc/issuers/create",
            Admin,
            &[("url", "https://ci.example.com"), ("password", PASSWORD)],
        ),
        Function::new("/rpc/issuers/delete", Admin, &[("id", credential), ("password", PASSWORD)]),
        Function::new("/rpc/jobs/run", Admin, &[("id", credential)]),
        Function::new("/rpc/pipelines/create", GRANT, &form),
        Function::new(
            "/rpc/pipelines/update",
            WRITE_PIPELINES,
            &[of, ("id", pipeline), ("revision", "1"), ("form[name]", "renamed by the matrix")],
        )
        .about_one(),
        Function::new(
            "/rpc/pipelines/delete",
            DELETE_PIPELINES,
            &[of, ("id", pipeline), ("typed_name", "hidden-pipeline"), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new(
            "/rpc/definitions/create",
            WRITE_PIPELINES,
            &[of, ("pipeline", pipeline), ("name", "Dockerfile"), ("text", "FROM nginx\n")],
        )
        .about_one(),
        Function::new(
            "/rpc/definitions/delete",
            WRITE_PIPELINES,
            &[of, ("pipeline", pipeline), ("id", grant)],
        )
        .about_one(),
        Function::new(
            "/rpc/findings/accept",
            WRITE,
            &[of, ("id", grant), ("reason", "Meant so."), ("until", &tomorrow)],
        )
        .about_one(),
        Function::new("/rpc/findings/withdraw", WRITE, &[of, ("id", grant)]).about_one(),
        Function::new("/rpc/grants/create", GRANT, &on_pipeline).about_one(),
        Function::new(
            "/rpc/grants/update",
            GRANT,
            &[
                of,
                ("pipeline", pipeline),
                ("id", grant),
                ("form[intent]", "pull"),
                ("form[branches]", "main"),
                ("password", PASSWORD),
            ],
        )
        .about_one(),
        Function::new(
            "/rpc/grants/delete",
            WRITE_PIPELINES,
            &[of, ("pipeline", pipeline), ("id", grant)],
        )
        .about_one(),
        Function::new(
            "/rpc/grants/approve",
            GRANT,
            &[of, ("pipeline", pipeline), ("id", grant), ("days", "30"), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new(
            "/rpc/grants/reject",
            WRITE_PIPELINES,
            &[of, ("pipeline", pipeline), ("id", grant), ("reason", "Not now.")],
        )
        .about_one(),
        Function::new(
            "/rpc/grants/repoint",
            GRANT,
            &[of, ("id", credential), ("target", credential), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new("/rpc/tokens/create", GRANT, &on_pipeline).about_one(),
        Function::new(
            "/rpc/tokens/revoke",
            WRITE_PIPELINES,
            &[of, ("pipeline", pipeline), ("id", &at.token)],
        )
        .about_one(),
        Function::new("/rpc/trust-rules/create", GRANT, &rule(project, pipeline)).about_one(),
        Function::new("/rpc/trust-rules/update", GRANT, &changed).about_one(),
        Function::new(
            "/rpc/trust-rules/delete",
            WRITE_PIPELINES,
            &[of, ("pipeline", pipeline), ("id", &at.rule.to_string())],
        )
        .about_one(),
        Function::new(
            "/rpc/trust-rules/confirm",
            GRANT,
            &[of, ("pipeline", pipeline), ("id", &at.rule.to_string()), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new(
            "/rpc/trust-rules/renew-secret",
            GRANT,
            &[of, ("pipeline", pipeline), ("password", PASSWORD)],
        )
        .about_one(),
        Function::new(
            "/rpc/guard-changes/approve",
            GRANT,
            &[
                of,
                ("credential", credential),
                ("id", pipeline),
                ("revision", "1"),
                ("password", PASSWORD),
            ],
        )
        .about_one(),
        Function::new(
            "/rpc/guard-changes/delete",
            WRITE,
            &[of, ("credential", credential), ("id", pipeline)],
        )
        .about_one(),
        Function::new(
            "/rpc/guard-changes/reject",
            WRITE,
            &[of, ("credential", credential), ("id", pipeline), ("reason", "Not now.")],
        )
        .about_one(),
        Function::new("/rpc/first-steps/hide", WRITE, &[of]),
        Function::new(
            "/rpc/trust-rules/try",
            READ_PIPELINES,
            &[of, ("pipeline", pipeline), ("token", JOB_TOKEN)],
        )
        .about_one(),
    ]);
    all.extend(destinations::functions(project, grant));
    all
}

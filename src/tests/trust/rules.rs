//! What a rule has to ask for before it is one (security T16), what a pasted token is told, and how
//! an identity token is turned away.

use crate::app::{App, Browser, OWNER, PASSWORD, Reply};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regcred::domain::user::Role;
use uuid::Uuid;

/// What is right for GitHub.
const GITHUB: [(&str, &str); 6] = [
    ("form[provider]", "github"),
    ("form[issuer]", "https://token.actions.githubusercontent.com"),
    ("form[audience]", "https://regcred.example.com"),
    ("form[claims][repository_id]", "1296269"),
    ("form[claims][repository_owner_id]", "583231"),
    ("form[claims][ref]", "refs/heads/main"),
];

/// The fields for GitHub, with others for some of them.
pub fn with<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = GITHUB.to_vec();
    fields.retain(|(field, _)| !other.iter().any(|(name, _)| name == field));
    fields.extend_from_slice(other);
    fields
}

async fn count(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM trust_rule").await
}

#[tokio::test]
async fn a_rule_that_anybody_could_meet_is_refused_at_the_field() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let long = "a".repeat(600);
    for (other, field) in [
        // Only an audience: any repository of the provider would do.
        (
            vec![
                ("form[claims][repository_id]", ""),
                ("form[claims][repository_owner_id]", ""),
                ("form[claims][ref]", ""),
            ],
            "claims.repository_id",
        ),
        (vec![("form[claims][repository_id]", "")], "claims.repository_id"),
        (vec![("form[claims][repository_owner_id]", "")], "claims.repository_owner_id"),
        // A name can be taken over by somebody else.
        (vec![("form[claims][repository_id]", "acme/api")], "claims.repository_id"),
        (vec![("form[claims][repository_owner_id]", "acme")], "claims.repository_owner_id"),
        (vec![("form[claims][repository_id]", "12*")], "claims.repository_id"),
        // Nothing narrows it.
        (vec![("form[claims][ref]", "")], "claims.ref"),
        (vec![("form[claims][ref]", "*")], "claims.ref"),
        (vec![("form[claims][ref]", "**")], "claims.ref"),
        (vec![("form[claims][ref]", long.as_str())], "claims.ref"),
        (vec![("form[audience]", "")], "audience"),
        (vec![("form[audience]", "sts.amazonaws.com")], "audience"),
        (vec![("form[audience]", "https://gitlab.com")], "audience"),
        (vec![("form[audience]", "https://github.com/zebra")], "audience"),
        (vec![("form[audience]", "https://oauth2.googleapis.com")], "audience"),
        (vec![("form[audience]", "api://AzureADTokenExchangeUSGov")], "audience"),
        (vec![("form[audience]", "https://kubernetes.default.svc.cluster.local")], "audience"),
        (vec![("form[audience]", "https://token.actions.githubusercontent.com")], "audience"),
        (vec![("form[issuer]", "")], "issuer"),
        (vec![("form[issuer]", "http://issuer.example.com")], "issuer"),
        (vec![("form[issuer]", "https://acme@issuer.example.com")], "issuer"),
        (vec![("form[issuer]", "https://issuer.example.com?a=b")], "issuer"),
        (vec![("form[issuer]", "issuer.example.com")], "issuer"),
        (vec![("form[more_claims]", "environment")], "more_claims"),
        (vec![("form[more_claims]", "aud=acme")], "more_claims"),
        (vec![("form[more_claims]", "exp=1")], "more_claims"),
        (vec![("form[provider]", "zebra")], "provider"),
        (vec![("form[provider]", "")], "provider"),
        (vec![("form[provider]", "woodpecker")], "public_key"),
        (vec![("form[provider]", "drone")], "claims.repo.id"),
        (vec![("password", "wrong password")], "password"),
    ] {
        let reply = app.ask_rule(&app.owner, pipeline, &with(&other)).await;
        assert_eq!(reply.status, 422, "{other:?}: {}", reply.text());
        assert!(reply.at(field).is_some(), "{other:?}: {}", reply.text());
        assert!(!reply.text().contains("acme"), "{other:?}: {}", reply.text());
    }
    // Everything that is wrong is said at once.
    let wrong = [("password", "wrong password"), ("form[claims][ref]", "")];
    let reply = app.ask_rule(&app.owner, pipeline, &with(&wrong)).await;
    assert!(reply.at("password").is_some() && reply.at("claims.ref").is_some(), "{}", reply.text());
    // In a session in which nobody has typed it yet.
    let fresh = app.sign_in(OWNER).await;
    let reply = app.ask_rule(&fresh, pipeline, &with(&[("password", "")])).await;
    assert!(reply.status == 422 && reply.at("password").is_some(), "{}", reply.text());
    let viewer = app.member(Role::Viewer, "acme").await;
    assert_eq!(app.ask_rule(&viewer, pipeline, &with(&[])).await.status, 403);
    assert_eq!(app.ask_rule(&app.nobody(), pipeline, &with(&[])).await.status, 401);
    assert_eq!(count(&app).await, 0);
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let reply = app.ask_rule(&maintainer, pipeline, &with(&[])).await;
    assert_eq!((reply.status.as_u16(), count(&app).await), (200, 1), "{}", reply.text());
}

#[tokio::test]
async fn an_audience_is_an_address_of_the_server_or_a_word_and_an_older_rule_is_doubted() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let site = "http://regcred.example.com";
    let mut there = Browser::at(&app.server_at(site).await, site);
    there.cookie.clone_from(&app.owner.cookie);
    for (audience, status) in [
        ("https://vault.example.com", 422),
        ("vault.example.com", 422),
        ("https://regcred.example.com", 200),
        ("regcred", 200),
    ] {
        let reply = app.ask_rule(&there, pipeline, &with(&[("form[audience]", audience)])).await;
        assert_eq!(reply.status, status, "{audience}: {}", reply.text());
        let is_refused = status == 422;
        assert!(!is_refused || reply.at("audience").is_some(), "{audience}: {}", reply.text());
    }
    let identity = format!("/p/acme/pipelines/{pipeline}/identity");
    let doubt = "This audience belongs to another service.";
    assert!(!there.get(&identity).await.text().contains(doubt));
    let older = "UPDATE trust_rule SET audience = 'https://vault.example.com'";
    assert_eq!(app.raw(older).await, 2);
    assert!(there.get(&identity).await.text().contains(doubt));
}

#[tokio::test]
async fn a_refused_rule_comes_back_as_it_was_typed_and_without_the_password() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let id = pipeline.to_string();
    let mut form = with(&[("form[claims][ref]", "")]);
    form.extend([("project", "acme"), ("pipeline", id.as_str()), ("password", PASSWORD)]);
    let reply = app.owner.post_form("/rpc/trust-rules/create", &form).await;
    let location = reply.location();
    assert!(location.contains("/trust/new?provider=github&back="), "{location}");
    assert!(!location.contains("1296269"));
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("1296269") && page.contains("https://regcred.example.com"));
    assert!(!page.contains(PASSWORD));
    // What is in the way of the form is folded.
    let notes = page.split("More about its tokens").nth(1).unwrap();
    assert!(notes.split("</details>").next().unwrap().contains("merge_group"), "{page}");
}

#[tokio::test]
async fn a_new_rule_leads_on_to_the_lines_that_use_it() {
    let app = App::new().await;
    let ghcr = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[ghcr], "pull").await;
    let id = pipeline.to_string();
    let mut form = with(&[]);
    form.extend([("project", "acme"), ("pipeline", id.as_str()), ("password", PASSWORD)]);
    let reply = app.owner.post_form("/rpc/trust-rules/create", &form).await;
    let page = app.owner.follow(reply).await.text();
    let said = page.split("alert-notice").nth(1).unwrap().split("</main>").next().unwrap();
    assert!(
        said.contains(&format!("/p/acme/pipelines/{id}/connect\">See how to use it")),
        "{said}"
    );
}

/// A token of these claims that nobody has signed.
fn token(claims: &str) -> String {
    let part = |text: &[u8]| URL_SAFE_NO_PAD.encode(text);
    let header = br#"{"alg":"RS256","kid":"a","typ":"JWT"}"#;
    format!("{}.{}.{}", part(header), part(claims.as_bytes()), part(&[7; 256]))
}

async fn tried(by: &Browser, pipeline: Uuid, token: &str) -> Reply {
    let id = pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", id.as_str()), ("token", token)];
    by.post_form("/rpc/trust-rules/try", &form).await
}

#[tokio::test]
async fn a_tried_token_is_explained_claim_by_claim_once_and_not_kept() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    assert_eq!(app.ask_rule(&app.owner, pipeline, &with(&[])).await.status, 200);
    let pasted = token(
        r#"{"iss":"https://token.actions.githubusercontent.com","aud":"https://regcred.example.com","repository_id":"9876543210123","repository_owner_id":"583231","ref":"refs/heads/main","iat":1,"exp":2}"#,
    );
    let reply = tried(&app.owner, pipeline, &pasted).await;
    let location = reply.location();
    assert!(location.contains("/trust/try?trial=") && !location.contains(&pasted), "{location}");
    let page = app.owner.get(&location).await.text();
    for part in ["repository_id", "1296269", "9876543210123", "refs/heads/main"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains(&pasted));
    let again = app.owner.get(&location).await.text();
    assert!(!again.contains("9876543210123") && again.contains("was already shown"));
    for (junk, said) in [
        ("", "Paste the token of a job."),
        ("hunter2", "This is not the identity token of a job."),
        ("a.b.c", "This is not the identity token of a job."),
        (&pasted[..40], "This is not the identity token of a job."),
        ("rgc_abc_def", "This is a pipeline token of Regcred"),
    ] {
        let back = tried(&app.owner, pipeline, junk).await;
        assert!(back.location().contains("back="), "{junk}: {}", back.location());
        let page = app.owner.follow(back).await.text();
        assert!(page.contains(said) && !page.contains("Nothing was saved"), "{junk}: {page}");
    }
    // As it stands in a header, in a file, and in a log that broke its line.
    let (start, end) = pasted.split_at(60);
    for around in [format!("Bearer {pasted}"), format!("\"{pasted}\""), format!("{start}\n{end}\n")]
    {
        let location = tried(&app.owner, pipeline, &around).await.location();
        assert!(location.contains("trial="), "{location}");
    }
    assert_eq!(app.count_receipts().await, 0);
    let used = "SELECT COUNT(*) FROM used_assertion";
    assert_eq!(app.scalar_i64(used).await, 0, "trying uses nothing up");
}

async fn exchange(app: &App, body: &str) -> Reply {
    app.nobody().tell("", "/api/v1/token", body).await
}

#[tokio::test]
async fn an_identity_token_that_is_none_is_refused_without_a_word_about_the_pipeline() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let pasted = token(r#"{"iss":"https://issuer.example.com","aud":"x","iat":1,"exp":2}"#);
    let body = |pipeline: Uuid, token: &str| {
        serde_json::json!({ "pipeline": pipeline, "token": token }).to_string()
    };
    let mut said = Vec::new();
    for id in [pipeline, Uuid::now_v7()] {
        let reply = exchange(&app, &body(id, "hunter2")).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "forbidden"));
        said.push(reply.text());
        assert!(!reply.text().contains("hunter2"));
    }
    assert_eq!(said[0], said[1], "whether there is such a pipeline is told to nobody");
    // A well-formed one cannot be looked into without reaching its issuer, which this vault cannot.
    let reply = exchange(&app, &body(Uuid::now_v7(), &pasted)).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    for text in [
        "",
        "{}",
        "[]",
        "{\"pipeline\":\"x\",\"token\":\"a.b.c\"}",
        "{\"token\":\"a.b.c\"}",
        body(pipeline, "a").replace('}', ",\"project\":\"acme\"}").as_str(),
        body(pipeline, &"a".repeat(40_000)).as_str(),
    ] {
        let reply = exchange(&app, text).await;
        assert!(matches!(reply.status.as_u16(), 400 | 413), "{}", reply.status);
    }
    assert_eq!(app.nobody().fetch("", "/api/v1/token", &[]).await.status, 405);
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn guessing_at_identity_tokens_ends_after_a_while() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    // What is no token at all costs nothing, and is not counted.
    const ISSUED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.AA";
    let body = format!("{{\"pipeline\":\"{pipeline}\",\"token\":\"{ISSUED}\"}}");
    let mut refused = 0;
    let last = loop {
        let reply = exchange(&app, &body).await;
        if reply.status != 403 {
            break reply;
        }
        refused += 1;
        assert!(refused <= 300, "nobody stops it");
    };
    assert_eq!((last.status.as_u16(), &*last.code()), (429, "too_many_attempts"));
    assert!(refused >= 10, "but who made a mistake is not locked out at once: {refused}");
}

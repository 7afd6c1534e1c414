//! Where the audit is sent, and whose tokens are accepted: what a person knows of it ends with their right to
//! it, or is listed with the page to decide on it.

use super::{losses, operate};
use crate::app::{App, Browser, PASSWORD, token_in};
use regcred::domain::permission::of;
use regcred::domain::shipping::DestinationForm;
use regcred::domain::user::Role;
use regcred::vault::ChainKeeper;
use serde_json::Value;
use uuid::Uuid;

const DOOR: &str = "/api/v1/audit";
const ENDED: &str = "The token no longer works";
const KNOWN: &str = "The user who was last shown the secret or token of this destination";

/// Another owner of the project `acme`, and their address.
async fn keeper(app: &App) -> (Browser, String) {
    let keeper = app.new_member("keeper", Role::Owner).await;
    let email = format!("keeper-{}@example.com", keeper.person.unwrap().simple());
    (keeper, email)
}

/// Adds a destination of that name; gives the page that shows its secret or token.
async fn added(by: &Browser, project: &str, name: &str, address: &str) -> String {
    let form = [
        ("project", project),
        ("form[name]", name),
        ("form[transport]", if address.is_empty() { "pull" } else { "webhook" }),
        ("form[format]", "json"),
        ("form[address]", address),
        ("form[from]", "now"),
        ("password", PASSWORD),
    ];
    let reply = by.post_form("/rpc/destinations/create", &form).await;
    assert!(reply.location().contains("once="), "{} {}", reply.status, reply.text());
    by.follow(reply).await.text()
}

async fn pulled(by: &Browser, project: &str, name: &str) -> String {
    token_in(&added(by, project, name, "").await).unwrap()
}

async fn id_of(app: &App, name: &str) -> Uuid {
    app.database.scalar::<Uuid>(&format!("SELECT id FROM destination WHERE name = '{name}'")).await
}

/// Renews the secret of a destination of `acme`; gives the page that shows it.
async fn renewed(by: &Browser, id: Uuid) -> String {
    let id = id.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    let reply = by.post_form("/rpc/destinations/renew", &form).await;
    by.follow(reply).await.text()
}

/// What the command says that it left or ended.
async fn left(app: &App, args: &[&str]) -> Vec<Value> {
    let said = operate(app, &[args, &["--json"]].concat()).await;
    assert_eq!(said.code, Some(0), "{args:?} {}{}", said.out, said.err);
    said.json()["left"].as_array().unwrap().clone()
}

async fn opens(at: &Browser, token: &str) -> bool {
    let status = at.fetch(token, DOOR, &[]).await.status.as_u16();
    assert!([200, 401].contains(&status), "{status}");
    status == 200
}

#[tokio::test]
async fn a_token_opens_no_log_once_who_was_shown_it_may_not_keep_it_at_any_server() {
    for number in 0..4 {
        let app = App::new().await;
        let (keeper, email) = keeper(&app).await;
        let token = pulled(&keeper, "acme", "siem").await;
        let other = pulled(&app.owner, "acme", "other").await;
        let (first, second) = (app.nobody(), app.another_server().await);
        for server in [&first, &second] {
            assert!(opens(server, &token).await && opens(server, &other).await);
        }
        let mut all = losses(&email).to_vec();
        all.push(vec!["project", "member", "add", "acme", email.as_str(), "maintainer", "--yes"]);
        let found = left(&app, &all[number]).await;
        let id = id_of(&app, "siem").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0]["what"], &found[0]["ended"], &found[0]["project"]),
            (&"destination siem".into(), &true.into(), &"acme".into())
        );
        let page = format!("/p/acme/audit/shipping?destination={id}");
        assert_eq!(found[0]["page"], page.as_str());
        for server in [&second, &first] {
            assert!(!opens(server, &token).await, "{:?}", all[number]);
            assert!(opens(server, &other).await, "what others were shown goes on");
        }
        let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'destination.token_ended'";
        assert_eq!(app.scalar_i64(events).await, 1);
        app.assert_chain_holds().await;

        assert!(app.owner.get(&page).await.text().contains(ENDED));
        let token = token_in(&renewed(&app.owner, id).await).unwrap();
        assert!(opens(&first, &token).await && opens(&second, &token).await);
        assert!(!app.owner.get(&page).await.text().contains(ENDED));
    }
}

#[tokio::test]
async fn a_token_that_is_kept_is_listed_and_ends_when_the_operator_says_so() {
    let app = App::new().await;
    let (keeper, email) = keeper(&app).await;
    let token = pulled(&keeper, "acme", "siem").await;
    let mut loss = losses(&email)[0].clone();
    assert_eq!(loss.pop(), Some("--yes"));
    let sentence = operate(&app, &loss).await.refused(1);
    assert!(sentence.contains("This would end 1 item."), "{sentence}");
    let kept = operate(&app, &[&loss[..], &["--keep"]].concat()).await;
    assert!(kept.err.contains("stays; renew its token"), "{}", kept.err);
    assert!(opens(&app.nobody(), &token).await);
    let page = format!("/p/acme/audit/shipping?destination={}", id_of(&app, "siem").await);
    assert!(app.owner.get(&page).await.text().contains(KNOWN));
    assert_eq!(left(&app, &losses(&email)[2]).await[0]["ended"], true);
    assert!(!opens(&app.nobody(), &token).await);
}

#[tokio::test]
async fn what_would_not_work_without_others_is_listed_until_its_secret_is_renewed() {
    let app = App::reaching(&["127.0.0.0/8"]).await;
    let (keeper, email) = keeper(&app).await;
    added(&keeper, "acme", "hook", "http://127.0.0.1:9/in").await;
    pulled(&keeper, "acme", "siem").await;
    let token = token_in(&renewed(&app.owner, id_of(&app, "siem").await).await).unwrap();
    let hook = id_of(&app, "hook").await;
    let page = format!("/p/acme/audit/shipping?destination={hook}");
    assert!(!app.owner.get(&page).await.text().contains(KNOWN));
    // Nothing ends, so nobody has to be asked.
    let loss = ["project", "member", "remove", "acme", email.as_str()];
    let said = operate(&app, &loss).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    for part in
        ["destination hook", "stays; renew its signing secret", "destination siem", page.as_str()]
    {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    assert!(opens(&app.nobody(), &token).await, "somebody else was shown that one");
    assert!(app.owner.get(&page).await.text().contains(KNOWN));
    renewed(&app.owner, hook).await;
    assert!(!app.owner.get(&page).await.text().contains(KNOWN));
}

#[tokio::test]
async fn what_somebody_made_as_an_instance_admin_ends_or_is_listed_with_that_right() {
    let app = App::new().await;
    let email = app.new_person("admin").await.email;
    let admin = ["user", "admin", email.as_str()];
    operate(&app, &[&admin[..], &["--yes"]].concat()).await.done();
    let browser = app.sign_in(&email).await;
    let token = pulled(&browser, "", "siem").await;
    let other = pulled(&app.owner, "acme", "other").await;
    let form = [("url", "https://gitlab.example.com"), ("password", PASSWORD)];
    let reply = browser.post_json_accept("/rpc/issuers/create", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let issuer = app.database.scalar::<Uuid>("SELECT id FROM issuer").await;
    for (more, ended) in [(&["--no", "--keep"][..], false), (&["--no"][..], true)] {
        let found = left(&app, &[&admin[..], more].concat()).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            (&found[0]["what"], &found[0]["ended"]),
            (&"destination siem".into(), &ended.into())
        );
        assert_eq!(found[1]["page"], format!("/admin/issuers/{issuer}/remove"));
        assert!(found.iter().all(|one| one["project"].is_null()), "{found:?}");
        assert_eq!(found[1]["ended"], false);
        assert_eq!(opens(&app.nobody(), &token).await, !ended, "{more:?}");
    }
    assert!(opens(&app.nobody(), &other).await);
    // Of who may not sign in either, the same is listed.
    assert_eq!(left(&app, &["user", "disable", email.as_str()]).await.len(), 2);
}

#[tokio::test]
async fn a_destination_of_which_only_a_name_is_known_is_listed_for_who_has_it() {
    let app = App::new().await;
    let (keeper, email) = keeper(&app).await;
    let token = pulled(&keeper, "acme", "siem").await;
    let page = format!("/p/acme/audit/shipping?destination={}", id_of(&app, "siem").await);
    let before = "UPDATE destination SET made_by_id = NULL, shown_to = NULL";
    assert_eq!(app.raw(before).await, 1);
    assert!(app.owner.get(&page).await.text().contains(KNOWN));
    let found = left(&app, &losses(&email)[0]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["by_name_only"], &found[0]["ended"]), (&true.into(), &false.into()));
    assert!(opens(&app.nobody(), &token).await, "nobody knows whether they were shown it");
}

#[tokio::test]
async fn a_right_that_ends_after_the_form_was_sent_adds_no_destination() {
    let app = App::new().await;
    let (keeper, _) = keeper(&app).await;
    let member = app.evidence(&keeper, "acme").await;
    let evidence = ChainKeeper::of_project(&member.can::<of::AuditWrite>().unwrap());
    let person = app.database.id(keeper.person.unwrap());
    let leaves = format!("DELETE FROM membership WHERE person_id = {person}");
    assert_eq!(app.raw(&leaves).await, 1);
    let form = DestinationForm {
        name: "siem".to_owned(),
        transport: "pull".to_owned(),
        format: "json".to_owned(),
        from: "now".to_owned(),
        ..DestinationForm::default()
    };
    let made = app.vault.create_destination(&evidence, &form).await;
    assert_eq!(made.map(drop), Err(regcred::Error::NotFound));
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM destination").await, 0);
}

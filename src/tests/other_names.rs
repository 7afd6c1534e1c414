//! Other names of the server: pipelines may use them, and they lead to no page.

use crate::app::{App, Browser, OWNER, PASSWORD};
use crate::process::server::{Folder, Refusal, command, refused};
use crate::signing::{drone, drone_body, drone_with};
use crate::trust::drone_rule;
use regcred::store::Store;
use regcred::vault::{Settings, Vault, unlock};

const SITE: &str = "https://regcred.example.com";
const NAME: &str = "http://regcred.svc:3000";

/// What uses the server by its other name.
async fn by_the_other_name(app: &App) -> Browser {
    let store = Store::connect(&app.address).await.unwrap();
    let keys = unlock(&store, app.key_source()).await.unwrap();
    let pipeline_hosts = vec!["regcred.svc:3000".to_owned()];
    let settings = Settings { address: SITE.to_owned(), pipeline_hosts, ..Settings::default() };
    Browser::at(&regcred::server::router(&Vault::new(store, keys, settings), &[]), NAME)
}

#[tokio::test]
async fn a_pipeline_is_served_by_another_name_and_nobody_signs_in_there() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let mut there = by_the_other_name(&app).await;
    let reply = there.docker_config(&token, "", &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    for probe in ["/livez", "/readyz"] {
        assert_eq!(there.get(probe).await.status, 200, "{probe}");
    }
    there.cookie.clone_from(&app.owner.cookie);
    for path in ["/", "/sign-in", "/p/acme/credentials", "/nowhere", "/api/v1/"] {
        let reply = there.get(path).await;
        assert_eq!(reply.status, 421, "{path}");
        assert_eq!(
            reply.text(),
            "This is not the address of this Regcred server. Use the address in REGCRED_URL. A proxy must pass the Host header on.\n"
        );
    }
    let form = [("email", OWNER), ("password", PASSWORD)];
    assert_eq!(there.post_form("/rpc/session/create", &form).await.status, 421);
    there.site = "http://elsewhere.svc:3000".to_owned();
    assert_eq!(there.docker_config(&token, "", &[]).await.status, 421);
    // Without the setting it is the name of nobody.
    let mut undeclared = app.nobody();
    undeclared.site = NAME.to_owned();
    let reply = undeclared.docker_config(&token, "", &[]).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (421, "misdirected"));
    assert!(reply.text().contains("Set REGCRED_URL to the address people use."));
}

#[tokio::test]
async fn what_is_signed_for_one_name_is_not_taken_at_another() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let there = by_the_other_name(&app).await;
    let body = drone_body(7);
    let signed = |host: &str| drone_with(&secret, &body, vec![("host", host.to_owned())]);
    let path = "/api/v1/drone/acme";
    for (case, lines, status) in [
        ("signed for this name", signed("regcred.svc:3000"), 200),
        ("signed for no name, as Drone does", drone(&secret, &body), 200),
        ("signed for the name of nobody", signed("elsewhere.svc:3000"), 421),
    ] {
        let reply = there.signed(path, &lines, &body).await;
        assert_eq!(reply.status, status, "{case}: {}", reply.text());
    }
    let mut moved = signed("regcred.example.com");
    for (name, value) in &mut moved {
        if *name == "host" {
            "regcred.svc:3000".clone_into(value);
        }
    }
    let reply = there.signed(path, &moved, &body).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
}

#[test]
fn what_is_no_name_is_refused_before_anything_is_created() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    let mut command = command(&data);
    command.env("REGCRED_HOSTS", "regcred.svc:3000, http://zebra.svc:3000");
    let Refusal { code, text, was_open, .. } = refused(command);
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("REGCRED_HOSTS must be") && !text.contains("zebra"), "{text}");
    assert!(!was_open && !data.exists());
}

//! Every verb, its exit code and what it prints, byte for byte.

use super::{ODD, Ran, Scene, program, run};
use regcred::domain::delivery::{Claims, Door, Outcome, Report};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use tokio::process::Command;

const USAGE: &str = "Usage: docker-credential-regcred <store|get|erase|list|version>\n";
const NO_SERVER: &str = "no credentials server URL\n";
const NO_USER: &str = "no credentials username\n";
const HUB: &str = "https://index.docker.io/v1/";

#[tokio::test]
async fn what_needs_no_server_is_answered_in_the_words_of_the_protocol() {
    let Some(program) = program() else { return };
    let version = format!("docker-credential-regcred (regcred) {}\n", env!("CARGO_PKG_VERSION"));
    let offered = r#"{"ServerURL":"ghcr.io","Username":"u","Secret":"hunter2"}"#;
    let cases: [(&[&str], &str, Ran); 11] = [
        (&[], "", Ran::failed(USAGE)),
        (&["get", "ghcr.io"], "", Ran::failed(USAGE)),
        (&["version"], "", Ran::well(version)),
        (&["fetch"], "", Ran::failed("docker-credential-regcred: unknown action: fetch\n")),
        (&["get"], "", Ran::failed(NO_SERVER)),
        (&["get"], " \r\n", Ran::failed(NO_SERVER)),
        (&["erase"], "", Ran::failed(NO_SERVER)),
        (&["store"], r#"{"Username":"u","Secret":"hunter2"}"#, Ran::failed(NO_SERVER)),
        (&["store"], r#"{"ServerURL":"ghcr.io","Secret":"hunter2"}"#, Ran::failed(NO_USER)),
        (
            &["store"],
            offered,
            Ran::failed(
                "regcred: Nothing was stored, since credentials are kept in Regcred: add or change this one there, or set REGCRED_IGNORE_STORE=true to ignore this silently.\n",
            ),
        ),
        (
            &["erase"],
            "ghcr.io",
            Ran::failed(
                "regcred: Nothing was erased, since credentials are kept in Regcred: remove or disable this one there, or set REGCRED_IGNORE_STORE=true to ignore this silently.\n",
            ),
        ),
    ];
    for (arguments, input, expected) in cases {
        let mut command = Command::new(&program);
        command.args(arguments);
        assert_eq!(run(command, &[], input.as_bytes()).await, expected, "{arguments:?} {input}");
    }
    for (verb, input) in [("store", offered), ("erase", "ghcr.io")] {
        let mut command = Command::new(&program);
        command.arg(verb);
        let ran = run(command, &[("REGCRED_IGNORE_STORE", "true")], input.as_bytes()).await;
        assert_eq!(ran, Ran::well(""), "{verb}");
    }
    let mut command = Command::new(&program);
    command.arg("get");
    let unset = run(command, &[], b"ghcr.io").await;
    unset.assert_refused(&["regcred: REGCRED_URL "]);
}

#[tokio::test]
async fn get_prints_one_line_as_go_writes_it() {
    let Some(scene) = Scene::new().await else { return };
    // Go's encoder escapes these three for the sake of HTML.
    let odd = serde_json::to_string(ODD).unwrap();
    let odd = odd.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    for (asked, said, secret) in [
        (HUB, HUB, odd.as_str()),
        (" https://index.docker.io/v1/\n", HUB, odd.as_str()),
        ("docker.io", "docker.io", odd.as_str()),
        ("registry.example.com:5000", "registry.example.com:5000", "\"own-secret\""),
        (
            "https://registry.example.com:5000",
            "https://registry.example.com:5000",
            "\"own-secret\"",
        ),
        ("ghcr.io", "ghcr.io", "\"reader-secret\""),
    ] {
        let expected =
            format!("{{\"ServerURL\":\"{said}\",\"Username\":\"acme-bot\",\"Secret\":{secret}}}\n");
        assert_eq!(scene.run("get", asked).await, Ran::well(expected), "{asked}");
    }
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    assert_eq!(receipts.len(), 6);
    let is_right = |door: Door, outcome| (door, outcome) == (Door::Credential, Outcome::Delivered);
    assert!(receipts.iter().all(|receipt| is_right(receipt.door, receipt.outcome)));
    assert!(receipts.iter().all(|receipt| receipt.address.as_deref() == Some("127.0.0.1")));
}

#[tokio::test]
async fn list_has_each_server_once_with_its_user() {
    let Some(scene) = Scene::new().await else { return };
    let expected = "{\"ghcr.io\":\"acme-bot\",\"https://index.docker.io/v1/\":\"acme-bot\",\"registry.example.com:5000\":\"acme-bot\"}\n";
    let ran = scene.run("list", "unused").await;
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), expected), "{ran:?}");
    // Of which of two nobody can say who signs in, people are told.
    assert!(ran.err.starts_with("regcred: ") && ran.err.contains("quay.io"), "{ran:?}");
    assert!(!ran.err.contains("ghcr.io") && !ran.err.contains("hunter2"), "{ran:?}");
    let (_, idle) = scene.app.bare_pipeline("idle").await;
    let ran = scene.with("list", "", &[("REGCRED_TOKEN", idle.as_str())]).await;
    assert_eq!(ran, Ran::well("{}\n"));
}

#[tokio::test]
async fn a_token_file_that_others_can_read_is_not_used() {
    let Some(scene) = Scene::new().await else { return };
    let path = scene.file("token");
    fs::write(&path, format!("{}\n", scene.token)).unwrap();
    let name = path.to_str().unwrap();
    let from = [("REGCRED_TOKEN", ""), ("REGCRED_TOKEN_FILE", name)];
    for (mode, works) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let ran = scene.with("get", "ghcr.io", &from).await;
        assert_eq!(ran.code, Some(i32::from(!works)), "{mode:o} {ran:?}");
        assert!(works || ran.err.contains("chmod 600"), "{ran:?}");
        let said = ran.out + &ran.err;
        assert!(!said.contains(&scene.token) && !said.contains(name), "{said}");
    }
}

#[tokio::test]
async fn the_receipt_has_what_the_ci_says_of_its_run() {
    let Some(scene) = Scene::new().await else { return };
    let job = [
        ("GITHUB_RUN_ID", "77"),
        ("GITHUB_SHA", "0a1b2c"),
        ("GITHUB_REF_NAME", "main"),
        ("GITHUB_ACTOR", "olga"),
        ("GITHUB_EVENT_NAME", "push"),
    ];
    assert_eq!(scene.with("get", "ghcr.io", &job).await.code, Some(0));
    let receipt = scene.app.receipts_of(scene.pipeline).await.remove(0);
    let text = |text: &str| Some(text.to_owned());
    let claims = Claims {
        run: text("77"),
        commit: text("0a1b2c"),
        branch: text("main"),
        actor: text("olga"),
        event: text("push"),
    };
    assert_eq!(receipt.claims, claims);
}

#[tokio::test]
async fn a_name_with_a_space_or_in_another_script_is_on_the_receipt() {
    let Some(scene) = Scene::new().await else { return };
    for name in ["Jane Doe", "J\u{fc}rgen", "dependabot[bot] \u{1f916}"] {
        for variable in ["BUILD_REQUESTEDFOR", "BUILDKITE_BUILD_CREATOR", "GITHUB_ACTOR"] {
            assert_eq!(scene.with("get", "ghcr.io", &[(variable, name)]).await.code, Some(0));
            let receipt = scene.app.receipts_of(scene.pipeline).await.remove(0);
            assert_eq!(receipt.claims.actor.as_deref(), Some(name), "{variable}");
        }
    }
}

#[tokio::test]
async fn how_it_went_is_told_afterwards_and_forgotten() {
    let Some(scene) = Scene::new().await else { return };
    let path = scene.file("state");
    let state = [("REGCRED_STATE", path.to_str().unwrap())];
    for server in ["ghcr.io", HUB] {
        assert_eq!(scene.with("get", server, &state).await.code, Some(0));
    }
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    let noted = fs::read_to_string(&path).unwrap();
    assert_eq!(noted, format!("{}\n{}\n", receipts[1].id, receipts[0].id));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(scene.with("report-failed", "", &state).await, Ran::well(""));
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    assert!(receipts.iter().all(|receipt| receipt.report == Some(Report::Failed)));
    let ran = scene.run("report-worked", "").await;
    assert!(ran.code == Some(1) && ran.out.contains("REGCRED_STATE"), "{ran:?}");
}

#[tokio::test]
async fn the_kubelet_is_answered_on_stdout_and_told_of_errors_on_stderr() {
    let Some(scene) = Scene::new().await else { return };
    let request = |image: &str| {
        json!({
            "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
            "kind": "CredentialProviderRequest",
            "image": image,
        })
        .to_string()
    };
    let answered = |auth: Value, kept: &str| {
        json!({
            "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
            "kind": "CredentialProviderResponse",
            "cacheKeyType": "Image",
            "cacheDuration": kept,
            "auth": auth,
        })
    };
    let login = json!({"username": "acme-bot", "password": "reader-secret"});
    let found = json!({"ghcr.io/acme/api": login, "ghcr.io:443/acme/api": login});
    for (image, auth, kept) in
        [("ghcr.io/acme/api:1", found, "10m0s"), ("public.example.com/tool", Value::Null, "0s")]
    {
        let ran = scene.run("kubelet", &request(image)).await;
        assert!(ran.code == Some(0) && ran.err.is_empty(), "{ran:?}");
        let said: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(said, answered(auth, kept), "{image}");
    }
    let ran = scene.run("kubelet", &request("quay.io/acme/api")).await;
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains("twin-one") && !ran.err.contains("hunter2"), "{ran:?}");
    let ran =
        scene.with("kubelet", &request("ghcr.io/a"), &[("REGCRED_KUBELET_CACHE", "Pod")]).await;
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.starts_with("regcred: REGCRED_KUBELET_CACHE "), "{ran:?}");
}

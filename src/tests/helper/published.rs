//! A client that is not ours: the credential store code of Docker's library for Python, which
//! `REGCRED_DOCKER_SDK` names a Python with.

use super::{ODD, Scene, run};
use crate::database::setting;
use crate::skipped::skip;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use tokio::process::Command;

const SCRIPT: &str = r"
import json, os
from docker.auth import AuthConfig
from docker.credentials import CredentialsNotFound, Store, StoreError

settings = json.loads(os.environ['SETTINGS'])
store = Store('regcred', environment=settings)

def ask(call, *arguments):
    try:
        found = call(*arguments)
        return found.decode() if isinstance(found, bytes) else found
    except CredentialsNotFound:
        return 'not found'
    except StoreError as error:
        return str(error)

def resolve(registry):
    helpers = {registry: 'regcred'}
    return AuthConfig({'credHelpers': helpers}, credstore_env=settings).resolve_authconfig(registry)

print(json.dumps({
    'hub': ask(store.get, 'https://index.docker.io/v1/'),
    'own': ask(store.get, 'registry.example.com:5000'),
    'absent': ask(store.get, 'public.example.com'),
    'tie': ask(store.get, 'quay.io'),
    'list': ask(store.list),
    'store': ask(store.store, 'ghcr.io', 'acme-bot', 'hunter2'),
    'erase': ask(store.erase, 'ghcr.io'),
    'login': resolve('ghcr.io'),
    'anonymous': resolve('public.example.com'),
}))
";

#[tokio::test]
async fn dockers_own_library_gets_lists_and_is_refused_as_it_expects() {
    let Some(python) = setting("REGCRED_DOCKER_SDK") else {
        skip("there is no Python with Docker's library (REGCRED_DOCKER_SDK)");
        return;
    };
    let Some(scene) = Scene::new().await else { return };
    // Under the name that the library looks for, whatever the file is called.
    let folder = scene.file("programs");
    std::fs::create_dir(&folder).unwrap();
    symlink(&scene.program, folder.join("docker-credential-regcred")).unwrap();
    let settings = json!({"REGCRED_URL": scene.url(), "REGCRED_TOKEN": scene.token}).to_string();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut command = Command::new(python);
    command.arg("-");
    let variables = [("PATH", path.as_str()), ("SETTINGS", settings.as_str())];
    let ran = run(command, &variables, SCRIPT.as_bytes()).await;
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // The library lets people see why.
    assert!(ran.err.contains("twin-one") && !ran.err.contains("hunter2"), "{}", ran.err);
    let said: Value = serde_json::from_str(&ran.out).unwrap();

    let found = |server: &str, secret: &str| json!({"ServerURL": server, "Username": "acme-bot", "Secret": secret});
    assert_eq!(said["hub"], found("https://index.docker.io/v1/", ODD));
    assert_eq!(said["own"], found("registry.example.com:5000", "own-secret"));
    assert_eq!(said["absent"], "not found");
    assert_eq!(said["tie"], "not found");
    let expected = json!({
        "ghcr.io": "acme-bot",
        "https://index.docker.io/v1/": "acme-bot",
        "registry.example.com:5000": "acme-bot",
    });
    assert_eq!(said["list"], expected);
    for (call, part) in [("store", "Nothing was stored"), ("erase", "Nothing was erased")] {
        let text = said[call].as_str().unwrap();
        assert!(text.contains("exited with") && text.contains(part), "{call}: {text}");
        assert!(!text.contains("hunter2"), "{call}");
    }
    assert_eq!(said["login"]["Username"], "acme-bot");
    assert_eq!(said["login"]["Password"], "reader-secret");
    assert_eq!(said["anonymous"], Value::Null);
}

//! The folders that buildx reads, which come as a tar.

use super::{Scene, auth};
use crate::app::Reply;
use regcred::domain::delivery::{Door, Outcome};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;

/// The files of the archive by name, after a look at the modes of everything in it.
fn files(reply: &Reply) -> BTreeMap<String, Value> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(reply.body.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mode = entry.header().mode().unwrap();
        if entry.header().entry_type().is_dir() {
            assert_eq!(mode, 0o700, "{name}");
            continue;
        }
        assert_eq!(mode, 0o600, "{name}");
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        assert!(files.insert(name, serde_json::from_str(&text).unwrap()).is_none());
    }
    files
}

/// Which credential each folder has, as `key: auth`.
fn held(reply: &Reply) -> BTreeMap<String, (String, String)> {
    let held = files(reply).into_iter().map(|(name, file)| {
        assert_eq!(file.as_object().unwrap().len(), 1, "{name}");
        let auths = file["auths"].as_object().unwrap();
        assert_eq!(auths.len(), 1, "{name}");
        let (key, entry) = auths.iter().next().unwrap();
        let folder = name.strip_suffix("/config.json").unwrap_or_else(|| panic!("{name}"));
        (folder.to_owned(), (key.clone(), entry["auth"].as_str().unwrap().to_owned()))
    });
    held.collect()
}

/// What [`held`] is to give, each spelling of a host in its own folder.
fn expected(entries: &[(&str, &str, &str)]) -> BTreeMap<String, (String, String)> {
    let other = |text: &str| text.replace("ghcr.io", "ghcr.io:443");
    let entries = entries.iter().flat_map(|(folder, key, name)| {
        let own = ((*folder).to_owned(), ((*key).to_owned(), auth(name)));
        let also = (other(folder), (other(key), auth(name)));
        [own, also]
    });
    entries.collect()
}

const HUB: &str = "https://index.docker.io/v1/";
const OWN: &str = "registry.example.com:5000";

#[tokio::test]
async fn each_registry_has_its_folder_or_each_repository_that_is_named() {
    let scene = Scene::new().await;
    let reply = scene.app.fetch(&scene.token, "/api/v1/buildx").await;
    assert_eq!(reply.header("content-type"), "application/x-tar");
    assert_eq!(reply.header("cache-control"), "no-store");
    let hosts = [
        ("config/registry-1.docker.io@pull", HUB, "hub"),
        ("config/ghcr.io@pull", "ghcr.io", "whole"),
        ("config/registry.example.com:5000@pull", OWN, "own"),
    ];
    assert_eq!(held(&reply), expected(&hosts));
    assert_eq!(reply.deliveries().len(), 3);

    let path = "/api/v1/buildx?repository=ghcr.io%2Facme%2Fapi&repository=ghcr.io%2Facme%2Fweb";
    let reply = scene.app.fetch(&scene.token, path).await;
    let named = [
        ("config/ghcr.io/acme/api@pull", "ghcr.io", "api"),
        ("config/ghcr.io/acme/web@pull", "ghcr.io", "whole"),
    ];
    assert_eq!(held(&reply), expected(&named));
    let receipts = scene.app.receipts_of(scene.pipeline).await;
    let on_record = |id| {
        receipts.iter().any(|receipt| {
            receipt.id == id
                && receipt.outcome == Outcome::Delivered
                && receipt.door == Door::Buildx
        })
    };
    let told = reply.deliveries();
    assert!(told.len() == 2 && told.into_iter().all(on_record));

    let path = "/api/v1/buildx?repository=quay.io%2Facme%2Fapi";
    let reply = scene.app.fetch(&scene.token, path).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"));
}

#[tokio::test]
async fn what_is_for_pushing_has_folders_that_say_so() {
    let scene = Scene::new().await;
    let all = [scene.hub, scene.whole];
    let (_, token) =
        scene.app.pipeline(&scene.app.owner, "acme", "release", &all, "pull_push").await;
    let reply = scene.app.fetch(&token, "/api/v1/buildx?intent=push").await;
    let hosts = [
        ("config/registry-1.docker.io@pull,push", HUB, "hub"),
        ("config/ghcr.io@pull,push", "ghcr.io", "whole"),
    ];
    assert_eq!(held(&reply), expected(&hosts));
    // Pull grants give nothing for it, and the answer says of each that it is left out.
    let reply = scene.app.fetch(&scene.token, "/api/v1/buildx?intent=push").await;
    assert!(held(&reply).is_empty());
    assert_eq!(reply.lines("regcred-left-out").len(), 4);
}

//! The program in a container that has nothing in it: no library, no shell, no certificates.

use super::{NOT_FOUND, ODD, Ran, Scene, run};
use crate::process::server::Folder;
use crate::skipped::skip;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// What changes the root, for who may.
fn chroot() -> Option<PathBuf> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let places = ["/usr/sbin/chroot", "/usr/bin/chroot", "/sbin/chroot"];
    let found = places.into_iter().map(PathBuf::from).find(|path| path.exists());
    let found = found.filter(|_| is_root);
    if found.is_none() {
        skip("only root can change the root");
    }
    found
}

/// Runs a verb in the folder; `None` when not even root may change the root here.
async fn inside(
    chroot: &Path,
    folder: &Folder,
    verb: &str,
    input: &str,
    variables: &[(&str, &str)],
) -> Option<Ran> {
    let mut command = Command::new(chroot);
    command.arg(&folder.0).arg("/docker-credential-regcred").arg(verb);
    let ran = run(command, variables, input.as_bytes()).await;
    if ran.code == Some(125) && ran.err.contains("root directory") {
        skip("root may not change the root here");
        return None;
    }
    Some(ran)
}

#[tokio::test]
async fn it_works_where_there_is_nothing_but_itself() {
    let Some(chroot) = chroot() else { return };
    let Some(scene) = Scene::new().await else { return };
    let folder = Folder::new();
    fs::copy(&scene.program, folder.0.join("docker-credential-regcred")).unwrap();
    let url = scene.url();
    let settings = [("REGCRED_URL", url.as_str()), ("REGCRED_TOKEN", scene.token.as_str())];
    let ran = inside(&chroot, &folder, "get", "docker.io", &settings).await;
    let Some(ran) = ran else { return };
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["Secret"], ODD);
    let absent = inside(&chroot, &folder, "get", "public.example.com", &settings).await;
    assert_eq!(absent, Some(Ran::failed(NOT_FOUND)));
    let list = inside(&chroot, &folder, "list", "", &settings).await.unwrap();
    assert_eq!(list.code, Some(0), "{list:?}");
    // What was there is all that is there.
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[tokio::test]
async fn it_finds_a_server_by_its_name_with_the_two_files_that_every_container_has() {
    let Some(chroot) = chroot() else { return };
    let Some(scene) = Scene::called(Some("regcred.example.com")).await else { return };
    let folder = Folder::new();
    fs::copy(&scene.program, folder.0.join("docker-credential-regcred")).unwrap();
    fs::create_dir(folder.0.join("etc")).unwrap();
    fs::write(folder.0.join("etc/hosts"), "127.0.0.1 regcred.example.com\n").unwrap();
    fs::write(folder.0.join("etc/resolv.conf"), "nameserver 127.0.0.1\n").unwrap();
    let url = format!("http://regcred.example.com:{}", scene.address.port());
    let settings = [
        ("REGCRED_URL", url.as_str()),
        ("REGCRED_INSECURE_HTTP", "true"),
        ("REGCRED_TOKEN", scene.token.as_str()),
    ];
    let ran = inside(&chroot, &folder, "get", "ghcr.io", &settings).await;
    let Some(ran) = ran else { return };
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.contains("reader-secret"), "{ran:?}");
    // A name that is nobody's is said to be that, and stops no client.
    let nobody = [
        ("REGCRED_URL", "http://nobody.example.com:1"),
        ("REGCRED_INSECURE_HTTP", "true"),
        ("REGCRED_TOKEN", scene.token.as_str()),
        ("REGCRED_TIMEOUT", "1"),
    ];
    let ran = inside(&chroot, &folder, "get", "ghcr.io", &nobody).await.unwrap();
    ran.assert_refused(&["regcred: Regcred "]);
}

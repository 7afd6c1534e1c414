//! The database file is moved, removed or replaced under a running server.

use super::has_files;
use super::scene::Scene;
use std::fs;
use std::path::Path;

/// What happens to the file, and what brings it back, if anything does.
type Accident = (&'static str, fn(&Path), Option<fn(&Path)>);

fn aside(path: &Path) -> std::path::PathBuf {
    path.with_extension("aside")
}

const ACCIDENTS: [Accident; 4] = [
    (
        "moved",
        |path| fs::rename(path, aside(path)).unwrap(),
        Some(|path| fs::rename(aside(path), path).unwrap()),
    ),
    (
        "replaced by a copy",
        |path| {
            fs::rename(path, aside(path)).unwrap();
            fs::copy(aside(path), path).unwrap();
        },
        Some(|path| fs::rename(aside(path), path).unwrap()),
    ),
    (
        "moved with its folder",
        |path| {
            fs::rename(path.parent().unwrap(), path.parent().unwrap().with_extension("aside"))
                .unwrap()
        },
        Some(|path| {
            fs::rename(path.parent().unwrap().with_extension("aside"), path.parent().unwrap())
                .unwrap()
        }),
    ),
    ("removed", |path| fs::remove_file(path).unwrap(), None),
];

#[tokio::test]
async fn a_database_that_is_not_where_it_was_is_noticed_and_said() {
    if !has_files() {
        return;
    }
    for (accident, happens, back) in ACCIDENTS {
        let mut scene = Scene::new().await;
        let file = scene.instance.database.folder.join("regcred.db");
        assert_eq!((scene.ready(), scene.deliver()), (200, 200), "{accident}");
        happens(&file);
        for _ in 0..3 {
            assert_eq!((scene.ready(), scene.deliver()), (503, 503), "{accident}");
            assert!(!scene.create("lost"), "{accident}");
        }
        let Some(back) = back else {
            assert!(!file.exists(), "{accident}: another database was made in its place");
            let log = fs::read_to_string(&scene.instance.log).unwrap();
            assert_eq!(log.matches("was moved, removed or replaced. Nothing").count(), 1, "{log}");
            continue;
        };
        back(&file);
        scene.is_well(0);
        let log = fs::read_to_string(&scene.instance.log).unwrap();
        assert_eq!(log.matches("was moved, removed or replaced. Nothing").count(), 1, "{log}");
        assert!(log.contains("is back"), "{accident}: {log}");
        scene.check_after_restart().await;
    }
}

#[tokio::test]
async fn a_log_that_is_not_where_it_was_is_noticed_before_anything_is_answered() {
    if !has_files() {
        return;
    }
    for name in ["regcred.db-wal", "regcred.db-shm"] {
        for is_copied in [false, true] {
            let mut scene = Scene::new().await;
            let file = scene.instance.database.folder.join(name);
            assert_eq!((scene.ready(), scene.deliver()), (200, 200), "{name}");
            fs::rename(&file, aside(&file)).unwrap();
            if is_copied {
                fs::copy(aside(&file), &file).unwrap();
            }
            for _ in 0..3 {
                assert_eq!((scene.deliver(), scene.ready()), (503, 503), "{name}");
                assert!(!scene.create("lost"), "{name}");
            }
            let log = fs::read_to_string(&scene.instance.log).unwrap();
            assert_eq!(log.matches("was moved, removed or replaced. Nothing").count(), 1, "{log}");
            fs::rename(aside(&file), &file).unwrap();
            scene.is_well(0);
            scene.check_after_restart().await;
        }
    }
}

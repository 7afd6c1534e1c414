//! A disk that fails under the real server (design 5): over all faults no secret is answered without
//! a receipt, nothing that was acknowledged is lost, `/readyz` tells the truth, and with a disk that
//! works again all goes on without a restart.

mod disk;
mod moved;
mod postgres;
mod scene;

use crate::app::soak;
use crate::process::server::Server;
use crate::skipped::is_on_sqlite;
use disk::{ALWAYS, ANY, EFBIG, EIO, ENOSPC, FLUSH, WRITE};
use scene::Scene;

/// The errors of a disk that is full, that has a limit, and that is broken.
const ERRORS: [u64; 3] = [ENOSPC, EFBIG, EIO];

/// Whether the files are ours. On `PostgreSQL` they are not: see `postgres`.
fn has_files() -> bool {
    is_on_sqlite("the files of PostgreSQL are those of another server")
}

#[tokio::test]
async fn each_call_of_a_run_fails_in_turn_and_nothing_is_answered_that_is_not_kept() {
    if !has_files() {
        return;
    }
    let mut scene = Scene::new().await;
    let wanted = soak(200, 2_000) as u64;
    let mut round = 0;
    while scene.disk.failed() < wanted {
        round += 1;
        // Which call fails goes up by one each time all errors and kinds were had.
        let (error, kinds) = (ERRORS[round % 3], [WRITE, FLUSH, ANY][round / 3 % 3]);
        let from = (round / 9 % 40) as u64 + 1;
        // One, or two that are some time apart: the second found a driver that had lost count.
        scene.disk.fail(kinds, error, from, 1 + (round % 2) as u64);
        scene.work(round);
        scene.disk.mend();
        scene.is_well(round);
    }
    scene.check_after_restart().await;
}

#[tokio::test]
async fn a_disk_that_stays_full_is_told_each_time_and_needs_no_restart_afterwards() {
    if !has_files() {
        return;
    }
    let mut scene = Scene::new().await;
    for round in 0..soak(12, 200) {
        scene.disk.fail([WRITE, ANY][round % 2], ERRORS[round % 3], 1 + (round % 4) as u64, ALWAYS);
        scene.until_it_is_told();
        for _ in 0..4 {
            assert_eq!((scene.ready(), scene.deliver()), (503, 503), "round {round}");
            assert!(!scene.create(&format!("full-{round}")), "round {round}");
        }
        scene.disk.mend();
        scene.is_well(round);
    }
    scene.check_after_restart().await;
}

#[tokio::test]
async fn probes_alone_find_a_full_disk_every_time() {
    if !has_files() {
        return;
    }
    let scene = Scene::new().await;
    scene.disk.fail(WRITE, ENOSPC, 1, ALWAYS);
    for probe in 0..soak(6, 60) {
        assert_eq!(scene.fresh_ready(), 503, "probe {probe}");
    }
    scene.disk.mend();
    assert_eq!(scene.fresh_ready(), 200);
    scene.check_after_restart().await;
}

#[tokio::test]
async fn two_servers_on_one_file_keep_what_each_of_them_has_said() {
    if !has_files() {
        return;
    }
    let mut scene = Scene::new().await;
    let other = scene.another_server();
    for round in 0..soak(30, 300) {
        scene.disk.fail(ANY, ERRORS[round % 3], (round % 20) as u64 + 1, 1);
        scene.deliver_at(other.port);
        scene.deliver();
        scene.create(&format!("one-of-two-{round}"));
        scene.disk.mend();
        scene.is_well(round);
        assert_eq!(scene.deliver_at(other.port), 200, "round {round}");
    }
    drop(other);
    scene.check_after_restart().await;
}

#[tokio::test]
async fn on_a_full_disk_it_ends_well_when_it_is_asked_to() {
    if !has_files() {
        return;
    }
    let mut scene = Scene::new().await;
    assert_eq!(scene.deliver(), 200);
    scene.disk.fail(ANY, ENOSPC, 1, ALWAYS);
    scene.until_it_is_told();
    // The log stays as it is; the next start reads it.
    assert!(scene.server.stop().success());
    scene.disk.mend();
    scene.server = Server::start(scene.instance.command(), &scene.instance.log);
    scene.check_after_restart().await;
}

#[tokio::test]
async fn what_lasts_is_logged_once_however_many_meet_it() {
    if !has_files() {
        return;
    }
    let mut scene = Scene::new().await;
    scene.disk.fail(WRITE, ENOSPC, 1, ALWAYS);
    scene.until_it_is_told();
    for _ in 0..100 {
        assert_eq!((scene.deliver(), scene.ready()), (503, 503));
    }
    scene.disk.mend();
    scene.is_well(0);
    let log = std::fs::read_to_string(&scene.instance.log).unwrap();
    let errors = log.lines().filter(|line| line.contains(" ERROR ")).count();
    assert!((1..10).contains(&errors), "{errors} lines: {log}");
    assert!(log.contains("ready again"), "{log}");
}

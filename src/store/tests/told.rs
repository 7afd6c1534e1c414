//! What the log is told of audit events: what is durable, once, and nothing else.

use super::{PIPELINE, PROJECT, Scene};
use crate::domain::audit::Refusal;
use crate::store::{EventRow, Unrecorded};
use std::io;
use std::sync::{Arc, Mutex};
use tracing::Subscriber;
use tracing::subscriber::set_default;

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self, is_json: bool) -> Box<dyn Subscriber + Send + Sync> {
        let writer = self.clone();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        if is_json { Box::new(lines.json().finish()) } else { Box::new(lines.finish()) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines about audit events.
    fn events(&self) -> Vec<String> {
        let text = self.text();
        text.lines().filter(|line| line.contains("regcred::audit")).map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn event(name: &str) -> EventRow {
    EventRow {
        at: 1,
        action: Refusal::SignIn.action(),
        actor_id: None,
        actor: "Olga".to_owned(),
        subject_id: PIPELINE,
        subject: name.to_owned(),
        detail: name.to_owned(),
    }
}

fn mac(_: &[u8]) -> [u8; 32] {
    [7; 32]
}

#[tokio::test]
async fn an_event_that_was_undone_is_not_told_and_the_second_try_is_told_once() {
    let scene = Scene::new().await;
    let log = Log::default();
    let _guard = set_default(log.subscriber(false));
    let write = scene.store.write().await.unwrap();
    write.chain().append(&mac, PROJECT, event("ci")).await.unwrap();
    drop(write);
    assert!(log.events().is_empty(), "{}", log.text());

    let write = scene.store.write().await.unwrap();
    let recorded = write.chain().append(&mac, PROJECT, event("ci")).await.unwrap();
    assert!(log.events().is_empty(), "it is not durable yet: {}", log.text());
    write.commit(recorded).await.unwrap();
    let write = scene.store.write().await.unwrap();
    write.chain().append(&mac, PROJECT, event("ci")).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let told = log.events();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("seq=1") && told[1].contains("seq=2"), "{told:?}");
}

#[tokio::test]
async fn of_a_commit_that_was_not_confirmed_the_log_says_that_nobody_knows() {
    let scene = Scene::new().await;
    let log = Log::default();
    let _guard = set_default(log.subscriber(false));
    let write = scene.store.write().await.unwrap();
    let recorded = write.chain().append(&mac, PROJECT, event("ci")).await.unwrap();
    // The files are gone when it is to be written.
    std::fs::remove_dir_all(&scene.folder).unwrap();
    write.commit(recorded).await.unwrap_err();
    let told = log.events();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("did not confirm") && told[0].contains("seq=1"), "{told:?}");
}

#[tokio::test]
async fn no_name_begins_a_line_of_the_log_or_steers_a_terminal() {
    for is_json in [false, true] {
        let scene = Scene::new().await;
        let log = Log::default();
        let _guard = set_default(log.subscriber(is_json));
        let write = scene.store.write().await.unwrap();
        let event = event("Olga\nERROR forged\r\u{1b}[2J");
        let recorded = write.chain().append(&mac, PROJECT, event).await.unwrap();
        write.commit(recorded).await.unwrap();
        let text = log.text();
        assert_eq!(text.lines().count(), log.events().len(), "{text}");
        assert_eq!(log.events().len(), 1, "{text}");
        assert!(text.contains("forged") && !text.contains(['\r', '\u{1b}']), "{text}");
    }
}

//! Which files a file may name.

use super::*;
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder of a test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("regcred-scan-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("repo/.git")).unwrap();
        fs::create_dir_all(folder.join("repo/ci")).unwrap();
        Self(folder)
    }

    fn file(&self, path: &str, text: &str) {
        fs::write(self.0.join(path), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_opens_others_of_its_repository_only() {
    let folder = Folder::new();
    folder.file("repo/ci/a.yml", "a: 1\n");
    folder.file("repo/b.yml", "\u{feff}b: 2\n");
    folder.file("secret.yml", "c: 3\n");
    std::os::unix::fs::symlink(folder.0.join("secret.yml"), folder.0.join("repo/link.yml"))
        .unwrap();
    let tree = Tree::around(&folder.0.join("repo/ci"));
    let path = tree.path_of(&folder.0.join("repo/ci/a.yml")).unwrap();
    assert_eq!(path, "ci/a.yml");
    let source = Source::new("../repo/ci/a.yml", &path, String::new(), &tree);
    let other = source.beside("../b.yml").unwrap();
    assert_eq!((other.name.as_str(), other.text.as_str()), ("../repo/b.yml", "b: 2\n"));
    assert_eq!(source.from_root("/b.yml").unwrap().path(), "b.yml");
    for path in ["../../secret.yml", "link.yml", "missing.yml", "../ci"] {
        assert!(source.beside(path).is_err() && source.from_root(path).is_err(), "{path}");
    }
}

#[test]
fn pasted_text_opens_nothing() {
    let tree = Tree::none();
    let source = Source::new("a.yml", "a.yml", String::new(), &tree);
    assert!(source.beside("a.yml").is_err());
}

#[test]
fn posted_files_open_one_another_and_nothing_else() {
    let tree = Tree::posted([("ci/a.yml", "a: 1\n"), ("b.yml", "b: 2\n"), ("x/c.yml", "c: 3\n")]);
    let source = Source::new("b.yml", "b.yml", "b: 2\n".to_owned(), &tree);
    let path = |path: &str| source.beside(path).map(|other| other.path().to_owned());
    assert_eq!(path("ci/../ci/a.yml").as_deref(), Ok("ci/a.yml"));
    assert_eq!(path("elsewhere/c.yml").as_deref(), Ok("x/c.yml"), "only one has the name");
    assert_eq!(source.matching("*/*.yml"), ["ci/a.yml", "x/c.yml"]);
    for missing in ["elsewhere/b.yml", "d.yml", "../ci/a.yml", "/etc/hostname"] {
        assert!(path(missing).is_err(), "{missing}");
    }
    assert!(tree.has_opened("ci/a.yml") && !tree.has_opened("b.yml"));
    let twice = Tree::posted([("a/c.yml", ""), ("b/c.yml", "")]);
    let source = Source::new("d.yml", "d.yml", String::new(), &twice);
    assert!(source.beside("c.yml").is_err(), "it could be either");
}

#[test]
fn posted_files_do_not_name_one_another_without_end() {
    let long = "#".repeat(1024 * 1024);
    let tree = Tree::posted([("a.yml", long.as_str())]);
    let source = Source::new("b.yml", "b.yml", String::new(), &tree);
    let opened = (0..20).filter(|_| source.beside("a.yml").is_ok()).count();
    assert_eq!(opened, 16);
}

#[test]
fn a_template_is_marked_as_one() {
    let tree = Tree::none();
    let text = "image: {{ .Values.image }}/x\n".to_owned();
    let mut source = Source::new("a.yml", "a.yml", text, &tree);
    let mut found = Findings::new(|_| "the values of the chart");
    assert_eq!(source.documents(Options::default(), &mut found).len(), 1);
    assert_eq!(source.at(1).seen_in, SeenIn::Template);
    assert!(found.into_report().unread.is_empty());
}

//! What a report may say.

use super::*;
use regcred_scan::found::FileRead;

fn report(text: &str) -> Report {
    regcred_scan::scan_text("Dockerfile", text)
}

#[test]
fn what_the_scan_finds_is_kept_without_the_text_of_a_line() {
    let text =
        "ARG TAG\nFROM ghcr.io/acme/api:$TAG\nCOPY --from=nginx:1.27 /a /b\nRUN echo zebra\n";
    let files = files(report(text)).unwrap();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!((file.path.as_str(), file.system.as_str()), ("Dockerfile", "Dockerfile"));
    let lines: Vec<(i64, String)> =
        file.statements.iter().map(|one| (one.line, one.named.to_text())).collect();
    assert!(lines.contains(&(2, "ghcr.io/acme/api:…".to_owned())), "{lines:?}");
    assert!(lines.contains(&(3, "docker.io/library/nginx:1.27".to_owned())), "{lines:?}");
    assert!(!serde_json::to_string(file).unwrap().contains("zebra"));
}

#[test]
fn what_a_scan_looked_at_is_in_the_repository() {
    let covered = |path: &str| {
        let covers = vec![path.to_owned()];
        covered(&Report { covers, ..report("FROM nginx\n") })
    };
    for path in [".", "ci", "ci/Dockerfile"] {
        assert_eq!(covered(path).unwrap(), [path]);
    }
    for path in ["", "/builds/zebra", "../zebra", "zebra/", "./zebra"] {
        let error = covered(path).unwrap_err();
        assert!(error.status() == 400 && !error.to_string().contains("zebra"), "{path}: {error}");
    }
    assert!(super::covered(&report("FROM nginx\n")).unwrap().is_empty());
}

#[test]
fn what_no_scan_says_is_refused_and_not_repeated() {
    let changes: [fn(&mut Report); 15] = [
        |report| report.version = 2,
        |report| report.files[0].sha256 = "ZEBRA".repeat(13),
        |report| report.files[0].file = String::new(),
        |report| report.files[0].file = "zebra\u{1b}[2J".to_owned(),
        |report| report.files[0].file = "zebra\u{202e}".to_owned(),
        |report| report.files[0].file = "zebra/../ci.yml".to_owned(),
        |report| report.files[0].file = "/zebra/ci.yml".to_owned(),
        |report| report.files[0].file = "./zebra".to_owned(),
        |report| report.files[0].file = "https://bot:zebra@example.com".to_owned(),
        |report| {
            let twice = FileRead { sha256: "0".repeat(64), ..report.files[0].clone() };
            report.files.push(twice);
        },
        |report| report.found[0].place.file = "zebra/".repeat(100),
        |report| report.found[0].place.line = usize::MAX,
        |report| report.found[0].what = What::Registry("zebra@ghcr.io".to_owned()),
        |report| report.found[0].what = What::Registry("https://ghcr.io".to_owned()),
        |report| {
            report.found[0].what = What::Unresolved {
                variables: Vec::new(),
                host: None,
                repository: Some("zebra".to_owned()),
            };
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut report = report("FROM nginx\n");
        change(&mut report);
        let error = files(report).unwrap_err();
        assert_eq!(error.status(), 400, "{number}");
        assert!(!error.to_string().to_lowercase().contains("zebra"), "{number}: {error}");
    }
    let image = |host: &str, repository: &str| {
        let (host, repository) = (host.to_owned(), repository.to_owned());
        What::Image(Reference { host, repository, tag: None, digest: None })
    };
    for what in [image("GHCR.io", "a"), image("ghcr.io", "a b"), image("docker.io", "nginx")] {
        let mut report = report("FROM nginx\n");
        report.found[0].what = what;
        assert_eq!(files(report).unwrap_err().status(), 400);
    }
}

#[test]
fn names_that_decide_nothing_are_written_out_and_cut() {
    let mut report = report("FROM nginx\n");
    report.found[0].place.job = Some("a\u{7}b".to_owned());
    report.found[0].notes = vec!["x".repeat(10_000); 100];
    let kept = files(report).unwrap().remove(0).statements.remove(0);
    assert_eq!(kept.job.as_deref(), Some("a\\u{7}b"));
    assert!(kept.notes.len() == NOTES_MAX && kept.notes[0].chars().count() <= 256);
}

#[test]
fn a_password_of_an_address_is_kept_nowhere() {
    let secret = || "pull https://bot:zebra@ghcr.io/acme".to_owned();
    let mut report = report("ARG TAG\nFROM nginx:$TAG\nENV PASSWORD=x\n");
    let found = &mut report.found[0];
    (found.place.path, found.place.job, found.notes) = (secret(), Some(secret()), vec![secret()]);
    found.what = What::Invalid { reason: secret() };
    let variables = vec![regcred_scan::found::Variable { name: secret(), from: secret() }];
    let open = What::Unresolved { variables, host: None, repository: None };
    let mut other = report.found[0].clone();
    other.what = open;
    report.found.push(other);
    report.passwords.push(Password { place: report.found[0].place.clone(), field: secret() });
    let file = report.files[0].file.clone();
    report.unread.push(Unread { file, line: None, reason: secret() });
    let kept = serde_json::to_string(&files(report).unwrap()).unwrap();
    assert!(!kept.contains("zebra") && kept.contains("https://…@ghcr.io/acme"), "{kept}");
}

#[test]
fn a_report_has_so_many_files_and_a_file_so_many_findings() {
    let mut long = report("FROM nginx\n");
    long.found = vec![long.found[0].clone(); STATEMENTS_MAX + 1];
    assert_eq!(files(long).unwrap_err().status(), 400);
    let mut wide = report("FROM nginx\n");
    let one = wide.files[0].clone();
    let named = |number: usize| FileRead { file: format!("{number}/Dockerfile"), ..one.clone() };
    wide.files = (0..=FILES_MAX).map(named).collect();
    assert_eq!(files(wide).unwrap_err().status(), 400);
}

//! What is said of a declaration.

use super::*;

fn definition(origin: Origin) -> Definition {
    Definition {
        id: Uuid::nil(),
        path: "Dockerfile".to_owned(),
        system: "Dockerfile".to_owned(),
        sha256: None,
        origin,
        counts: Counts::default(),
        first_seen: Moment(0),
        changed: Moment(0),
        last_seen: Moment(0),
        names_changed: Moment(0),
        said: String::new(),
    }
}

#[test]
fn declared_names_the_day_and_the_commit() {
    let text = |text: &str| Some(text.to_owned());
    let proven = Origin {
        commit: text("0123456789abcdef0123456789abcdef01234567"),
        branch: text("main"),
        is_proved: true,
        by: "build".to_owned(),
        by_run: true,
    };
    let said = Origin { is_proved: false, branch: None, ..proven.clone() };
    for (origin, expected) in [
        (proven, "1970-01-01, commit 0123456789ab of main (proven)"),
        (said, "1970-01-01, commit 0123456789ab (claimed)"),
        (Origin::default(), "1970-01-01, no commit given"),
    ] {
        assert_eq!(definition(origin).declared(), expected);
    }
}

#[test]
fn what_is_named_is_written_as_clients_write_it_with_a_mark_for_what_is_unknown() {
    let text = |text: &str| text.to_owned();
    let image = |tag, digest| Named::Image {
        host: text("ghcr.io"),
        repository: text("acme/api"),
        tag,
        digest,
    };
    let open = |host, repository| Named::Unresolved { variables: Vec::new(), host, repository };
    for (named, expected) in [
        (image(None, None), "ghcr.io/acme/api"),
        (image(Some(text("1")), Some(text("sha256:0a"))), "ghcr.io/acme/api:1@sha256:0a"),
        (Named::Registry(text("ghcr.io")), "ghcr.io"),
        (open(Some(text("ghcr.io")), Some(text("acme/api"))), "ghcr.io/acme/api:…"),
        (open(Some(text("ghcr.io")), None), "ghcr.io/…"),
        (open(None, None), "…"),
    ] {
        assert_eq!(named.to_text(), expected);
        let stored = serde_json::to_string(&named).unwrap();
        assert_eq!(serde_json::from_str::<Named>(&stored).unwrap(), named);
    }
}

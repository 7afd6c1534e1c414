//! What ends, what stays, and what is said of each.

use super::*;

#[test]
fn what_hands_nothing_to_who_made_it_outlives_their_right() {
    let (id, credential) = (Uuid::nil(), Subject { id: Uuid::nil(), name: "ghcr".to_owned() });
    let rule = |provider| Thing::Rule { id, provider };
    let destination = |transport, is_shown| Thing::Destination {
        id,
        name: "siem".to_owned(),
        transport,
        is_shown,
    };
    for (thing, ends, label) in [
        (Thing::Token("abc".to_owned()), true, "token abc"),
        (rule(Some(Provider::GitHub)), true, "trust rule for GitHub Actions"),
        (rule(None), true, "trust rule"),
        (Thing::SharedSecret, true, "shared Drone secret"),
        (Thing::Approval { grant: id, credential: credential.clone() }, true, "approval for ghcr"),
        (Thing::Grant { grant: id, credential: credential.clone() }, false, "grant for ghcr"),
        (
            Thing::TokenService {
                credential: credential.clone(),
                origin: "https://auth.example.com".to_owned(),
            },
            false,
            "token service https://auth.example.com of ghcr",
        ),
        (Thing::TypedSecret { credential }, false, "typed secret of ghcr"),
        (destination(Transport::Pull, true), true, "destination siem"),
        (destination(Transport::Pull, false), false, "destination siem"),
        (destination(Transport::Webhook, true), false, "destination siem"),
        (destination(Transport::Syslog, false), false, "destination siem"),
        (
            Thing::Issuer { id, url: "https://gitlab.example.com".to_owned() },
            false,
            "issuer https://gitlab.example.com",
        ),
    ] {
        assert_eq!((thing.ends(), thing.label().as_str()), (ends, label));
        assert_eq!(thing.end().starts_with("stays"), !ends, "{label}");
    }
}

#[test]
fn what_only_a_name_says_and_what_is_kept_does_not_end() {
    let left = |is_by_name: bool| Leftover {
        project: Uuid::nil(),
        slug: "acme".to_owned(),
        pipeline: None,
        maker: "Dana".to_owned(),
        thing: Thing::Token("abc".to_owned()),
        last_used_at: None,
        is_by_name,
    };
    assert!(left(false).ends() && !left(true).ends());
    assert_eq!(left(false).end(false), "is revoked");
    assert_eq!(left(false).end(true), STAYS);
    assert_eq!(
        left(true).end(false),
        "stays: created by somebody with this name; decide whether to keep it"
    );
}

#[test]
fn what_is_about_no_pipeline_has_a_page_to_decide_on_it() {
    let left = |slug: &str, thing| Leftover {
        project: Uuid::nil(),
        slug: slug.to_owned(),
        pipeline: None,
        maker: "Dana".to_owned(),
        thing,
        last_used_at: None,
        is_by_name: false,
    };
    let destination = || Thing::Destination {
        id: Uuid::nil(),
        name: "siem".to_owned(),
        transport: Transport::Webhook,
        is_shown: true,
    };
    let issuer = Thing::Issuer { id: Uuid::nil(), url: "https://gitlab.example.com".to_owned() };
    let credential = Subject { id: Uuid::nil(), name: "ghcr".to_owned() };
    let typed = Thing::TypedSecret { credential };
    for (left, page) in [
        (left("acme", typed), Some("/p/acme/credentials/")),
        (left("acme", destination()), Some("/p/acme/audit/shipping?destination=")),
        (left("", destination()), Some("/admin/audit/shipping?destination=")),
        (left("", issuer), Some("/admin/issuers/")),
        (left("acme", Thing::SharedSecret), None),
    ] {
        let found = left.page();
        assert_eq!(found.is_some(), page.is_some(), "{found:?}");
        assert!(found.unwrap_or_default().starts_with(page.unwrap_or_default()));
    }
    assert_eq!(left("acme", destination()).end(false), "stays; renew its signing secret");
}

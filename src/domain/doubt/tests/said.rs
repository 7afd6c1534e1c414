//! What is said of each doubt, and where it leads.

use super::super::Saved;
use super::{Around, Doubt, Uuid, credential, day, list, of_grant};
use crate::domain::credential::{Access, Summary};
use crate::domain::grant::Terms;
use crate::domain::moment::Moment;
use crate::domain::paths;

/// Each doubt there is, and of some the two ways in which it is said.
fn each() -> Vec<Doubt> {
    let (credential, on) = (Uuid::max(), day("2026-11-20"));
    let of_host = |others: &str| {
        let (host, others) = ("ghcr.io".to_owned(), list(others));
        Doubt::HostTie { credential, host, others }
    };
    let tie =
        |others: &str| Doubt::Tie { credential, host: "ghcr.io".to_owned(), others: list(others) };
    vec![
        Doubt::NoIdentity,
        Doubt::BranchNotProved,
        Doubt::OtherBranches,
        Doubt::EventNotProved,
        Doubt::OtherEvents,
        Doubt::OnlyForks,
        Doubt::NothingPushes,
        Doubt::NoReference,
        Doubt::NoName,
        Doubt::OpenCondition,
        Doubt::OutsidePaths { is_all: true },
        Doubt::OutsidePaths { is_all: false },
        Doubt::OnlyPulls { credential },
        Doubt::CredentialExpired { credential, on },
        Doubt::CredentialDisabled { credential },
        Doubt::CredentialUnreadable { credential },
        Doubt::SecretLooksWrong { credential, why: "This looks like a password.".to_owned() },
        Doubt::Ended { on },
        tie("one"),
        tie("one other"),
        of_host("one"),
        of_host("one other"),
        Doubt::Lacks(list("subject")),
        Doubt::ForeignAudience,
        Doubt::NoUuid(list("one")),
        Doubt::NoUuid(list("one other")),
        Doubt::ShortReference("Git reference".to_owned()),
        Doubt::ForeignKind("Git reference".to_owned()),
        Doubt::NoTruth("ref_protected".to_owned()),
        Doubt::OpenPattern("Git reference".to_owned()),
        Doubt::ServiceAccountShape,
        Doubt::AzureSubjectShape,
        Doubt::NoPipelineSubject,
        Doubt::OriginShape,
        Doubt::WorkflowWithoutReference,
        Doubt::BranchAsReference,
        Doubt::TagAsReference,
        Doubt::BranchAndTag,
        Doubt::NoGrantForRule,
        Doubt::NoGrantForToken,
        Doubt::NoGrantForForks,
        Doubt::NoGrants,
        Doubt::IssuerSilent("The issuer did not answer.".to_owned()),
    ]
}

#[test]
fn every_doubt_is_a_whole_sentence_with_one_link_below_the_project() {
    let (pipeline, about) = (Uuid::now_v7(), Uuid::now_v7());
    let mut said = std::collections::BTreeSet::new();
    for doubt in each() {
        let sentence = doubt.sentence();
        let first = sentence.chars().next().unwrap();
        assert!(
            first.is_uppercase() || matches!(doubt, Doubt::Tie { .. } | Doubt::HostTie { .. }),
            "{sentence}"
        );
        assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
        assert!(said.insert(sentence.clone()), "said twice: {sentence}");
        let mend = doubt.mend("acme", pipeline, about);
        assert!(mend.href.starts_with("/p/acme/") && paths::is_ours(&mend.href), "{mend:?}");
        assert!(!mend.label.is_empty() && !mend.label.ends_with('.'), "{mend:?}");
    }
}

#[test]
fn a_secret_that_cannot_be_read_or_looked_wrong_is_doubted_where_it_is_granted() {
    let plain = credential("ghcr", "");
    let (id, on) = (plain.id, day("2026-11-20"));
    let wrong = Summary { secret_doubt: Some("This is short.".to_owned()), ..plain };
    let both = Summary { expires_on: Some(on), ..wrong.clone() };
    let unreadable = Summary { unreadable_at: Some(Moment(1)), ..both.clone() };
    let looks_wrong = Doubt::SecretLooksWrong { credential: id, why: "This is short.".to_owned() };
    let expired = Doubt::CredentialExpired { credential: id, on };
    for (summary, expected) in [
        (wrong, vec![looks_wrong.clone()]),
        (both, vec![expired, looks_wrong]),
        (unreadable, vec![Doubt::CredentialUnreadable { credential: id }]),
    ] {
        let around = Around { rules: &[], has_token: true, today: day("2026-11-21") };
        assert_eq!(of_grant(&Terms::plain(Access::Pull), &summary, around), expected);
    }
}

#[test]
fn a_credential_that_expired_gets_another_secret_and_its_new_day_at_once() {
    let (credential, on) = (Uuid::max(), day("2026-11-20"));
    let mend = Doubt::CredentialExpired { credential, on }.mend("acme", Uuid::nil(), Uuid::nil());
    assert_eq!(mend.href, paths::replace_secret("acme", credential));
}

#[test]
fn a_save_says_each_doubt_once_and_leads_to_where_the_first_is_mended() {
    let (pipeline, one, other) = (Uuid::nil(), Uuid::now_v7(), Uuid::now_v7());
    let saved = |doubts: &[(Uuid, Doubt)]| {
        Saved::with_doubts(vec!["Done.".to_owned()], ("acme", pipeline), doubts)
    };
    assert_eq!(saved(&[]), Saved::surely(vec!["Done.".to_owned()]));
    let both = saved(&[(one, Doubt::NoReference), (other, Doubt::NoReference)]);
    assert_eq!(both.sentences.len(), 2);
    assert_eq!(both.mend.unwrap().href, paths::edit_grant("acme", pipeline, one));
}

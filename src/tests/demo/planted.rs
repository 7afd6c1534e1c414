//! What is planted in the demo is found, and nothing else is: on both databases.

use super::PASSWORD;
use crate::database::Database;
use regcred::commands::demo::{begin, tell};
use regcred::crypto::kek::Kek;
use regcred::domain::actor::Member;
use regcred::domain::finding::{FindingKind, FindingState, FindingsQuery, Found, Thing};
use regcred::domain::listing::ListQuery;
use regcred::domain::moment::Moment;
use regcred::domain::permission::of;
use regcred::domain::review::ReviewQuery;
use regcred::domain::shipping::Transport;
use regcred::store::Store;
use regcred::vault::{ChainKeeper, KeySource, Settings, Vault, Visitor, told_at, unlock};

/// A kind, a credential and a pipeline; neither of which every kind has.
type Planted = (FindingKind, &'static str, &'static str);

const OPEN: [Planted; 22] = [
    (FindingKind::PasswordInFile, "", "billing-build"),
    (FindingKind::RefusedSince, "Docker Hub", "reports-build"),
    (FindingKind::RefusedSince, "NVIDIA base images", "media-build"),
    (FindingKind::RefusedSince, "NVIDIA base images", "search-build"),
    (FindingKind::RefusedSince, "Old registry", "docs-scan"),
    (FindingKind::Tie, "", "reports-build"),
    (FindingKind::OldVersion, "Lab registry", "mobile-build"),
    (FindingKind::NoCredential, "", "docs-build"),
    (FindingKind::PersonalAccount, "Docker Hub of Ben", ""),
    (FindingKind::PersonalAccount, "GitHub packages", ""),
    (FindingKind::SameSecret, "IBM spare", ""),
    (FindingKind::SameSecret, "Old registry", ""),
    (FindingKind::Shared, "Google images", ""),
    (FindingKind::NoOwner, "IBM spare", ""),
    (FindingKind::ReviewDue, "Lab registry", ""),
    (FindingKind::OnlyPulled, "GitHub packages", "auth-build"),
    (FindingKind::OnlyPulled, "GitHub packages", "web-build"),
    (FindingKind::NotDeclared, "GitHub packages", "api-build"),
    (FindingKind::NotDelivered, "GitLab images", "web-scan"),
    (FindingKind::Unused, "GitLab images", "mobile-scan"),
    (FindingKind::NeverUsed, "GitLab images", "billing-build"),
    (FindingKind::NeverUsed, "IBM spare", ""),
];
const ACCEPTED: [Planted; 1] = [(FindingKind::NoCredential, "", "docs-build")];
const RESOLVED: [Planted; 1] = [(FindingKind::ReviewDue, "Google images", "")];

fn line(kind: FindingKind, credential: &str, pipeline: &str) -> String {
    format!("{}: {credential}, {pipeline}", kind.label())
}

fn lines(planted: &[Planted]) -> Vec<String> {
    let mut lines: Vec<String> =
        planted.iter().map(|(kind, one, other)| line(*kind, one, other)).collect();
    lines.sort();
    lines
}

fn line_of(found: &Found) -> String {
    let name =
        |thing: &Option<Thing>| thing.as_ref().map(|thing| thing.name.clone()).unwrap_or_default();
    line(found.kind, &name(&found.credential), &name(&found.pipeline))
}

/// All pages of the findings in that state.
async fn listed(vault: &Vault, member: &Member, state: FindingState) -> Vec<String> {
    let reader = member.can::<of::RegistryRead>().unwrap();
    let mut query = FindingsQuery { state, ..FindingsQuery::default() };
    let mut lines = Vec::new();
    loop {
        let page = vault.findings(&reader, &query).await.unwrap();
        lines.extend(page.rows.iter().map(|row| line_of(&row.found)));
        let Some(next) = page.next else { break };
        query = next;
    }
    lines.sort();
    lines
}

async fn member(vault: &Vault, email: &str, project: &str) -> Member {
    let person = vault.sign_in(email, PASSWORD, Visitor::default()).await.unwrap();
    vault.member(&person, project).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_finding_appears_where_it_was_planted_and_nowhere_else() {
    let database = Database::migrated().await;
    let end = Moment(time::OffsetDateTime::now_utc().unix_timestamp() * 1_000);
    let source = KeySource { current: Some(Kek::generate().unwrap()), previous: None };
    let store = Store::connect(&database.address).await.unwrap();
    let keys = told_at(begin(end), unlock(&store, source)).await.unwrap();
    let settings = Settings { address: crate::app::SITE.to_owned(), ..Settings::default() };
    let vault = Vault::new(store, keys, settings);
    tell(&vault, end).await.unwrap();

    let ann = member(&vault, super::EMAIL, "acme").await;
    let ben = member(&vault, "ben@example.com", "acme-labs").await;
    let kinds: Vec<FindingKind> = OPEN.iter().map(|(kind, ..)| *kind).collect();
    assert!(FindingKind::ALL.iter().all(|kind| kinds.contains(kind)), "each kind is planted");
    // And on every later look of the same day, which may be the next one in UTC.
    for hours in [0, 1, 23] {
        told_at(end.plus_seconds(hours * 60 * 60), vault.look_for_findings()).await.unwrap();
        assert_eq!(listed(&vault, &ann, FindingState::Open).await, lines(&OPEN), "{hours}");
        assert_eq!(listed(&vault, &ann, FindingState::Accepted).await, lines(&ACCEPTED), "{hours}");
        assert_eq!(listed(&vault, &ann, FindingState::Resolved).await, lines(&RESOLVED), "{hours}");
        for state in FindingState::ALL.iter().copied() {
            assert_eq!(listed(&vault, &ben, state).await, Vec::<String>::new(), "{state:?}");
        }
    }
    has_what_somebody_began(&vault, &ann).await;
    vault.store().clone().close().await.unwrap();
}

async fn has_what_somebody_began(vault: &Vault, ann: &Member) {
    let reader = ann.can::<of::RegistryRead>().unwrap();
    let rows = vault.list_credentials(&reader, &ListQuery::default()).await.unwrap().rows;
    let marked: Vec<&str> =
        rows.iter().filter(|row| row.is_compromised).map(|row| row.name.as_str()).collect();
    assert_eq!(marked, ["Old registry"]);

    let reader = ann.can::<of::PipelineRead>().unwrap();
    let reviews = vault.reviews(&reader).await.unwrap();
    assert_eq!((reviews.open.len(), reviews.closed.len()), (1, 0));
    let review = reviews.open[0].id;
    let tally = vault.review_page(&reader, review, ReviewQuery::default()).await.unwrap().tally;
    assert_eq!((tally.confirmed, tally.changed, tally.removed), (12, 1, 0));
    assert!(tally.undecided > 50, "{}", tally.undecided);

    let keeper = ChainKeeper::of_project(&ann.can::<of::AuditWrite>().unwrap());
    let destinations = vault.destinations(&keeper).await.unwrap();
    let transports: Vec<Transport> =
        destinations.iter().map(|listed| listed.destination.transport).collect();
    assert_eq!(transports, [Transport::Pull]);
}

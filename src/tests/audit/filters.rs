//! What the filters take is what a plain loop over everything takes, in the same order.

use super::Scene;
use crate::forms::value_in;
use regcred::domain::audit::{Action, AuditQuery, AuditRow, Happened, Noun};
use regcred::domain::delivery::Outcome;
use regcred::domain::moment::{Day, Moment};
use std::cmp::Reverse;

/// Words of the actions that are refusals, written down once more.
const REFUSED: [&str; 8] = [
    "session.refused",
    "session.delayed",
    "password.refused",
    "permission.refused",
    "token.refused_revoked",
    "token.refused_expired",
    "proof.refused",
    "refusals.summed",
];

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Whether the row is asked for, as the words of the filters say.
fn is_taken(query: &AuditQuery, row: &AuditRow) -> bool {
    let from = query.from.is_none_or(|day| row.at.day() >= day);
    let to = query.to.is_none_or(|day| row.at.day() <= day);
    let what = match &row.what {
        Happened::Change(change) => {
            let word = change.action.word();
            query.person.is_none_or(|person| change.actor_id == Some(person))
                && query.pipeline.is_none_or(|pipeline| change.subject_id == pipeline)
                && query.noun.is_none_or(|noun| word.starts_with(&format!("{}.", noun.word())))
                && query.action.is_none_or(|action| action == change.action)
                && match query.outcome {
                    None => true,
                    Some(Outcome::Refused) => REFUSED.contains(&word),
                    Some(Outcome::Delivered) => false,
                }
        }
        Happened::Delivery(delivery) => {
            query.person.is_none()
                && query.action.is_none()
                && query.noun.is_none_or(|noun| noun == Noun::Delivery)
                && query.pipeline.is_none_or(|pipeline| delivery.pipeline_id == pipeline)
                && query.outcome.is_none_or(|outcome| {
                    delivery.receipts.iter().any(|receipt| receipt.outcome == outcome)
                })
        }
        Happened::Unknown => false,
    };
    from && to && what
}

/// Every combination of some values of each filter.
fn queries(scene: &Scene, days: [Day; 2]) -> Vec<AuditQuery> {
    let people = [None, scene.app.owner.person, scene.maintainer.person];
    let mut all = Vec::new();
    for person in people {
        for pipeline in [None, Some(scene.build), Some(scene.deploy)] {
            for noun in [None, Some(Noun::Credential), Some(Noun::Pipeline), Some(Noun::Delivery)] {
                for action in [None, Some(Action::CredentialCreated)] {
                    for outcome in [None, Some(Outcome::Delivered), Some(Outcome::Refused)] {
                        for (from, to) in
                            [(None, None), (Some(days[0]), Some(days[0])), (Some(days[1]), None)]
                        {
                            let before = None;
                            all.push(AuditQuery {
                                person,
                                pipeline,
                                credential: None,
                                noun,
                                action,
                                outcome,
                                from,
                                to,
                                before,
                            });
                        }
                    }
                }
            }
        }
    }
    all
}

#[tokio::test]
async fn each_filter_takes_what_a_plain_loop_takes() {
    let scene = Scene::of(60).await;
    // Some hours between two links, and a clock that goes back now and then.
    let start = 20_000 * DAY;
    for table in ["audit_event", "pipeline_fetch"] {
        scene
            .app
            .raw(&format!(
                "UPDATE {table} SET at = {start} + seq * 7200000 - CASE WHEN seq % 10 = 0 THEN {DAY} ELSE 0 END WHERE chain = {}",
                scene.app.database.id(scene.project)
            ))
            .await;
    }
    let all = scene.rows(&AuditQuery::default()).await;
    assert_eq!(all.len(), scene.count().await);
    assert!(all.is_sorted_by(|one, next| one.seq > next.seq), "newest first, each once");
    let days = [Moment(start + DAY).day(), Moment(start + 3 * DAY).day()];
    let mut found = 0;
    for query in queries(&scene, days) {
        let mut expected: Vec<&AuditRow> = all.iter().filter(|row| is_taken(&query, row)).collect();
        if query.is_by_time() {
            expected.sort_by_key(|row| Reverse((row.at, row.seq)));
        }
        let expected: Vec<i64> = expected.into_iter().map(|row| row.seq).collect();
        let rows: Vec<i64> = scene.rows(&query).await.iter().map(|row| row.seq).collect();
        assert_eq!(rows, expected, "{}", query.to_url());
        found += rows.len();
    }
    assert!(found > all.len(), "only {found} rows were found");
}

#[tokio::test]
async fn pages_of_a_credential_are_full_however_many_receipts_a_fetch_has() {
    let scene = Scene::of(40).await;
    let credential = Some(scene.live);
    let links = async |outcome| -> Vec<i64> {
        let query = AuditQuery { credential, outcome, ..AuditQuery::default() };
        scene.rows(&query).await.iter().map(|row| row.seq).collect()
    };
    let (all, delivered) = (links(None).await, links(Some(Outcome::Delivered)).await);
    assert_eq!(delivered.len(), 40);
    assert!(all.len() > 40, "its creation and grants, too");
    // In the newest fetch more than are read at first, in the others a few.
    let newest = delivered[0];
    let columns = "credential_id, credential, version, intent, image, outcome, reason";
    for number in 1..120 {
        let such = if number < 4 { "<=" } else { "=" };
        scene
            .app
            .raw(&format!(
                "INSERT INTO receipt (chain, seq, number, {columns})
                SELECT chain, seq, number + {number} * 100, {columns} FROM receipt
                WHERE credential_id = {} AND number < 100 AND seq {such} {newest}",
                scene.app.database.id(scene.live)
            ))
            .await;
    }
    assert_eq!(links(None).await, all);
    assert_eq!(links(Some(Outcome::Delivered)).await, delivered);
    let reader = scene.app.evidence(&scene.app.owner, "acme").await;
    let query = AuditQuery { credential, ..AuditQuery::default() };
    let page = scene.app.vault.audit_page(&reader.can().unwrap(), &query).await.unwrap();
    assert_eq!((page.rows.len(), page.is_searching), (18, false));
}

#[tokio::test]
async fn where_the_clock_went_back_the_list_says_so() {
    let scene = Scene::of(3).await;
    let page = scene.app.owner.get("/p/acme/audit").await.text();
    assert!(!page.contains("Clock went back"), "{page}");
    let all = scene.rows(&AuditQuery::default()).await;
    let newest = all[0].seq;
    for table in ["audit_event", "pipeline_fetch"] {
        scene.app.raw(&format!("UPDATE {table} SET at = at - 5000000 WHERE seq = {newest}")).await;
    }
    let all = scene.rows(&AuditQuery::default()).await;
    assert!(all[0].clock_before.is_some_and(|before| before > all[0].at));
    assert!(all[1..].iter().all(|row| row.clock_before.is_none()));
    let page = scene.app.owner.get("/p/acme/audit").await.text();
    assert_eq!(page.matches("Clock went back").count(), 1, "{page}");
}

#[tokio::test]
async fn a_filter_of_a_person_is_offered_by_name_and_taken_away_by_its_chip() {
    let scene = Scene::of(1).await;
    let person = scene.maintainer.person.unwrap();
    let page = scene.app.owner.get(&format!("/p/acme/audit?person={person}")).await.text();
    assert!(page.contains("Remove filter Person: maintainer"), "{page}");
    assert!(page.contains("quay") && !page.contains("created the project"), "{page}");
    let none = scene.app.owner.get("/p/acme/audit?action=pipeline.deleted").await.text();
    assert!(none.contains("Nothing matches. Remove a filter."), "{none}");
}

#[tokio::test]
async fn two_days_that_were_typed_in_each_others_field_are_taken_in_their_order() {
    let scene = Scene::of(1).await;
    let page = scene.app.owner.get("/p/acme/audit?from=2030-01-31&to=2030-01-01").await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert_eq!(value_in(&page, "from").as_deref(), Some("2030-01-01"), "{page}");
    assert_eq!(value_in(&page, "to").as_deref(), Some("2030-01-31"));
}

//! What a delivery reads of a grant and its credential: what was written, or nothing.

use super::*;

/// What is granted, each with its paths.
async fn granted(scene: &Scene) -> Result<Vec<(String, Vec<String>)>, DbErr> {
    let granted = scene.store.secrets(PROJECT).granted_to(PIPELINE).await?;
    let shown = granted.into_iter().map(|one| one.credential.summary);
    Ok(shown.map(|shown| (shown.name, shown.paths)).collect())
}

#[tokio::test]
async fn any_text_comes_back_as_it_was_written() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let text = "a\"b\\c\u{2028}\u{1}\u{1f}\n\u{7f}\u{1f980}[{}],'\u{fe}é%?";
    let terms = Terms {
        branches: vec![text.to_owned(), "main".to_owned()],
        is_narrow: true,
        needs_approval: true,
        ..Terms::plain(Access::Pull)
    };
    scene.grant(ghcr, terms.clone()).await.unwrap();
    let row = CredentialChanges {
        name: Set(text.to_owned()),
        username: Set(text.to_owned()),
        paths: Set(terms::stored(&[text.to_owned()])),
        is_insecure: Set(true),
        disabled_at: Set(Some(i64::MAX)),
        ..CredentialChanges::default()
    };
    let write = scene.store.write().await.unwrap();
    assert!(write.credentials(PROJECT).update(ghcr, row).await.unwrap());
    write.commit_without_event(Unrecorded::Test).await.unwrap();

    let granted = scene.store.secrets(PROJECT).granted_to(PIPELINE).await.unwrap();
    let shown = &granted[0].credential.summary;
    assert_eq!((shown.name.as_str(), shown.username.as_str()), (text, text));
    assert_eq!((&*shown.paths, shown.is_insecure), (&[text.to_owned()][..], true));
    assert_eq!(shown.disabled_at, Some(Moment(i64::MAX)));
    assert_eq!(granted[0].grants, [terms]);
}

#[tokio::test]
async fn what_cannot_be_read_gives_nothing_and_never_more() {
    let whole = || ("quay".to_owned(), Vec::<String>::new());
    for broken in [
        "UPDATE credential SET paths = '[\"acme\"' WHERE name = 'ghcr'",
        "UPDATE credential SET paths = '' WHERE name = 'ghcr'",
        "UPDATE credential SET access = 'all' WHERE name = 'ghcr'",
        "UPDATE credential SET host = 'GHCR.io' WHERE name = 'ghcr'",
        "UPDATE access_grant SET branches = 'null' WHERE intent = 'pull_push'",
        "UPDATE access_grant SET forks = '' WHERE intent = 'pull_push'",
        // What has another type than the column is no row, and the others are as they were.
        "UPDATE access_grant SET branches = x'5b5d' WHERE intent = 'pull_push'",
        "UPDATE access_grant SET needs_approval = 'no' WHERE intent = 'pull_push'",
        "UPDATE credential SET name = x'ff' WHERE name = 'ghcr'",
        "UPDATE access_grant SET is_narrow = x'01' WHERE intent = 'pull_push'",
        "UPDATE access_grant SET is_narrow = 9e999 WHERE intent = 'pull_push'",
        "UPDATE credential SET username = CAST(x'ff' AS TEXT) WHERE name = 'ghcr'",
        "UPDATE credential SET secret_version = 'x' WHERE name = 'ghcr'",
    ] {
        let scene = Scene::new().await;
        let ghcr = scene.credential("ghcr", "ghcr.io").await;
        let quay = scene.credential("quay", "quay.io").await;
        scene.grant(ghcr, Terms::plain(Access::PullAndPush)).await.unwrap();
        scene.grant(quay, Terms::plain(Access::Pull)).await.unwrap();
        assert_eq!(granted(&scene).await.unwrap().len(), 2);
        scene.store.writer.execute_unprepared(broken).await.unwrap();
        assert_eq!(granted(&scene).await.unwrap(), [whole()], "{broken}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_no_other_from_its_mac() {
    let scene = Scene::new().await;
    for name in ["ghcr", "quay"] {
        scene.credential(name, "ghcr.io").await;
    }
    assert_eq!(scene.store.tampered_rows().await.unwrap(), Tampered::default());
    for sql in [
        "UPDATE credential SET mac = NULL",
        "UPDATE credential SET name = x'ff' WHERE name = 'ghcr'",
    ] {
        scene.store.writer.execute_unprepared(sql).await.unwrap();
    }
    assert_eq!(scene.store.tampered_rows().await.unwrap().rows, 2);
    scene.seal_rows().await;
    assert_eq!(scene.store.tampered_rows().await.unwrap().rows, 1);
}

#[tokio::test]
async fn requests_follow_one_another_from_place_to_place_the_oldest_first() {
    let scene = Scene::new().await;
    let terms = Terms { needs_approval: true, ..Terms::plain(Access::PullAndPush) };
    for (at, (name, giver)) in
        [("a", GIVER), ("b", GIVER), ("c", GIVER), ("d", OTHER)].into_iter().enumerate()
    {
        let row = GrantRow {
            id: Uuid::now_v7(),
            pipeline_id: PIPELINE,
            credential_id: scene.credential(name, "ghcr.io").await,
            terms: terms.clone(),
            granted_by: Some(giver),
            created_at: i64::try_from(at).unwrap(),
            created_by: "Olga".to_owned(),
            revision: 0,
        };
        let write = scene.store.write().await.unwrap();
        write.grants(PROJECT).insert(row).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }
    let today = Day::parse("2026-11-29").unwrap();
    let grants = scene.store.grants(PROJECT);
    // One who gave none of them, and those who gave them.
    for (viewer, is_for_viewer, names) in [
        (Uuid::nil(), true, vec!["a", "b", "c", "d"]),
        (OTHER, true, vec!["a", "b", "c"]),
        (GIVER, true, vec!["d"]),
        (GIVER, false, vec!["a", "b", "c", "d"]),
    ] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let whose = (viewer, is_for_viewer);
            let places = grants.pending_places(today, whose, after, 2).await.unwrap();
            let Some(last) = places.last() else { break };
            after = Some((last.asked_at, last.id));
            assert!(places.iter().all(|place| place.is_change == 0));
            for place in places {
                let mut one = grants.pending(vec![place.id]).await.unwrap();
                found.push(one.remove(0).credential);
            }
        }
        assert_eq!(found, names, "{viewer} {is_for_viewer}");
    }
    let others = scene.store.grants(OTHER);
    let found = others.pending_places(today, (Uuid::nil(), true), None, 10).await.unwrap();
    assert!(found.is_empty(), "another project has none");
}

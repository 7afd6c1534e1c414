//! Whose account a credential is, as far as its token says.

use super::{App, found, none, one};
use regcred::domain::finding::FindingKind;

#[tokio::test]
async fn a_personal_token_is_found_by_its_first_letters_and_nothing_of_it_is_kept() {
    for (secret, expected) in [
        ("dckr_pat_zebra", one(FindingKind::PersonalAccount, "hub", "")),
        ("dckr_oat_zebra", none()),
    ] {
        let app = App::new().await;
        app.credential(&app.owner, "acme", "hub", "docker.io", secret).await;
        assert_eq!(found(&app, 0).await, expected, "{secret}");
        let kept = "SELECT COALESCE(MAX(token), '') FROM secret_version";
        let kept = app.database.scalar_text(kept).await;
        assert_eq!(kept, if expected.is_empty() { "" } else { "docker" });
        let fact = app.database.scalar_text("SELECT COALESCE(MAX(found), '') FROM finding").await;
        assert!(!fact.contains("zebra") && !fact.contains("dckr_"), "{fact}");
    }
}

//! The borders between states: the database filters by the very rule that the page tells.

use crate::app::App;
use crate::listing::{create, in_days};
use regcred::domain::expiry::ExpiryState;
use regcred::domain::listing::{ListQuery, Listing, StateFilter};
use regcred::domain::permission::of;

async fn list(app: &App, state: Option<StateFilter>) -> Listing {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::RegistryRead>().unwrap();
    let query = ListQuery { state, ..ListQuery::default() };
    app.vault.list_credentials(&reader, &query).await.unwrap()
}

#[tokio::test]
async fn a_states_filter_finds_exactly_those_that_are_in_it_on_every_border() {
    let app = App::new().await;
    let text = |days: Option<i64>| days.map(in_days).unwrap_or_default();
    for expires in [None, Some(-1), Some(0), Some(1), Some(59), Some(60), Some(61)] {
        for review in [None, Some(-1), Some(0), Some(1)] {
            let name = format!("expires {expires:?}, review {review:?}");
            create(&app, &name, |form| {
                form.expires_on = text(expires);
                form.review_on = text(review);
            })
            .await;
        }
    }
    let all = list(&app, None).await.rows;
    assert_eq!(all.len(), 28);
    for state in ExpiryState::ALL {
        let filter = StateFilter::from_word(state.word()).unwrap();
        let listing = list(&app, Some(filter)).await;
        // Each list says the day it is told for: it may be another than the one before.
        let today = listing.today;
        let expected: Vec<&str> = all
            .iter()
            .filter(|one| one.state(today) == *state)
            .map(|one| one.name.as_str())
            .collect();
        let found: Vec<&str> = listing.rows.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(found, expected, "{state:?}");
        assert!(!found.is_empty(), "{state:?}");
        assert_eq!(listing.total, found.len() as u64, "{state:?}");
    }
}

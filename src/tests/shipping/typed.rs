//! What is wrong with the form of a destination is told at all of its fields at once.

use super::{CREATE, Scene, webhook};

#[tokio::test]
async fn a_destination_is_refused_with_all_that_is_wrong_with_it() {
    let scene = Scene::new().await;
    let owner = &scene.app.owner;
    scene.destination("json").await;
    // Its name is taken, nobody may call this address, and two fields were not chosen.
    let mut form = webhook("http://10.0.0.1/", "").to_vec();
    form.retain(|(field, _)| !matches!(*field, "form[from]" | "password"));
    for password in [None, Some("wrong")] {
        let mut form = form.clone();
        form.extend(password.or(Some(crate::app::PASSWORD)).map(|typed| ("password", typed)));
        let reply = owner.post_json_accept(CREATE, &form).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        let text = reply.text();
        for field in ["name", "format", "address", "from"] {
            assert!(text.contains(&format!("\"{field}\"")), "{field}: {text}");
        }
        assert_eq!(text.contains("\"password\""), password.is_some(), "{text}");
        assert!(!text.contains("10.0.0.1"), "{text}");
    }
    assert_eq!(scene.app.scalar_i64("SELECT COUNT(*) FROM destination").await, 1);
}

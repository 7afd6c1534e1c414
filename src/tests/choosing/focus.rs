//! Where a form leads that was refused.

use super::{BOX, CREATE, id_of, typed_pipeline};
use crate::app::{App, PASSWORD};
use crate::listing::create;

#[tokio::test]
async fn the_credential_that_was_refused_has_the_focus_and_says_why() {
    let app = App::new().await;
    for name in ["ghcr", "quay"] {
        create(&app, name, |form| form.access = "pull".to_owned()).await;
    }
    let (first, wrong) = (id_of(&app, "ghcr").await, id_of(&app, "quay").await);
    let mut form = typed_pipeline("build").to_vec();
    form.extend([("form[pushing][]", wrong.as_str()), ("password", PASSWORD)]);
    let reply = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(reply).await.text();
    let boxes = || page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    for (id, is_wrong) in [(&first, false), (&wrong, true)] {
        let mut of = boxes().filter(|tag| tag.contains(BOX) && tag.contains(id.as_str()));
        let tag = of.next().unwrap_or_else(|| panic!("no box of {id}: {page}"));
        for part in ["autofocus", "aria-invalid=\"true\"", "aria-describedby=\"credentials-error\""]
        {
            assert_eq!(tag.contains(part), is_wrong, "{part}: {tag}");
        }
    }
}

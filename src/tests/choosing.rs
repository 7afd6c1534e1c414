//! No form lists everything a project has: fifty are listed, and the others are found without
//! JavaScript, with what was typed and ticked kept.

mod focus;
mod kept;
mod lost;
mod reached;

use crate::app::{App, PASSWORD};
use crate::browser::Browser;
use crate::listing::create;
use regcred::domain::actor::Granter;
use regcred::domain::choosing::{LISTED, Sought};
use regcred::domain::permission::of;
use regcred::domain::pipeline::{GrantForm, OWN_ACCESS, PipelineForm};
use uuid::Uuid;

const CREATE: &str = "/rpc/pipelines/create";
const GRANT: &str = "/rpc/grants/create";
/// What the button beside the search sends.
const PRESSED: (&str, &str) = ("form[search][is_pressed]", "true");
/// More than are listed.
const MANY: usize = 60;
/// What a page may weigh.
const PAGE_MAX: usize = 60 * 1024;
/// What a box of the form of a new pipeline is called.
const BOX: &str = "name=\"form[credentials][]\"";

async fn granter(app: &App) -> Granter {
    let member = app.evidence(&app.owner, "acme").await;
    app.vault.reauthenticate(&member, PASSWORD).await.unwrap()
}

/// As many credentials, which can only pull: `image-00` and so on.
async fn add_credentials(app: &App) {
    for number in 0..MANY {
        create(app, &format!("image-{number:02}"), |form| form.access = "pull".to_owned()).await;
    }
}

/// As many pipelines: `build-00` and so on.
async fn add_pipelines(app: &App) -> Vec<Uuid> {
    let granter = granter(app).await;
    let mut ids = Vec::new();
    for number in 0..MANY {
        let form = PipelineForm {
            name: format!("build-{number:02}"),
            token_days: "30".to_owned(),
            ..PipelineForm::default()
        };
        ids.push(app.vault.create_pipeline(&granter, &form).await.unwrap().0);
    }
    ids
}

async fn id_of(app: &App, credential: &str) -> String {
    app.find_credential(&app.owner, "acme", credential).await.to_string()
}

/// The page that comes after the post of a form that only searches.
async fn searched(by: &Browser, path: &str, form: &[(&str, &str)]) -> String {
    let reply = by.post_form(path, form).await;
    assert!(reply.location().contains("back="), "{} {}", reply.location(), reply.text());
    let page = by.follow(reply).await.text();
    assert!(!page.contains("alert-error"), "nothing is wrong: {page}");
    page
}

/// The options of the select with this id.
fn options(page: &str, id: &str) -> Vec<String> {
    let (_, select) = page.split_once(&format!("id=\"{id}\"")).unwrap();
    let (select, _) = select.split_once("</select>").unwrap();
    select.split("<option").skip(1).map(str::to_owned).collect()
}

/// The value of the option of that select which is chosen; blank when none is.
fn selected(page: &str, id: &str) -> String {
    let options = options(page, id);
    let chosen = options.iter().find(|option| option.contains("selected"));
    let value = chosen.and_then(|option| option.split("value=\"").nth(1)?.split('"').next());
    value.unwrap_or_default().to_owned()
}

/// What is typed to make a pipeline, but for a password.
fn typed_pipeline(name: &str) -> [(&str, &str); 4] {
    let fields = ["project", "form[name]", "form[description]", "form[token_days]"];
    let values = ["acme", name, "", "7"];
    std::array::from_fn(|at| (fields[at], values[at]))
}

/// Whether the box with this value is ticked.
fn ticked(page: &str, name: &str, value: &str) -> bool {
    let boxes = page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let mut boxes = boxes.filter(|tag| tag.contains(name) && tag.contains(value));
    boxes.next().unwrap_or_else(|| panic!("no {name} {value}: {page}")).contains("checked")
}

#[tokio::test]
async fn a_new_pipeline_is_granted_a_credential_that_its_form_did_not_list() {
    let app = App::new().await;
    add_credentials(&app).await;
    let (listed, beyond) = (id_of(&app, "image-03").await, id_of(&app, "image-57").await);
    let page = app.owner.get("/p/acme/pipelines/new").await.text();
    assert_eq!(page.matches(BOX).count(), LISTED);
    assert!(page.contains("The first 50 credentials by name are listed."), "{page}");
    assert!(page.contains("image-49") && !page.contains("image-50"), "{page}");
    assert!(page.len() <= PAGE_MAX, "{}", page.len());

    let typed = [
        ("project", "acme"),
        ("form[name]", "build"),
        ("form[description]", "a&b"),
        ("form[token_days]", "7"),
        ("form[credentials][]", listed.as_str()),
    ];
    let mut form = typed.to_vec();
    form.extend([
        ("form[search][text]", "IMAGE-57"),
        ("form[search][listed]", ""),
        PRESSED,
        ("password", "hunter2-hunter2"),
    ]);
    let page = searched(&app.owner, CREATE, &form).await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline").await, 0, "it only searches");
    assert!(page.contains("1 credential matches.") && !page.contains("hunter2"), "{page}");
    assert!(page.contains("value=\"build\"") && page.contains("a&amp;b"), "{page}");
    assert_eq!(page.matches(BOX).count(), 2, "{page}");
    assert!(ticked(&page, BOX, &listed) && !ticked(&page, BOX, &beyond));

    let mut form = typed.to_vec();
    form.extend([
        ("form[credentials][]", beyond.as_str()),
        ("form[search][text]", "IMAGE-57"),
        ("form[search][listed]", "IMAGE-57"),
        ("password", PASSWORD),
    ]);
    let done = app.owner.post_form(CREATE, &form).await;
    assert!(done.location().contains("?once="), "{} {}", done.location(), done.text());
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 2);
}

#[tokio::test]
async fn what_was_typed_and_not_looked_for_is_looked_for_before_a_pipeline_is_created() {
    let app = App::new().await;
    create(&app, "image-00", |_| ()).await;
    let mut form = [
        ("project", "acme"),
        ("form[name]", "build"),
        ("form[description]", ""),
        ("form[token_days]", "7"),
        ("form[search][text]", "nothing-like-it"),
        ("password", PASSWORD),
    ];
    let refused = app.owner.post_form(CREATE, &form).await;
    let page = app.owner.follow(refused).await.text();
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline").await, 0);
    assert!(page.contains("No credentials match."), "{page}");
    assert!(page.contains("The list now shows what your search finds."), "{page}");
    assert!(page.contains("press Create again.") && page.contains("Type your password again."));
    let refused = app.owner.post_json_accept(CREATE, &form).await;
    assert!(refused.status == 422 && refused.at("search.text").is_some(), "{}", refused.text());
    // What no database can be asked for is left out of the question.
    form[4].1 = "image\u{0}-00";
    let refused = app.owner.post_form(CREATE, &form).await;
    assert!(app.owner.follow(refused).await.text().contains("1 credential matches."));
    // A field that was emptied looks for nothing, and holds up nothing.
    form[4] = ("form[search][listed]", "image-00");
    let done = app.owner.post_form(CREATE, &form).await;
    assert!(done.location().contains("?once="), "{} {}", done.location(), done.text());
}

#[tokio::test]
async fn a_pipeline_is_granted_one_more_credential_that_its_page_did_not_list() {
    let app = App::new().await;
    add_credentials(&app).await;
    let beyond = id_of(&app, "image-57").await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let path = format!("/p/acme/pipelines/{pipeline}");
    let page = app.owner.get(&path).await.text();
    // And the one that says what to do.
    assert_eq!(options(&page, "grant-credential").len(), LISTED + 1);
    assert!(page.len() <= PAGE_MAX, "{}", page.len());

    let pipeline = pipeline.to_string();
    let typed = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[intent]", "pull"),
        ("form[branches]", "main"),
    ];
    let mut form = typed.to_vec();
    form.extend([("form[credentials][]", ""), ("form[search][text]", "57"), PRESSED]);
    let page = searched(&app.owner, GRANT, &form).await;
    let found = options(&page, "grant-credential");
    assert!(found.len() == 2 && found[1].contains("image-57"), "{found:?}");
    assert!(page.contains("value=\"main\""), "{page}");

    let mut form = typed.to_vec();
    form.extend([
        ("form[credentials][]", beyond.as_str()),
        ("form[search][text]", "57"),
        ("form[search][listed]", "57"),
        ("password", PASSWORD),
    ]);
    let done = app.owner.post_form(GRANT, &form).await;
    assert!(done.location().contains("said="), "{} {}", done.location(), done.text());
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 1);
}

#[tokio::test]
async fn what_a_pipeline_holds_makes_room_for_the_next_ones() {
    let app = App::new().await;
    add_credentials(&app).await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let (nothing, none) = (Sought::default(), Vec::new());
    let asked = || app.vault.pipeline_page_to_grant(&reader, pipeline, (&nothing, none.as_slice()));
    let (_, listed) = asked().await.unwrap();
    assert!(listed.are_more);
    assert_eq!(listed.rows.len(), LISTED);
    let form = GrantForm {
        credentials: listed.rows.iter().map(|one| one.id.to_string()).collect(),
        intent: OWN_ACCESS.to_owned(),
        ..GrantForm::default()
    };
    app.vault.create_grants(&granter(&app).await, pipeline, &form).await.unwrap();
    let (_, listed) = asked().await.unwrap();
    assert!(!listed.are_more);
    let names: Vec<&str> = listed.rows.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names.len(), names[0]), (MANY - LISTED, "image-50"));
}

#[tokio::test]
async fn a_credential_is_granted_to_a_pipeline_that_its_dialog_did_not_list() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await.to_string();
    let pipelines = add_pipelines(&app).await;
    let path = format!("/p/acme/credentials/{id}/grant");
    let page = app.owner.get(&path).await.text();
    let listed = options(&page, "grant-pipeline");
    assert_eq!(listed.len(), LISTED + 1);
    assert!(listed[0].contains("Choose a pipeline"), "none is chosen in advance: {listed:?}");
    assert!(page.len() <= PAGE_MAX, "{}", page.len());
    // One that a link has chosen is among them, wherever it stands.
    let page = app.owner.get(&format!("{path}?pipeline={}", pipelines[58])).await.text();
    let chosen = options(&page, "grant-pipeline");
    let chosen = chosen.iter().find(|option| option.contains("build-58")).unwrap();
    assert!(chosen.contains("selected"), "{chosen}");

    let typed = [
        ("project", "acme"),
        ("on_credential", id.as_str()),
        ("form[credentials][]", id.as_str()),
        ("form[intent]", "pull"),
    ];
    let mut form = typed.to_vec();
    form.extend([("pipeline", ""), ("form[search][text]", "build-57"), PRESSED]);
    let page = searched(&app.owner, GRANT, &form).await;
    let found = options(&page, "grant-pipeline");
    assert!(found.len() == 2 && found[1].contains("build-57"), "{found:?}");

    let mut form = typed.to_vec();
    let sought = [("form[search][text]", "57"), ("form[search][listed]", "57")];
    form.extend([("pipeline", ""), sought[0], sought[1], ("password", PASSWORD)]);
    let refused = app.owner.post_form(GRANT, &form).await;
    assert!(app.owner.follow(refused).await.text().contains("Choose a pipeline."));
    let mut form = typed.to_vec();
    let pipeline = pipelines[57].to_string();
    form.extend([("pipeline", pipeline.as_str()), sought[0], sought[1], ("password", PASSWORD)]);
    let done = app.owner.post_form(GRANT, &form).await;
    assert!(done.location().contains("said="), "{} {}", done.location(), done.text());
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 1);
}

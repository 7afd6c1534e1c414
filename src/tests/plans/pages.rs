//! How many statements each page asks of the database: as many as `pages.txt` says, which has a line
//! for each page and each form that was sent to search, and no more when there are more rows.

mod scene;

use super::statements;
use super::watch::is_to_write;
use crate::matrix::routes;
use regcred::domain::short_id;
use scene::Scene;
use std::collections::BTreeMap;
use std::path::Path;

static PINNED: &str = include_str!("pages.txt");

const MANY: usize = 30;

/// What a page is asked in its address, where the answer takes more than the page alone.
const QUESTIONS: [(&str, &str); 18] = [
    ("/admin/audit", "?noun=instance"),
    ("/p/{project}/audit", "?noun=credential"),
    ("/p/{project}/audit", "?noun=delivery"),
    ("/p/{project}/audit", "?action=credential.created"),
    ("/p/{project}/audit", "?outcome=refused"),
    ("/p/{project}/audit", "?outcome=delivered&pipeline="),
    ("/p/{project}/credentials", "?unused=1"),
    ("/p/{project}/credentials", "?q=more"),
    ("/p/{project}/credentials/new", "?preset=ghcr"),
    ("/p/{project}/credentials/selected/disable", "?ids="),
    ("/p/{project}/find", "?q=more"),
    ("/p/{project}/findings", "?state=accepted&kind=tie&after=2_019a0000000070008000000000000001"),
    ("/p/{project}/match", "?intent=pull&image=ghcr.io/acme/api&pipeline="),
    ("/p/{project}/match", "?search=more&look=true"),
    ("/p/{project}/pipelines", "?q=more"),
    ("/p/{project}/reviews/{id}", "?show=new"),
    ("/p/{project}/usage", "?view=credential&window=all"),
    ("/p/{project}/usage", "?view=pipeline"),
];

/// Fields of a form with what was typed.
type Typed<'a> = &'a [(&'a str, &'a str)];

impl Scene {
    /// Every page by its route, with its address.
    fn addresses(&self) -> BTreeMap<String, String> {
        let mut all = routes(&self.at, self.issuer);
        for (route, question) in QUESTIONS {
            let mut path = all[route].clone() + question;
            if question.ends_with("pipeline=") {
                path += &self.at.pipeline.to_string();
            }
            if question.ends_with("ids=") {
                path += &short_id::of(self.at.credential);
            }
            all.insert(format!("{route}{question}"), path);
        }
        all
    }

    /// The pages of the forms that are posted to search, each with its answer, by their routes.
    async fn searched(&self) -> BTreeMap<String, String> {
        let (id, pipeline) = (self.at.credential.to_string(), self.at.pipeline.to_string());
        let at_pipeline = [("pipeline", pipeline.as_str())];
        let (on_credential, of) = ([("on_credential", id.as_str())], [("id", id.as_str())]);
        let in_form = [("form[search][text]", "more"), ("form[search][is_pressed]", "true")];
        let alone = [("search[text]", "more"), ("search[is_pressed]", "true")];
        let making = [("form[name]", "x"), ("form[description]", ""), ("form[token_days]", "30")];
        let forms: [(&str, &str, Typed<'_>, _); 4] = [
            ("pipelines/new", "/rpc/pipelines/create", &making, in_form),
            ("pipelines/{id}", "/rpc/grants/create", &at_pipeline, in_form),
            ("credentials/{id}/grant", "/rpc/grants/create", &on_credential, in_form),
            ("credentials/{id}/delete", "/rpc/grants/repoint", &of, alone),
        ];
        let mut all = BTreeMap::new();
        for (route, post, typed, search) in forms {
            let mut form = vec![("project", "acme")];
            form.extend_from_slice(typed);
            form.extend(search);
            let reply = self.app.owner.post_form(post, &form).await;
            let address = reply.location();
            assert!(address.contains("back="), "{route}: {address} {}", reply.text());
            all.insert(format!("/p/{{project}}/{route}?back="), address);
        }
        all
    }

    /// What each page asks when the owner opens it, by its route.
    async fn asked(&self) -> BTreeMap<String, Vec<String>> {
        // The product counts receipts a moment after their delivery, beside whatever is opened then.
        // Counted already, they are two questions of it and no transaction.
        let project = self.app.evidence(&self.app.owner, "acme").await.project().id;
        self.app.vault.store().count_receipts(project).await.unwrap();
        let mut all = BTreeMap::new();
        for (route, path) in self.addresses().into_iter().chain(self.searched().await) {
            let mut times = Vec::new();
            // Once a minute a page says that the session is in use. With the two questions of before
            // that is asked during three openings at most, and not during a fourth.
            for _ in 0..4 {
                let opened = self.app.owner.get(&path);
                let (reply, asked) = self.app.watch.asked_by(opened).await;
                let is_shown = reply.status.is_success() || reply.status.is_redirection();
                assert!(is_shown, "{path}: {} {}", reply.status, reply.text());
                times.push(asked);
            }
            all.insert(route, times.into_iter().min_by_key(Vec::len).unwrap());
        }
        let silent =
            all.iter().filter(|(route, asked)| route.starts_with("/p/") && asked.is_empty());
        assert_eq!(silent.count(), 0, "what is asked is counted");
        all
    }
}

/// The numbers of `pages.txt` by the routes.
fn pinned() -> BTreeMap<&'static str, usize> {
    let parts = PINNED.lines().filter_map(|line| line.rsplit_once(' '));
    parts.map(|(route, number)| (route, number.parse().unwrap())).collect()
}

/// Writes `pages.txt` anew.
fn write(asked: &BTreeMap<String, Vec<String>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/plans/pages.txt");
    let lines = asked.iter().map(|(route, asked)| format!("{route} {}\n", asked.len()));
    std::fs::write(path, lines.collect::<String>()).unwrap();
}

fn line(sql: &str) -> String {
    statements::line(sql).unwrap_or_else(|| sql.to_owned())
}

/// What is in `many` beyond what is in `few`.
fn beyond(few: &[String], many: &[String]) -> String {
    let mut few: Vec<String> = few.iter().map(|sql| line(sql)).collect();
    let mut beyond = Vec::new();
    for sql in many.iter().map(|sql| line(sql)) {
        match few.iter().position(|one| *one == sql) {
            Some(at) => drop(few.swap_remove(at)),
            None => beyond.push(sql),
        }
    }
    beyond.join("\n    ")
}

#[tokio::test]
async fn a_page_asks_as_many_statements_as_are_pinned() {
    let asked = Scene::new().await.asked().await;
    if is_to_write() {
        return write(&asked);
    }
    let pinned = pinned();
    let mut wrong = Vec::new();
    for (route, asked) in &asked {
        match pinned.get(route.as_str()) {
            Some(number) if *number == asked.len() => {}
            Some(number) => wrong.push(format!(
                "{route} asks {} statements instead of {number}:\n    {}",
                asked.len(),
                beyond(&[], asked)
            )),
            None => wrong.push(format!("{route} has no line; it asks {} statements", asked.len())),
        }
    }
    wrong.extend(
        pinned
            .keys()
            .filter(|route| !asked.contains_key(**route))
            .map(|route| format!("{route} is no page any more")),
    );
    assert!(wrong.is_empty(), "other numbers than in plans/pages.txt:\n{}", wrong.join("\n"));
}

/// Their last page asks once for what was deleted, which comes after the rows. With more rows the first page is
/// not the last.
const LAST_ASKS_MORE: [&str; 2] =
    ["/p/{project}/usage?view=credential&window=all", "/p/{project}/usage?view=pipeline"];

#[tokio::test]
async fn no_page_asks_more_statements_because_there_are_more_rows() {
    let scene = Scene::new().await;
    let few = scene.asked().await;
    for number in 1..MANY {
        scene.add(number).await;
    }
    let many = scene.asked().await;
    let mut wrong = Vec::new();
    for (route, asked) in &many {
        let before = &few[route];
        let (from, to) = (before.len(), asked.len());
        if to + usize::from(LAST_ASKS_MORE.contains(&route.as_str())) != from {
            wrong.push(format!("{route}: {from}, then {to}:\n    {}", beyond(before, asked)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

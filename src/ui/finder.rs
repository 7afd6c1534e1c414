//! The finder: one field for the credentials, pipelines, pages and guides that one may see.

use super::credentials::count;
use super::navigation;
use crate::domain::credential::Summary;
use crate::domain::image::Image;
use crate::domain::listing::{ListQuery, Listing, SEARCH_MAX};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::listing::{PipelineListing, PipelineQuery, PipelineRow};
use crate::error::Result;
use crate::functions::credentials::list_credentials;
use crate::functions::pipelines::pipelines_page;
use crate::functions::session::Frame;
use crate::help;
use crate::ui::kit::{
    Hidden, Icon, IconLink, KindMark, Loaded, PageContext, PageHead, SaidOfResults, SearchAsTyped,
    Section,
};
use leptos::prelude::*;

const TITLE: &str = "Find anything";
/// The most results of a kind that has a page of its own for them all.
const MOST: usize = 8;

/// `/p/{project}/find?q=&from=`
#[component]
pub fn FinderPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title=TITLE from=load(page.clone()) let:found>
            <Whole found page/>
        </Loaded>
    }
}

/// What was looked for, and what the lists have of it: nothing is asked of them for a blank question,
/// nor for who may not read them.
type Found = (String, Option<Listing>, Option<PipelineListing>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryRead)?;
    let (query, of_pipelines) = {
        let asked = |key: &str| if key == "q" { page.query(key) } else { None };
        (ListQuery::read(asked)?, PipelineQuery::read(asked)?)
    };
    let question = query.search.clone();
    if question.is_empty() {
        return Ok((question, None, None));
    }
    let credentials = list_credentials(page.project.clone(), query).await?;
    let pipelines = if page.may(Permission::PipelineRead) {
        Some(pipelines_page(page.project.clone(), of_pipelines).await?)
    } else {
        None
    };
    Ok((question, Some(credentials), pipelines))
}

/// The results of one kind.
struct Group {
    id: &'static str,
    title: &'static str,
    rows: Vec<Row>,
    /// Where all of them are, when there are more, and what the link says.
    all: Option<(String, String)>,
}

struct Row {
    href: String,
    mark: AnyView,
    name: String,
    detail: String,
    kind: &'static str,
}

#[component]
fn Whole(found: Found, page: PageContext) -> impl IntoView {
    let (question, of_credentials, of_pipelines) = found;
    let project = &page.project;
    let from = page.query("from").filter(|from| paths::is_ours(from));
    let close = from.clone().unwrap_or_else(|| paths::credentials(project));
    let action = paths::finder(project);
    let mut groups = Vec::new();
    groups.extend(of_credentials.map(|listing| credentials(listing, &question, project)));
    groups.extend(of_pipelines.map(|listing| pipelines(listing, &question, project)));
    groups.push(pages(&question, project));
    groups.push(guides(&question));
    let within =
        use_context::<Frame>().map(|frame| format!("In the project {}", frame.project.name));
    let said = if question.is_empty() { String::new() } else { in_words(&groups) };
    view! {
        <div class="finder stack">
            <PageHead title=TITLE>
                <IconLink href=close label="Close" icon="close"/>
            </PageHead>
            <p class="muted">{within}</p>
            <form id="search" role="search" method="get" action=action class="toolbar one-search">
                <input
                    name="q"
                    type="search"
                    aria-label=TITLE
                    placeholder="Credential, pipeline, page or guide"
                    value=question
                    maxlength=SEARCH_MAX.to_string()
                    autocomplete="off"
                    autofocus=true
                />
                {from.map(|from| view! { <Hidden name="from" value=from/> })}
                <button type="submit" class="button">"Find"</button>
            </form>
            <SearchAsTyped/>
            <SaidOfResults said/>
            <div id="results" class="stack">
                {groups.into_iter().filter(|group| !group.rows.is_empty()).map(drawn).collect_view()}
            </div>
        </div>
    }
}

fn credentials(listing: Listing, question: &str, project: &str) -> Group {
    let Listing { rows, total, are_more, .. } = listing;
    let all = (rows.len() > MOST).then(|| {
        let query = ListQuery { search: question.to_owned(), ..ListQuery::default() };
        (paths::credentials(project) + &query.to_url(), show(&count(total, false), are_more))
    });
    let row = |one: Summary| {
        let mark = view! { <KindMark kind=one.kind()/> }.into_any();
        let host = one.host.to_string();
        let detail =
            if one.username.is_empty() { host } else { format!("{host} · {}", one.username) };
        let href = paths::credential(project, one.id);
        Row { href, mark, name: one.name, detail, kind: "Credential" }
    };
    let rows = rows.into_iter().take(MOST).map(row).collect();
    Group { id: "found-credentials", title: "Registry Credentials", rows, all }
}

fn pipelines(listing: PipelineListing, question: &str, project: &str) -> Group {
    let PipelineListing { rows, next, .. } = listing;
    let all = (rows.len() > MOST).then(|| {
        let query = PipelineQuery { search: question.to_owned(), ..PipelineQuery::default() };
        let label = show(&format!("{} pipelines", rows.len()), next.is_some());
        (paths::pipelines(project) + &query.to_url(), label)
    });
    let row = |PipelineRow { summary, .. }: PipelineRow| Row {
        href: paths::pipeline(project, summary.id),
        mark: view! { <Icon name="pipeline"/> }.into_any(),
        name: summary.name,
        detail: summary.description,
        kind: "Pipeline",
    };
    let rows = rows.into_iter().take(MOST).map(row).collect();
    Group { id: "found-pipelines", title: "Pipelines", rows, all }
}

/// What the link to a whole list says: `Show all 9 pipelines`.
fn show(count: &str, are_more: bool) -> String {
    format!("Show {} {count}", if are_more { "more than" } else { "all" })
}

/// Those of the navigation, all of them for a blank question. Who looks for an image wants to know which
/// credential it gets.
fn pages(question: &str, project: &str) -> Group {
    let frame = use_context::<Frame>();
    let groups = frame.map(|frame| navigation::of_project(&frame)).unwrap_or_default();
    let links = groups.into_iter().flat_map(|group| group.links);
    let (explainer, is_image) = (paths::matching(project), names_image(question));
    let explains = |link: &navigation::Link| is_image && link.href == explainer;
    let row = |link: navigation::Link| {
        let (href, detail) = if explains(&link) {
            let href = paths::with_query(&explainer, "image", question.trim());
            (href, "Which credential this image gets")
        } else {
            (link.href, "")
        };
        Row {
            href,
            mark: view! { <Icon name=link.icon/> }.into_any(),
            name: link.label.to_owned(),
            detail: detail.to_owned(),
            kind: "Page",
        }
    };
    let is_found = |link: &navigation::Link| explains(link) || is_called(link.label, question);
    let rows = links.filter(is_found).map(row).collect();
    Group { id: "found-pages", title: "Pages", rows, all: None }
}

/// Whether each word of the question is in the title, in any case.
fn is_called(title: &str, question: &str) -> bool {
    let title = title.to_lowercase();
    question.to_lowercase().split_whitespace().all(|word| title.contains(word))
}

/// Whether the question may be an image. One word alone is more often the name of something else.
fn names_image(question: &str) -> bool {
    question.contains('/') && Image::parse(question).is_ok()
}

fn guides(question: &str) -> Group {
    let help::Answers { shown: found, all: found_in_all } = help::find(question);
    // Not "all": their page shows the first of very many.
    let all = (found_in_all > MOST).then(|| {
        (paths::with_query(paths::HELP, "q", question), "More results in the guides".to_owned())
    });
    let row = |help::Found { href, title, heading, .. }: help::Found| {
        let mark = view! { <Icon name="help"/> }.into_any();
        let (name, detail) = if heading.is_empty() { (title, "") } else { (heading, title) };
        Row { href, mark, name: name.to_owned(), detail: detail.to_owned(), kind: "Guide" }
    };
    let rows = found.into_iter().take(MOST).map(row).collect();
    Group { id: "found-guides", title: "Guides", rows, all }
}

fn in_words(groups: &[Group]) -> String {
    let count: usize = groups.iter().map(|group| group.rows.len()).sum();
    let are_more = groups.iter().any(|group| group.all.is_some());
    match count {
        0 => "Nothing was found. Try fewer words, or other ones.".to_owned(),
        1 => "1 result".to_owned(),
        count if are_more => format!("The first {count} results"),
        count => format!("{count} results"),
    }
}

fn drawn(group: Group) -> AnyView {
    let Group { id, title, rows, all } = group;
    let rows: Vec<AnyView> = rows.into_iter().map(line).collect();
    view! {
        <Section id title>
            <ul class="found">{rows}</ul>
            {all.map(|(href, label)| view! { <p><a href=href>{label}</a></p> })}
        </Section>
    }
    .into_any()
}

fn line(row: Row) -> AnyView {
    let Row { href, mark, name, detail, kind } = row;
    view! {
        <li>
            <a href=href>
                {mark}
                <span>{name}</span>
                {(!detail.is_empty()).then(|| view! { " " <span class="muted">{detail}</span> })}
                " "
                <span class="found-kind">{kind}</span>
            </a>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{is_called, names_image, show};

    #[test]
    fn a_page_is_found_by_words_of_its_title_in_any_case_and_order() {
        for question in ["", " ", "keys", "KEYS encr", "encryption"] {
            assert!(is_called("Encryption keys", question), "{question}");
        }
        assert!(!is_called("Encryption keys", "keys jobs"));
    }

    #[test]
    fn an_image_is_told_from_other_words() {
        for image in ["ghcr.io/acme/web:latest", " acme/web ", "docker://quay.io/acme/web"] {
            assert!(names_image(image), "{image}");
        }
        for other in ["", "web", "acme / web", "ghcr.io/"] {
            assert!(!names_image(other), "{other}");
        }
    }

    #[test]
    fn the_link_to_a_list_says_how_many_are_there_as_far_as_it_is_known() {
        assert_eq!(show("9 credentials", false), "Show all 9 credentials");
        assert_eq!(show("1,000 credentials", true), "Show more than 1,000 credentials");
    }
}

//! What stands round the pages: the header, the navigation, the way past both.

use super::kit::{Icon, PageContext, PostButton, Problem, Shortcuts, without_said};
use super::navigation::{self, Group, Link};
use crate::domain::approval::listing::in_short;
use crate::domain::paths;
use crate::domain::project::Project;
use crate::error::Error;
use crate::functions::keys::NoteKeyBackup;
use crate::functions::session::{Frame, SignOut, frame_here};
use crate::islands::PageBehaviour;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_url;

/// The frame of `/p/{project}/…`. The pages in it find a [`Frame`] in their context: who is signed
/// in, and what they may do here. For anybody else there is a problem and no page.
#[component]
pub fn ProjectFrame() -> impl IntoView {
    let frame = match frame_here() {
        Err(error) => return view! { <BareFrame><Problem error/></BareFrame> }.into_any(),
        Ok(frame) => frame,
    };
    provide_context(frame.clone());
    let groups = navigation::of_project(&frame);
    let Frame { person, project, projects, role, needs_key_backup, .. } = frame;
    let finder = paths::finder(&project.slug);
    let here = view! { <Switcher project projects/> }.into_any();
    view! {
        <Shell
            here
            name=person.name
            role=role.label()
            label="Project"
            groups
            finder
            is_covered=PageContext::here().is_covered()
            needs_key_backup
        >
            <Outlet/>
        </Shell>
    }
    .into_any()
}

#[component]
pub fn InstanceFrame(children: Children) -> impl IntoView {
    let here = view! { <p class="project">"This instance"</p> }.into_any();
    view! {
        <Shell
            here
            role="Instance admin"
            label="Instance"
            groups=navigation::of_instance()
            finder=paths::FINDER
        >
            {children()}
        </Shell>
    }
}

/// The header, the navigation and the page: its children.
#[component]
fn Shell(
    /// Where one is: the project or the instance.
    here: AnyView,
    #[prop(into, optional)] name: String,
    role: &'static str,
    label: &'static str,
    groups: Vec<Group>,
    /// Where the finder is.
    #[prop(into)]
    finder: String,
    /// A dialog is drawn over the page. What it veils cannot be reached, so there is nothing to skip.
    #[prop(optional)]
    is_covered: bool,
    /// The encryption key is a file beside the data, and there is no copy that anybody knows of.
    #[prop(optional)]
    needs_key_backup: bool,
    children: Children,
) -> impl IntoView {
    let (has_name, whole) = (!name.is_empty(), name.clone());
    view! {
        {(!is_covered).then(|| view! { <a class="skip-link" href="#main">"Skip to content"</a> })}
        <div class="frame">
            <header class="site-head" inert=is_covered>
                <Brand/>
                {here}
                // On a wide screen what it opens is always there, and it is not.
                <button type="button" class="icon-button site-menu-button" popovertarget="site-menu" aria-label="Menu" title="Menu">
                    <Icon name="menu"/>
                </button>
            </header>
            <div id="site-menu" class="site-menu" popover="auto">
                <nav class="account" aria-label="Account" inert=is_covered>
                    <p class="who">
                        {has_name.then(|| view! { <span class="who-name" title=whole>{name}</span> })}
                        <span class="who-role">{role}</span>
                    </p>
                    <FindLink finder/>
                    <Shortcuts/>
                    <PostButton action=SignOut::url() word="Sign out"/>
                </nav>
                <nav class="site-nav" aria-label=label inert=is_covered>
                    {groups.into_iter().map(|group| view! { <NavGroup group/> }).collect_view()}
                </nav>
            </div>
            <main id="main" tabindex="-1">{children()}</main>
            {needs_key_backup.then(|| view! {
                <aside class="key-notice" aria-label="Backup" inert=is_covered>
                    <Icon name="lock"/>
                    <div>
                        <p>
                            "The encryption key is a file next to the data. Back it up separately. Without it, no secret can be read. "
                            <a href=paths::help("operating#key")>"See where it is"</a> "."
                        </p>
                        <PostButton
                            action=NoteKeyBackup::url()
                            values=vec![("next", here_now())]
                            word="I have a backup"
                        />
                    </div>
                </aside>
            })}
            <PageBehaviour/>
        </div>
    }
}

/// Leads to the finder, which leads back here. A search that changes the address of the page brings
/// another link (`islands::SearchAsTyped`).
#[component]
fn FindLink(finder: String) -> impl IntoView {
    let is_here = use_url().with_untracked(|url| url.path() == finder);
    // From the finder itself nothing that was asked there is lost.
    let href = if is_here { here_now() } else { paths::with_query(&finder, "from", &here_now()) };
    view! {
        <div id="find">
            <a class="button button-quiet" href=href aria-current=is_here.then_some("page")>
                <Icon name="search"/>
                <span>"Find"</span>
            </a>
        </div>
    }
}

/// The address of this page, without what was to be said on it.
fn here_now() -> String {
    use_url().with_untracked(|url| without_said(url.path(), url.search()))
}

#[component]
fn NavGroup(group: Group) -> impl IntoView {
    let path = use_url().with_untracked(|url| url.path().to_owned());
    let Group { id, title, links } = group;
    let links = links
        .into_iter()
        .map(|Link { href, label, icon, count }| {
            // The list's own page is the current one; a dialog or a detail is within it.
            let current = match path.strip_prefix(&href) {
                Some("") => Some("page"),
                Some(rest) if rest.starts_with('/') => Some("true"),
                _ => None,
            };
            let said = count.as_ref().map(|(_, said)| format!("{label}: {said}"));
            let count =
                count.map(|(count, _)| view! { <span class="nav-count">{in_short(count)}</span> });
            view! {
                <li>
                    <a href=href aria-current=current aria-label=said>
                        <Icon name=icon/>
                        <span>{label}</span>
                        {count}
                    </a>
                </li>
            }
        })
        .collect_view();
    let titled = (!title.is_empty()).then_some(id);
    view! {
        {titled.map(|id| view! { <p class="nav-group" id=id>{title}</p> })}
        <ul aria-labelledby=titled>{links}</ul>
    }
}

/// The product's name. It leads to where a person begins.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href=paths::HOME>
            <Icon name="mark"/>
            <span>"Regcred"</span>
        </a>
    }
}

/// The project's name; a menu of all of them when there are several.
#[component]
fn Switcher(project: Project, projects: Vec<Project>) -> impl IntoView {
    if projects.len() < 2 {
        return view! { <p class="project">{project.name}</p> }.into_any();
    }
    let current = project.id;
    // What was looked for in one project is looked for in the other.
    let page = PageContext::here();
    let is_finding = page.is_at(&paths::finder(&project.slug));
    let question = page.query("q").filter(|question| !question.is_empty());
    let other = move |slug: &str| match (is_finding, &question) {
        (false, _) => paths::credentials(slug),
        (true, None) => paths::finder(slug),
        (true, Some(question)) => paths::with_query(&paths::finder(slug), "q", question),
    };
    view! {
        <div class="project">
            <button type="button" class="button button-quiet" popovertarget="projects">
                <span class="visually-hidden">"Switch project. Current project: "</span>
                <span class="project-name">{project.name}</span>
                <Icon name="chevron-down"/>
            </button>
            <nav id="projects" class="menu" popover="auto" aria-label="Projects">
                {projects.into_iter().map(|project| view! {
                    <a
                        class="menu-item"
                        href=other(&project.slug)
                        aria-current=(project.id == current).then_some("true")
                    >
                        {project.name}
                    </a>
                }).collect_view()}
            </nav>
        </div>
    }
    .into_any()
}

/// The frame of a page outside the projects: signing in, setting up.
#[component]
pub fn PlainFrame(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <BareFrame>
            <div class="card stack">
                <h1>{title}</h1>
                {children()}
            </div>
        </BareFrame>
    }
}

/// The product's name and the page; the page brings its own heading.
#[component]
pub fn BareFrame(children: Children) -> impl IntoView {
    view! {
        <div class="plain">
            <header class="plain-head">
                <Brand/>
                <a href=paths::HELP>"Help"</a>
            </header>
            <main id="main" tabindex="-1">{children()}</main>
            <PageBehaviour/>
        </div>
    }
}

#[component]
pub fn NotFound() -> impl IntoView {
    view! { <BareFrame><Problem error=Error::NotFound/></BareFrame> }
}

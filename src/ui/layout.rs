//! What stands round the pages: the header, the navigation, the way past both.

use super::components::Icon;
use super::credentials::place::Place;
use super::problem::Problem;
use crate::domain::project::Project;
use crate::functions::session::{Frame, frame_here};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_url;

/// The frame of `/p/{project}/…`. The pages in it find a [`Frame`] in their context: who is signed
/// in, and what they may do here. For anybody else there is a problem and no page.
#[component]
pub fn ProjectFrame() -> impl IntoView {
    match frame_here() {
        Err(error) => view! { <BareFrame><Problem error/></BareFrame> }.into_any(),
        Ok(frame) => {
            provide_context(frame.clone());
            view! { <Framed frame/> }.into_any()
        }
    }
}

#[component]
fn Framed(frame: Frame) -> impl IntoView {
    let Frame { person, project, projects, role, has_local_key, .. } = frame;
    // What a dialog veils cannot be reached, so there is nothing to skip either.
    let is_covered = Place::here().is_covered();
    view! {
        {(!is_covered).then(|| view! { <a class="skip-link" href="#main">"Skip to content"</a> })}
        <div class="frame">
            <header class="site-head" inert=is_covered>
                <Brand/>
                <Switcher project=project.clone() projects/>
                <p class="who">
                    <span class="who-name">{person.name.clone()}</span>
                    <span class="who-role">{role.label()}</span>
                </p>
                <form method="post" action="/rpc/session/delete">
                    <button type="submit" class="button button-quiet">"Sign out"</button>
                </form>
            </header>
            <Navigation slug=project.slug is_covered is_admin=person.is_admin/>
            <main id="main" tabindex="-1">
                <Outlet/>
            </main>
            {has_local_key.then(|| view! { <KeyNotice is_covered/> })}
        </div>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
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
    view! {
        <div class="project">
            <button type="button" class="button button-quiet" popovertarget="projects">
                <span class="visually-hidden">"Switch project, now "</span>
                <span class="project-name">{project.name}</span>
                <Icon name="chevron-down"/>
            </button>
            <nav id="projects" class="menu" popover="auto" aria-label="Projects">
                {projects.into_iter().map(|project| view! {
                    <a
                        class="menu-item"
                        href=format!("/p/{}/credentials", project.slug)
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

#[component]
fn Navigation(slug: String, is_covered: bool, is_admin: bool) -> impl IntoView {
    let path = use_url().with_untracked(|url| url.path().to_owned());
    let items = [
        ("credentials", "Registry Credentials", "key"),
        ("pipelines", "Pipelines", "pipeline"),
        ("match", "Match", "search"),
    ];
    view! {
        <nav class="site-nav" aria-label="Project" inert=is_covered>
            <p class="nav-group" id="nav-secrets">"Secrets & Variables"</p>
            <ul aria-labelledby="nav-secrets">
                {items.into_iter().map(|(noun, label, icon)| {
                    let href = format!("/p/{slug}/{noun}");
                    // The list's own page is the current one; a dialog or a detail is within it.
                    let current = match path.strip_prefix(&href) {
                        Some("") => Some("page"),
                        Some(rest) if rest.starts_with('/') => Some("true"),
                        _ => None,
                    };
                    view! {
                        <li><a href=href aria-current=current><Icon name=icon/><span>{label}</span></a></li>
                    }
                }).collect_view()}
            </ul>
            {is_admin.then(|| view! {
                <p class="nav-group" id="nav-instance">"Instance"</p>
                <ul aria-labelledby="nav-instance">
                    <li><a href="/admin/keys"><Icon name="lock"/><span>"Encryption keys"</span></a></li>
                </ul>
            })}
        </nav>
    }
}

#[component]
fn KeyNotice(is_covered: bool) -> impl IntoView {
    view! {
        <aside class="key-notice" aria-label="Backup" inert=is_covered>
            <Icon name="lock"/>
            <p>
                "The encryption key is a file beside the data. Back it up separately: without it no secret can be read."
            </p>
        </aside>
    }
}

/// The frame of the instance's own pages.
#[component]
pub fn InstanceFrame(children: Children) -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="frame">
            <header class="site-head">
                <Brand/>
                <p class="project">"This instance"</p>
                <p class="who">
                    <span class="who-role">"Instance admin"</span>
                </p>
                <form method="post" action="/rpc/session/delete">
                    <button type="submit" class="button button-quiet">"Sign out"</button>
                </form>
            </header>
            <nav class="site-nav" aria-label="Instance">
                <ul>
                    <li>
                        <a href="/admin/keys" aria-current="page">
                            <Icon name="lock"/>
                            <span>"Encryption keys"</span>
                        </a>
                    </li>
                    <li>
                        <a href="/">
                            <Icon name="key"/>
                            <span>"Registry Credentials"</span>
                        </a>
                    </li>
                </ul>
            </nav>
            <main id="main" tabindex="-1">{children()}</main>
        </div>
    }
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
            <header class="plain-head"><Brand/></header>
            <main id="main" tabindex="-1">{children()}</main>
        </div>
    }
}
